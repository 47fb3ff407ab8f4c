"""
An office's answers as a workbook: out, filled in, and back with a look at the differences.

Every row carries the number of its line and the sequence of the answer that it was written from, so that a row
comes back to its own place, and an answer that a colleague saved meanwhile is seen, never overwritten unseen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from madoguchi.blocks.measures.actions.refusals import SheetRefused
from madoguchi.blocks.measures.models import RoundRequest
from madoguchi.blocks.measures.models.entries import figure_fits
from madoguchi.blocks.measures.queries import causes
from madoguchi.blocks.measures.rounds.answers import AnswerContent, FigureAnswer, answerable
from madoguchi.blocks.measures.rounds.queries import LineShown, lines_shown, sections_asked
from madoguchi.kernel.spreadsheets import SpreadsheetRefused
from madoguchi.kernel.workbooks import choices_rule, paper_set, text_put, workbook_open
from madoguchi.kit.numbers import Figure, FigureRefused, figure_parse
from madoguchi.kit.wareki import DateRefused, date_parse

TEXTS, FIGURES = "文", "数値"
ID_COLUMNS = ("行", "版")
FIGURE_HEADS = (
    "行", "版", "指標キー", "番号", "取組項目", "指標", "単位", "目標", "前年度実績", "実績", "見込み", "時点", "備考",
    "届かなかった理由", "予算要求",
)  # fmt: skip
FIRST_FIGURE_INPUT = FIGURE_HEADS.index("実績")
OPEN_FILL = PatternFill("solid", fgColor="FFF9DB")


@dataclass(frozen=True, slots=True)
class Fault:
    """What in a workbook cannot be read, where, and why."""

    sheet: str
    cell: str
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """An item whose answer would change: what stands now and what the workbook says; ``newer`` if somebody saved since."""

    line_id: int
    no: str
    title: str
    content: AnswerContent
    after: int
    newer: bool
    fields: tuple[tuple[str, str, str], ...]


@dataclass(slots=True)
class SheetRead:
    """What a workbook brings: changes to look at, or faults; never both applied."""

    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def answers_workbook(request: RoundRequest, *, on: date) -> bytes:
    """Write an office's answers into a workbook to fill in."""
    lines = lines_shown(request, on=on)
    sections = sections_asked(request.round)
    book = Workbook()
    texts = book.active
    assert isinstance(texts, Worksheet)
    texts.title = TEXTS
    heads = [
        *ID_COLUMNS, "番号", "取組項目", *(label for _key, label in sections), "書くことがないときの理由"
    ]  # fmt: skip
    _rows_put(texts, heads, (_text_row(row, sections) for row in lines))
    _finish(texts, first_input=5, widths=[6, 6, 8, 30, *([50] * (len(sections) + 1))])
    figures, labels = book.create_sheet(FIGURES), dict(causes())
    _rows_put(figures, FIGURE_HEADS, (values for row in lines for values in _figure_rows(row, labels)))
    _finish(
        figures,
        first_input=FIRST_FIGURE_INPUT + 1,
        widths=[6, 6, 14, 8, 30, 30, 8, 10, 10, 12, 8, 14, 30, 24, 24],
    )
    _choices(figures)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _text_row(row: LineShown, sections: Sequence[tuple[str, str]]) -> list[Any]:
    content = row.content
    return [
        row.line.pk, row.answer.sequence, row.item.no, row.item.title.value,
        *(content.texts.get(key, "") for key, _label in sections), content.nothing,
    ]  # fmt: skip


def _figure_rows(row: LineShown, labels: Mapping[str, str]) -> Iterator[list[Any]]:
    before = {one.key: one for one in (row.last.indicators if row.last else ())}
    for indicator in answerable(row.item):
        answer = row.content.figures.get(indicator.key, FigureAnswer())
        last = before.get(indicator.key)
        yield [
            row.line.pk, row.answer.sequence, indicator.key, row.item.no, row.item.title.value,
            indicator.name.value, indicator.unit_text,
            indicator.target if indicator.target is not None else indicator.target_word,
            last.actual if last else None, answer.value if answer.value is not None else answer.word,
            "○" if answer.provisional else "", answer.as_of, answer.note, labels.get(answer.cause, ""),
            answer.budget_request,
        ]  # fmt: skip


def _rows_put(sheet: Worksheet, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    sheet.append([*heads])
    for line, values in enumerate(rows, start=2):
        for number, value in enumerate(values, start=1):
            cell: Any = sheet.cell(line, number)
            if isinstance(value, str):
                text_put(cell, value)
            else:
                cell.value = value


def _finish(sheet: Worksheet, *, first_input: int, widths: Sequence[int]) -> None:
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in sheet.iter_rows(min_row=2):
        for number, cell in enumerate(row, start=1):
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number >= first_input:
                cell.fill, cell.protection = OPEN_FILL, Protection(locked=False)
    sheet.protection.sheet = True
    sheet.freeze_panes = f"{get_column_letter(first_input)}2"
    sheet.print_title_rows = "1:1"
    paper_set(sheet)


def _choices(sheet: Worksheet) -> None:
    for heading, labels in (("見込み", ["○"]), ("届かなかった理由", [label for _code, label in causes()])):
        # Excel takes a list of words of at most 255 characters.
        if labels and len(",".join(labels)) <= 255:
            column = get_column_letter(FIGURE_HEADS.index(heading) + 1)
            rule = choices_rule(labels, heading)
            rule.add(f"{column}2:{column}{max(sheet.max_row, 2)}")
            sheet.add_data_validation(rule)


def answers_read(request: RoundRequest, content: bytes, *, on: date) -> SheetRead:
    """
    Read a workbook that came back.

    :raises SheetRefused: it is no workbook of answers at all, or one of another request.
    """
    try:
        book = workbook_open(content, instead=gettext("受け取ったファイルに書いて戻してください。")).computed
    except SpreadsheetRefused as refused:
        raise SheetRefused(str(refused)) from refused
    if TEXTS not in book.sheetnames or FIGURES not in book.sheetnames:
        raise SheetRefused(
            gettext(
                "シート「%(texts)s」と「%(figures)s」がありません。受け取ったファイルに書いて戻してください。"
            )
            % {"texts": TEXTS, "figures": FIGURES}
        )
    return _Reading(request, on).read(book[TEXTS], book[FIGURES])


class _Reading:
    """One pass over a workbook: rows to their lines, cells to values, everything else to faults."""

    def __init__(self, request: RoundRequest, on: date) -> None:
        self.lines = {row.line.pk: row for row in lines_shown(request, on=on)}
        self.sections = sections_asked(request.round)
        self.causes = {label: code for code, label in causes()}
        self.texts: dict[int, dict[str, str]] = {}
        self.nothing: dict[int, str] = {}
        self.figures: dict[int, dict[str, FigureAnswer]] = {}
        self.seen: dict[int, int] = {}
        self.result = SheetRead()

    def read(self, texts: Worksheet, figures: Worksheet) -> SheetRead:
        self._heads(texts, [*ID_COLUMNS, "番号", "取組項目", *(label for _key, label in self.sections)])
        self._heads(figures, FIGURE_HEADS)
        if self.result.faults:
            return self.result
        for row in texts.iter_rows(min_row=2):
            if (line := self._line(texts, row)) is not None:
                values = [self._string(texts, cell) for cell in row[4 : 5 + len(self.sections)]]
                self.texts[line] = {
                    key: text for (key, _label), text in zip(self.sections, values, strict=False)
                }
                self.nothing[line] = values[-1] if len(values) > len(self.sections) else ""
        for row in figures.iter_rows(min_row=2):
            if (line := self._line(figures, row)) is not None:
                self._figure(figures, row, line)
        if not self.result.faults:
            self.result.changes = [change for line in self.seen if (change := self._change(line)) is not None]
        return self.result

    def _fault(self, sheet: Worksheet, cell: Any, reason: str) -> None:
        self.result.faults.append(Fault(sheet.title, cell.coordinate, reason))

    def _heads(self, sheet: Worksheet, wanted: Sequence[str]) -> None:
        for cell, head in zip(sheet[1], wanted, strict=False):
            if str(cell.value or "").strip() != head:
                self._fault(
                    sheet, cell,
                    gettext("見出しが「%(found)s」になっています。「%(head)s」に戻してください。")
                    % {"found": cell.value or "", "head": head},
                )  # fmt: skip
        if len(sheet[1]) < len(wanted):
            self._fault(
                sheet, sheet["A1"], gettext("列が足りません。受け取ったファイルに書いて戻してください。")
            )

    def _line(self, sheet: Worksheet, row: Sequence[Any]) -> int | None:
        if all(cell.value in (None, "") for cell in row):
            return None
        try:
            line, sequence = int(row[0].value), int(row[1].value)
        except (TypeError, ValueError):
            self._fault(
                sheet,
                row[0],
                gettext("行の番号がありません。行を消したり足したりせず、元の行に書いてください。"),
            )
            return None
        if line not in self.lines:
            self._fault(
                sheet,
                row[0],
                gettext("この部署の行ではありません。この部署のファイルかどうかを確かめてください。"),
            )
            return None
        self.seen[line] = sequence
        return line

    def _string(self, sheet: Worksheet, cell: Any) -> str:
        value = cell.value
        if cell.data_type == "e":
            self._fault(sheet, cell, gettext("数式がエラー（%(value)s）になっています。") % {"value": value})
            return ""
        if value is None:
            return ""
        return str(value).replace("\r\n", "\n").strip()

    def _figure(self, sheet: Worksheet, row: Sequence[Any], line: int) -> None:
        cells = dict(zip(FIGURE_HEADS, row, strict=False))
        known = {one.key: one for one in answerable(self.lines[line].item)}
        key = self._string(sheet, cells["指標キー"])
        if key not in known:
            self._fault(
                sheet,
                cells["指標キー"],
                gettext("この項目の指標ではありません。指標キーを元に戻してください。"),
            )
            return
        value, word = self._value(sheet, cells["実績"], word_allowed=bool(known[key].target_word))
        if not figure_fits(value, decimals=known[key].decimals):
            self._fault(
                sheet, cells["実績"],
                gettext("数値が大きすぎるか、小数が細かすぎます。小数第%(decimals)d位までで書いてください。")
                % {"decimals": known[key].decimals},
            )  # fmt: skip
        provisional = self._string(sheet, cells["見込み"]) != ""
        as_of = self._day(sheet, cells["時点"]) if provisional else None
        if provisional and as_of is None:
            self._fault(sheet, cells["時点"], gettext("見込みの値には、いつ時点かを書いてください。"))
        cause = self._string(sheet, cells["届かなかった理由"])
        if cause and cause not in self.causes:
            self._fault(
                sheet, cells["届かなかった理由"], gettext("理由の一覧にありません。一覧から選んでください。")
            )
        before = self.lines[line].content.figures.get(key, FigureAnswer())
        self.figures.setdefault(line, {})[key] = FigureAnswer(
            value=value, word=word, reached=before.reached if word == before.word else None, provisional=provisional,
            as_of=as_of, note=self._string(sheet, cells["備考"]), cause=self.causes.get(cause, ""),
            budget_request=self._string(sheet, cells["予算要求"]),
        )  # fmt: skip

    def _value(self, sheet: Worksheet, cell: Any, *, word_allowed: bool) -> tuple[Decimal | None, str]:
        if isinstance(cell.value, bool):
            self._fault(sheet, cell, gettext("数値を書いてください。"))
            return None, ""
        if isinstance(cell.value, int | float):
            # A percent format shows 39% and stores 0.39.
            scale = 100 if "%" in str(cell.number_format) else 1
            return Decimal(repr(cell.value)) * scale, ""
        text = self._string(sheet, cell)
        if not text:
            return None, ""
        if word_allowed:
            return None, text
        try:
            found = figure_parse(text)
        except FigureRefused as refused:
            self._fault(sheet, cell, str(refused.message))
            return None, ""
        return (found.value, "") if isinstance(found, Figure) else (None, "")

    def _day(self, sheet: Worksheet, cell: Any) -> date | None:
        if isinstance(cell.value, datetime):
            return cell.value.date()
        if isinstance(cell.value, date):
            return cell.value
        text = self._string(sheet, cell)
        if not text:
            return None
        try:
            found = date_parse(text)
        except DateRefused as refused:
            self._fault(sheet, cell, str(refused.message))
            return None
        return found if isinstance(found, date) else None

    def _change(self, line: int) -> Change | None:
        shown = self.lines[line]
        old = shown.content
        content = old.model_copy(
            update={
                "texts": old.texts | self.texts.get(line, {}), "nothing": self.nothing.get(line, old.nothing),
                "figures": old.figures | self.figures.get(line, {}),
            }
        )  # fmt: skip
        fields = tuple(self._differences(shown, old, content))
        if not fields:
            return None
        newest = shown.answer.sequence
        return Change(
            line, shown.item.no, shown.item.title.value, content, newest, self.seen[line] != newest, fields
        )

    def _differences(
        self, shown: LineShown, old: AnswerContent, new: AnswerContent
    ) -> Iterator[tuple[str, str, str]]:
        for key, label in self.sections:
            if old.texts.get(key, "").strip() != new.texts.get(key, "").strip():
                yield label, old.texts.get(key, ""), new.texts.get(key, "")
        for indicator in answerable(shown.item):
            before = old.figures.get(indicator.key, FigureAnswer())
            after = new.figures.get(indicator.key, FigureAnswer())
            if before != after:
                yield indicator.name.value, self._figure_words(before), self._figure_words(after)
        if old.nothing != new.nothing:
            yield gettext("書くことがないときの理由"), old.nothing, new.nothing

    def _figure_words(self, figure: FigureAnswer) -> str:
        cause = next((label for label, code in self.causes.items() if code == figure.cause), figure.cause)
        parts = [
            figure.word or (f"{figure.value:f}" if figure.value is not None else ""),
            gettext("見込み") if figure.provisional else "", figure.as_of.isoformat() if figure.as_of else "",
            figure.note, cause, figure.budget_request,
        ]  # fmt: skip
        return " / ".join(part for part in parts if part)
