"""Bodies, seats, meetings and what is owed, in the components of the pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.blocks.measures import presentation as show
from madoguchi.blocks.measures.bodies.queries import (
    BodyLine,
    FollowUp,
    OfficeWithout,
    Seat,
    agenda_of,
    post_names,
)
from madoguchi.blocks.measures.models import AgendaItem, Body, Meeting
from madoguchi.blocks.measures.queries import report
from madoguchi.ui.components.badge import badge
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.formats import date_text

ROLE_TONES = {"chair": "strong", "deputy": "info", "member": "neutral", "secretary": "neutral"}
# A longer list of items is looked at on the plan's own page.
ITEMS_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject of a meeting as its page shows it."""

    item: AgendaItem
    report: dict[str, Any] | None
    owed_by: str
    state: SafeString | str
    overdue: bool


def period_text(starts_on: date, ends_on: date | None) -> str:
    """Write a period with its last day, as people say it."""
    first = date_text(starts_on)
    if ends_on is None:
        return gettext("%(first)sから") % {"first": first}
    last = date_text(ends_on - timedelta(days=1))
    return gettext("%(first)sから%(last)sまで") % {"first": first, "last": last}


def holders_text(seat: Seat) -> SafeString:
    """Say who sits there, or why nobody does."""
    if not seat.stands:
        return badge(gettext("職が廃止"), "error")
    if not seat.holders:
        return badge(gettext("空席"), "warning")
    return format_html("{}", show.japanese("、".join(holder.staff_name for holder in seat.holders)))


def bodies_table(lines: Sequence[BodyLine]) -> Table:
    """List the bodies as a tree, each with its chair and next meeting."""

    def name(line: BodyLine) -> SafeString:
        way = reverse("measures:body", args=[line.body.key])
        steps = (
            format_html('<span aria-hidden="true">{}</span>', "\u3000" * (line.depth - 1) + "└ ")
            if line.depth
            else ""
        )
        return format_html('{}<a href="{}">{}</a>', steps, way, show.japanese(line.body.name))

    def chair(line: BodyLine) -> SafeString:
        if line.chair is None:
            return format_html('<span class="mg-muted">{}</span>', gettext("決まっていません"))
        return format_html("{} {}", show.japanese(line.chair.post_name), holders_text(line.chair))

    def coming(line: BodyLine) -> SafeString:
        meeting = line.next_meeting
        if meeting is None:
            return format_html('<span class="mg-muted">{}</span>', gettext("予定なし"))
        if not line.readable:
            return format_html("{}", date_text(meeting.held_on))
        return format_html('<a href="{}">{}</a>', _meeting_url(meeting), date_text(meeting.held_on))

    return Table(
        [
            Column("name", gettext("会議体"), "html", head=True, value=name),
            Column("chair", gettext("長"), "html", value=chair),
            Column("members", gettext("席の数"), "number"),
            Column("next", gettext("次の会議"), "html", value=coming),
        ],
        lines, caption=gettext("推進の会議体"), caption_hidden=True, empty_title=gettext("会議体はまだありません。"),
    )  # fmt: skip


def bodies_over_table(rows: Iterable[Body]) -> Table:
    """List the bodies that have ended."""
    return Table(
        [
            Column("name", gettext("会議体"), "html", head=True, value=lambda row: show.japanese(row.name),
                   link=lambda row: reverse("measures:body", args=[row.key])),
            Column("period", gettext("期間"), value=lambda row: period_text(row.starts_on, row.ends_on)),
        ],
        list(rows), caption=gettext("廃止した会議体"), caption_hidden=True, key="over",
    )  # fmt: skip


def members_table(seats: Sequence[Seat], *, per_office: bool, leaving: bool) -> Table:
    """List who sits in a body on a day; ``leaving`` adds the way to end a seat."""
    columns = [
        Column("role", gettext("役割"), "badge", value=lambda seat: (seat.role_label, ROLE_TONES[seat.role])),
        Column("post", gettext("職"), "html", head=True, value=lambda seat: _japanese_html(seat.post_name)),
        Column("holders", gettext("その日の人"), "html", value=holders_text),
        Column("period", gettext("任期"), value=lambda seat: period_text(seat.starts_on, seat.ends_on)),
    ]
    if per_office:
        columns.insert(
            3,
            Column(
                "speaks_for",
                gettext("代表する部署"),
                "html",
                value=lambda seat: _japanese_html(seat.speaks_for),
            ),
        )
    if leaving:
        columns.append(Column("leave", gettext("変更"), "html", value=_leaving))
    return Table(
        columns, seats, caption=gettext("委員の一覧"), caption_hidden=True, key="members",
        empty_title=gettext("この日の委員はいません。"),
    )  # fmt: skip


def _leaving(seat: Seat) -> SafeString:
    if seat.ends_on is not None:
        return format_html("")
    return format_html(
        '<a href="{}">{}<span class="mg-hidden">（{}）</span></a>',
        reverse("measures:member_leave", args=[seat.id]), gettext("外す"), seat.post_name,
    )  # fmt: skip


def without_table(rows: Sequence[OfficeWithout]) -> Table:
    """List the offices that send nobody, and why."""

    def why(row: OfficeWithout) -> SafeString:
        if not row.vacant:
            return format_html("{}", badge(gettext("委員がいない"), "error"))
        text = gettext("委員の職に人がいない")
        return format_html("{} {}", badge(text, "warning"), show.japanese(row.vacant))

    return Table(
        [
            Column("office", gettext("部署"), "html", head=True, value=lambda row: _japanese_html(row.office.name)),
            Column("path", gettext("上の組織"), "html", value=lambda row: _japanese_html(" ".join(row.office.path[:-1]))),
            Column("why", gettext("理由"), "html", value=why),
        ],
        rows, caption=gettext("委員のいない部署"), caption_hidden=True, key="without",
        empty_title=gettext("委員のいない部署はありません。"),
    )  # fmt: skip


def meetings_table(rows: Iterable[Meeting], *, caption: str, key: str, with_body: bool = False) -> Table:
    """List meetings."""
    columns = [
        Column("held_on", gettext("開催日"), "date"),
        Column(
            "title",
            gettext("会議"),
            "html",
            head=True,
            link=_meeting_url,
            value=lambda row: _japanese_html(row.title),
        ),
        Column("place", gettext("場所"), "html", value=lambda row: _japanese_html(row.place)),
    ]
    if with_body:
        columns.insert(
            1, Column("body", gettext("会議体"), "html", value=lambda row: _japanese_html(row.body.name))
        )
    return Table(
        columns,
        list(rows),
        caption=caption,
        caption_hidden=True,
        key=key,
        empty_title=gettext("ありません。"),
    )


def follow_ups_table(rows: Sequence[FollowUp], *, caption: str, mine: bool, finishing: bool) -> Table:
    """List what is owed; ``mine``: by the viewer's own posts. ``finishing`` adds the way to say that it is done."""
    columns = [
        Column("until", gettext("期限"), "html", value=_due),
        Column(
            "what",
            gettext("対応事項"),
            "html",
            head=True,
            value=lambda row: _japanese_html(row.item.owed_what),
        ),
        Column("post", gettext("だれが"), "html", value=lambda row: _japanese_html(row.post_name)),
        Column("from", gettext("もとの議題"), "html", value=_origin),
    ]
    if mine or finishing:
        columns.append(Column("done", gettext("報告"), "html", value=_finishing))
    return Table(
        columns,
        rows,
        caption=caption,
        caption_hidden=True,
        key="owed",
        empty_title=gettext("残っている対応事項はありません。"),
    )


def _due(row: FollowUp) -> SafeString:
    assert row.item.owed_until is not None
    day = date_text(row.item.owed_until)
    return (
        format_html("{} {}", day, badge(gettext("期限切れ"), "error"))
        if row.overdue
        else format_html("{}", day)
    )


def _origin(row: FollowUp) -> SafeString:
    meeting = row.item.meeting
    return _japanese_html(f"{meeting.body.name} {meeting.title} {row.item.title}")


def _finishing(row: FollowUp) -> SafeString:
    return format_html(
        '<a href="{}">{}<span class="mg-hidden">（{}）</span></a>',
        reverse("measures:follow_up_done", args=[row.item.pk]), gettext("終えたと報告する"), row.item.owed_what,
    )  # fmt: skip


def subjects(meeting: Meeting, *, on: date) -> list[Subject]:
    """Give the subjects of a meeting with their papers, decisions and what is owed."""
    items = agenda_of(meeting)
    names = post_names((item.owed_by_id for item in items if item.owed_by_id), on=on)
    return [_subject(item, names, on) for item in items]


def _subject(item: AgendaItem, names: dict[int, str], on: date) -> Subject:
    overdue = bool(item.owed_until and item.done_on is None and item.owed_until < on)
    state: SafeString | str = ""
    if item.done_on:
        state = badge(gettext("%(day)sに終わりました") % {"day": date_text(item.done_on)}, "success")
    elif item.owed_until:
        state = badge(gettext("期限切れ"), "error") if overdue else badge(gettext("残っています"), "warning")
    owed_by = names.get(item.owed_by_id or 0, item.owed_by.title if item.owed_by else "")
    return Subject(item, report_part(item, on), owed_by, state, overdue)


def report_part(item: AgendaItem, on: date) -> dict[str, Any] | None:
    """Put the yearly results of an edition into what a meeting's page shows of them."""
    edition, year = item.report, item.report_year
    if edition is None or year is None:
        return None
    found = report(edition_key=edition.key, year=year, on=on, lang=show.language())
    page = reverse("plan:edition", args=[edition.key])
    few = len(found.items) <= ITEMS_SHOWN
    return {
        "title": show.shown(found.title), "year": show.year_name(year),
        "url": f"{page}?year={year}" if edition.frozen else "",
        "sentence": show.summary_sentence(found), "provisional": found.provisional,
        "summary": show.summary_table(found) if found.total else None,
        "items": show.item_table(edition, year, found.items, here=page, judged=False) if few else None,
    }  # fmt: skip


def agenda_links(meeting: Meeting) -> SafeString:
    """List a meeting's subjects as links into its page."""
    rows = [(item.pk, item.title) for item in agenda_of(meeting)]
    return format_html_join("", '<li><a href="#item-{}" lang="ja">{}</a></li>', rows)


def _japanese_html(text: str) -> SafeString:
    return format_html("{}", show.japanese(text))


def _meeting_url(meeting: Meeting) -> str:
    return reverse("measures:meeting", args=[meeting.pk])
