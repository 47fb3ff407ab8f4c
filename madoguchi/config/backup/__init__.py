"""
Backup and restore: one file that holds everything but the keys, and a second one that holds the keys.

``archive`` is the container, ``columns`` the portable spelling of values, ``states`` the tables as of the
applied migrations, ``write`` and ``restore`` the two ways. The format is told in ``docs/adr/0020``.
"""
