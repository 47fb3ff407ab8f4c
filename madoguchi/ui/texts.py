"""placeholder"""

from pathlib import Path


class TextsUnwritable(Exception): ...


def texts_compile(root=None):
    return []
