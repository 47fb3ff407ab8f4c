"""One person, or one household, as its page shows it to a viewer: only the parts that the viewer may see."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import QuerySet

from madoguchi.blocks.people.models import (
    Membership,
    Party,
    PartyAddress,
    PartyName,
    PartyNumber,
    Residence,
)
from madoguchi.blocks.people.models.parties import DatedFact
from madoguchi.blocks.people.parties.cards import cards, clusters, seen
from madoguchi.blocks.people.parties.duties import classes_of
from madoguchi.blocks.people.types import FactOnPage, HouseholdMember, PersonSheet
from madoguchi.kernel.db.two_times import believed, known_on
from madoguchi.kernel.rights import Viewer


def person_sheet(party_id: int, *, viewer: Viewer, on: date, at: datetime | None = None) -> PersonSheet:
    """Give what a viewer may see of a person on a day, as known now or at a moment."""
    ids = clusters([party_id]).ids
    whole = viewer.may("people.history_view")
    household = _household_of(ids, on, at) if viewer.may("people.household_view") else None
    group = household.group if household else None
    return PersonSheet(
        card=cards([party_id], viewer=viewer, on=on, at=at)[party_id],
        classes=tuple(classes_of(viewer)),
        names=facts_of(PartyName, ids, on, at, whole),
        addresses=facts_of(PartyAddress, ids, on, at, whole) if viewer.may("people.address_view") else None,
        residences=facts_of(Residence, ids, on, at, whole=True) if whole else None,
        household_key=group.key if group else None,
        household=household_members(group.pk, viewer=viewer, on=on, at=at) if group else None,
        numbers=tuple(
            PartyNumber.objects.filter(party__in=ids).order_by("system").values_list("system", "number")
        ),
        merged=tuple(
            Party.objects.filter(merged_into=party_id).order_by("key").values_list("key", flat=True)
        ),
    )


def household_members(
    household_id: int, *, viewer: Viewer, on: date, at: datetime | None = None
) -> tuple[HouseholdMember, ...]:
    """Give the members of a household on a day whom a viewer may know of, the head first."""
    rows = Membership.objects.filter(known_on(on, at), group=household_id, kind=Membership.Kind.HOUSEHOLD)
    roots = {row.pk: row.party.merged_into_id or row.party_id for row in rows.select_related("party")}
    allowed = set(Party.objects.filter(seen(viewer), pk__in=roots.values()).values_list("pk", flat=True))
    known = cards(sorted(allowed), viewer=viewer, on=on, at=at)
    # Two records of one person may both belong: the head's line stands for both, else that of the record kept.
    own = sorted(rows, key=lambda row: (row.head, row.party_id == roots[row.pk]))
    members = {
        roots[row.pk]: HouseholdMember(known[roots[row.pk]], row.relation, row.head)
        for row in own
        if roots[row.pk] in allowed
    }
    return tuple(
        sorted(members.values(), key=lambda member: (not member.head, member.card.born, member.card.key))
    )


def _household_of(ids: list[int], on: date, at: datetime | None) -> Membership | None:
    rows = Membership.objects.filter(known_on(on, at), party__in=ids, kind=Membership.Kind.HOUSEHOLD)
    return rows.select_related("group").first()


def facts_of(
    model: type[PartyName] | type[PartyAddress] | type[Residence],
    ids: list[int],
    on: date,
    at: datetime | None,
    whole: bool,
) -> tuple[FactOnPage, ...]:
    """Give the facts of some parties, the newest first: those of a day, or all that are believed (``whole``)."""
    manager: QuerySet[DatedFact] = model._default_manager.filter(party__in=ids)
    rows = manager.filter(believed(at) if whole else known_on(on, at)).order_by("-starts_on", "pk")
    return tuple(_fact(row) for row in rows)


def _fact(row: DatedFact) -> FactOnPage:
    match = ""
    if isinstance(row, PartyName):
        what, text, kana = row.use, row.name, row.kana
    elif isinstance(row, PartyAddress):
        what, text, kana, match = row.kind, row.written, "", f"{row.level}/{row.quality}"
    else:
        assert isinstance(row, Residence)
        what, text, kana = row.began_by, row.ended_by, ""
    return FactOnPage(what, text, kana, row.starts_on, row.ends_on, row.source, match)
