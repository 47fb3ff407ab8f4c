"""
Tables in and out: any table file that somebody sends, and tables that come back as they went.

Invariants, each held by a test in ``tests/kernel/``:

1. Nothing is lost quietly: a row that holds anything is a row of a table or a title above one, and whatever was left
   out or changed has a note with its place (``test_tables_reading``, ``test_tables_text``).
2. What ``table_write`` wrote, ``table_read`` gives back: every value of every kind, whatever the texts are
   (``test_tables_round_trip``, hypothesis).
3. A number is the decimal number that Excel shows, never a binary float (``test_tables_numbers``).
4. What begins like a formula is a text in every file that is written (``test_tables_writing``).
5. A file that is unsafe, too large or unclear is refused with what to do; the encoding of a text is never guessed
   (``test_tables_refused``, ``test_tables_text``).
6. Rows are packed: a large file is gone through as often as wanted, in bounded memory (``test_tables_large``).
7. Rows that are read without the XML parser give what the parser gives (``test_tables_reading``).

Two readings are choices, and the notes say where they were made: an empty column cuts a sheet only where what stands
beside it is a table of its own, and a first row of texts that fills the table is its headings.
"""

from madoguchi.kernel.tables.reading import table_read
from madoguchi.kernel.tables.types import (
    Cell,
    Format,
    Heading,
    Kind,
    Limits,
    Note,
    Role,
    Row,
    Rows,
    Table,
    Value,
    Workfile,
)
from madoguchi.kernel.tables.value_kinds import DeclaredKind, ValueUnfit, value_as, value_text
from madoguchi.kernel.tables.writing import Written, table_write

__all__ = [
    "Cell",
    "DeclaredKind",
    "Format",
    "Heading",
    "Kind",
    "Limits",
    "Note",
    "Role",
    "Row",
    "Rows",
    "Table",
    "Value",
    "ValueUnfit",
    "Workfile",
    "Written",
    "table_read",
    "table_write",
    "value_as",
    "value_text",
]
