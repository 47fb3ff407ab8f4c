"""
Foreign files by declaration: the kind ``layout`` says what a system sends, and files are read by it.

Invariants (``tests/kernel/test_layouts.py``):

1. A file is read whole or refused: the encoding, the columns, every cell, the count and the sums of the last line are
   checked before the caller gets anything that it could apply.
2. Every problem names line and column, says what is wrong and what to do; a file's first 200 are listed.
3. A file that was cut anywhere is refused: it lacks its last line, or the count of it.
4. Letters that only the sender's computer knows (外字) are read by the table that the city binds, or refused.
"""

from madoguchi.kernel.layouts.kind import Column, Layout
from madoguchi.kernel.layouts.reading import FileRead, FileRefused, Problem, layout_read
from madoguchi.kernel.layouts.writing import layout_write

__all__ = ["Column", "FileRead", "FileRefused", "Layout", "Problem", "layout_read", "layout_write"]
