"""The database refuses what must not be in reviews, emergencies and reports, whoever writes: both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from madoguchi.blocks.people.models import (
    AccessReview,
    EmergencyAccess,
    ReadingFinding,
    ReadingReport,
    RoleGrant,
)
from madoguchi.blocks.people.testing import (
    DAY,
    NOW,
    emergency_make,
    finding_make,
    post_make,
    review_make,
)
from madoguchi.kernel.actions import constraint_of

pytestmark = pytest.mark.django_db


def refused(write: Callable[[], Any]) -> str:
    """Name the constraint that refuses a write."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        write()
    return constraint_of(error.value)


def sql(statement: str, *values: Any) -> None:
    """Write past the models."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_a_review_asks_once_about_a_role_and_an_answer_is_somebodys() -> None:
    post_make(key="post-r", roles=["testing/one"])
    review = review_make(quarter="2026Q1")
    item = review.items.get(post="post-r")
    assert (
        refused(
            lambda: sql(
                "INSERT INTO people_accessreview (quarter, opened_at, due_on) VALUES (%s, %s, %s)",
                "2026Q1",
                NOW,
                DAY,
            )
        )
        == "review_once_a_quarter"
    )
    twice = review.items.model(
        review=review, grant=item.grant, office_id=item.office_id, post=item.post, role=item.role, scope="own",
        upto="restricted",
    )  # fmt: skip
    assert refused(twice.save) == "grant_reviewed_once"
    put = "UPDATE people_accessreviewitem SET answer = %s, answered_at = %s, answered_by = %s, reason = %s WHERE id = %s"
    for values, name in (
        (("keep", None, "staff:s1", ""), "review_answered_at_a_moment"),
        (("", NOW, "", ""), "review_answered_at_a_moment"),
        (("keep", NOW, "", ""), "review_answered_by_somebody"),
        (("", None, "staff:s1", ""), "review_answered_by_somebody"),
        (("end", NOW, "staff:s1", ""), "review_end_has_reason"),
    ):
        assert refused(lambda values=values: sql(put, *values, item.pk)) == name
    sql(put, "end", NOW, "staff:s1", "異動した", item.pk)
    # The question outlives a grant that is taken back as a mistake.
    RoleGrant.objects.filter(pk=item.grant_id).delete()
    item.refresh_from_db()
    assert (item.grant, item.post, item.role) == (None, "post-r", "testing/one")
    assert AccessReview.objects.count() == 1


def test_an_emergency_has_a_reason_and_an_end_and_another_judges_it() -> None:
    opened = emergency_make()
    rows = EmergencyAccess.objects.filter(pk=opened.pk)
    assert refused(lambda: rows.update(reason="")) == "emergency_has_reason"
    assert refused(lambda: rows.update(ends_at=opened.began_at)) == "emergency_ends"
    put = "UPDATE people_emergencyaccess SET judged_at = %s, judged_by = %s, proper = %s WHERE id = %s"
    for values, name in (
        ((NOW, opened.staff, True), "emergency_judged_by_another"),
        ((NOW, "staff:other", None), "emergency_judged_with_verdict"),
        ((None, "staff:other", True), "emergency_judged_with_verdict"),
        ((NOW, "", True), "emergency_judged_with_verdict"),
    ):
        assert refused(lambda values=values: sql(put, *values, opened.pk)) == name
    sql(put, NOW + timedelta(hours=2), "staff:other", True, opened.pk)


def test_a_month_has_one_report_and_a_finding_is_judged_in_words_by_another() -> None:
    finding = finding_make()
    month = finding.report.month
    again = "INSERT INTO people_readingreport (month, made_at, reads) VALUES (%s, %s, 0)"
    assert refused(lambda: sql(again, month, NOW)) == "report_once_a_month"
    rows = ReadingFinding.objects.filter(pk=finding.pk)
    twice = ReadingFinding(report=finding.report, rule=finding.rule, staff=finding.staff, count=1)
    assert refused(twice.save) == "finding_once"
    assert refused(lambda: rows.update(staff="", office="")) == "finding_is_of_somebody"
    for values, name in (
        ({"judged_at": NOW, "judged_by": "staff:other"}, "finding_judged_in_words"),
        ({"judged_by": "staff:other", "judgement": "当番"}, "finding_judged_in_words"),
        ({"judged_at": NOW, "judged_by": finding.staff, "judgement": "当番"}, "finding_judged_by_another"),
    ):
        assert refused(lambda values=values: rows.update(**values)) == name
    rows.update(judged_at=NOW, judged_by="staff:other", judgement="当番")
    assert ReadingReport.objects.count() == 1


def test_a_grant_reaches_a_known_class_of_data() -> None:
    post = post_make(roles=["testing/one"])
    put = "UPDATE people_rolegrant SET upto = %s WHERE post_id = %s"
    assert refused(lambda: sql(put, "secret", post.pk)) == "grant_class_known"
    sql(put, "internal", post.pk)
