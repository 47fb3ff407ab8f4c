"""Two records become one and two again: chains, trees, both at once, and what a page then shows."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.blocks.people.actions import (
    AlreadyJudged,
    AlreadyMerged,
    MergeUndone,
    NotTheSameKind,
    pair_judge,
    pairs_find,
    party_merge,
    party_unmerge,
    person_open,
)
from madoguchi.blocks.people.models import Party, PartyMerge, SamePerson, Source
from madoguchi.blocks.people.testing import (
    NOW,
    duty_viewer,
    organisation_make,
    person_make,
    viewer_with,
)
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.rights import NotAllowed

pytestmark = pytest.mark.django_db
KEEPER = viewer_with("people.person_merge")


def merge(kept: Party, gone: Party) -> PartyMerge:
    found: PartyMerge = party_merge(
        actor=KEEPER, kept_key=kept.key, gone_key=gone.key, reason="同じ人", now=NOW
    )
    return found


def undo(merged: PartyMerge) -> None:
    party_unmerge(actor=KEEPER, merge_id=merged.pk, reason="別の人", now=NOW)


def places(parties: list[Party]) -> dict[int, int | None]:
    ids = [party.pk for party in parties]
    return dict(Party.objects.filter(pk__in=ids).values_list("pk", "merged_into_id"))


def expected(parties: list[Party]) -> dict[int, int | None]:
    """Follow the open merges, one by one: what ``merged_into`` has to be."""
    up = dict(PartyMerge.objects.filter(undone_at=None).values_list("gone_id", "kept_id"))

    def end(party_id: int) -> int:
        while party_id in up:
            party_id = up[party_id]
        return party_id

    return {party.pk: (end(party.pk) if party.pk in up else None) for party in parties}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.integers(0, 5)), max_size=14))
def test_places_follow_from_open_merges_whatever_the_order(steps: list[tuple[bool, int, int]]) -> None:
    with transaction.atomic():
        parties = [person_make() for _ in range(6)]
        first = places(parties)
        done: list[PartyMerge] = []
        for undoing, a, b in steps:
            try:
                if undoing and done:
                    undo(done.pop(a % len(done)))
                elif a != b:
                    done.append(merge(parties[a], parties[b]))
            except AlreadyMerged:
                pass
            assert places(parties) == expected(parties)
        for merged in done[::-1]:
            undo(merged)
        assert places(parties) == first
        transaction.set_rollback(True)


def test_merge_and_back_is_as_before_on_the_page() -> None:
    kept = person_make(name="髙橋　一郎", kana="タカハシ　イチロウ", born="1950-04-01")
    gone = person_make(name="高橋　一郎", kana="タカハシ　イチロウ", born="1950-04-01", source=Source.TYPED)
    viewer = duty_viewer("people.identity_view", "people.history_view")
    before = person_open(actor=viewer, key=gone.key, now=NOW)
    merged = merge(kept, gone)
    both = person_open(actor=viewer, key=gone.key, now=NOW)
    assert both.card.key == kept.key
    assert both.card.name == "髙橋　一郎"
    assert both.merged == (gone.key,)
    assert len(both.names) == 2
    undo(merged)
    assert person_open(actor=viewer, key=gone.key, now=NOW) == before


def test_merging_is_refused() -> None:
    one, two, firm = person_make(), person_make(), organisation_make()
    with pytest.raises(NotAllowed):
        party_merge(actor=viewer_with(), kept_key=one.key, gone_key=two.key, reason="x", now=NOW)
    with pytest.raises(NotTheSameKind):
        merge(one, firm)
    with pytest.raises(AlreadyMerged):
        merge(one, one)
    with pytest.raises(Refused):
        party_merge(actor=KEEPER, kept_key=one.key, gone_key=two.key, reason=" ", now=NOW)
    merged = merge(one, two)
    with pytest.raises(AlreadyMerged):
        merge(two, one)
    undo(merged)
    with pytest.raises(MergeUndone):
        undo(merged)


def namesakes(**other: Any) -> tuple[Party, Party]:
    who: dict[str, Any] = {"name": "渡邊　さくら", "kana": "ワタナベ　サクラ", "born": "1990-03-03"}
    return person_make(**who), person_make(**who | {"source": Source.TYPED} | other)


def test_pairs_are_found_once_and_judged_once() -> None:
    one, other = namesakes(name="渡辺　さくら")
    Party.objects.get(pk=other.pk).numbers.all().delete()
    person_make(name="渡邊　さくら", kana="ワタナベ　サクラ", born="1991-03-03")
    assert pairs_find(actor=KEEPER, now=NOW) == 1
    assert pairs_find(actor=KEEPER, now=NOW) == 0
    pair = SamePerson.objects.get()
    assert (pair.one_id, pair.other_id) == (one.pk, other.pk)
    assert set(pair.reasons) >= {"kana", "characters", "address"}
    pair_judge(actor=KEEPER, pair_id=pair.pk, same=True, kept_key=one.key, note="同じ住所", now=NOW)
    assert Party.objects.get(pk=other.pk).merged_into_id == one.pk
    with pytest.raises(AlreadyJudged):
        pair_judge(actor=KEEPER, pair_id=pair.pk, same=False, note="x", now=NOW)


def test_two_residents_at_one_time_are_two_people_however_alike() -> None:
    namesakes(source=Source.REGISTER)
    person_make(name="双子　一", kana="フタゴ　ハジメ", born="2001-01-01")
    person_make(name="双子　二", kana="フタゴ　ツギ", born="2001-01-01")
    assert pairs_find(actor=KEEPER, now=NOW) == 0
