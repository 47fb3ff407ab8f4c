"""The 取組実績一覧表 as it is printed: columns in the order of the source, items by pillar, the 総括 behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import override

from madoguchi.blocks.measures.presentation import summary_sentence
from madoguchi.blocks.measures.spec import PillarSpec, SectionSpec
from madoguchi.blocks.measures.types import EditionSpec, GradeLine, IndicatorLine, ItemLine, Report
from madoguchi.kit.fiscal import FiscalYear
from madoguchi.kit.numbers import figure_format
from madoguchi.kit.wareki import wareki_format

AGAIN = "（再掲）"
MARKS = {"new": "【新規】", "completed": "【完了】"}
MANY_SECTIONS = 3


@dataclass(frozen=True, slots=True)
class Block:
    """A text within a cell, and what it is called there ("" where the column's heading says it)."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class PrintedColumn:
    """A column: its heading, its width as a share of the sheet, and whether it is centred."""

    key: str
    label: str
    width: int
    centred: bool = False


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """An item, with the blocks of each cell; ``again`` where it stands in a second place (再掲)."""

    no: str
    again: bool
    cells: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True, slots=True)
class PrintedGroup:
    """A pillar with the items that are printed under it; ``depth`` 0 for one at the top."""

    heading: str
    depth: int
    rows: tuple[PrintedRow, ...]


@dataclass(frozen=True, slots=True)
class Printed:
    """The whole document. ``itemised`` False: the totals were published without items."""

    city: str
    title: str
    heading: str
    notes: tuple[str, ...]
    columns: tuple[PrintedColumn, ...]
    groups: tuple[PrintedGroup, ...]
    grades: tuple[GradeLine, ...]
    total: int
    itemised: bool
    sentence: str
    source: str

    @property
    def width(self) -> int:
        """The widths of all columns together."""
        return sum(column.width for column in self.columns)

    def as_data(self) -> dict[str, Any]:
        """Give it as plain data, for templates."""
        return asdict(self)


def printed(report: Report, plan: EditionSpec) -> Printed:
    """Put a report, read in Japanese, into the form in which it is printed."""
    sheet = _Sheet(report, plan)
    with override("ja"):
        sentence = summary_sentence(report)
    return Printed(
        city=report.city, title=report.title.value,
        heading=f"「{report.title.value}」の取組実績（{FiscalYear(report.year).label()}）一覧表",
        notes=tuple(_notes(report)), columns=sheet.columns,
        groups=tuple(sheet.groups()) if _told(report) else (), grades=report.summary,
        total=report.total, itemised=report.itemised, sentence=sentence if plan.grades else "",
        source=plan.source,
    )  # fmt: skip


def _told(report: Report) -> bool:
    """Whether anything was said of single items; of some years only the totals are known."""
    return report.itemised or any(
        line.written or line.status or any(one.origin != "none" for one in line.indicators)
        for line in report.items
    )


def _notes(report: Report) -> Iterator[str]:
    if report.provisional:
        on = f"{wareki_format(report.as_of)}時点の" if report.as_of else ""
        yield f"この年度の値は、{on}見込みを含みます。"
    if not report.itemised:
        yield "この年度は集計だけが公表されています。取組項目ごとの評価はありません。"


class _Sheet:
    """What the rows of one document have in common."""

    def __init__(self, report: Report, plan: EditionSpec) -> None:
        self.plan = plan
        self.lines = {line.no: line for line in report.items}
        self.phases = {phase.key: phase.label for phase in plan.phases}
        self.levels = {level.key: level.label for level in plan.levels}
        self.labels = {section.key: section.label for section in plan.sections}
        self.outcomes = {item.no: item.outcome for _above, item in plan.items_all()}
        self.standing = [section for section in plan.sections if not section.yearly]
        yearly = [section for section in plan.sections if section.yearly]
        self.done, self.after = yearly[:1], yearly[1:]
        self.columns = tuple(self._columns())

    def _columns(self) -> Iterator[PrintedColumn]:
        yield PrintedColumn("no", "No", 7, centred=True)
        yield PrintedColumn("title", self.levels.get("item", "取組項目"), 15)
        many = len(self.standing) > MANY_SECTIONS or not self.standing
        yield PrintedColumn(
            "plan", "計画の内容" if many else "・".join(section.label for section in self.standing), 34
        )
        yield PrintedColumn("done", self.done[0].label if self.done else "取組実績", 34)
        yield PrintedColumn("judgement", "自己評価" if self.plan.grades else "進捗", 9, centred=True)
        if self.after:
            yield PrintedColumn("after", "・".join(section.label for section in self.after), 26)
        yield PrintedColumn("offices", "担当部署", 13)

    def groups(self) -> Iterator[PrintedGroup]:
        for above, pillar in self.plan.pillars_all():
            # In the order in which plans print them: what was said before, then what is new here.
            rows = [self.row(self.lines[no], again=True) for no in pillar.reprints if no in self.lines]
            rows += [
                self.row(self.lines[item.no], again=False) for item in pillar.items if item.no in self.lines
            ]
            yield PrintedGroup(self._heading(pillar, len(above)), len(above), tuple(rows))

    def _heading(self, pillar: PillarSpec, depth: int) -> str:
        if not pillar.no.isdecimal() or depth:
            return f"{pillar.no}「{pillar.title}」"
        return f"{self.levels.get('pillar', '')}{pillar.no}「{pillar.title}」"

    def row(self, line: ItemLine, *, again: bool) -> PrintedRow:
        cells = {
            "no": [Block("", line.no), *([Block("", AGAIN)] if again else [])],
            "title": [Block("", f"{MARKS.get(line.mark, '')}{line.title.value}")],
            "plan": [
                *self._texts(line, self.standing),
                *self._outcome(line),
                *self._parts(line),
                *_targets(line),
            ],
            "done": [*self._texts(line, self.done), *self._progress(line), *_actuals(line)],
            "judgement": [Block("", self._judgement(line))],
            "after": [*self._texts(line, self.after)],
            "offices": [Block("", "、".join(line.offices))],
        }
        return PrintedRow(
            line.no,
            again,
            tuple(tuple(block for block in cells[column.key] if block.text) for column in self.columns),
        )

    def _judgement(self, line: ItemLine) -> str:
        return (line.grade or "") if self.plan.grades else self.phases.get(line.status, "")

    def _texts(self, line: ItemLine, sections: list[SectionSpec]) -> Iterator[Block]:
        for section in sections:
            text = line.sections.get(section.key, "")
            if text:
                yield Block(section.label if len(sections) > 1 else "", text)

    def _outcome(self, line: ItemLine) -> Iterator[Block]:
        if outcome := self.outcomes.get(line.no):
            yield Block(self.labels.get("outcome", "実現すること"), outcome)

    def _parts(self, line: ItemLine) -> Iterator[Block]:
        if line.parts:
            yield Block(
                self.levels.get("part", ""), "\n".join(f"{part.no} {part.title.value}" for part in line.parts)
            )

    def _progress(self, line: ItemLine) -> Iterator[Block]:
        told = [f"{part.no} {self.phases[part.status]}" for part in line.parts if part.status in self.phases]
        if self.plan.grades and line.status in self.phases:
            told.insert(0, self.phases[line.status])
        if told:
            yield Block("進捗", "\n".join(told))


def _targets(line: ItemLine) -> Iterator[Block]:
    for one in line.indicators:
        target = one.target_word or _figure(one.target, one)
        if target:
            yield Block("", f"【{one.name.value}：{target}】")


def _actuals(line: ItemLine) -> Iterator[Block]:
    for one in line.indicators:
        actual = one.actual_word or _figure(one.actual, one)
        if not actual and not (one.target_word or one.target is not None):
            continue
        if actual and one.provisional:
            on = f"{wareki_format(one.as_of)}時点の" if one.as_of else ""
            actual += f"（{on}見込み）"
        yield Block("", f"【{one.name.value}：{actual or '未記入'}】")


def _figure(value: Decimal | None, line: IndicatorLine) -> str:
    return "" if value is None else figure_format(value, decimals=line.decimals, unit=line.unit_text)
