"""What two people do to one thing at the same moment comes out as if one had come after the other."""

from __future__ import annotations

from functools import partial

import pytest

from madoguchi.blocks.people.actions import LastMeans, means_add, means_end, party_merge, party_unmerge
from madoguchi.blocks.people.models import Assurance, Means, Party, PartyMerge
from madoguchi.blocks.people.testing import (
    NOW,
    person_make,
    resident_account_make,
    resident_viewer,
    viewer_with,
)
from madoguchi.blocks.people.testing.parties import HOUSE
from tests.support.databases import HouseDatabase
from tests.support.together import together

pytestmark = pytest.mark.slow
KEEPER = viewer_with("people.person_merge")


def test_two_links_of_a_chain_are_taken_back(house_database: HouseDatabase) -> None:
    del house_database
    for _ in range(6):
        first, second, third = [person_make() for _ in range(3)]
        links = [_merge(second, first), _merge(third, second)]
        undo = [
            partial(party_unmerge, actor=KEEPER, merge_id=link.pk, reason="別の人", now=NOW) for link in links
        ]
        assert together(undo) == [None, None]
        assert not Party.objects.exclude(merged_into=None).exists()


def test_one_of_two_means_stays(house_database: HouseDatabase) -> None:
    del house_database
    for _ in range(6):
        party = person_make()
        one = resident_account_make(party)
        other = means_add(
            actor=HOUSE, account_key=one.account.key, kind="mail", subject=f"{one.account.key}@example.jp",
            assurance=1, now=NOW,
        )  # fmt: skip
        owner = resident_viewer(party, assurance=Assurance.IN_PERSON)
        off = [
            partial(means_end, actor=owner, means_id=means.pk, reason="owner", now=NOW)
            for means in (one, other)
        ]
        assert {type(answer) for answer in together(off)} == {LastMeans, type(None)}
        assert Means.objects.filter(account=one.account, ended_at=None).count() == 1


def _merge(kept: Party, gone: Party) -> PartyMerge:
    found: PartyMerge = party_merge(
        actor=KEEPER, kept_key=kept.key, gone_key=gone.key, reason="同じ人", now=NOW
    )
    return found
