"""Public property: land, buildings, structures, what changed them, and who uses them."""
