"""A household changes its head: whatever the file says of the one before, no day has two heads and all of it applies."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from madoguchi.blocks.people.actions.feeds import FeedMoved, residents_apply
from madoguchi.blocks.people.models import FeedDelivery, Membership, Residence
from madoguchi.blocks.people.register.comparing import compare
from madoguchi.blocks.people.register.extract import residents_of
from madoguchi.blocks.people.register.heads import TwoHeads
from madoguchi.blocks.people.testing import (
    DAY,
    NOW,
    feed_bring,
    feed_file,
    feed_run,
    layout_ready,
    person_make,
    record,
)
from madoguchi.kernel.db.two_times import believed
from madoguchi.kernel.layouts import layout_read
from madoguchi.kernel.layouts.kind import layout_published
from tests.people.register.whose import LAYOUT, apply, heads, places, spans

pytestmark = pytest.mark.django_db
LONG_AGO = date(2020, 4, 1)
HOME = "2001"
OTHERS = [record(number) for number in range(10, 60)]
HUSBAND = record(1, household=HOME)
WIFE = record(2, household=HOME, relation="妻", sex="2")


@pytest.fixture(autouse=True)
def layout() -> None:
    layout_ready()


def head(one: dict[str, str], **values: str) -> dict[str, str]:
    return {**one, "relation": "世帯主", **values}


def test_a_widow_heads_her_household_though_a_full_file_lacks_her_husband() -> None:
    feed_run([HUSBAND, WIFE, *OTHERS])
    feed_run([head(WIFE, changed_on="20260501"), *OTHERS])
    assert heads(2001) == [("1", LONG_AGO, date(2026, 5, 1)), ("2", date(2026, 5, 1), None)]
    # Until the day of the file nothing says that he had left: he belongs to it, but heads it no more.
    assert places(1)[1:] == [("", date(2026, 5, 1), DAY)]


def test_who_gave_it_up_and_changed_again_later_gave_it_up_when_the_next_took_it() -> None:
    feed_run([HUSBAND, WIFE, *OTHERS])
    father = {**HUSBAND, "name": "試験　改", "relation": "夫", "changed_on": "20260510"}
    feed_run([father, head(WIFE, changed_on="20260501")], sequence=1)
    assert heads(2001) == [("1", LONG_AGO, date(2026, 5, 1)), ("2", date(2026, 5, 1), None)]
    assert places(1) == [("世帯主", LONG_AGO, date(2026, 5, 1)), ("夫", date(2026, 5, 1), None)]


@pytest.mark.parametrize("changed_on", ["", "20260503"])
@pytest.mark.parametrize("told", [True, False])
def test_a_newcomer_becomes_head(told: bool, changed_on: str) -> None:
    feed_run([HUSBAND, *OTHERS])
    came = {"address_since": "20260420", "resident_since": "20260420", "changed_on": changed_on}
    dead = {**HUSBAND, "ended_on": "20260503", "ended_by": "2", "died": "20260503", "changed_on": "20260503"}
    feed_run([record(3, household=HOME, **came), *([dead] if told else []), *OTHERS])
    day = date(2026, 5, 3) if told or changed_on else DAY
    assert heads(2001) == [("1", LONG_AGO, day), ("3", day, None)]
    assert places(3)[0] == ("", date(2026, 4, 20), day)


def test_a_first_file_whose_head_came_and_left_on_one_day() -> None:
    day = {"address_since": "20250401", "resident_since": "20250401"}
    feed_run(
        [record(1, household=HOME, **day, ended_on="20250401", ended_by="1"), {**WIFE, "relation": "世帯主"}]
    )
    assert heads(2001) == [("1", date(2025, 4, 1), date(2025, 4, 2)), ("2", date(2025, 4, 2), None)]


def test_a_last_change_from_before_does_not_take_the_headship_of_the_dead() -> None:
    feed_run([HUSBAND, WIFE, *OTHERS])
    dead = {**HUSBAND, "ended_on": "20260503", "ended_by": "2", "died": "20260503", "changed_on": "20260503"}
    feed_run([dead, head(WIFE, changed_on="20200401")], sequence=1)
    assert heads(2001) == [("1", LONG_AGO, date(2026, 5, 3)), ("2", date(2026, 5, 3), None)]


def test_a_departure_that_was_a_mistake_leaves_no_gap() -> None:
    feed_run([HUSBAND, WIFE, *OTHERS])
    left = {"ended_on": "20260505", "ended_by": "1", "changed_on": "20260505"}
    feed_run([{**HUSBAND, **left}, head(WIFE, changed_on="20260505")], sequence=1)
    feed_run([{**HUSBAND, "changed_on": "20260508"}, {**WIFE, "changed_on": "20260508"}], sequence=2)
    assert spans(Residence, 1) == [(LONG_AGO, None)]
    assert places(1) == [("世帯主", LONG_AGO, None)]
    assert heads(2001) == [("1", LONG_AGO, None)]
    assert {relation for relation, _start, _end in places(2)} == {"妻"}


def test_a_head_who_never_was_makes_place_for_another() -> None:
    feed_run([HUSBAND, WIFE, *OTHERS])
    feed_run([{**HUSBAND, "gone": "1"}, head(WIFE, changed_on="20260501")], sequence=1)
    assert heads(2001) == [("2", date(2026, 5, 1), None)]


def test_a_head_who_comes_from_another_household() -> None:
    feed_run([HUSBAND, WIFE, *OTHERS])
    away = {**HUSBAND, "household": "2002", "address_since": "20260505", "changed_on": "20260505"}
    feed_run([away, head(WIFE, changed_on="20260505"), record(5, household="2003")], sequence=1)
    assert (heads(2001)[-1], heads(2002)) == (("2", date(2026, 5, 5), None), [("1", date(2026, 5, 5), None)])


def test_two_heads_are_a_problem_with_a_line_and_change_nothing() -> None:
    feed_run([HUSBAND, WIFE, *OTHERS])
    lacking = feed_bring([OTHERS[0], head(WIFE, changed_on="20260501")], sequence=1)
    assert lacking.problems == [
        "3行目: 世帯 2001 に世帯主が二人います。世帯主でなくなった人の行も出力してください。"
    ]
    twice = feed_bring([{**HUSBAND, "name": "試験　改"}, head(WIFE)], sequence=1)
    assert (twice.state, "世帯 2001" in twice.problems[0]) == (FeedDelivery.State.REFUSED, True)


def test_a_head_who_appears_between_check_and_application_stops_it() -> None:
    feed_run(OTHERS)
    late = feed_bring([record(3, household="1010"), {**OTHERS[0], "relation": "妻"}], sequence=1)
    assert late.state == FeedDelivery.State.CHECKED
    rows = Membership.objects.filter(believed(), head=True, group__numbers__number="1010")
    rows.update(party=person_make(address=""))
    with pytest.raises(FeedMoved):
        apply(late)


def test_what_the_check_does_not_see_is_refused_by_the_number_of_the_household() -> None:
    feed_run([HUSBAND, WIFE, *OTHERS])
    changes = layout_read(layout_published(LAYOUT).model, feed_file([head(WIFE, changed_on="20260501")]))
    comparison = compare(residents_of(changes, full=False), system=LAYOUT, full=False, on=DAY)
    with pytest.raises(TwoHeads, match="世帯 2001"):
        residents_apply(comparison, system=LAYOUT, as_of=DAY, delivery=None, now=NOW)


@st.composite
def years(draw: st.DrawFn) -> list[list[dict[str, Any]]]:
    """Draw the files of some months: who is there, who heads the household, and which days the records tell."""
    files, since = [], {}
    for month in (2, 3, 4):
        there = draw(st.sets(st.integers(1, 4), min_size=1))
        leader = draw(st.sampled_from(sorted(there)))
        day = st.integers(1, 28).map(lambda n, month=month: f"2026{month:02d}{n:02d}")
        records = []
        for number in range(1, 5):
            came = since.setdefault(number, draw(day) if number in there and month > 2 else "20200401")
            values = {"household": HOME, "address_since": came, "resident_since": came}
            values["relation"] = "世帯主" if number == leader else draw(st.sampled_from(["妻", "子"]))
            values["changed_on"] = draw(st.one_of(st.just(""), st.just("20200401"), day))
            if number in there:
                records.append(record(number, **values))
            elif draw(st.booleans()) and (ended := draw(day)) >= came:
                values["relation"] = draw(st.sampled_from(["世帯主", "子"]))
                records.append(record(number, **values, ended_on=ended, ended_by="1"))
        # No two files are alike to the byte.
        files.append([*records, record(10, name=f"試験　月{month}")])
    return files


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(years())
def test_no_full_file_is_stopped_by_a_change_of_heads(files: list[list[dict[str, Any]]]) -> None:
    with transaction.atomic():
        for number, records in enumerate(files):
            as_of = date(2026, 3 + number, 1) - timedelta(days=1)
            feed_run(records, as_of=as_of)
            leads = [one["number"] for one in records if one["relation"] == "世帯主" and not one["ended_on"]]
            now = [one for one, _start, ends_on in heads(2001) if ends_on is None]
            assert now == leads[:1]
        transaction.set_rollback(True)
