"""Reading the sheets of our template that only some plans use: texts, tags, notes, links, results, totals."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext

from madoguchi.blocks.measures.sheets import layout
from madoguchi.blocks.measures.sheets.columns import Page, section_heads
from madoguchi.blocks.measures.sheets.draft import Draft, Node
from madoguchi.blocks.measures.sheets.values import DASH, Typed, value_read


def _texts_read(page: Page, draft: Draft) -> None:
    draft.edition |= {"declarations": [], "texts": []}
    for line in page.open():
        kind = line.choice("kind", layout.TEXT_KINDS)
        node = {"name": line.must("name"), "text": line.must("text")}
        draft.edition["declarations" if kind == "declaration" else "texts"].append(node)


def _parents_read(page: Page, draft: Draft) -> None:
    draft.edition["parents"] = [
        {"title": line.must("title"), "first_year": line.year("first_year"), "last_year": line.year("last_year"), "note": line.text("note")}
        for line in page.open()
    ]  # fmt: skip


def _findings_read(page: Page, draft: Draft) -> None:
    draft.edition["findings"] = [
        {"key": line.must("finding_key"), "label": line.must("label"), "text": line.must("text")}
        for line in page.open()
    ]


def _tags_read(page: Page, draft: Draft) -> None:
    sets: dict[str, Node] = {}
    for line in page.open():
        key = line.must("set_key")
        tag_set = sets.setdefault(
            key,
            {
                "key": key, "label": line.must("set_label"), "version": line.text("version"),
                "yes": line.text("yes") or layout.YES, "no": line.text("no") or DASH, "tags": [],
            },
        )  # fmt: skip
        tag_set["tags"].append({"key": line.must("tag_key"), "label": line.must("tag_label")})
    draft.edition["tag_sets"] = [*sets.values()]


def _tables_read(page: Page, draft: Draft) -> None:
    tables: dict[str, Node] = {}
    for line in page.open():
        key, row, column = line.must("table_key"), line.must("row"), line.must("column")
        table = tables.setdefault(
            key,
            {
                "key": key,
                "title": line.must("table_title"),
                "note": line.text("table_note"),
                "columns": [],
                "rows": {},
            },
        )
        typed: Typed | None = line.take("value", value_read, None)
        if typed is None:
            if line.cell("value").empty:
                line.empty("value")
            continue
        if column not in table["columns"]:
            table["columns"].append(column)
        unit = f"{typed.unit}/{typed.per}" if typed.per else typed.unit
        value = (
            {"word": f"{typed.short()}{unit}"} if unit or typed.number is None else {"number": typed.short()}
        )
        table["rows"].setdefault(row, []).append(value)
    for table in tables.values():
        table["rows"] = [*table["rows"].items()]
    draft.edition["tables"] = [*tables.values()]


def _notes_read(page: Page, draft: Draft) -> None:
    draft.edition["notes"] = [
        {
            "kind": line.choice("kind", layout.NOTE_KINDS) or "footnote", "mark": line.text("note_mark"),
            "term": line.text("term"), "text": line.must("text"), "on": line.day("on"), "items": line.several("items"),
        }
        for line in page.open()
    ]  # fmt: skip


def _source_notes_read(page: Page, draft: Draft) -> None:
    draft.edition["source_notes"] = [
        {"path": line.must("path"), "state": line.choice("state", layout.STATES) or "as_printed", "note": line.text("note")}
        for line in page.open()
    ]  # fmt: skip


def _links_read(page: Page, draft: Draft) -> None:
    lines = [*page.open()]
    draft.spoken.item |= {"continues"}
    draft.edition["ended"] = []
    for line in lines:
        how = line.choice("how", layout.LINKS_HOW) or "same"
        link: Node = {"no": line.must_number("before"), "reason": line.text("reason")}
        if how == "ended":
            draft.edition["ended"].append(link)
            continue
        node = draft.items.get(line.must_number("item"))
        if node is None:
            draft.missing(
                line.cell("item"), gettext("項目「%(no)s」がありません。") % {"no": line.number("item")}
            )
        else:
            node.setdefault("continues", []).append({**link, "how": how})


def _results_read(page: Page, draft: Draft) -> None:
    grades = {each["key"]: each["key"] for each in draft.known("grades")}
    words = {each["key"]: each["label"] for each in draft.known("phases")}
    for line in page.open(section_heads(draft.known("sections"))):
        node, year = draft.items.get(line.must_number("item")), line.year("year")
        if node is None:
            draft.missing(
                line.cell("item"), gettext("項目「%(no)s」がありません。") % {"no": line.number("item")}
            )
            continue
        if year is None:
            if line.cell("year").empty:
                line.empty("year")
            continue
        grade = line.choice("grade", grades) if not line.cell("grade").empty else ""
        status = line.choice("status", words) if not line.cell("status").empty else ""
        texts = line.sections()
        node.setdefault("results", {})[year] = {
            "grade": grade or None, "status": status, "done": texts.pop("done", ""), "next": texts.pop("next", ""),
            "texts": texts,
        }  # fmt: skip


def _totals_read(page: Page, draft: Draft) -> None:
    totals: dict[int, Node] = {}
    for line in page.open():
        year, grade = line.year("year"), line.must("grade")
        if year is None:
            if line.cell("year").empty:
                line.empty("year")
            continue
        as_of = line.day("as_of")
        total = totals.setdefault(
            year,
            {
                "year": year, "counts": {}, "printed_percent": {}, "adjustments": [], "as_of": as_of,
                "provisional": as_of is not None, "note": line.text("note"),
                "source": line.choice("state", layout.STATES) or "as_printed",
            },
        )  # fmt: skip
        total["counts"][grade], total["printed_percent"][grade] = line.whole("count"), line.whole("printed")
        computed = line.whole("computed")
        if computed is not None:
            total["adjustments"].append(
                {
                    "grade": grade,
                    "computed": computed,
                    "printed": line.whole("printed"),
                    "reason": line.must("reason"),
                }
            )
    draft.edition["totals"] = [*totals.values()]


BEFORE_ITEMS: dict[str, Callable[[Page, Draft], None]] = {
    layout.TEXTS: _texts_read, layout.PARENTS: _parents_read, layout.FINDINGS: _findings_read,
    layout.TAGS: _tags_read, layout.TABLES: _tables_read,
}  # fmt: skip
AFTER_ITEMS: dict[str, Callable[[Page, Draft], None]] = {
    layout.NOTES: _notes_read, layout.SOURCE_NOTES: _source_notes_read, layout.LINKS: _links_read,
    layout.RESULTS: _results_read, layout.TOTALS: _totals_read,
}  # fmt: skip
