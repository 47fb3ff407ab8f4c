"""
Taking files in: read within limits, known by their content, refused in words, cleaned, scanned, stored.

``taking`` walks the way, ``names`` and ``formats`` say what a file is, ``images``, ``pdfs``, ``office`` and ``texts`` read
one kind each, ``refusals`` holds every way of saying no. Nothing here knows the database.
"""
