"""The citizen side's inside: how facts are put on a time line, folded for search, gathered into what a page shows."""
