"""Reading our template back: its sheets to a draft, every fault with its cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext

from madoguchi.blocks.measures.sheets import layout
from madoguchi.blocks.measures.sheets.columns import Line, Page, section_heads
from madoguchi.blocks.measures.sheets.draft import Draft, Node
from madoguchi.blocks.measures.sheets.figures import Told, indicator_read
from madoguchi.blocks.measures.sheets.filled_aside import AFTER_ITEMS, BEFORE_ITEMS
from madoguchi.blocks.measures.sheets.filling import COORDINATES, GROUP, UNIT_MARK
from madoguchi.blocks.measures.sheets.layout import Column
from madoguchi.blocks.measures.sheets.reading import Cell, Findings, Grid, Spot, alike, heading_lacks
from madoguchi.blocks.measures.sheets.values import (
    DASH,
    Typed,
    choice_read,
    plain,
    text_read,
    value_read,
    year_read,
)
from madoguchi.blocks.measures.spec import OPEN_GROUPS, EditionSpec

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")


def is_filled(grids: Sequence[Grid]) -> bool:
    """Say whether a workbook is our template."""
    titles = {grid.title for grid in grids}
    return layout.PLAN in titles and bool(titles & {layout.ITEMS, layout.INDICATORS})


def filled_read(
    grids: Sequence[Grid], findings: Findings, stored_of: Callable[[str], EditionSpec | None]
) -> Draft:
    """
    Read every sheet of a filled template.

    :param stored_of: gives the stored edition of a key; None where there is none yet.
    """
    draft = Draft(findings, stored_of)
    pages = {grid.title.strip(): grid for grid in grids}
    for title, grid in pages.items():
        if title not in {*layout.SHEETS, layout.PLAN, layout.GUIDE}:
            _unknown_sheet(findings, grid, title)
    _plan_read(pages[layout.PLAN], draft)
    for title, read in _READERS.items():
        if title in pages:
            read(Page(pages[title], findings), draft)
        elif title == layout.ITEMS:
            findings.fault(
                None,
                gettext("シート「%(sheet)s」がありません。") % {"sheet": title},
                gettext("ひな形にあるシートを、名前を変えずに使ってください。"),
            )
    return draft


def _unknown_sheet(findings: Findings, grid: Grid, title: str) -> None:
    if grid.rows:
        near = alike(title, layout.SHEETS)
        findings.fault(
            Spot(title),
            gettext("このシートの名前は使えません。"),
            gettext("「%(near)s」のことなら、名前を直してください。使わないシートは消してください。")
            % {"near": near}
            if near
            else gettext("使わないシートは消してください。"),
        )


def _plan_read(grid: Grid, draft: Draft) -> None:
    findings = draft.findings
    known = {plain(row.heading): row for row in layout.PLAN_ROWS}
    cells: dict[str, Cell] = {}
    seen: list[str] = []
    for line in grid.rows:
        heading = grid.cell(line, 1)
        row = known.get(plain(str(heading.value or "")))
        seen.append(str(heading.value or ""))
        if row is not None:
            cells[row.key] = grid.cell(line, 2)
    for row in layout.PLAN_ROWS:
        cell = cells.get(row.key)
        if cell is None:
            if row.required:
                heading_lacks(findings, Spot(grid.title, "A"), row.heading, seen)
            continue
        value = _plan_value(findings, row, cell)
        if row.required and value in ("", None) and cell.empty:
            findings.fault(
                cell,
                gettext("「%(heading)s」が空欄です。") % {"heading": row.heading},
                gettext("書いてください。"),
            )
        draft.edition[row.key] = value
    first, last = draft.edition.get("first_year"), draft.edition.get("last_year")
    if first and last and last < first:
        findings.fault(
            cells["last_year"],
            gettext("計画の最後の年度が、最初の年度より前です。"),
            gettext("年度を直してください。"),
        )
    if not draft.edition.get("kind"):
        draft.edition["kind"] = "new"
    key = draft.edition.get("key")
    if key and not _KEY.fullmatch(key):
        findings.fault(
            cells["key"],
            gettext("計画キー「%(key)s」は使えません。") % {"key": key[:40]},
            gettext("半角の英数字と「-」「_」だけにしてください。"),
        )


def _plan_value(findings: Findings, row: Column, cell: Cell) -> Any:
    if row.choices is not None:
        labels = row.choices
        return findings.take(cell, lambda value: choice_read(value, labels), "")
    if row.key.endswith("_year") or row.key == "ends_early":
        return findings.take(cell, year_read, None)
    most = {"key": 60, "city": 60, "title": 200, "source": 300, "issued": 20, "replaces": 60}[row.key]
    return findings.take(
        cell, lambda value: text_read(value, number_format=cell.number_format, most=most), ""
    )


def _words_read(page: Page, draft: Draft) -> None:
    words: dict[str, list[Node]] = {"level": [], "section": [], "phase": []}
    for line in page.open():
        kind = line.choice("kind", layout.WORD_KINDS) or "phase"
        node: Node = {
            "key": line.must("word_key"),
            "label": line.must("label"),
            "meaning": line.text("meaning"),
        }
        if kind == "section":
            node["yearly"] = line.yes("yearly")
        if any(each["key"] == node["key"] for each in words[kind]):
            draft.findings.fault(
                line.cell("word_key"),
                gettext("キー「%(key)s」が二度あります。") % {"key": node["key"]},
                gettext("違うキーにしてください。"),
            )
        words[kind].append(node)
    for kind, name in (("level", "levels"), ("section", "sections"), ("phase", "phases")):
        if words[kind] or kind == "phase":
            draft.edition[name] = words[kind]


def _grades_read(page: Page, draft: Draft) -> None:
    grades: list[Node] = []
    for line in page.open():
        ratio: Typed | None = line.take("from_ratio", value_read, None)
        if ratio is not None and ratio.number is None:
            draft.findings.fault(
                line.cell("from_ratio"),
                gettext("数値ではありません。"),
                gettext("1.2のような数値か、空欄にしてください。"),
            )
        number = ratio.number if ratio is not None else None
        grades.append(
            {
                "key": line.must("grade", most=10), "meaning": line.must("meaning", most=200),
                "from_ratio": f"{number / 100 if ratio and ratio.unit == '%' else number:f}" if number is not None else None,
                "assessable": not line.yes("not_assessable"),
            }
        )  # fmt: skip
    draft.edition["grades"] = grades


def _items_read(page: Page, draft: Draft) -> None:
    sections = section_heads(draft.known("sections"))
    sets = {
        f"{layout.TAG_HEAD}{each['label']}": f"{layout.TAG_HEAD}{each['key']}"
        for each in draft.known("tag_sets")
    }
    lines = [*page.open({**sections, **sets})]
    told = {
        key.replace(layout.SECTION_HEAD, "texts.")
        for key in page.columns
        if key.startswith(layout.SECTION_HEAD)
    }
    told |= {key.replace(layout.TAG_HEAD, "tags.") for key in page.columns if key.startswith(layout.TAG_HEAD)}
    told |= {key.removeprefix("texts.") for key in told if key in ("texts.plan", "texts.goal")}
    own = {"mark", "offices", "outcome", "no_indicator", "findings"} & set(page.columns)
    draft.spoken.item |= told | own
    draft.spoken.pillar |= told | ({"reprints"} & set(page.columns))
    pillar = ""
    for line in lines:
        kind = line.choice("kind", layout.ROW_KINDS) if not line.cell("kind").empty else line.must("kind")
        no, title = line.must_number("no"), line.must("title", most=300)
        if kind == "pillar":
            node = draft.pillar_add(no, title, line.number("above"), line.cell("no"))
            pillar = no
            if node is not None:
                node |= {"reprints": line.several("reprints"), "texts": line.sections()}
        elif kind == "item":
            node = draft.item_add(no, title, line.number("above") or pillar, line.cell("no"))
            if node is not None:
                node |= _item_fields(line, draft)


def _item_fields(line: Line, draft: Draft) -> Node:
    texts = line.sections()
    fields: Node = {
        "mark": line.choice("mark", layout.MARKS), "offices": offices_read(line.several("offices")),
        "plan": texts.pop("plan", ""), "goal": texts.pop("goal", ""), "texts": texts,
        "outcome": line.text("outcome"), "no_indicator": line.text("no_indicator"), "tags": _tags_of(line, draft),
    }  # fmt: skip
    known = {each["key"]: each["label"] for each in draft.known("findings")}
    if "findings" in line.page.columns:
        fields["findings"] = line.several("findings")
        if known:
            for key in fields["findings"]:
                line.take("findings", lambda _value, key=key: choice_read(key, known), "")  # type: ignore[misc]
    return {key: value for key, value in fields.items() if value not in ("", [], {}) or key in ("offices",)}


def _tags_of(line: Line, draft: Draft) -> dict[str, list[str]]:
    marks: dict[str, list[str]] = {}
    for tag_set in draft.known("tag_sets"):
        column = f"{layout.TAG_HEAD}{tag_set['key']}"
        text = line.text(column)
        if text == DASH:
            marks[tag_set["key"]] = []
        elif text:
            labels = {tag["key"]: tag["label"] for tag in tag_set["tags"]}
            names = [each for each in text.split("\n") if each.strip()]
            if not all(plain(name) in {plain(label) for label in labels.values()} for name in names):
                names = line.several(column)
            marks[tag_set["key"]] = [
                line.take(column, lambda _value, name=name, labels=labels: choice_read(name, labels), "")  # type: ignore[misc]
                for name in names
            ]  # fmt: skip
    return marks


def offices_read(names: Sequence[str]) -> list[Node]:
    """Give offices from their lines: 課＞係, with 【取りまとめ】 or 【範囲】 behind."""
    offices: list[Node] = []
    for name in names:
        rest = name.replace(COORDINATES, "").replace(GROUP, "").strip()
        office, _mark, unit = rest.partition(UNIT_MARK)
        node: Node = {"name": office.strip(), "group": GROUP in name or office.strip() in OPEN_GROUPS}
        if unit:
            node["unit"] = unit.strip()
        if COORDINATES in name:
            node["coordinates"] = True
        printed = {(each["name"], each.get("unit")) for each in offices}
        if node["name"] and (node["name"], node.get("unit")) not in printed:
            offices.append(node)
    return offices


def _parts_read(page: Page, draft: Draft) -> None:
    lines = [*page.open(section_heads(draft.known("sections")))]
    draft.spoken.item |= {"parts", "phases", "milestones"}
    draft.spoken.part |= {"phases", "milestones", "offices"} | {
        key.replace(layout.SECTION_HEAD, "texts.")
        for key in page.columns
        if key.startswith(layout.SECTION_HEAD)
    }
    words = {each["key"]: each["label"] for each in draft.known("phases")}
    for line in lines:
        node = _part_node(line, draft)
        if node is None:
            continue
        bar = _bar(line, words)
        if bar:
            node.setdefault("phases", []).append(bar)
        if text := line.text("milestone"):
            on = line.day("on", end=True)
            if on is None and line.cell("on").empty:
                line.empty("on")
            node.setdefault("milestones", []).append({"text": text, "on": on})


def _part_node(line: Line, draft: Draft) -> Node | None:
    item, no = line.must_number("item"), line.number("part")
    if not item:
        return None
    if not no:
        node = draft.items.get(item)
        if node is None:
            draft.missing(line.cell("item"), gettext("項目「%(no)s」がありません。") % {"no": item})
        return node
    title = line.text("title", most=300)
    known = draft.parts.get((item, no))
    if known is None:
        node = draft.part_add(item, no, title or line.must("title"), line.cell("part"))
        if node is not None:
            node |= {"offices": offices_read(line.several("offices")), "texts": line.sections()}
        return node
    if title and title != known["title"]:
        draft.findings.fault(
            line.cell("title"),
            gettext("同じ内訳の番号に、違う名称があります。"),
            gettext("番号か名称を直してください。"),
        )
    return known


def _bar(line: Line, words: Mapping[str, str]) -> Node | None:
    bar: Node = {
        "word": line.choice("word", words) if words or not line.cell("word").empty else "", "text": line.text("text"),
        "group": line.text("group"), "from": line.day("from"), "to": line.day("to", end=True),
        "state": line.choice("state", layout.STATES) or "as_printed",
    }  # fmt: skip
    told = [key for key in ("word", "text", "group", "from", "to", "state") if not line.cell(key).empty]
    if not told:
        return None
    findings = line.page.findings
    if line.cell("word").empty and line.cell("text").empty:
        findings.fault(
            line.cell("word"),
            gettext("帯に、段階も文もありません。"),
            gettext("段階の言葉か、帯の文を書いてください。"),
        )
    elif bar["state"] in ("as_printed", "corrected") and (line.cell("from").empty or line.cell("to").empty):
        findings.fault(
            line.cell("to" if line.cell("to").empty else "from"),
            gettext("帯の期間がありません。"),
            gettext("始まりと終わりを書くか、「期間の分かり方」を選んでください。"),
        )
    elif bar["from"] and bar["to"] and bar["from"] > bar["to"]:
        findings.fault(
            line.cell("to"), gettext("終わりが始まりより前です。"), gettext("期間を直してください。")
        )
    return bar


def _indicators_read(page: Page, draft: Draft) -> None:
    lines = [*page.open()]
    draft.spoken.item |= {"indicators"}
    draft.spoken.part |= {"indicators"}
    draft.spoken.pillar |= {"indicators"}
    names = {"no", "unit", "decimals", "direction", "kind", "declared", "note"} & set(page.columns)
    names |= {"key"} if "indicator_key" in page.columns else set()
    names |= {"per"} if "unit" in names else set()
    draft.spoken.indicator |= names | ({"base"} & set(page.columns))
    years = _year_columns(page, draft)
    draft.spoken.years = set(years[layout.TARGET_HEAD])
    for line in lines:
        _indicator_line(line, draft, years)


def _year_columns(page: Page, draft: Draft) -> dict[str, dict[int, str]]:
    """Give the columns of years by what they hold; a year outside the plan is refused where it holds anything."""
    found: dict[str, dict[int, str]] = {layout.TARGET_HEAD: {}, layout.ACTUAL_HEAD: {}}
    first, last = draft.edition.get("first_year"), draft.edition.get("last_year")
    for key, column in page.columns.items():
        for head, years in found.items():
            if not key.startswith(head) or key == head:
                continue
            year = int(key.removeprefix(head))
            years[year] = key
            if first and last and not first <= year <= last:
                year_refuse(page.grid, column, page.head_row, draft.findings, page.headings[key])
    return found


def year_refuse(grid: Grid, column: int, head_row: int, findings: Findings, heading: str) -> None:
    """Refuse a column of a year outside the plan, if anything stands in it."""
    for row in grid.rows:
        if row > head_row and not grid.cell(row, column).empty:
            findings.fault(
                grid.cell(head_row, column),
                gettext("「%(heading)s」は、計画の期間にない年度です。") % {"heading": heading},
                gettext("年度か、計画の期間を直してください。"),
            )
            return


def _indicator_line(line: Line, draft: Draft, years: Mapping[str, Mapping[int, str]]) -> None:
    name = line.must("name", most=200)
    node = _indicator_node(line, draft)
    kind = line.choice("kind", layout.INDICATOR_KINDS)
    if not kind and line.cell("kind").empty:
        line.empty("kind")
    data = indicator_read(
        draft.findings,
        Told(
            name, line.cell("name"), unit=line.text("unit", most=31),
            direction=line.choice("direction", layout.DIRECTIONS) or None, kind=kind or None, kind_else="stock",
            decimals=line.whole("decimals"), base_year=line.year("base_year"), base=line.cell("base"),
            targets={year: line.cell(key) for year, key in years[layout.TARGET_HEAD].items()},
            actuals={year: line.cell(key) for year, key in years[layout.ACTUAL_HEAD].items()},
            more={
                "no": line.text("no", most=20), "declared": line.text("declared", most=150),
                "key": line.text("indicator_key", most=250), "note": line.text("note", most=300),
            },
        ),
    )  # fmt: skip
    if name and node is not None:
        draft.indicator_add(
            node, {key: value for key, value in data.items() if value != ""}, line.cell("name")
        )


def _indicator_node(line: Line, draft: Draft) -> Node | None:
    pillar, item, part = line.number("pillar"), line.number("item"), line.number("part")
    if pillar and not item:
        node, cell = draft.pillars.get(pillar), line.cell("pillar")
    elif part:
        node, cell = draft.parts.get((item, part)), line.cell("part")
    else:
        node, cell = draft.items.get(item), line.cell("item")
    if node is None:
        place = pillar or f"{item} {part}".strip()
        draft.findings.fault(
            cell,
            gettext("「%(place)s」という番号がありません。") % {"place": place} if place else gettext("どの項目の指標か分かりません。"),
            gettext("シート「方針・項目」か「内訳と工程」にある番号を書いてください。"),
        )  # fmt: skip
    return node


# In the order in which one needs what the others say.
_READERS: dict[str, Callable[[Page, Draft], None]] = {
    layout.WORDS: _words_read, layout.GRADES: _grades_read, **BEFORE_ITEMS, layout.ITEMS: _items_read,
    layout.PARTS: _parts_read, layout.INDICATORS: _indicators_read, **AFTER_ITEMS,
}  # fmt: skip
