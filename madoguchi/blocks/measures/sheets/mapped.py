"""
Reading a sheet that we did not design, by its mapping.

Invariants (``tests/measures/test_sheets.py``):

1. A merged cell counts once, for the rows and years that it spans; a blank under a pillar or an item goes on with it.
2. Items that no column numbers keep the numbers that they are stored with, found by their titles.
3. Anything in a column of ours that cannot be read is a fault with its cell; columns not mapped are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from madoguchi.blocks.measures.sheets import layout
from madoguchi.blocks.measures.sheets.draft import CELL, Draft, Node
from madoguchi.blocks.measures.sheets.headings import Headings, sheets_find
from madoguchi.blocks.measures.sheets.mapped_columns import Columns, columns_find, spoken_note
from madoguchi.blocks.measures.sheets.mapped_fields import fields_read, texts_read
from madoguchi.blocks.measures.sheets.mapped_figures import block_read, inline_finish
from madoguchi.blocks.measures.sheets.mapping import MappingSpec, SheetSpec
from madoguchi.blocks.measures.sheets.reading import Cell, Findings, Grid, Spot
from madoguchi.blocks.measures.sheets.schedule import bars_read
from madoguchi.blocks.measures.sheets.values import plain, text_clean, text_read
from madoguchi.blocks.measures.spec import EditionSpec
from madoguchi.kit.width import digits_to_half

_MARKED = re.compile(r"[【\[（(]\s*(新規|継続|完了|再掲)\s*[】\])）]")


def mapped_read(
    grids: Sequence[Grid],
    mapping: MappingSpec,
    findings: Findings,
    stored_of: Callable[[str], EditionSpec | None],
) -> Draft:
    """
    Read a workbook by a mapping.

    :param stored_of: gives the stored edition of a key; None where there is none yet.
    """
    draft = Draft(findings, stored_of)
    draft.edition = {"key": mapping.edition["key"]}
    if draft.stored is None:
        draft.edition.setdefault("kind", "new")
    draft.edition |= mapping.edition
    draft.spoken.partial = mapping.partial
    for spec in mapping.sheets:
        found = [*sheets_find(spec, grids)]
        if not found:
            findings.fault(
                None,
                gettext("シート「%(sheet)s」がありません。") % {"sheet": spec.sheet or spec.match},
                gettext("あるのは: %(all)s") % {"all": "、".join(grid.title for grid in grids)},
            )
        for grid, headings in found:
            SheetReader(grid, headings, spec, mapping, draft).read()
    inline_finish(draft)
    _reprints_finish(draft)
    return draft


def _reprints_finish(draft: Draft) -> None:
    """Put items that are printed again (再掲) to their second pillar, found by their titles."""
    titles = {plain(node["title"]): no for no, node in draft.items.items()}
    for pillar, title, cell in draft.reprinted:
        no = titles.get(plain(title))
        if no is None:
            draft.missing(
                cell, gettext("再掲の「%(title)s」が、ほかの方針にありません。") % {"title": title[:40]}
            )
        else:
            draft.pillars[pillar].setdefault("reprints", []).append(no)
            draft.spoken.pillar |= {"reprints"}


@dataclass(slots=True)
class _Here:
    """Where the reading stands: the pillars from the top, the item and the part."""

    pillars: tuple[str, ...] = ()
    item: Node | None = None
    title: str = ""
    part: Node | None = None


class SheetReader:
    """One sheet, read from its headings down."""

    def __init__(
        self, grid: Grid, headings: Headings, spec: SheetSpec, mapping: MappingSpec, draft: Draft
    ) -> None:
        self.grid, self.headings, self.spec, self.mapping, self.draft = grid, headings, spec, mapping, draft
        self.findings = draft.findings
        self.here = _Here()
        self.columns = Columns()
        self.counted: dict[str, int] = {}

    def read(self) -> None:
        """Read every row below the headings."""
        before = len(self.findings.faults)
        self.columns = columns_find(self.headings, self.spec, self.mapping, self.draft)
        if len(self.findings.faults) > before:
            return
        spoken_note(self.columns, self.spec, self.mapping, self.draft)
        self._unread_note()
        if self.grid.too_long:
            self.findings.fault(
                Spot(self.grid.title),
                gettext("行が多すぎます。"),
                gettext("使っていない行を消してください。"),
            )
        for row in self.grid.hidden_rows(self.headings.last + 1):
            self.findings.note(
                Spot(self.grid.title, f"A{row}"),
                gettext("非表示の行も読みました。"),
                gettext("要らない行なら消してください。"),
            )
        for row in self.grid.rows:
            if row > self.headings.last and not self._is_aside(row):
                self._row_read(row)

    def _unread_note(self) -> None:
        """Name the columns that hold something and are not read."""
        ours = {*self.columns.ours()}
        unread = [
            self.headings.full(column)
            for column in sorted(self.headings.texts)
            if column not in ours
            and any(
                not self.grid.cell(row, column).empty and self.grid.cell(row, column).is_first
                for row in self.grid.rows
                if row > self.headings.last
            )
        ]
        if unread:
            self.findings.note(
                Spot(self.grid.title),
                gettext("読んでいない列があります（%(names)s）。") % {"names": "、".join(unread)},
                gettext("要る列なら、対応表に書いてください。"),
            )

    # Rows

    def _is_aside(self, row: int) -> bool:
        """Whether a row is no item: the headings printed again, a total, a remark, nothing of ours."""
        cells = [cell for cell in self.grid.line(row) if not cell.empty and cell.is_first]
        if not cells:
            return True
        texts = {cell.column: plain(str(cell.value)) for cell in cells}
        again = [
            text in {plain(each) for each in self.headings.texts.get(column, ())}
            for column, text in texts.items()
        ]
        if all(again):
            return True
        first = text_clean(cells[0].value)
        return any(re.search(pattern, first) for pattern in self.spec.skip)

    def _row_read(self, row: int) -> None:
        if self.spec.pillar_row and self._pillar_row(row):
            return
        if not any(not self.grid.cell(row, column).empty for column in self.columns.ours()):
            return
        self._pillars_read(row)
        node = self._item_read(row)
        if node is None:
            return
        self._part_read(row)
        texts_read(self, row, node)
        fields_read(self, row, node)
        for block in self.columns.blocks:
            block_read(self, row, block)
        if self.spec.bars:
            bars_read(self, row, self.here.part or node)

    def _pillar_row(self, row: int) -> bool:
        cells = [cell for cell in self.grid.line(row) if not cell.empty and cell.is_first]
        found = re.search(self.spec.pillar_row, text_clean(cells[0].value)) if len(cells) == 1 else None
        if found is None:
            return False
        no = found["no"] if "no" in found.re.groupindex else ""
        self._pillar_open((), found["title"].strip(), digits_to_half(no or ""), cells[0])
        return True

    def cell(self, row: int, name: str) -> Cell | None:
        """Give the cell of a field in a row; None where no column has it."""
        column = self.columns.named.get(name)
        return self.grid.cell(row, column) if column is not None else None

    def cell_of_section(self, row: int, section: str) -> Cell:
        """Give the cell that a section's text stands in: its own column, or one that is split."""
        split = next((column for column, marks in self.columns.split.items() if section in marks), None)
        return self.grid.cell(row, split or self.columns.named.get(f"texts.{section}", 1))

    def text(self, cell: Cell | None, *, most: int = 0) -> str:
        """Read a text."""
        if cell is None:
            return ""
        return self.findings.take(
            cell, lambda value: text_read(value, number_format=cell.number_format, most=most), ""
        )

    def _own(self, cell: Cell | None) -> bool:
        """Whether a cell holds something of its own: not blank, not another column's merged range."""
        return cell is not None and not cell.empty and (cell.first is None or cell.first[1] == cell.column)

    def _pillars_read(self, row: int) -> None:
        above: tuple[str, ...] = ()
        changed = False
        for level in range(len(self.spec.columns.pillar)):
            cell = self.cell(row, f"pillar{level}")
            title = self.text(cell, most=300) if self._own(cell) else ""
            now = self.here.pillars[level] if level < len(self.here.pillars) and not changed else ""
            if title and cell is not None and (not now or plain(title) not in self._titles(now)):
                number = self.cell(row, "pillar_no") if level == 0 else None
                no, title = _numbered(self.spec.pillar_text, digits_to_half(self.text(number)), title)
                now, changed = self._pillar_open(above, title, no, cell), True
            if not now:
                break
            above = (*above, now)
        if self.spec.columns.pillar:
            self.here.pillars = above

    def _titles(self, no: str) -> set[str]:
        """Give what a pillar is called: its title, and as its cell says it, number and all."""
        node = self.draft.pillars[no]
        return {plain(node["title"]), plain(str(node[CELL].value))}

    def _pillar_open(self, above: tuple[str, ...], title: str, no: str, cell: Cell) -> str:
        """Go on under a pillar: one that was read already, or a new one."""
        parent = above[-1] if above else ""
        below = self.draft.pillars[parent]["pillars"] if parent else self.draft.roots
        for node in below:
            if plain(node["title"]) == plain(title) and (not no or node["no"] == no):
                no = node["no"]
                break
        else:
            no = no or self._pillar_number(parent, title, len(below))
            self.draft.pillar_add(no, title, parent, cell)
        self.here = _Here(pillars=(*above, no))
        return no

    def _pillar_number(self, parent: str, title: str, place: int) -> str:
        if self.draft.stored:
            for _above, pillar in self.draft.stored.pillars_all():
                if plain(pillar.title) == plain(title) and pillar.no not in self.draft.pillars:
                    return pillar.no
        known = {
            *self.draft.pillars,
            *([pillar.no for _above, pillar in self.draft.stored.pillars_all()] if self.draft.stored else ()),
        }
        while (no := f"{parent}-{place + 1}" if parent else str(place + 1)) in known:
            place += 1
        return no

    def _item_read(self, row: int) -> Node | None:
        cell, number = self.cell(row, "title"), self.cell(row, "no")
        title = self.text(cell, most=300) if self._own(cell) else ""
        no = digits_to_half(self.text(number, most=60)) if self._own(number) else ""
        marked = _MARKED.search(title)
        no, title = _numbered(self.spec.title_text, no, _MARKED.sub("", title).strip())
        again = (not title or plain(title) == plain(self.here.title)) and (
            not no or (self.here.item or {}).get("no") == no
        )
        if again and self.here.item is not None:
            return self.here.item
        assert cell is not None
        if not title:
            self._lost(row, cell, no)
            return None
        if not self.here.pillars:
            self.findings.fault(
                cell,
                gettext("この項目の方針が分かりません。"),
                gettext("方針の列か行に、方針の名を書いてください。"),
            )
            return None
        if marked and marked[1] == "再掲":
            self.draft.reprinted.append((self.here.pillars[-1], title, cell))
            self.here = _Here(self.here.pillars)
            return None
        node = self.draft.item_add(no or self._item_number(title), title, self.here.pillars[-1], cell)
        self.here = _Here(self.here.pillars, node, title)
        if node is not None and marked and "mark" not in self.columns.named:
            marks = {label: key for key, label in layout.MARKS.items()}
            if mark := marks.get(marked[1]):
                node["mark"] = mark
                self.draft.spoken.item |= {"mark"}
        return node

    def _lost(self, row: int, cell: Cell, no: str) -> None:
        """Say that a row belongs to no item, where it holds more than a pillar."""
        pillars = {column for name, column in self.columns.named.items() if name.startswith("pillar")}
        if no or any(
            not self.grid.cell(row, column).empty for column in self.columns.ours() if column not in pillars
        ):
            self.findings.fault(
                cell,
                gettext("取組項目の名称がありません。"),
                gettext("名称を書くか、この行を消してください。"),
            )

    def _item_number(self, title: str) -> str:
        pillar = self.here.pillars[-1]
        stored = {
            item.no: (above[-1].title, item.title)
            for above, item in (self.draft.stored.items_all() if self.draft.stored else ())
        }
        here = self.draft.pillars[pillar]["title"]
        for no, (above, known) in stored.items():
            if (plain(above), plain(known)) == (plain(here), plain(title)) and no not in self.draft.items:
                return no
        counter = pillar if "{pillar}" in self.mapping.numbering else ""
        while True:
            self.counted[counter] = self.counted.get(counter, 0) + 1
            no = self.mapping.numbering.format(pillar=pillar, n=self.counted[counter])
            if no not in stored and no not in self.draft.items:
                return no

    def _part_read(self, row: int) -> None:
        cell, number, item = self.cell(row, "part"), self.cell(row, "part_no"), self.here.item
        title = self.text(cell, most=300) if self._own(cell) else ""
        no = digits_to_half(self.text(number, most=60)) if self._own(number) else ""
        if cell is None or item is None or not (title or no):
            if cell is not None and not cell.merged:
                return
            self.here.part = self.here.part if cell is not None and cell.empty else None
            return
        if self.here.part is not None and plain(self.here.part["title"]) == plain(title):
            return
        self.here.part = self.draft.part_add(
            item["no"], no or self._part_number(item, title), title or no, cell
        )

    def _part_number(self, item: Node, title: str) -> str:
        stored = (
            next((each for _above, each in self.draft.stored.items_all() if each.no == item["no"]), None)
            if self.draft.stored
            else None
        )
        known = {no: part.title for no, part in stored.parts_all()} if stored else {}
        for no, text in known.items():
            if plain(text) == plain(title) and (item["no"], no) not in self.draft.parts:
                return no
        number = 1
        while str(number) in known or (item["no"], str(number)) in self.draft.parts:
            number += 1
        return str(number)


def _numbered(pattern: str, no: str, title: str) -> tuple[str, str]:
    """Take the number off a title, where a pattern says how."""
    found = re.fullmatch(pattern, title) if pattern else None
    if found is None:
        return no, title
    own = found["no"] if "no" in found.re.groupindex else ""
    return no or digits_to_half(own or ""), found["title"].strip()
