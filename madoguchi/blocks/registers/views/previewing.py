"""What a file that was brought comes to, as a page shows it: columns, repairs, wrong cells, and what would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.blocks.fields.types import ComputedField, PointField, Repair
from madoguchi.blocks.registers.actions.imports import stager_of, table_of
from madoguchi.blocks.registers.importing.cells import CellLost, cell_text
from madoguchi.blocks.registers.importing.columns import NUMBER, OFFICE, PARENT
from madoguchi.blocks.registers.importing.readings import CellProblem
from madoguchi.blocks.registers.importing.rows import Outcome, Staged, outcome_of
from madoguchi.blocks.registers.models import FileImport, Version
from madoguchi.blocks.registers.presentation import MASK, Shown, in_lines, links_seen, record_url
from madoguchi.blocks.registers.schema import Payload, Schema
from madoguchi.blocks.registers.seeing import fields_seen, rows_seen
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.tables import Cell
from madoguchi.kernel.tables import Table as FileTable
from madoguchi.ui.components.table import Column, Table

MOST_PROBLEMS = 100
MOST_DIFFERENCES = 200
SAMPLED = 40
SAMPLES = 3
LARGE = 5_000


def targets_of(schema: Schema) -> list[tuple[str, str]]:
    """Give what a column can become, in the order of the register, with words."""
    found = [("", gettext("（取り込まない）")), (NUMBER, gettext("番号")), (OFFICE, gettext("持ち主の組織"))]
    if schema.model.parent is not None:
        found.append((PARENT, schema.words("parent.label")))
    for key, one in schema.fields.items():
        if isinstance(one, ComputedField) or key in schema.totals:
            continue
        label = schema.label(key)
        found.append((key, label))
        if isinstance(one, PointField):
            found += [(f"{key}:lat", gettext("%(label)s（緯度）") % {"label": label}),
                      (f"{key}:lon", gettext("%(label)s（経度）") % {"label": label})]  # fmt: skip
    return found


def text_of(cell: Cell) -> str:
    """Write a cell as one would type it; "" where it holds nothing that can be read."""
    try:
        return cell_text(cell)
    except CellLost:
        return ""


@dataclass(slots=True)
class Preview:
    """
    A file against its register.

    :param typed: texts that were typed in place of cells and are not taken yet, by name of the input.
    """

    viewer: Viewer
    schema: Schema
    kept: FileImport
    table: FileTable
    outcome: Outcome
    typed: Mapping[str, str] = field(default_factory=dict)

    # Columns

    def columns_table(self, columns: Mapping[str, str]) -> Table:
        """Show each heading with what it becomes and the first values beneath it."""
        targets = targets_of(self.schema)
        rows = [
            (number, heading.name, columns.get(heading.name, ""))
            for number, heading in enumerate(self.table.headings)
        ]
        samples = self._samples()
        return Table(
            [
                Column("heading", gettext("ファイルの見出し"), head=True, value=lambda row: row[1]),
                Column("samples", gettext("中身の例"), value=lambda row: samples[row[0]]),
                Column("target", gettext("台帳の項目"), "html",
                       value=lambda row: _select(f"c-{row[0]}", row[1], targets, row[2])),
            ],
            rows, caption=gettext("列の対応"), caption_hidden=True, key="columns",
        )  # fmt: skip

    def _samples(self) -> list[str]:
        found: list[list[str]] = [[] for _heading in self.table.headings]
        for row in islice(self.table.rows, SAMPLED):
            for place, cell in enumerate(row.cells):
                text = text_of(cell).strip()
                if text and len(found[place]) < SAMPLES and text not in found[place]:
                    found[place].append(text[:30])
        return [gettext("、").join(texts) for texts in found]

    # Repairs

    def repairs_made(self) -> list[tuple[str, int]]:
        """Give the repairs that were made, by kind, with how many cells."""
        return [
            (str(repair.label), count)
            for repair, count in sorted(self.outcome.repairs.items(), key=lambda one: -one[1])
        ]

    def repairs_offered(self) -> list[tuple[str, str, int, list[tuple[str, str]]]]:
        """Give the repairs that a person may choose: key, words, how many cells, and some of them before and after."""
        offered = [one for one in self.outcome.problems if one.proposal is not None]
        counts = Counter(one.proposal.repair for one in offered if one.proposal)
        cells = self._cells(one.row for one in offered[:MOST_PROBLEMS])
        examples: dict[Repair, list[tuple[str, str]]] = {}
        for one in offered[:MOST_PROBLEMS]:
            assert one.proposal is not None
            some = examples.setdefault(one.proposal.repair, [])
            if len(some) < SAMPLES:
                some.append((cells.get((one.row, one.column), ""), one.proposal.text))
        return [
            (repair.value, str(repair.label), count, examples.get(repair, []))
            for repair, count in counts.most_common()
        ]

    def repairs_chosen(self) -> list[tuple[str, str]]:
        """Give the repairs that somebody chose."""
        return [(value, str(Repair(value).label)) for value in self.kept.repairs]

    # Wrong cells

    def problems_table(self) -> Table:
        """Show what is wrong, each cell with an input in which it is put right."""
        places = {heading.name: number for number, heading in enumerate(self.table.headings)}
        problems = self.outcome.problems[:MOST_PROBLEMS]
        cells = self._cells(one.row for one in problems)

        def entry(one: CellProblem) -> SafeString | str:
            if one.column not in places:
                return gettext("行全体。列の対応か、ファイルを直します。")
            name = f"x-{one.row}-{places[one.column]}"
            value = self.typed.get(name, cells.get((one.row, one.column), ""))
            label = gettext("%(row)d行目の「%(column)s」を直す") % {"row": one.row, "column": one.column}
            return format_html(
                '<input name="{}" value="{}" aria-label="{}" autocomplete="off">', name, value, label
            )

        return Table(
            [
                Column("row", gettext("行"), value=lambda one: gettext("%(row)d行目") % {"row": one.row}, head=True),
                Column("column", gettext("列"), value=lambda one: one.column or "–"),
                Column("message", gettext("直すこと"), value=lambda one: one.message),
                Column("fix", gettext("正しい値"), "html", value=lambda one: format_html("{}", entry(one))),
            ],
            problems, caption=gettext("誤りのあるセル"), caption_hidden=True, key="problems",
        )  # fmt: skip

    def _cells(self, rows: Iterable[int]) -> dict[tuple[int, str], str]:
        """Give the texts of some rows by row and heading, as they are read now."""
        return cells_of(self.table, self.kept, set(rows))

    # Differences

    def differences_table(self) -> Table:
        """Show the first rows that would be new or change, from and to."""
        samples = self.outcome.samples[:MOST_DIFFERENCES]
        seen = fields_seen(self.viewer, self.schema)
        before = self._before(samples)
        on = self.kept.holds_from
        links = links_seen(
            self.viewer, self.schema, [*(one.payload for one in samples), *before.values()], on
        )
        shown = Shown(self.schema, on=on, links=links)
        new, changed = gettext("新しい"), gettext("変わる")

        def lines(one: Staged) -> SafeString:
            return in_lines(self._lines(shown, seen, before.get(one.record_id or 0), one))

        def url(one: Staged) -> str:
            return record_url(self.schema.key, one.number) if one.record_id in before else ""

        return Table(
            [
                Column("row", gettext("行"), value=lambda one: gettext("%(row)d行目") % {"row": one.row}),
                Column("number", gettext("番号"), head=True, link=url,
                       value=lambda one: one.number or gettext("（取り込むときに付きます）")),
                Column("action", gettext("どうなるか"), "badge",
                       value=lambda one: (new, "success") if one.action == "new" else (changed, "info")),
                Column("changes", gettext("内容"), "html", value=lines),
            ],
            samples, caption=gettext("取り込むと変わること"), caption_hidden=True, key="differences",
        )  # fmt: skip

    def _before(self, samples: Iterable[Staged]) -> dict[int, Payload]:
        ids = [one.record_id for one in samples if one.record_id is not None]
        rows = Version.objects.filter(rows_seen(self.viewer, self.schema), record__in=ids, current=True)
        return dict(rows.values_list("record_id", "payload"))

    def _lines(
        self, shown: Shown, seen: frozenset[str], before: Payload | None, one: Staged
    ) -> Iterable[SafeString | str]:
        after = one.payload or {}
        for key in one.changed:
            if key not in seen:
                continue
            label = shown.schema.label(key)
            now = shown.text(key, after.get(key)) or "–"
            if one.action == "new":
                if key in after:
                    yield format_html('<span class="rg-label">{}</span> {}', label, now)
                continue
            was = (shown.text(key, before.get(key)) or "–") if before is not None else MASK
            arrow = gettext("から")
            yield format_html(
                '<span class="rg-label">{}</span> <del>{}</del> <span class="rg-arrow" role="img" aria-label="{}">→</span> <ins>{}</ins>',
                label, was, arrow, now,
            )  # fmt: skip
        if one.action == "changed" and not one.changed:
            yield gettext("持ち主か、属するものが変わります。")


def preview_of(
    viewer: Viewer, schema: Schema, kept: FileImport, typed: Mapping[str, str] | None = None
) -> Preview:
    """
    Read a file anew against the register as it is now.

    :raises FileRefused: the file can be read no more.
    :raises ColumnsWrong: its columns name fields that the register has no more.
    """
    table = table_of(schema, bytes(kept.content or b""), kept.name, kept)
    stager = stager_of(schema, kept, viewer)
    # Read anew: what is wrong with a cell is told in the language of whoever looks.
    outcome = outcome_of(stager, stager.readings(table))
    return Preview(viewer, schema, kept, table, outcome, typed or {})


def cells_of(table: FileTable, kept: FileImport, rows: set[int]) -> dict[tuple[int, str], str]:
    """Give the texts of some rows by row and heading: of the file, or those that stand in their place."""
    found: dict[tuple[int, str], str] = {}
    wanted = set(rows)
    for row in table.rows if wanted else ():
        if row.number in wanted:
            for heading, cell in zip(table.headings, row.cells, strict=True):
                found[row.number, heading.name] = text_of(cell)
            wanted.discard(row.number)
            if not wanted:
                break
    fixes = {(row, heading): text for row, heading, text in kept.fixes}
    return found | {place: text for place, text in fixes.items() if place in found}


def _select(name: str, heading: str, targets: list[tuple[str, str]], chosen: str) -> SafeString:
    options = [
        format_html('<option value="{}"{}>{}</option>', value, " selected" if value == chosen else "", label)
        for value, label in targets
    ]
    label: Any = gettext("「%(heading)s」を何にするか") % {"heading": heading}
    joined = format_html("{}" * len(options), *options)
    return format_html('<select name="{}" aria-label="{}">{}</select>', name, label, joined)
