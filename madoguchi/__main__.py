"""``python -m madoguchi`` is the same as ``madoguchi``."""

from madoguchi.config.cli import main

main()
