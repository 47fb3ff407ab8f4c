"""Records as a file of the layout: the sender's codes, days in eight figures, 不詳 for what of a birth is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from madoguchi.blocks.people.register.extract import Resident
from madoguchi.kernel.layouts import Column, Layout, layout_write


def residents_file(layout: Layout, residents: Iterable[Resident]) -> bytes:
    """Write the file that a core system would send; read by the layout it gives the same records again."""
    return layout_write(layout, _rows(layout, residents))


def _rows(layout: Layout, residents: Iterable[Resident]) -> Iterator[Sequence[str]]:
    writes = [(Resident._fields.index(column.target), _writer(column)) for column in layout.columns]
    for one in residents:
        yield [write(one[place]) for place, write in writes]


def _writer(column: Column) -> Callable[[str | bool], str]:
    """Make the function that writes a cell of a column; the opposite of what reads it."""
    if column.codes is not None:
        codes = {ours: theirs for theirs, ours in column.codes.items()}
        return lambda value: codes[str(value)] if value else ""
    return _BY_TYPE.get(column.type, str)


def _day(value: str | bool) -> str:
    return str(value).replace("-", "")


def _partial_day(value: str | bool) -> str:
    text = str(value)
    if len(text) == len("1950"):
        return f"{text}年月日不詳"
    if len(text) == len("1950-04"):
        return f"{text[:4]}年{int(text[5:])}月日不詳"
    return _day(text)


def _flag(value: str | bool) -> str:
    return "1" if value else "0"


_BY_TYPE: dict[str, Callable[[str | bool], str]] = {"day": _day, "partial_day": _partial_day, "flag": _flag}
