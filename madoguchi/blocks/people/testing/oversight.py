"""Reviews of rights, emergencies, looks and reports, how to run the actions on them, and how to make their pages."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from madoguchi.blocks.people.actions import review_open
from madoguchi.blocks.people.actions.oversight import rights_subject
from madoguchi.blocks.people.models import (
    AccessReview,
    EmergencyAccess,
    Office,
    Party,
    ReadingFinding,
    ReadingReport,
)
from madoguchi.blocks.people.oversight.reading import Finding, MonthReading
from madoguchi.blocks.people.testing.organisation import DAY, NOW, holding_make, post_make, viewer_with
from madoguchi.blocks.people.types import Answered
from madoguchi.kernel.audit import READ_DIGEST
from madoguchi.kernel.clock import now as clock_now
from madoguchi.kernel.models import AuditRow, AuditSubject
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.testing import action_scenario, route_maker
from madoguchi.kit.canonical import canonical_json

QUARTER, MONTH = "2026Q1", "2026-04"
REASON = "一人暮らしの人が倒れているとの通報"
_numbers = itertools.count(1)
# Pages and scenarios of one test share a database: each review and each report has a quarter or month of its own.
_quarters = (f"{year}Q{quarter}" for year in range(1990, 3000) for quarter in range(1, 5))
_months = (f"{year}-{month:02}" for year in range(1990, 2020) for month in range(1, 13))


def review_make(
    *, quarter: str = "", due_on: date = DAY + timedelta(days=14), now: datetime = NOW
) -> AccessReview:
    """Open a review of every role that a post has."""
    keeper = replace(viewer_with("people.review_keep"), on=now.date())
    return review_open(actor=keeper, quarter=quarter or next(_quarters), due_on=due_on, now=now)


def emergency_make(
    *, staff: str = "", began_at: datetime = NOW, lasts: timedelta = timedelta(hours=1), reason: str = REASON
) -> EmergencyAccess:
    """Make an emergency of a person."""
    return EmergencyAccess.objects.create(
        staff=staff or f"staff:e{next(_numbers):05d}", office="試験課", post="主事", reason=reason, began_at=began_at,
        ends_at=began_at + lasts,
    )  # fmt: skip


def look_make(
    *persons: Party,
    staff: str = "staff:s00000",
    at: datetime = NOW,
    duty: str = "試験の用務",
    duty_key: str = "testing/duty",
    event: str = "people.person_opened",
    office: str = "試験課",
    case: str = "",
    more: bool | None = None,
) -> AuditRow:
    """Make the row of a look at persons, as the actions of reading write it, at any moment."""
    detail: dict[str, Any] = {"data": ["identity"], "count": len(persons), READ_DIGEST: "0" * 64}
    detail |= {"duty": duty_key, "case": case} | ({} if more is None else {"more": more})
    row = AuditRow.objects.create(
        at=at, action="people.person_open", action_id=uuid.uuid4(), event=event, actor_kind="staff",
        actor_key=staff, actor_office=office, actor_post="主事", duty=duty, subject_kind="people.person",
        subject_key=persons[0].key if persons else "persons", detail=canonical_json(detail).decode(), mac="",
    )  # fmt: skip
    AuditSubject.objects.bulk_create(
        AuditSubject(row=row, kind="people.person", key=one.key) for one in persons
    )
    return row


def finding_make(
    *,
    report: ReadingReport | None = None,
    rule: str = "outside_hours",
    staff: str = "",
    rows: Iterable[int] = (),
) -> ReadingFinding:
    """Make a finding, in a report of its own when none is given."""
    report = report or ReadingReport.objects.create(month=next(_months), made_at=NOW, reads=1_000)
    return ReadingFinding.objects.create(
        report=report, rule=rule, staff=staff or f"staff:e{next(_numbers):05d}", count=7, rows=list(rows)
    )


# How to run each action


def _keeper() -> Viewer:
    return viewer_with("people.review_keep", "people.emergency_judge", "people.reading_judge")


@action_scenario("people.review_open")
def _review_open() -> dict[str, Any]:
    post_make(roles=["testing/one", "testing/other"])
    return {"actor": _keeper(), "quarter": next(_quarters), "due_on": DAY + timedelta(days=14), "now": NOW}


@action_scenario("people.review_answer")
def _review_answer() -> dict[str, Any]:
    post = post_make(roles=["testing/keep", "testing/end"])
    # Given on the very day: its end takes it back, and the question stays.
    fresh = post_make(roles=["testing/fresh"], starts_on=DAY)
    review = review_make()
    items = {item.role: item.pk for item in review.items.filter(post__in=[post.key, fresh.key])}
    answers = [Answered(items["testing/keep"], "keep")]
    answers += [Answered(items[role], "end", "担当が替わった") for role in ("testing/end", "testing/fresh")]
    return {"actor": _keeper(), "quarter": review.quarter, "answers": answers, "now": NOW}


@action_scenario("people.review_close")
def _review_close() -> dict[str, Any]:
    post_make(roles=["testing/one"])
    review = review_make(now=NOW - timedelta(days=30), due_on=DAY - timedelta(days=1))
    return {"actor": _keeper(), "quarter": review.quarter, "now": NOW}


@action_scenario("people.emergency_begin")
def _emergency_begin() -> dict[str, Any]:
    actor = viewer_with("people.emergency_use", key=f"staff:e{next(_numbers):05d}")
    return {"actor": actor, "reason": REASON, "now": NOW}


@action_scenario("people.emergency_end")
def _emergency_end() -> dict[str, Any]:
    opened = emergency_make(began_at=NOW - timedelta(minutes=5))
    return {"actor": viewer_with(key=opened.staff), "emergency_id": opened.pk, "now": NOW}


@action_scenario("people.emergency_judge")
def _emergency_judge() -> dict[str, Any]:
    opened = emergency_make(began_at=NOW - timedelta(days=1))
    return {
        "actor": _keeper(),
        "emergency_id": opened.pk,
        "proper": True,
        "judgement": "通報の記録と合う",
        "now": NOW,
    }


@action_scenario("people.reading_report_make")
def _reading_report_make() -> dict[str, Any]:
    findings = (
        Finding("outside_hours", 3, (1, 2, 3), staff="staff:s00001"),
        Finding("same_person", 5, (4, 5), office="試験課", about="P-1"),
    )
    return {"actor": _keeper(), "reading": MonthReading(next(_months), 1_000, findings), "now": NOW}


@action_scenario("people.finding_judge")
def _finding_judge() -> dict[str, Any]:
    return {"actor": _keeper(), "finding_id": finding_make().pk, "judgement": "当番の宿直だった", "now": NOW}


@action_scenario("people.oversight_export")
def _oversight_export() -> dict[str, Any]:
    actor = viewer_with("people.rights_view")
    return {"actor": actor, "subject": rights_subject(DAY), "form": "csv", "count": 10, "now": NOW}


# A real object for each page

SECURITY, AUDITOR, CHIEF = "city_hall/security", "city_hall/auditor", "city_hall/chief"
USER = "city_hall/emergency"


def _review(office_id: int) -> dict[str, Any]:
    holding_make(post=post_make(office=Office.objects.get(pk=office_id), roles=["testing/one"]))
    moment = clock_now()
    review = review_make(now=moment, due_on=moment.date() + timedelta(days=14))
    return {"quarter": review.quarter}


def _emergency(_office_id: int) -> dict[str, Any]:
    opened = emergency_make(began_at=clock_now() - timedelta(days=1))
    look_make(staff=opened.staff, at=opened.began_at, duty_key=f"emergency/{opened.pk}")
    return {"emergency_id": opened.pk}


def _report(_office_id: int) -> dict[str, Any]:
    finding = finding_make(rows=[look_make().pk])
    return {"month": finding.report.month}


def _finding(_office_id: int) -> dict[str, Any]:
    finding = finding_make(rows=[look_make().pk])
    return {"month": finding.report.month, "finding_id": finding.pk}


def _nothing(_office_id: int) -> dict[str, Any]:
    return {}


def _page(route: str, make: Callable[[int], dict[str, Any]], *roles: str, **data: Any) -> None:
    def maker(office_id: int) -> dict[str, Any]:
        return {"kwargs": make(office_id), "roles": set(roles), "scope": "all", "data": data}

    route_maker(f"people:{route}")(maker)


_page("rights", _nothing, SECURITY, AUDITOR)
_page("rights_csv", _nothing, SECURITY, AUDITOR)
_page("reviews", _nothing, SECURITY, AUDITOR, CHIEF)
_page("review", _review, SECURITY, AUDITOR, CHIEF)
_page("review_csv", _review, SECURITY, AUDITOR)
_page("review_close", _review, SECURITY)
_page("emergencies", _nothing, SECURITY, AUDITOR, USER)
_page("emergency_begin", _nothing, USER)
_page("emergency", _emergency, SECURITY, AUDITOR)
_page("reports", _nothing, SECURITY)
_page("report", _report, SECURITY)
_page("report_file", lambda office_id: {**_report(office_id), "form": "csv"}, SECURITY)
_page("finding", _finding, SECURITY)
