"""
The components: one module each, passive functions from values to safe HTML.

A component asks no database, reads no request and keeps no state. What comes in is escaped, unless it is
already marked as safe.
"""
