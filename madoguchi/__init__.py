"""Madoguchi (窓口): a digital city hall for Japanese municipalities."""

__version__ = "0.1.0"
