"""Registers: facts that the city keeps once, declared and not programmed; see ``README.md``."""
