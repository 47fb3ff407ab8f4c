"""Who may act for whom."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from madoguchi.blocks.people.mandates.lines import lines_of
from madoguchi.blocks.people.mandates.offers import organisations_headed, sides_of
from madoguchi.blocks.people.mandates.standing import mandates_holding, names_told, root_of, standing_of
from madoguchi.blocks.people.models import Mandate, Membership, Party
from madoguchi.blocks.people.parties.cards import clusters
from madoguchi.blocks.people.parties.naming import names_on
from madoguchi.blocks.people.types import Claimable, MandateLine, MandateSide
from madoguchi.kernel.db.two_times import known_on
from madoguchi.kernel.rights import Record, Viewer


def mandates_given(viewer: Viewer) -> tuple[MandateLine, ...]:
    """Give the mandates by which others act, or acted, for the viewer or an association that he heads; newest first."""
    return _lines(viewer, "grantor")


def mandates_held(viewer: Viewer) -> tuple[MandateLine, ...]:
    """Give the mandates by which the viewer acts, acted or is asked to act for others; newest first."""
    return _lines(viewer, "delegate")


def mandate_of(viewer: Viewer, key: str) -> MandateLine | None:
    """Give one mandate of the viewer's, on whichever side he stands; None where there is none."""
    lines = (*mandates_held(viewer), *mandates_given(viewer))
    return next((line for line in lines if line.key == key), None)


def delegates_may(party_id: int, service: str, on: date) -> frozenset[int]:
    """
    Give the ids of those who may act for somebody in a service on a day.

    :param party_id: the person or organisation for whom they would act.
    :param service: key of a service.
    """
    ids = clusters([party_id]).ids
    holding = mandates_holding(Mandate.objects.filter(grantor__in=ids), on)
    return frozenset(root_of(one.delegate) for one in holding if one.delegate and one.reaches(service))


def claimable(viewer: Viewer) -> tuple[Claimable, ...]:
    """
    Give whom the viewer may claim to act for by the city's records: his children, associations that he heads.

    Protected children are not there, and nothing tells that they are.
    """
    record = _own(viewer)
    if record is None:
        return ()
    found = _children(record, viewer.on) | {
        party.pk: party for party in organisations_headed(record.parties, viewer.on)
    }
    current = Mandate.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=viewer.on),
        grantor__in=found, delegate__in=record.parties, revoked_at=None,
        kind__in=[Mandate.Kind.PARENT, Mandate.Kind.OFFICER],
    )  # fmt: skip
    claimed = set(current.values_list("grantor_id", flat=True))
    names = names_on(found, viewer.on)
    lines = [
        Claimable(party.key, names.get(party.pk, ""), party.kind, party.pk in claimed)
        for party in found.values()
    ]
    return tuple(sorted(lines, key=lambda line: (line.kind, line.name)))


def _own(viewer: Viewer) -> Record | None:
    record = viewer.record
    return record if viewer.kind == "resident" and record is not None and not record.mandate else None


def _lines(viewer: Viewer, side: MandateSide) -> tuple[MandateLine, ...]:
    record = _own(viewer)
    if record is None:
        return ()
    given, held = sides_of(record, viewer.on)
    mandates = list(
        Mandate.objects.select_related("grantor", "delegate")
        .filter(given if side == "grantor" else held)
        .order_by("-offered_at", "-pk")
    )
    parties = {root_of(party) for one in mandates for party in (one.grantor, one.delegate) if party}
    return lines_of(mandates, names=names_told(parties, viewer.on), side=side, viewer=viewer)


def _children(record: Record, on: date) -> dict[int, Party]:
    known = standing_of([record.party_id], on)
    seat = known.seats.get(record.party_id)
    if seat is None:
        return {}
    members = Membership.objects.filter(known_on(on), kind=Membership.Kind.HOUSEHOLD).filter(
        Q(group=seat.group) | Q(group__merged_into=seat.group)
    )
    parties = {
        row.party_id: row.party.merged_into or row.party
        for row in members.select_related("party__merged_into")
    }
    roots = {party.pk: party for party in parties.values()}
    household = standing_of(roots, on)
    return {
        root: party
        for root, party in roots.items()
        if root != record.party_id and household.is_parent(child=root, adult=record.party_id)
    }
