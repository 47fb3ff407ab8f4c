"""A plan as rows of our template's sheets: what ``filled.py`` reads back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from madoguchi.blocks.measures.sheets import layout
from madoguchi.blocks.measures.sheets.values import CellRefused, plain, value_read
from madoguchi.blocks.measures.spec import (
    OPEN_GROUPS,
    EditionSpec,
    IndicatorSpec,
    ItemSpec,
    MilestoneSpec,
    OfficeSpec,
    PhaseSpec,
    Value,
)
from madoguchi.kit.fiscal import FiscalYear, fiscal_year_of
from madoguchi.kit.wareki import wareki_format

Row = dict[str, Any]
UNIT_MARK, COORDINATES, GROUP = "＞", "【取りまとめ】", "【範囲】"


def year_heading(head: str, year: int) -> str:
    """Head a column of one year: 目標 令和8年度."""
    return f"{head} {FiscalYear(year).label()}"


def rows_of(spec: EditionSpec) -> dict[str, list[Row]]:
    """Give the rows of every sheet, by the keys of its columns; a sheet without any is empty."""
    return {
        sheet: [{key: value for key, value in row.items() if value not in (None, "")} for row in rows(spec)]
        for sheet, rows in _ROWS.items()
    }


def plan_values(spec: EditionSpec) -> Row:
    """Give the values of the sheet 計画."""
    return {
        "key": spec.key, "city": spec.city, "title": spec.title, "kind": layout.KINDS[spec.kind],
        "first_year": _year(spec.first_year), "last_year": _year(spec.last_year),
        "ends_early": _year(spec.ends_early), "issued": spec.issued, "source": spec.source,
        "replaces": spec.replaces,
    }  # fmt: skip


def _year(year: int | None) -> str:
    return FiscalYear(year).label() if year is not None else ""


def _day(day: date | None, *, end: bool) -> str:
    """Write a day; the first or last of a fiscal year as that year."""
    if day is None:
        return ""
    year = fiscal_year_of(day)
    return year.label() if day == (year.last_day if end else year.first_day) else wareki_format(day)


def office_text(office: OfficeSpec) -> str:
    """Write an office as one line of a cell."""
    name = f"{office.name}{UNIT_MARK}{office.unit}" if office.unit else office.name
    group = GROUP if office.group and office.name not in OPEN_GROUPS else ""
    return f"{name}{COORDINATES if office.coordinates else ''}{group}"


def _offices(offices: Sequence[OfficeSpec]) -> str:
    return "\n".join(office_text(office) for office in offices)


def value_cell(value: Value | Decimal | None, *, unit: str) -> Decimal | str:
    """Write a figure so that it is read back as the same: numbers as numbers, words with figures in brackets."""
    if value is None:
        return ""
    if isinstance(value, Value):
        if value.number is None:
            return _word(value.word)
        value = value.number
    # A small number beside % could be a share: with its sign it is not.
    return f"{value:f}%" if plain(unit) == "%" and value and abs(value) <= 1 else value


def _word(word: str) -> str:
    try:
        found = value_read(word)
    except CellRefused:
        found = None
    return word if found is not None and found.word == word else f"「{word}」"


def _sections(texts: dict[str, str]) -> Row:
    return {f"{layout.SECTION_HEAD}{key}": text for key, text in texts.items()}


def _items(spec: EditionSpec) -> Iterator[Row]:
    marks = {tag_set.key: {tag.key: tag.label for tag in tag_set.tags} for tag_set in spec.tag_sets}
    for above, pillar in spec.pillars_all():
        yield {
            "kind": layout.ROW_KINDS["pillar"], "no": pillar.no, "above": above[-1].no if above else "",
            "title": pillar.title, "reprints": "\n".join(pillar.reprints), **_sections(pillar.texts),
        }  # fmt: skip
        for item in pillar.items:
            tags = {
                f"{layout.TAG_HEAD}{key}": "\n".join(marks[key][tag] for tag in tags) or "—"
                for key, tags in item.tags.items()
            }
            yield {
                "kind": layout.ROW_KINDS["item"], "no": item.no, "above": pillar.no, "title": item.title,
                "mark": layout.MARKS.get(item.mark, ""), "offices": _offices(item.offices),
                "outcome": item.outcome, "no_indicator": item.no_indicator,
                "findings": "\n".join(item.findings), **_sections(item.sections()), **tags,
            }  # fmt: skip


def _parts(spec: EditionSpec) -> Iterator[Row]:
    words = {phase.key: phase.label for phase in spec.phases}
    for _above, item in spec.items_all():
        yield from ({"item": item.no, **row} for row in _bars(words, item.phases, item.milestones))
        for no, part in item.parts_all():
            head = {
                "title": part.title, "offices": _offices(part.offices), **_sections(part.texts),
            }  # fmt: skip
            for number, row in enumerate([*_bars(words, part.phases, part.milestones)] or [{}]):
                yield {"item": item.no, "part": no, **(head if number == 0 else {}), **row}


def _bars(
    words: Mapping[str, str], phases: Sequence[PhaseSpec], milestones: Sequence[MilestoneSpec]
) -> Iterator[Row]:
    for phase in phases:
        yield {
            "word": words.get(phase.word, ""), "text": phase.text,
            "group": phase.group, "from": _day(phase.starts_on, end=False), "to": _day(phase.ends_on, end=True),
            "state": layout.STATES[phase.state] if phase.state != "as_printed" else "",
        }  # fmt: skip
    for milestone in milestones:
        yield {"milestone": milestone.text, "on": _day(milestone.on, end=True)}


def _indicators(spec: EditionSpec) -> Iterator[Row]:
    for _above, pillar in spec.pillars_all():
        for indicator in pillar.indicators:
            yield {"pillar": pillar.no, **_indicator(indicator)}
        for item in pillar.items:
            yield from _indicators_of(item)


def _indicators_of(item: ItemSpec) -> Iterator[Row]:
    for part, indicator in item.indicators_all():
        yield {"item": item.no, "part": part, **_indicator(indicator)}


def _indicator(indicator: IndicatorSpec) -> Row:
    unit = indicator.unit
    values: Row = {
        f"{layout.TARGET_HEAD}{year}": value_cell(value, unit=unit)
        for year, value in indicator.targets.items()
    }
    values |= {
        f"{layout.ACTUAL_HEAD}{year}": value_cell(value, unit=unit)
        for year, value in indicator.actuals.items()
    }
    return {
        "no": indicator.no, "name": indicator.name, "unit": f"{unit}/{indicator.per}" if indicator.per else unit,
        "decimals": indicator.decimals, "direction": layout.DIRECTIONS[indicator.direction],
        "kind": layout.INDICATOR_KINDS[indicator.kind],
        "base_year": _year(indicator.base.year) if indicator.base else "",
        "base": value_cell(indicator.base.value, unit=unit) if indicator.base else "",
        "declared": indicator.declared, "indicator_key": indicator.key, "note": indicator.note, **values,
    }  # fmt: skip


def _words(spec: EditionSpec) -> Iterator[Row]:
    for kind, words in (("level", spec.levels), ("section", spec.sections), ("phase", spec.phases)):
        for word in words:
            yield {
                "kind": layout.WORD_KINDS[kind], "word_key": word.key, "label": word.label,
                "meaning": word.meaning, "yearly": layout.YES if getattr(word, "yearly", False) else "",
            }  # fmt: skip


def _grades(spec: EditionSpec) -> Iterator[Row]:
    for grade in spec.grades:
        yield {
            "grade": grade.key, "meaning": grade.meaning, "from_ratio": grade.from_ratio,
            "not_assessable": "" if grade.assessable else layout.YES,
        }  # fmt: skip


def _texts(spec: EditionSpec) -> Iterator[Row]:
    for kind, texts in (("declaration", spec.declarations), ("text", spec.texts)):
        for text in texts:
            yield {"kind": layout.TEXT_KINDS[kind], "name": text.name, "text": text.text}


def _parents(spec: EditionSpec) -> Iterator[Row]:
    for parent in spec.parents:
        yield {
            "title": parent.title, "first_year": _year(parent.first_year), "last_year": _year(parent.last_year),
            "note": parent.note,
        }  # fmt: skip


def _findings(spec: EditionSpec) -> Iterator[Row]:
    for finding in spec.findings:
        yield {"finding_key": finding.key, "label": finding.label, "text": finding.text}


def _tags(spec: EditionSpec) -> Iterator[Row]:
    for tag_set in spec.tag_sets:
        for tag in tag_set.tags:
            yield {
                "set_key": tag_set.key, "set_label": tag_set.label, "version": tag_set.version,
                "yes": tag_set.yes, "no": tag_set.no, "tag_key": tag.key, "tag_label": tag.label,
            }  # fmt: skip


def _tables(spec: EditionSpec) -> Iterator[Row]:
    for table in spec.tables:
        for label, values in table.rows:
            for column, value in zip(table.columns, values, strict=True):
                yield {
                    "table_key": table.key, "table_title": table.title, "row": label, "column": column,
                    "value": value_cell(value, unit=""), "table_note": table.note,
                }  # fmt: skip


def _notes(spec: EditionSpec) -> Iterator[Row]:
    for note in spec.notes:
        yield {
            "kind": layout.NOTE_KINDS[note.kind], "note_mark": note.mark, "term": note.term, "text": note.text,
            "on": wareki_format(note.on) if note.on else "", "items": "\n".join(note.items),
        }  # fmt: skip


def _source_notes(spec: EditionSpec) -> Iterator[Row]:
    for note in spec.source_notes:
        yield {"path": note.path, "state": layout.STATES[note.state], "note": note.note}


def _links(spec: EditionSpec) -> Iterator[Row]:
    for _above, item in spec.items_all():
        for link in item.continues:
            yield {
                "item": item.no, "before": link.no, "how": layout.LINKS_HOW[link.how], "reason": link.reason,
            }  # fmt: skip
    for ended in spec.ended:
        yield {"before": ended.no, "how": layout.LINKS_HOW["ended"], "reason": ended.reason}


def _results(spec: EditionSpec) -> Iterator[Row]:
    phases = {phase.key: phase.label for phase in spec.phases}
    for _above, item in spec.items_all():
        for year, result in item.results.items():
            yield {
                "item": item.no, "year": _year(year), "grade": result.grade or "",
                "status": phases.get(result.status, ""), **_sections(result.sections()),
            }  # fmt: skip


def _totals(spec: EditionSpec) -> Iterator[Row]:
    for total in spec.totals:
        adjusted = {adjustment.grade: adjustment for adjustment in total.adjustments}
        for grade, count in total.counts.items():
            adjustment = adjusted.get(grade)
            yield {
                "year": _year(total.year), "grade": grade, "count": count,
                "printed": total.printed_percent.get(grade),
                "computed": adjustment.computed if adjustment else None,
                "reason": adjustment.reason if adjustment else "",
                "as_of": wareki_format(total.as_of) if total.as_of else "",
                "state": layout.STATES[total.source] if total.source != "as_printed" else "", "note": total.note,
            }  # fmt: skip


_ROWS: dict[str, Callable[[EditionSpec], Iterator[Row]]] = {
    layout.ITEMS: _items, layout.PARTS: _parts, layout.INDICATORS: _indicators, layout.WORDS: _words,
    layout.GRADES: _grades, layout.TEXTS: _texts, layout.PARENTS: _parents, layout.FINDINGS: _findings,
    layout.TAGS: _tags, layout.TABLES: _tables, layout.NOTES: _notes, layout.SOURCE_NOTES: _source_notes,
    layout.LINKS: _links, layout.RESULTS: _results, layout.TOTALS: _totals,
}  # fmt: skip
