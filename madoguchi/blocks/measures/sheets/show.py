"""Workbooks and warnings in the components of the pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from madoguchi.blocks.measures.lint import Warned
from madoguchi.blocks.measures.models import PlanImport
from madoguchi.blocks.measures.presentation import japanese, year_name
from madoguchi.blocks.measures.sheets.changes import Change
from madoguchi.blocks.measures.sheets.reading import Fault
from madoguchi.blocks.measures.spec import EditionSpec
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.formats import moment_text

LONGEST, MOST_PLACES = 200, 10


def fault_table(faults: Sequence[Fault]) -> Table:
    """List what is wrong with a workbook, by sheet and cell."""
    return Table(
        [
            Column("where", gettext("場所"), "html", head=True, value=lambda fault: _place(fault.sheet, fault.cell)),
            Column("reason", gettext("直すところ")),
            Column("do", gettext("どうするか")),
        ],
        faults, caption=gettext("直すところ"), caption_hidden=True, key="faults",
    )  # fmt: skip


def _place(sheet: str, cell: str) -> SafeString:
    if not sheet:
        return format_html("{}", gettext("ファイル全体"))
    return format_html("{} {}", japanese(f"「{sheet}」"), cell)


def doubt_table(doubts: Sequence[dict[str, str]]) -> Table:
    """List what was read and should be looked at; what is the same in several places stands once."""
    places: dict[tuple[str, str], list[str]] = {}
    for doubt in doubts:
        places.setdefault((doubt["what"], doubt["do"]), []).append(doubt["where"])
    rows = [{"what": what, "do": do, "where": where} for (what, do), where in places.items()]
    return Table(
        [
            Column("what", gettext("気になること"), head=True),
            Column("where", gettext("場所"), "html", value=lambda row: _places(row["where"])),
            Column("do", gettext("どうするか")),
        ],
        rows, caption=gettext("気になるところ"), caption_hidden=True, key="doubts",
    )  # fmt: skip


def _places(places: Sequence[str]) -> SafeString:
    shown = format_html_join(mark_safe("<br>"), "{}", ((place,) for place in places[:MOST_PLACES]))
    if len(places) <= MOST_PLACES:
        return shown
    return format_html("{}<br>{}", shown, gettext("ほか%(count)d件") % {"count": len(places) - MOST_PLACES})


def change_table(changes: Sequence[Change]) -> Table:
    """List what an import would change; the words of the template stand in Japanese."""
    tones = {
        "added": (gettext("追加"), "success"), "removed": (gettext("削除"), "error"), "changed": (gettext("変更"), "info"),
    }  # fmt: skip
    return Table(
        [
            Column("how", gettext("変わり方"), "badge", value=lambda change: tones[change.how]),
            Column("place", gettext("場所"), "html", head=True, value=_change_place),
            Column("field", gettext("欄"), "html", value=lambda change: japanese(change.field)),
            Column("before", gettext("今"), "html", value=lambda change: _text(change.before)),
            Column("after", gettext("取り込んだ後"), "html", value=lambda change: _text(change.after)),
        ],
        changes, caption=gettext("変わること"), caption_hidden=True, key="changes",
    )  # fmt: skip


def _change_place(change: Change) -> SafeString:
    return format_html(
        '<span class="mg-muted">{}</span><br>{}', japanese(change.sheet), japanese(change.place)
    )


def _text(text: str) -> SafeString:
    short = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return format_html_join(mark_safe("<br>"), "{}", ((japanese(line),) for line in short.split("\n")))


def lint_sections(found: Sequence[Warned]) -> list[tuple[str, int, list[str], Table]]:
    """Give weak indicators and doubtful figures by kind: name, count, what is the same for all of them, the list."""
    names = {
        "no_indicator": gettext("指標のない項目"), "no_target": gettext("目標のない指標"),
        "no_source": gettext("値の出所のない指標"), "cannot_fail": gettext("外れようのない目標"),
        "never_used": gettext("使われていない指標"), "below_base": gettext("基準値より悪い目標"),
        "falls": gettext("減っていく累計、後戻りする目標"), "above_100": gettext("100%を超える割合"),
        "below_zero": gettext("マイナスの値"),
    }  # fmt: skip
    of_kind = {kind: [each for each in found if each.kind == kind] for kind in names}
    return [_lint_section(names[kind], rows) for kind, rows in of_kind.items() if rows]


def _lint_section(name: str, rows: Sequence[Warned]) -> tuple[str, int, list[str], Table]:
    columns, same = [Column("where", gettext("場所"), head=True)], []
    for key, label in (("what", gettext("気になること")), ("do", gettext("どうするか"))):
        texts = {getattr(row, key) for row in rows}
        if len(texts) == 1:
            same += [*texts]
        else:
            columns.append(Column(key, label))
    table = Table(columns, rows, caption=name, caption_hidden=True, key=f"lint-{rows[0].kind}")
    return name, len(rows), same, table


def import_facts(kept: PlanImport, spec: EditionSpec) -> list[tuple[object, object]]:
    """Give what stands at the head of a preview: which plan it is, how much of it, and how it was read."""
    items = [item for _above, item in spec.items_all()]
    indicators = sum(len([*item.indicators_all()]) for item in items)
    indicators += sum(len(pillar.indicators) for _above, pillar in spec.pillars_all())
    mapping = (kept.mapping or {}).get("name", "")
    return [
        (gettext("計画"), japanese(f"{spec.city} {spec.title}")),
        (gettext("計画の期間"), gettext("%(first)sから%(last)sまで") % {"first": year_name(spec.first_year), "last": year_name(spec.last_year)}),
        (gettext("取組項目と指標"), gettext("取組項目%(items)d、指標%(indicators)d") % {"items": len(items), "indicators": indicators}),
        (gettext("読み方"), japanese(mapping) if mapping else gettext("計画のひな形")),
    ]  # fmt: skip


def import_table(rows: Sequence[PlanImport]) -> Table:
    """List the workbooks that were read, newest first."""
    return Table(
        [
            Column("uploaded_at", gettext("読み込んだ日時"), value=lambda row: moment_text(row.uploaded_at)),
            Column(
                "file_name", gettext("ファイル名"), head=True, link=lambda row: reverse("measures:import", args=[row.pk])
            ),
            Column("edition_key", gettext("計画キー")),
            Column("uploaded_by", gettext("読み込んだ人")),
            Column("state", gettext("状態"), "badge", value=_state),
        ],
        rows, caption=gettext("これまでに読み込んだ計画の表"), caption_hidden=True, key="imports",
        empty_title=gettext("まだ読み込んでいません"),
    )  # fmt: skip


def _state(row: Any) -> tuple[str, str]:
    return (gettext("取り込み済み"), "success") if row.applied_at else (gettext("取り込む前"), "warning")
