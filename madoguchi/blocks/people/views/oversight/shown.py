"""What these pages share: their tabs, names of people and roles, lists of looks, and lists to take away."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from io import StringIO
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.models import StaffMember
from madoguchi.blocks.people.oversight.holders import RoleKnown
from madoguchi.kernel.audit import audit_types
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.rights import Viewer
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.components.tabs import Tab

KEEP, ANSWER, RIGHTS = "people.review_keep", "people.review_answer", "people.rights_view"
USE, JUDGE, READING = "people.emergency_use", "people.emergency_judge", "people.reading_judge"
CLASSES: Mapping[str, Any] = {
    "identity": _("氏名・生年月日・性別"),
    "address": _("住所"),
    "household": _("世帯"),
    "history": _("異動の履歴"),
    "contact": _("連絡先"),
    "protected": _("支援措置"),
}
# What a spreadsheet takes for the beginning of a formula, half and full width.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_MOST_SUBJECTS = 20


def sees_rights(viewer: Viewer) -> bool:
    """Say whether a viewer may see the rights of the whole city hall."""
    return viewer.may_everywhere(RIGHTS)


def sees_reviews(viewer: Viewer) -> bool:
    """Say whether a viewer may see every review as a whole."""
    return viewer.may_everywhere(KEEP) or viewer.may_everywhere(RIGHTS)


def sees_emergencies(viewer: Viewer) -> bool:
    """Say whether a viewer may see everybody's emergencies."""
    return viewer.may_everywhere(JUDGE) or viewer.may_everywhere(RIGHTS)


def oversight_tabs(viewer: Viewer, current: str) -> list[Tab]:
    """Give the tabs over these pages, those that the viewer may open."""
    known: list[tuple[str, str, Callable[[Viewer], bool]]] = [
        ("people:rights", gettext("だれが何をできるか"), sees_rights),
        ("people:reviews", gettext("権限の点検"), lambda who: sees_reviews(who) or who.may(ANSWER)),
        ("people:emergencies", gettext("緊急の閲覧"), lambda who: sees_emergencies(who) or who.may(USE)),
        ("people:reports", gettext("閲覧の月次報告"), lambda who: who.may_everywhere(READING)),
    ]
    return [Tab(label, reverse(name), name == current) for name, label, opens in known if opens(viewer)]


def staff_names(keys: Iterable[str]) -> dict[str, str]:
    """Give names with numbers for people as viewers name them; the house itself and strangers as they are."""
    numbers = {key: key.removeprefix("staff:") for key in keys if key}
    found = dict(StaffMember.objects.filter(key__in=set(numbers.values())).values_list("key", "name"))
    return {
        key: f"{found[number]}（{number}）" if number in found else number for key, number in numbers.items()
    }


def role_text(role: str, roles: Mapping[str, RoleKnown]) -> str:
    """Write a role with its service; one that no service declares gives nothing."""
    known = roles.get(role)
    if known is None:
        return gettext("%(role)s（公開されていない役割）") % {"role": role}
    return f"{known.service} / {known.label}"


def looks_table(rows: Sequence[AuditRow], *, key: str = "looks") -> Table:
    """List looks: when, what, for which duty and case, which classes of data, and at whom."""

    def detail(row: AuditRow) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(row.detail)
        return read

    def classes(row: AuditRow) -> str:
        return gettext("、").join(str(CLASSES.get(name, name)) for name in detail(row).get("data", ()))

    def persons(row: AuditRow) -> SafeString:
        shown = [(one.key,) for one in row.subjects.all()]
        more = [(gettext("ほか%(count)d人") % {"count": len(shown) - _MOST_SUBJECTS},)]
        lines = shown[:_MOST_SUBJECTS] + (more if len(shown) > _MOST_SUBJECTS else [])
        return format_html_join("", "<div>{}</div>", lines or [(gettext("だれも表示していません"),)])

    return Table(
        [
            Column("at", gettext("日時"), "moment"),
            Column("event", gettext("したこと"), head=True, value=lambda row: audit_types[row.event].sentence),
            Column("who", gettext("所属と職"), value=lambda row: f"{row.actor_office} {row.actor_post}"),
            Column("duty", gettext("用務")),
            Column("case", gettext("何の件か"), value=lambda row: detail(row).get("case", "")),
            Column("data", gettext("見たデータ"), value=classes),
            Column("persons", gettext("見られた人の番号"), "html", value=persons),
        ],
        rows, caption=gettext("見た記録"), caption_hidden=True, key=key, empty_title=gettext("何も見ていません"),
    )  # fmt: skip


def csv_answer(name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """Give a list as CSV in UTF-8 with a byte order mark, one fact per cell, nothing that a spreadsheet would run."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return file_answer(name, out.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8")


def file_answer(name: str, content: bytes, kind: str) -> HttpResponse:
    """Give a file to keep."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(sep=" ", timespec="minutes")[:16]
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text
