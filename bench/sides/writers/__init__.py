"""A small application of the house for ``sqlite_tail``: one table, one action."""
