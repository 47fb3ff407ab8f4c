"""Loading bodies, seats and meetings from one readable YAML file, through the actions: the fictional city's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from madoguchi.blocks.measures.actions.bodies import body_save, member_seat
from madoguchi.blocks.measures.actions.meetings import (
    agenda_save,
    decision_record,
    meeting_plan,
    minutes_save,
)
from madoguchi.blocks.measures.models import Body, Meeting, Membership
from madoguchi.kernel.calendar import business_day_from, business_days_add
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.yaml12 import yaml_load


def bodies_file_load(*, actor: Viewer, path: Path, now: datetime) -> int:
    """
    Load the bodies of a file (``config/sample_city/bodies.yaml`` shows the form); what is there already stays.

    :return: how many bodies and meetings are new.
    """
    wanted = yaml_load(path.read_text(encoding="utf-8"))["bodies"]
    known = set(Body.objects.values_list("key", flat=True))
    fresh = [one for one in wanted if one["key"] not in known]
    for one in fresh:
        body_save(
            actor=actor, key=one["key"], name=one["name"], purpose=one.get("purpose", ""), rules=one.get("rules", ""),
            above=one.get("above", ""), per_office=one.get("per_office", False),
            office_levels=one.get("office_levels", ()), order=one.get("order", 0), starts_on=one["since"], now=now,
        )  # fmt: skip
    meetings = 0
    for one in wanted:
        _seats(actor, one, now)
        meetings += sum(_meeting(actor, one["key"], meeting, now) for meeting in one.get("meetings", ()))
    return len(fresh) + meetings


def _seats(actor: Viewer, one: Mapping[str, Any], now: datetime) -> None:
    if Membership.objects.filter(body__key=one["key"]).exists():
        return
    for role in Membership.Role.values:
        for post in one.get(role, ()):
            member_seat(
                actor=actor,
                key=one["key"],
                post_key=post,
                role=role,
                starts_on=one.get("seated", one["since"]),
                now=now,
            )


def _meeting(actor: Viewer, key: str, one: Mapping[str, Any], now: datetime) -> bool:
    """Plan a meeting that is not there; one that was held gets its decisions and minutes."""
    if Meeting.objects.filter(body__key=key, title=one["title"]).exists():
        return False
    held_on = _day(one["held"], now)
    meeting = meeting_plan(
        actor=actor, key=key, title=one["title"], held_on=held_on, place=one.get("place", ""), now=now
    )
    for subject in one["agenda"]:
        report = subject.get("report", {})
        item = agenda_save(
            actor=actor, meeting_id=meeting.pk, title=subject["title"], paper=subject.get("paper", ""),
            report_key=report.get("plan", ""), report_year=report.get("year"), now=now,
        )  # fmt: skip
        if "decision" in subject:
            owed = subject.get("owed", {})
            decision_record(
                actor=actor, item_id=item.pk, decision=subject["decision"], decided_on=held_on, revision=item.revision,
                owed_by=owed.get("post", ""), owed_what=owed.get("what", ""),
                owed_until=_day(owed["until"], now) if owed else None, now=now,
            )  # fmt: skip
    if "minutes" in one:
        minutes_save(
            actor=actor, meeting_id=meeting.pk, minutes=one["minutes"], revision=meeting.revision, now=now
        )
    return True


def _day(written: date | int, now: datetime) -> date:
    """Read a day; a number counts open days from today, so that what is to come is still to come."""
    if isinstance(written, int):
        return business_days_add(day_of(now), written) if written else business_day_from(day_of(now))
    return written
