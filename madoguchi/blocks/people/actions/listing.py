"""
Looking at a person's name alone, at two side by side, at lists, and at organisations with their people.

As in ``reading``: a look is an action, and without its row there is no look. Whoever may not know of a person
finds neither the pair, nor the protection, nor the officer.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from madoguchi.blocks.people.actions.reading import duty_ask, party_seen, person_subject
from madoguchi.blocks.people.models import Party, Protection, SamePerson
from madoguchi.blocks.people.parties.cards import cards, seen
from madoguchi.blocks.people.parties.organisations import organisation_sheet
from madoguchi.blocks.people.parties.sheets import person_sheet
from madoguchi.blocks.people.types import (
    OrganisationSheet,
    PairLine,
    PairSheets,
    PersonCard,
    ProtectionLine,
)
from madoguchi.kernel.actions import action
from madoguchi.kernel.audit import audit_read, audit_write
from madoguchi.kernel.db.two_times import believed
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.subjects import Subject

LISTED = ("identity", "address")
PER_PAGE = 50
ENDING_SOON = timedelta(days=60)
"""When a protection is put before its keeper: it lasts for a year and is renewed from a month before its end
(住民基本台帳事務処理要領 第5の10), and a letter to the person takes its time."""


@action("people.person_glance")
def person_glance(
    *,
    actor: Viewer,
    key: str,
    now: datetime,  # noqa: ARG001
    case: str = "",
) -> PersonCard:
    """
    Give who a person is, for the head of a form, and write down that it was seen.

    :raises DutyMissing: the actor named no duty.
    :raises NotAllowed: there is no person of that key whom the actor may know of.
    """
    duty_ask(actor)
    party = party_seen(actor, key, Party.Kind.PERSON)
    card = cards([party.pk], viewer=actor, on=actor.on)[party.pk]
    audit_read(
        actor, "people.person_opened", party.subject(), data=["identity"], read=[party.subject()],
        duty=actor.duty_key, case=case,
    )  # fmt: skip
    return card


def pairs_waiting(viewer: Viewer) -> QuerySet[SamePerson]:
    """Give the pairs that wait for somebody to look, both of whom the viewer may know of; the likeliest first."""
    known = Party.objects.filter(seen(viewer)).values("pk")
    waiting = SamePerson.objects.filter(verdict=SamePerson.Verdict.WAITING, one__in=known, other__in=known)
    return waiting.order_by("-score", "found_at", "pk")


@action("people.pairs_open")
def pairs_open(
    *,
    actor: Viewer,
    start: int = 0,
    now: datetime,  # noqa: ARG001
    case: str = "",
) -> list[PairLine]:
    """
    Give waiting pairs for a list, and write down whose names it showed.

    :param start: how many stand before the first of the page.
    :raises NotAllowed: the actor does not merge persons.
    :raises DutyMissing: the actor named no duty.
    """
    duty_ask(actor)
    actor.must("people.person_merge")
    pairs = list(pairs_waiting(actor)[start : start + PER_PAGE])
    people = {party_id for pair in pairs for party_id in (pair.one_id, pair.other_id)}
    known = cards(sorted(people), viewer=actor, on=actor.on)
    audit_read(
        actor, "people.pairs_opened", Subject("people.pairs", "waiting"), data=["identity"],
        read=[person_subject(card) for card in known.values()], duty=actor.duty_key, pairs=len(pairs), case=case,
    )  # fmt: skip
    return [
        PairLine(
            pair.pk, pair.score, tuple(pair.reasons), pair.found_at, known[pair.one_id], known[pair.other_id]
        )
        for pair in pairs
    ]


def pair_seen(viewer: Viewer, pair_id: int) -> SamePerson:
    """
    Find a waiting pair, both of whom the viewer may know of.

    :raises NotAllowed: there is none.
    """
    viewer.must("people.person_merge")
    pair = pairs_waiting(viewer).filter(pk=pair_id).first()
    if pair is None:
        raise NotAllowed(f"pair {pair_id}")
    return pair


@action("people.pair_open")
def pair_open(
    *,
    actor: Viewer,
    pair_id: int,
    now: datetime,  # noqa: ARG001
    case: str = "",
) -> PairSheets:
    """
    Give two persons side by side, and write down that both were seen. Their households are not shown.

    :raises NotAllowed: the actor does not merge persons, or there is no such pair that waits.
    :raises DutyMissing: the actor named no duty.
    """
    duty_ask(actor)
    pair = pair_seen(actor, pair_id)
    sheets = [person_sheet(party_id, viewer=actor, on=actor.on) for party_id in (pair.one_id, pair.other_id)]
    data = [name for name in sheets[0].classes if name in (*LISTED, "history")]
    audit_read(
        actor, "people.pair_opened", Subject("people.pair", str(pair.pk)), data=data,
        read=[person_subject(sheet.card) for sheet in sheets], duty=actor.duty_key, case=case,
    )  # fmt: skip
    return PairSheets(pair.pk, pair.score, tuple(pair.reasons), *sheets)


def protections_listed(on: date) -> QuerySet[Protection]:
    """Give the protections that hold on a day or are to come; those that end first stand first."""
    lasting = Protection.objects.filter(believed()).filter(Q(ends_on=None) | Q(ends_on__gt=on))
    return lasting.order_by("ends_on", "starts_on", "pk")


@action("people.protections_open")
def protections_open(
    *,
    actor: Viewer,
    start: int = 0,
    now: datetime,  # noqa: ARG001
    case: str = "",
) -> list[ProtectionLine]:
    """
    Give protections for a list, and write down whose they are.

    :param start: how many stand before the first of the page.
    :raises NotAllowed: the actor may not see protected persons.
    :raises DutyMissing: the actor named no duty.
    """
    duty_ask(actor)
    actor.must("people.protected_view")
    rows = list(protections_listed(actor.on).select_related("party")[start : start + PER_PAGE])
    roots = {row.pk: row.party.merged_into_id or row.party_id for row in rows}
    known = cards(sorted(set(roots.values())), viewer=actor, on=actor.on)
    audit_read(
        actor, "people.protections_opened", Subject("people.protections", "all"), data=["identity", "protected"],
        read=[person_subject(card) for card in known.values()], duty=actor.duty_key, case=case,
    )  # fmt: skip
    return [ProtectionLine(known[roots[row.pk]], row.starts_on, row.ends_on, row.source) for row in rows]


@action("people.organisation_open")
def organisation_open(
    *,
    actor: Viewer,
    key: str,
    now: datetime,  # noqa: ARG001
    on: date | None = None,
    case: str = "",
) -> OrganisationSheet:
    """
    Give an organisation with its people, and write down whose names were seen.

    :param on: the day for which name and seat are given; today when left out.
    :raises NotAllowed: the actor does not keep organisations, or there is none of that key.
    :raises DutyMissing: the actor named no duty.
    """
    duty_ask(actor)
    actor.must("people.party_keep")
    party = organisation_found(key)
    sheet = organisation_sheet(party, viewer=actor, on=on or actor.on)
    people = dict.fromkeys(one.party_key for one in sheet.members if one.party_kind == Party.Kind.PERSON)
    audit_read(
        actor, "people.organisation_opened", party.subject(), data=["identity"] if people else [],
        read=[Subject("people.person", one) for one in people], duty=actor.duty_key, case=case,
    )  # fmt: skip
    return sheet


@action("people.organisations_export")
def organisations_export(*, actor: Viewer, count: int, now: datetime) -> None:  # noqa: ARG001
    """
    Write down that the list of organisations was taken away.

    :param count: how many stand in it.
    :raises NotAllowed: the actor does not keep organisations.
    """
    actor.must("people.party_keep")
    audit_write(
        actor,
        "people.organisations_exported",
        Subject("people.organisations", "all"),
        detail={"count": count},
    )


def organisation_found(key: str) -> Party:
    """
    Find an organisation; a merged one leads to the one that it stands under.

    :raises NotAllowed: there is none.
    """
    parties = Party.objects.select_related("merged_into").filter(kind=Party.Kind.ORGANISATION)
    party = parties.filter(key=key).first()
    if party is None:
        raise NotAllowed(f"organisation {key}")
    return party.merged_into or party
