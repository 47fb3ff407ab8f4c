"""Workbooks and warnings in the components of the pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.blocks.measures.lint import Warned
from madoguchi.blocks.measures.models import PlanImport
from madoguchi.blocks.measures.presentation import japanese
from madoguchi.blocks.measures.sheets.changes import Change
from madoguchi.blocks.measures.sheets.reading import Fault
from madoguchi.ui.components.table import Column, Table

LONGEST = 200


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
    """List what was read and should be looked at."""
    return Table(
        [
            Column("where", gettext("場所"), head=True),
            Column("what", gettext("気になること")),
            Column("do", gettext("どうするか")),
        ],
        doubts, caption=gettext("気になるところ"), caption_hidden=True, key="doubts",
    )  # fmt: skip


def change_table(changes: Sequence[Change]) -> Table:
    """List what an import would change; the words of the template stand in Japanese."""
    tones = {
        "added": (gettext("追加"), "success"), "removed": (gettext("削除"), "error"), "changed": (gettext("変更"), "info"),
    }  # fmt: skip
    return Table(
        [
            Column("how", gettext("変わり方"), "badge", value=lambda change: tones[change.how]),
            Column("place", gettext("場所"), "html", head=True, value=lambda change: japanese(f"{change.sheet} {change.place}")),
            Column("field", gettext("欄"), "html", value=lambda change: japanese(change.field)),
            Column("before", gettext("今"), "html", value=lambda change: _text(change.before)),
            Column("after", gettext("取り込んだ後"), "html", value=lambda change: _text(change.after)),
        ],
        changes, caption=gettext("変わること"), caption_hidden=True, key="changes",
    )  # fmt: skip


def _text(text: str) -> SafeString:
    short = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return format_html('<span class="mg-pre">{}</span>', japanese(short)) if short else format_html("")


def lint_table(found: Sequence[Warned]) -> Table:
    """List weak indicators and doubtful figures of a plan."""
    return Table(
        [
            Column("where", gettext("場所"), head=True),
            Column("what", gettext("気になること")),
            Column("do", gettext("どうするか")),
        ],
        found, caption=gettext("弱い指標と、食い違う数値"), caption_hidden=True, key="lint",
        empty_title=gettext("気になるところはありません"),
    )  # fmt: skip


def import_table(rows: Sequence[PlanImport]) -> Table:
    """List the workbooks that were read, newest first."""
    return Table(
        [
            Column("uploaded_at", gettext("読み込んだ日時"), "moment"),
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
    return (gettext("取り込み済み"), "success") if row.applied_at else (gettext("確認待ち"), "warning")
