"""Everything that lies before a meeting as one PDF: cover, agenda, papers, decisions, and what is still owed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from madoguchi.blocks.measures.bodies.queries import agenda_of, follow_ups_open, members_on, post_names
from madoguchi.blocks.measures.document import plan_of
from madoguchi.blocks.measures.models import AgendaItem, Meeting
from madoguchi.blocks.measures.outputs.printed import printed
from madoguchi.blocks.measures.queries import report
from madoguchi.kernel.typeset import typeset
from madoguchi.kit.wareki import wareki_format

TEMPLATE = Path(__file__).with_name("pack.typ")
WEEKDAYS = "月火水木金土日"


def meeting_pack(meeting: Meeting, *, on: date) -> bytes:
    """
    Typeset a meeting's papers, in Japanese.

    :param on: today; figures and what is owed are read as of this day, members as of the day of the meeting.
    :raises FontMissing: there is no Japanese font.
    """
    return typeset(TEMPLATE, pack_data(meeting, on=on))


def pack_name(meeting: Meeting) -> str:
    """Give the name under which the file is saved: letters, digits, a dash and a dot."""
    return f"{meeting.body.key}-{meeting.held_on:%Y%m%d}-{meeting.pk}.pdf"


def pack_data(meeting: Meeting, *, on: date) -> dict[str, Any]:
    """Give what the template of the pack shows."""
    body = meeting.body
    items = agenda_of(meeting)
    names = post_names((item.owed_by_id for item in items if item.owed_by_id), on=on)
    return {
        "body": body.name, "title": meeting.title, "day": _day(meeting.held_on), "place": meeting.place,
        "as_of": _day(on), "minutes": meeting.minutes,
        "members": [
            {"role": str(seat.role_label), "post": seat.post_name,
             "who": "、".join(holder.staff_name for holder in seat.holders)}
            for seat in members_on(body=body, on=meeting.held_on)
        ],
        "items": [_item(item, names, on) for item in items],
        "owed": [
            {"until": _day(row.item.owed_until), "post": row.post_name, "what": row.item.owed_what,
             "from": f"{row.item.meeting.title} {row.item.title}", "overdue": row.overdue}
            for row in follow_ups_open(body=body, on=on)
        ],
    }  # fmt: skip


def _item(item: AgendaItem, names: dict[int, str], on: date) -> dict[str, Any]:
    owed_by = names.get(item.owed_by_id or 0, item.owed_by.title if item.owed_by else "")
    return {
        "no": str(item.order), "title": item.title, "paper": item.paper, "report": _report(item, on),
        "decision": item.decision, "decided_on": _day(item.decided_on), "owed_by": owed_by,
        "owed_what": item.owed_what, "owed_until": _day(item.owed_until), "done_on": _day(item.done_on),
    }  # fmt: skip


def _report(item: AgendaItem, on: date) -> dict[str, Any] | None:
    if item.report is None or item.report_year is None:
        return None
    found = report(edition_key=item.report.key, year=item.report_year, on=on)
    return printed(found, plan_of(item.report)).as_data()


def _day(day: date | None) -> str:
    return f"{wareki_format(day)}（{WEEKDAYS[day.weekday()]}）" if day else ""
