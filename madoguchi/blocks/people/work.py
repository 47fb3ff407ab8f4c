"""
What a member of staff is doing right now: the duty that was named, and an emergency that is open.

Both belong to one session and one moment; the rights of the posts (``viewers``) belong to the day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpRequest

from madoguchi.blocks.people.models import EmergencyAccess
from madoguchi.blocks.people.parties.duties import CLASSES, duty_named
from madoguchi.kernel.rights import Grant, Viewer

DUTY = "duty"
DUTY_LASTS = timedelta(hours=4)
EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Work:
    """The duty of a session, the case it is for and since when; empty when none is named or its time is over."""

    duty: str = ""
    case: str = ""
    since: datetime | None = None


def work_of(kept: Any, moment: datetime) -> Work:
    """Read what a session says of the work; a duty named this morning does not hold tonight."""
    if not isinstance(kept, Mapping):
        return Work()
    since = datetime.fromtimestamp(float(kept.get("at", 0)), UTC)
    if moment - since > DUTY_LASTS:
        return Work()
    return Work(str(kept.get("duty", "")), str(kept.get("case", "")), since)


def work_begin(request: HttpRequest, *, duty: str, case: str, moment: datetime) -> None:
    """Name the duty of a session."""
    request.session[DUTY] = {"duty": duty, "case": case, "at": moment.timestamp()}


def work_end(request: HttpRequest) -> None:
    """Name none."""
    request.session.pop(DUTY, None)


def viewer_at_work(viewer: Viewer, kept: Any, moment: datetime) -> Viewer:
    """Give the viewer as he works now: with the duty's rights over people, or those of an emergency, or none."""
    work = work_of(kept, moment)
    if work.duty.startswith(EMERGENCY):
        return emergency_viewer(viewer, moment) or duty_named(viewer, "")
    return duty_named(viewer, work.duty)


def emergency_viewer(viewer: Viewer, moment: datetime) -> Viewer | None:
    """Give the viewer with the rights of an emergency that he has open; None when there is none."""
    opened = EmergencyAccess.objects.filter(
        staff=viewer.key, began_at__lte=moment, ends_at__gt=moment
    ).first()
    if opened is None:
        return None
    grants = tuple(grant for grant in viewer.grants if grant.right not in CLASSES)
    grants += tuple(Grant(right) for right in CLASSES)
    return replace(viewer, grants=grants, duty=f"緊急の閲覧 {opened.pk}", duty_key=f"{EMERGENCY}/{opened.pk}")
