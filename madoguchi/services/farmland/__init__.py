"""Farmland: parcels, rights, permits, and the surveys of use and intention."""
