"""Questions about a day, against a plain count over all rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from madoguchi.blocks.people.actions import NothingToChange, OrganisationRowRefused, organisation_apply
from madoguchi.blocks.people.models import Holding, Office, OfficeSuccession, Post, StaffMember
from madoguchi.blocks.people.organisation import organisation_read
from madoguchi.blocks.people.queries import (
    deputies_on,
    holders_on,
    offices_carrying,
    posts_without_holder,
    staff_of_office,
)
from madoguchi.blocks.people.rows import rows_known
from madoguchi.blocks.people.testing import (
    NOW,
    deputy_make,
    office_make,
    post_make,
    staff_make,
    viewer_with,
)
from madoguchi.kernel.stamps import stamped_forget

START = date(2026, 3, 20)
DAYS = [START + timedelta(days=offset) for offset in range(25)]
KEEPER = viewer_with("people.organisation_edit")
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def periods() -> st.SearchStrategy[tuple[date, date | None]]:
    """Short stretches around one 1 April, open at the end now and then."""
    return st.tuples(st.integers(0, 20), st.one_of(st.none(), st.integers(1, 20))).map(
        lambda pair: (DAYS[pair[0]], None if pair[1] is None else DAYS[pair[0]] + timedelta(days=pair[1]))
    )


def overlap(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    days = [DAYS[0] + timedelta(days=n) for n in range(60)]
    return any(inside(one, day) and inside(other, day) for day in days)


def inside(period: tuple[date, date | None], day: date) -> bool:
    return period[0] <= day and (period[1] is None or day < period[1])


holdings = st.lists(
    st.tuples(
        st.integers(0, 2), st.integers(0, 2), st.sampled_from(["main", "concurrent", "acting"]), periods()
    ),
    max_size=6,
    unique_by=lambda row: (row[0], row[1], row[3][0]),
)


@pytest.mark.slow
class TestHolders(TestCase):
    """Each example is rolled back."""

    def _city(self) -> tuple[list[Post], list[StaffMember]]:
        stamped_forget()
        office = office_make()
        posts = [post_make(office=office, single=number < 2, rank=number) for number in range(3)]
        return posts, [staff_make() for _ in range(3)]

    @QUICK
    @given(rows=holdings)
    def test_who_held_this_post_on_that_day(self, rows: list[Any]) -> None:
        posts, staff = self._city()
        legal = not any(
            overlap(one[3], other[3])
            and (
                (one[0] == other[0] and posts[one[0]].single)
                or (one[0] == other[0] and one[1] == other[1])
                or (one[1] == other[1] and one[2] == other[2] == "main")
            )
            for index, one in enumerate(rows)
            for other in rows[:index]
        )
        given_rows = [
            {"post": posts[p].key, "staff": staff[s].key, "kind": kind, "starts_on": first, "ends_on": end}
            for p, s, kind, (first, end) in rows
        ]
        try:
            if rows:
                organisation_apply(actor=KEEPER, rows={"holdings": given_rows}, now=NOW)
        except OrganisationRowRefused:
            assert not legal
            assert not Holding.objects.exists()
            return
        assert legal
        for day in DAYS[::3]:
            for number, post in enumerate(posts):
                wanted = sorted(
                    staff[s].key for p, s, _kind, period in rows if p == number and inside(period, day)
                )
                assert sorted(held.staff_key for held in holders_on(post_key=post.key, on=day)) == wanted
            held_posts = {p for p, _s, _kind, period in rows if inside(period, day)}
            assert set(posts_without_holder(on=day)) == {posts[n].key for n in (0, 1) if n not in held_posts}
            everybody = sorted(
                (posts[p].key, staff[s].key) for p, s, _k, period in rows if inside(period, day)
            )
            found = staff_of_office(office_id=posts[0].office_id, on=day)
            assert sorted((held.post_key, held.staff_key) for held in found) == everybody
            assert [held.rank for held in found] == sorted((held.rank for held in found), reverse=True)

    @QUICK
    @given(order=st.permutations(range(4)), absent=st.sets(st.integers(0, 3)))
    def test_deputies_come_in_order_and_an_empty_post_is_left_out(
        self, order: list[int], absent: set[int]
    ) -> None:
        stamped_forget()
        post = post_make()
        deputies = [post_make() for _ in range(4)]
        for number, deputy in enumerate(deputies):
            deputy_make(post=post, deputy=deputy, order=order[number] + 1, starts_on=START)
            if number not in absent:
                Holding.objects.create(post=deputy, staff=staff_make(), starts_on=START)
        wanted = [deputies[order.index(n)].key for n in range(4) if order.index(n) not in absent]
        assert [held.post_key for held in deputies_on(post_key=post.key, on=START)] == wanted
        assert deputies_on(post_key=post.key, on=START - timedelta(days=1)) == []

    @QUICK
    @given(
        lives=st.lists(periods(), min_size=3, max_size=5),
        places=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), periods()), max_size=5),
    )
    def test_the_tree_of_any_day_has_each_living_office_once(
        self, lives: list[Any], places: list[Any]
    ) -> None:
        stamped_forget()
        offices = [office_make(starts_on=first, ends_on=end) for first, end in lives]
        rows = [
            {
                "office": offices[o % len(lives)].key,
                "parent": offices[p % len(lives)].key,
                "starts_on": first,
                "ends_on": end,
            }
            for o, p, (first, end) in places
        ]
        try:
            organisation_apply(actor=KEEPER, rows={"office_places": rows}, now=NOW)
        except (OrganisationRowRefused, NothingToChange):
            rows = []
        known = organisation_read()
        for day in DAYS[::4]:
            alive = {o.pk for o, period in zip(offices, lives, strict=True) if inside(period, day)}
            shown = known.day(day).in_order()
            assert sorted(office.id for office in shown) == sorted(alive)
            for office in shown:
                by_rows = {
                    row["parent"]
                    for row in rows
                    if row["office"] == office.key and inside((row["starts_on"], row["ends_on"]), day)
                } & set(Office.objects.filter(pk__in=alive).values_list("key", flat=True))
                parent = next((o.key for o in shown if o.id == office.parent_id), None)
                assert parent == (by_rows.pop() if by_rows else None)
        assert len(rows_known()["offices"]) == len(lives)


@pytest.mark.django_db
def test_an_office_that_was_merged_is_carried_by_its_heirs() -> None:
    april = date(2026, 4, 1)
    first, second = office_make(ends_on=april), office_make(starts_on=april, ends_on=date(2027, 4, 1))
    third, fourth = office_make(starts_on=date(2027, 4, 1)), office_make(starts_on=date(2027, 4, 1))
    for one, other, on in (
        (first, second, april),
        (second, third, third.starts_on),
        (second, fourth, third.starts_on),
    ):
        OfficeSuccession.objects.create(predecessor=one, successor=other, on=on)
    stamped_forget()
    assert offices_carrying(office_id=first.pk, on=date(2026, 3, 31)) == {first.pk}
    assert offices_carrying(office_id=first.pk, on=april) == {second.pk}
    assert offices_carrying(office_id=first.pk, on=date(2027, 4, 1)) == {third.pk, fourth.pk}
