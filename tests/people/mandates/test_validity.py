"""On which days a mandate holds, for any periods and any day: by hypothesis."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.blocks.people.mandates.standing import FULL_AGE, mandates_holding, of_age_on
from madoguchi.blocks.people.models import Mandate
from madoguchi.blocks.people.queries import delegates_may
from madoguchi.blocks.people.testing import NOW, family_make, mandate_make, person_make
from madoguchi.kit.ages import age_on

START = date(2026, 1, 1)
days = st.integers(0, 400).map(lambda count: START + timedelta(days=count))
births = st.dates(date(1990, 1, 1), date(2026, 12, 31))


@given(births)
def test_the_day_of_full_age_is_the_first_on_which_the_law_counts_eighteen(born):
    last = of_age_on(born.isoformat())
    assert last is not None
    assert age_on(born, last) == FULL_AGE
    assert age_on(born, last - timedelta(days=1)) == FULL_AGE - 1


def test_a_child_of_29_february_is_of_age_on_28_february():
    assert of_age_on("2008-02-29") == date(2026, 2, 28)
    assert of_age_on("") is None


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    starts=days, length=st.one_of(st.none(), st.integers(1, 300)), day=days, accepted=st.booleans(),
    revoked=st.booleans(), services=st.lists(st.sampled_from(["tax", "care", "*"]), unique=True),
)  # fmt: skip
def test_it_holds_on_the_days_of_its_period_accepted_and_not_taken_back(
    db, starts, length, day, accepted, revoked, services
):
    grantor, delegate = person_make(), person_make()
    ends = starts + timedelta(days=length) if length else None
    mandate_make(
        grantor, delegate, starts_on=starts, ends_on=ends, accepted=accepted, services=services,
        revoked_at=NOW if revoked else None,
    )  # fmt: skip
    inside = starts <= day and (ends is None or day < ends)
    holds = inside and accepted and not revoked
    assert bool(mandates_holding(Mandate.objects.filter(grantor=grantor), day)) == holds
    for service in ("tax", "care", "other"):
        reached = holds and (service in services or "*" in services)
        assert (delegate.pk in delegates_may(grantor.pk, service, day)) == reached


@pytest.mark.django_db
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(born=st.dates(date(2005, 1, 1), date(2025, 12, 31)), day=days)
def test_a_parent_acts_exactly_while_the_child_is_under_age(db, born, day):
    adult, child = family_make(born=born.isoformat())
    mandate_make(
        child, adult, kind="parent", basis="register", ends_on=of_age_on(born.isoformat()),
        starts_on=date(2004, 1, 1),
    )  # fmt: skip
    assert (adult.pk in delegates_may(child.pk, "any", day)) == (born <= day and age_on(born, day) < FULL_AGE)
