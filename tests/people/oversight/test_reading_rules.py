"""Each rule finds what it describes, and leaves alone what comes just short of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.blocks.people.models import Party, StaffMember
from madoguchi.blocks.people.oversight.reading import (
    MOST_ROWS,
    RULES,
    Finding,
    _median_without,
    emergency_looks,
    is_month,
    month_before,
    month_begins_after,
    month_read,
)
from madoguchi.blocks.people.oversight.thresholds import Thresholds, ThresholdsRefused, thresholds
from madoguchi.blocks.people.testing import (
    DAY,
    duty_viewer,
    emergency_make,
    look_make,
    person_make,
    staff_make,
)
from madoguchi.blocks.people.testing.oversight import MONTH
from madoguchi.kernel.clock import TOKYO
from madoguchi.kernel.models import AuditRow

pytestmark = pytest.mark.django_db
# A Wednesday of April 2026, at ten.
OPEN = datetime(2026, 4, 8, 10, 0, tzinfo=TOKYO)


def found(rule: str, month: str = MONTH) -> list[Finding]:
    """Give what one rule finds in the month."""
    return [one for one in month_read(month).findings if one.rule == rule]


@pytest.fixture
def bound(settings: Any) -> Iterator[Any]:
    """Set ``site.oversight`` of the city's bindings."""

    def put(**values: Any) -> None:
        site = replace(settings.ENVIRONMENT.site, values={"site": {"oversight": values}})
        settings.ENVIRONMENT = replace(settings.ENVIRONMENT, site=site)

    return put


def looks(count: int, *, staff: str, persons: list[Party], **more: Any) -> list[int]:
    return [
        look_make(persons[n % len(persons)], staff=staff, at=OPEN, case="7", **more).pk for n in range(count)
    ]


def test_many_people_is_measured_by_the_others_with_the_same_duty() -> None:
    persons = [person_make() for _ in range(25)]
    for staff, count in (("staff:a", 4), ("staff:b", 6), ("staff:c", 8), ("staff:d", 24)):
        looks(count, staff=staff, persons=persons)
    (one,) = found("many_people")
    # 24 > 3 × 6, where 6 is the middle of 4, 6, 8.
    assert (one.staff, one.count, one.usual, one.about) == ("staff:d", 24, Decimal(6), "試験の用務")
    assert len(one.rows) == 24
    # The middle of the others rises to 8, and 24 is not more than three times 8.
    looks(20, staff="staff:e", persons=persons)
    looks(8, staff="staff:f", persons=persons)
    assert found("many_people") == []


def test_many_looks_at_few_persons_and_few_persons_at_all_are_usual() -> None:
    persons = [person_make() for _ in range(19)]
    looks(1, staff="staff:a", persons=persons)
    looks(1, staff="staff:b", persons=persons)
    looks(60, staff="staff:c", persons=persons)
    assert found("many_people") == []
    # The twentieth person makes it many.
    looks(1, staff="staff:c", persons=[person_make()])
    assert [one.count for one in found("many_people")] == [20]


def test_who_alone_does_a_duty_is_compared_with_nobody() -> None:
    looks(30, staff="staff:a", persons=[person_make() for _ in range(30)])
    looks(1, staff="staff:b", persons=[person_make()], duty="別の用務")
    assert found("many_people") == []


@given(counts=st.lists(st.integers(0, 1_000), min_size=2, max_size=12).map(sorted), data=st.data())
def test_the_median_of_the_others_is_that_of_the_rest(counts: list[int], data: Any) -> None:
    place = data.draw(st.integers(0, len(counts) - 1))
    others = counts[:place] + counts[place + 1 :]
    assert _median_without(counts, place) == Decimal(str(median(others)))


@pytest.mark.parametrize(
    ("at", "outside"),
    [
        ((8, 7, 59), True), ((8, 8, 0), False), ((8, 18, 59), False), ((8, 19, 0), True), ((8, 2, 0), True),
        ((11, 10, 0), True),  # a Saturday
        ((29, 10, 0), True),  # 昭和の日
    ],
)  # fmt: skip
def test_outside_hours_knows_nights_weekends_and_holidays(at: tuple[int, int, int], outside: bool) -> None:
    day, hour, minute = at
    row = look_make(person_make(), staff="staff:n", at=datetime(2026, 4, day, hour, minute, tzinfo=TOKYO))
    expected = [Finding("outside_hours", 1, (row.pk,), staff="staff:n")] if outside else []
    assert found("outside_hours") == expected


def test_the_month_is_that_of_japan() -> None:
    person = person_make()
    inside = [datetime(2026, 4, 1, 0, 0, tzinfo=TOKYO), datetime(2026, 4, 30, 23, 59, tzinfo=TOKYO)]
    for at in [inside[0] - timedelta(seconds=1), *inside, inside[1] + timedelta(minutes=1)]:
        look_make(person, at=at)
    assert month_read(MONTH).reads == 2
    assert month_begins_after("2026-12") == datetime(2027, 1, 1, tzinfo=TOKYO)
    assert (month_before(DAY), is_month("2026-13"), is_month("2026-12")) == ("2026-04", False, True)


def test_same_name_needs_three_persons_of_the_readers_own_family_name() -> None:
    ota = staff_make(kana="おおた はな")
    mine = [person_make(name=f"太田　{n}", kana=f"オオタ　{n}") for n in ("イチ", "ニ")]
    otani = [person_make(name=f"大谷　{n}", kana=f"オオタニ　{n}") for n in ("イチ", "ニ", "サン")]
    other = staff_make(kana="もり いち")
    for person in mine + otani:
        for reader in (ota, other):
            # Twice the same person is one person.
            looks(2, staff=f"staff:{reader.key}", persons=[person])
    assert found("same_name") == []
    third = person_make(name="太田　サン", kana="オオタ　サン")
    look_make(third, staff=f"staff:{ota.key}", at=OPEN)
    look_make(third, staff=f"staff:{other.key}", at=OPEN)
    (one,) = found("same_name")
    assert (one.staff, one.count, len(one.rows)) == (f"staff:{ota.key}", 3, 5)


def test_same_name_leaves_alone_a_reader_whose_reading_is_not_parted() -> None:
    single = staff_make(kana="マリア")
    for own in ("イチ", "ニ", "サン"):
        look_make(person_make(kana=f"マリア　{own}"), staff=f"staff:{single.key}", at=OPEN)
    assert found("same_name") == []
    StaffMember.objects.filter(pk=single.pk).update(kana="マリア　アナ")
    assert len(found("same_name")) == 1


def test_same_person_counts_an_offices_looks_without_a_case() -> None:
    person = person_make()
    for n in range(4):
        look_make(person, staff=f"staff:{n}", at=OPEN)
    look_make(person, staff="staff:4", at=OPEN, case="R8-12")
    look_make(person, staff="staff:4", at=OPEN, office="別の課")
    look_make(person, staff="staff:4", at=OPEN, event="people.persons_searched")
    assert found("same_person") == []
    look_make(person, staff="staff:9", at=OPEN)
    (one,) = found("same_person")
    assert (one.office, one.staff, one.about, one.count) == ("試験課", "", person.key, 5)


def test_protected_people_are_named_each() -> None:
    hidden, plain = person_make(protected=True), person_make()
    look_make(plain, staff="staff:p", at=OPEN)
    assert found("protected_people") == []
    rows = [
        look_make(plain, hidden, staff="staff:p", at=OPEN).pk,
        look_make(hidden, staff="staff:p", at=OPEN).pk,
    ]
    (one,) = found("protected_people")
    assert (one.staff, one.count, one.rows) == ("staff:p", 2, tuple(rows))


def test_whoever_was_merged_into_another_is_protected_with_him() -> None:
    root, gone = person_make(), person_make(protected=True)
    Party.objects.filter(pk=gone.pk).update(merged_into=root)
    look_make(root, staff="staff:p", at=OPEN)
    assert [one.count for one in found("protected_people")] == [1]


def test_every_emergency_is_in_the_report_with_its_looks() -> None:
    opened = emergency_make(began_at=OPEN)
    other = emergency_make(began_at=OPEN + timedelta(days=40))
    looked = [
        look_make(person_make(), staff=opened.staff, at=OPEN, duty_key=f"emergency/{opened.pk}").pk
        for _ in range(3)
    ]
    # Neither another number that begins alike, nor another person's look, is one of these.
    look_make(person_make(), staff=opened.staff, at=OPEN, duty_key=f"emergency/{opened.pk}1")
    look_make(person_make(), staff=other.staff, at=OPEN, duty_key=f"emergency/{opened.pk}")
    (one,) = found("emergencies")
    assert (one.staff, one.about, one.rows) == (opened.staff, str(opened.pk), tuple(looked))
    assert list(emergency_looks(opened).values_list("pk", flat=True)) == looked


def test_searches_in_vain_count_only_in_a_row() -> None:
    def search(*persons: Party, more: bool = False) -> None:
        look_make(*persons, staff="staff:v", at=OPEN, event="people.persons_searched", more=more)

    person = person_make()
    for _ in range(9):
        search()
    search(person)
    for n in range(9):
        # Too many to list is in vain as well; another's search between does not matter.
        search(person, more=True) if n % 2 else search()
        look_make(person, staff="staff:w", at=OPEN, event="people.persons_searched", more=False)
    assert found("searches_in_vain") == []
    search()
    (one,) = found("searches_in_vain")
    assert (one.staff, one.count, len(one.rows)) == ("staff:v", 10, 10)


def test_looks_of_residents_and_changes_are_no_looks() -> None:
    row = look_make(person_make(), at=datetime(2026, 4, 8, 2, 0, tzinfo=TOKYO))
    AuditRow.objects.filter(pk=row.pk).update(actor_kind="resident")
    other = look_make(person_make(), at=datetime(2026, 4, 8, 2, 0, tzinfo=TOKYO))
    AuditRow.objects.filter(pk=other.pk).update(detail="{}", event="people.party_changed")
    read = month_read(MONTH)
    assert (read.reads, read.findings) == (0, ())


def test_a_finding_names_so_many_rows_and_counts_all() -> None:
    persons = [person_make() for _ in range(3)]
    night = OPEN.replace(hour=3)
    for n in range(MOST_ROWS + 5):
        look_make(persons[n % 3], staff="staff:n", at=night, case="7")
    (one,) = found("outside_hours")
    assert (one.count, len(one.rows)) == (MOST_ROWS + 5, MOST_ROWS)


def test_a_city_sets_its_own_thresholds(bound: Any) -> None:
    assert thresholds() == Thresholds()
    row = look_make(person_make(), at=OPEN.replace(hour=7), staff="staff:n")
    assert found("outside_hours")
    bound(office_hours=["06:30", "22:00"], same_person_least=1)
    assert found("outside_hours") == []
    assert [one.rows for one in found("same_person")] == [(row.pk,)]
    for wrong in (
        {"same_person": 5}, {"people_times": 0}, {"people_times": "3"}, {"people_least": True},
        {"office_hours": ["8", "19:00"]}, {"office_hours": ["19:00", "08:00"]}, {"office_hours": "08:00"},
    ):  # fmt: skip
        bound(**wrong)
        with pytest.raises(ThresholdsRefused):
            thresholds()
    assert settings.ENVIRONMENT.site.values


def test_the_actions_of_reading_write_what_the_rules_read() -> None:
    from madoguchi.blocks.people.actions import person_open, persons_search
    from madoguchi.blocks.people.parties.search import Asked

    hidden = person_make(protected=True)
    night = OPEN.replace(hour=3)
    actor = duty_viewer("people.identity_view", "people.protected_view", on=OPEN.date())
    for _ in range(5):
        person_open(actor=actor, key=hidden.key, now=night)
    for _ in range(10):
        persons_search(actor=actor, asked=Asked(kana="ダレモイナイ", born="1900"), now=night)
    rules = {one.rule: one.count for one in month_read(MONTH).findings}
    assert rules == {"outside_hours": 15, "same_person": 5, "protected_people": 5, "searches_in_vain": 10}


def test_the_rules_ask_the_database_as_often_for_many_looks_as_for_few() -> None:
    persons = [person_make() for _ in range(4)]

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            month_read(MONTH)
        # The halving looks as many times as the trail's length has digits in binary.
        return len([one for one in captured if "LIMIT 1" not in one["sql"]])

    looks(8, staff="staff:a", persons=persons)
    looks(8, staff="staff:b", persons=persons)
    few = asked()
    looks(60, staff="staff:a", persons=persons)
    assert asked() == few
    assert set(RULES) == {
        "many_people", "outside_hours", "same_name", "same_person", "protected_people", "emergencies",
        "searches_in_vain",
    }  # fmt: skip
