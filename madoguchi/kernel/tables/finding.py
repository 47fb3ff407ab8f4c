"""Which tables a sheet holds: blocks that belong together, their headings, and what else stands around them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext

from madoguchi.kernel.tables.blocks import Block, blocks_find, columns_of, union
from madoguchi.kernel.tables.headings import (
    Found,
    headings_find,
    headings_name,
    value_like,
)
from madoguchi.kernel.tables.pages import columns_said
from madoguchi.kernel.tables.rows import TableRows
from madoguchi.kernel.tables.sheets import Sheet, rows_said
from madoguchi.kernel.tables.types import Cell, Heading, Note, Role, Table

_REMARKED: Final = re.compile(
    r"([※＊*]|[（(【\[]?(注|備考|出典|資料)[0-9０-９]*[）)】\]：:．.、 　]|（注|\(注)"
)
_LAST_ROWS: Final = 50
_SAMPLE_ROWS: Final = 5


@dataclass(slots=True)
class _Growing:
    """A table while its blocks are put together: its rows, where it begins, the texts above it."""

    columns: int
    found: Found
    rows: list[int]
    titles: list[str] = field(default_factory=list)


def tables_find(sheet: Sheet) -> list[Table]:
    """Find the tables of a sheet, from the top; side by side, from the left."""
    if sheet.exact is not None:
        return [_exact(sheet)] if sheet.exact else []
    if not len(sheet.spool):
        return []
    growing: list[_Growing] = []
    lines: list[int] = []
    carried: list[str] = []
    part = 0
    for block in blocks_find(sheet):
        if block.columns != part:
            carried += _lines_end(sheet, growing, lines, part)
            lines, part = [], block.columns
        if _lines_only(sheet, block):
            lines.extend(block.rows)
            continue
        current = growing[-1] if growing and growing[-1].columns == part else None
        found = headings_find(sheet, block.rows, part)
        if current is not None and _goes_on(sheet, current, block, found, lines):
            current.rows.extend([*lines, *block.rows])
        else:
            above = [index for index in lines if current is None or not _remark(sheet, index)]
            if current is not None:
                current.rows.extend(index for index in lines if index not in above)
            titles = [*carried, *_texts(sheet, [*above, *found.titles], part)]
            growing.append(_Growing(part, found, list(block.rows[found.below :]), titles))
            carried = []
        lines = []
    if _lines_end(sheet, growing, lines, part) or carried:
        sheet.note("no_table", "", gettext("文章だけで、表のないシートです。"))
    return [_table(sheet, one) for one in growing]


def _lines_end(sheet: Sheet, growing: list[_Growing], lines: list[int], part: int) -> list[str]:
    """Put lines of text at the end of a part below its last table; where there is none, give them."""
    if not growing:
        return _texts(sheet, lines, part)
    if growing[-1].columns == part:
        growing[-1].rows.extend(lines)
        return []
    return _texts(sheet, lines, part)


def _texts(sheet: Sheet, indexes: Sequence[int], columns: int) -> list[str]:
    return [str(cell.value) for index in indexes for cell in _first_cells(sheet, index, columns)]


def _lines_only(sheet: Sheet, block: Block) -> bool:
    """Whether a block of a part that is wider holds one text a row: a title, a remark."""
    if block.columns.bit_count() == 1:
        return False
    return all((sheet.spool.mask(index) & block.columns).bit_count() == 1 for index in block.rows)


def _first_cells(sheet: Sheet, index: int, columns: int) -> list[Cell]:
    cells = sheet.values(index)
    return [cells[column] for column in columns_of(columns & sheet.spool.mask(index))]


def _goes_on(sheet: Sheet, current: _Growing, block: Block, found: Found, titles: Sequence[int]) -> bool:
    """Tell the rows of a table behind an empty row from another table below it."""
    head = union(sheet, current.rows, block.columns)
    for column in current.found.texts:
        head |= 1 << (column - 1)
    rows = block.rows[len(found.titles) :]
    own = union(sheet, rows, block.columns)
    if own & ~head:
        return False
    if len(rows) < 2 or found.first is None:
        # Values, or a single row, in columns that the table has.
        return True
    first = _first_cells(sheet, rows[0], block.columns)
    texts = {str(cell.value) for cell in first}
    again = texts == {text for texts in current.found.texts.values() for text in texts[-1:]}
    titled = any(not _remark(sheet, index) for index in [*titles, *found.titles])
    narrower = own != head and len(first) == own.bit_count()
    return not (again or titled or narrower or _other_kinds(sheet, current, rows))


def _other_kinds(sheet: Sheet, current: _Growing, rows: Sequence[int]) -> bool:
    """Whether rows begin with texts where the table above, and their own second row, have values."""
    counted: Counter[int] = Counter()
    for index in current.rows[:_SAMPLE_ROWS]:
        counted.update(column for column, cell in sheet.values(index).items() if value_like(cell))
    first, second = (sheet.values(index) for index in rows[:2])
    return any(
        column in first and not value_like(first[column]) and column in second and value_like(second[column])
        for column in counted
    )


def _remark(sheet: Sheet, index: int) -> bool:
    cells = [cell for cell in sheet.values(index).values() if str(cell.value or "").strip()]
    return bool(cells) and _REMARKED.match(str(cells[0].value).strip()) is not None


def _table(sheet: Sheet, growing: _Growing) -> Table:
    found = growing.found
    mask = union(sheet, growing.rows, growing.columns)
    for column, texts in found.texts.items():
        mask |= (1 << (column - 1)) if texts else 0
    columns = columns_of(mask)
    headings = headings_name(columns, found.texts)
    roles = _roles(sheet, growing, len(columns))
    first = found.first if found.first is not None else sheet.spool.numbers[growing.rows[0]]
    rows = TableRows(sheet, growing.rows, columns, roles, tuple(heading.texts[-1:] for heading in headings))
    notes = [*sheet.notes, *_notes(sheet, growing, headings, roles)]
    return Table(sheet.name, first, headings, rows, tuple(notes), tuple(growing.titles), sheet.hidden)


def _roles(sheet: Sheet, growing: _Growing, width: int) -> dict[int, Role]:
    """Find the remarks at the end of a table, by row number; a line of text between rows is one as well."""
    roles: dict[int, Role] = {}
    if width < 2:
        return roles
    for index in reversed(growing.rows[-_LAST_ROWS:]):
        if (sheet.spool.mask(index) & growing.columns).bit_count() > 1:
            break
        if _remark(sheet, index) or _alone(sheet, growing.rows, index):
            roles[sheet.spool.numbers[index]] = "note"
    return roles


def _alone(sheet: Sheet, rows: Sequence[int], index: int) -> bool:
    """Whether a row stands apart from the table, below an empty one."""
    numbers = sheet.spool.numbers
    return index != rows[0] and (index == 0 or numbers[index] - numbers[index - 1] > 1)


def _notes(
    sheet: Sheet, growing: _Growing, headings: Sequence[Heading], roles: dict[int, Role]
) -> list[Note]:
    notes: list[Note] = []

    def note(code: str, place: str, text: str) -> None:
        notes.append(Note(code, sheet.name, place, text))

    found = growing.found
    if found.first is None:
        note("no_headings", "", gettext("見出しの行がありません。列の名を A、B、C… としました。"))
    else:
        _heading_notes(headings, rows_said([found.first]), note)
    columns = [heading.column for heading in headings]
    hidden = [column for column in sheet.hidden_columns if column in set(columns)]
    if hidden:
        text = gettext("表示されていない列が%(count)d列あります。読みました。") % {"count": len(hidden)}
        note("hidden_columns", columns_said(hidden), text)
    empty = sorted(set(range(columns[0], columns[-1])) - set(columns))
    if empty:
        note("empty_columns", columns_said(empty), gettext("何もない列を除きました。"))
    if ragged := _ragged(sheet, growing):
        text = gettext("列の数がほかの行と違う行が%(count)d行あります。値がずれていないか確かめてください。")
        note("ragged", rows_said(ragged), text % {"count": len(ragged)})
    if roles:
        note("remarks", rows_said(sorted(roles)), gettext("表の下の注記とみました。"))
    totals = TableRows(sheet, growing.rows[-_LAST_ROWS:], tuple(columns), roles, ()).totals()
    if totals:
        note("totals", rows_said(totals), gettext("合計の行とみました。"))
    return notes


def _heading_notes(headings: Sequence[Heading], place: str, note: object) -> None:
    assert callable(note)
    missing = [heading.column for heading in headings if not heading.texts]
    if missing:
        text = gettext("見出しのない列があります。列の記号を名としました。")
        note("headings_missing", columns_said(missing), text)
    numbered = [
        heading for heading in headings if heading.texts and re.search(r" \([0-9]+\)$", heading.name)
        and heading.name != " ".join(heading.texts[-1].split())
    ]  # fmt: skip
    if numbered:
        names = "、".join(heading.name for heading in numbered[:10])
        text = gettext("同じ見出しの列があります。番号を付けて分けました: %(names)s") % {"names": names}
        note("headings_same", place, text)


def _ragged(sheet: Sheet, growing: _Growing) -> list[int]:
    if not sheet.cell_counts or not growing.rows:
        return []
    counts = Counter(sheet.cell_counts[index] for index in growing.rows)
    usual = counts.most_common(1)[0][0]
    if growing.found.first is not None:
        index = growing.rows[0] - 1
        usual = sheet.cell_counts[index] if index >= 0 else usual
    return [sheet.spool.numbers[index] for index in growing.rows if sheet.cell_counts[index] != usual]


def _exact(sheet: Sheet) -> Table:
    assert sheet.exact is not None
    columns = range(1, len(sheet.exact) + 1)
    headings = headings_name(
        columns, {column: (name,) for column, name in zip(columns, sheet.exact, strict=True)}
    )
    rows = TableRows(sheet, range(len(sheet.spool)), tuple(columns), None, ())
    notes = list(sheet.notes)
    _heading_notes(headings, "", lambda code, place, text: notes.append(Note(code, sheet.name, place, text)))
    return Table(sheet.name, 1, headings, rows, tuple(notes))
