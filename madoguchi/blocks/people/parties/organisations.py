"""Organisations (companies, 自治会, 医療機関): which there are on a day, and one with its history and its people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from django.db.models import Q, QuerySet

from madoguchi.blocks.people.models import Membership, Party, PartyAddress, PartyName
from madoguchi.blocks.people.parties.cards import clusters, seen
from madoguchi.blocks.people.parties.naming import names_on
from madoguchi.blocks.people.parties.sheets import facts_of
from madoguchi.blocks.people.types import MemberLine, OrganisationLine, OrganisationSheet
from madoguchi.kernel.db.two_times import believed
from madoguchi.kernel.declarations import Codelist, UnknownDeclaration, published, text_for
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.names import kana_key_prefix, name_key

Row = TypeVar("Row", PartyName, PartyAddress)
FORMS = "people.organisation_forms"


def organisations_named(text: str) -> QuerySet[Party]:
    """
    Give the organisations whose name holds a text or whose reading begins with it; all of them for none.

    Every name counts that an organisation bears or bore.
    """
    parties = Party.objects.filter(kind=Party.Kind.ORGANISATION, merged_into=None)
    if not text:
        return parties
    # What folds to nothing (a lone hyphen) would fit every name.
    fits = Q(pk__in=[])
    if key := name_key(text):
        fits |= Q(name_key__contains=key)
    if kana := kana_key_prefix(text):
        fits |= Q(kana_key__prefix=kana)
    names = PartyName.objects.filter(believed(), fits, party__kind=Party.Kind.ORGANISATION)
    return parties.filter(Q(pk__in=names.values("party")) | Q(merged__in=names.values("party"))).distinct()


def organisation_lines(parties: Iterable[Party], *, on: date) -> list[OrganisationLine]:
    """Give organisations as a list shows them: three queries however many there are."""
    known = list(parties)
    cluster = clusters(party.pk for party in known)
    names: dict[int, PartyName] = {}
    seats: dict[int, str] = {}
    for row in _until(PartyName.objects.filter(use=PartyName.Use.OFFICIAL), cluster.ids, on):
        names[cluster.root_of[row.party_id]] = row
    for seat in _until(PartyAddress.objects.filter(kind=PartyAddress.Kind.SEAT), cluster.ids, on):
        if seat.ends_on is None or seat.ends_on > on:
            seats[cluster.root_of[seat.party_id]] = seat.written
    return [
        OrganisationLine(
            party.key,
            names[party.pk].name if party.pk in names else "",
            names[party.pk].kana if party.pk in names else "",
            party.form, party.corporate_number, seats.get(party.pk, ""),
        )
        for party in known
    ]  # fmt: skip


def organisation_sheet(party: Party, *, viewer: Viewer, on: date) -> OrganisationSheet:
    """Give one organisation with all that was believed of it, and its people as far as the viewer may know of them."""
    ids = clusters([party.pk]).ids
    line = organisation_lines([party], on=on)[0]
    names = facts_of(PartyName, ids, on, None, whole=True)
    addresses = facts_of(PartyAddress, ids, on, None, whole=True)
    return OrganisationSheet(line, names, addresses, _members(ids, viewer, on))


def organisation_forms(*, on: date, language: str) -> dict[str, str]:
    """Give the forms that an organisation can have on a day, by code."""
    try:
        known = published("codelist", FORMS)
    except UnknownDeclaration:
        return {}
    codes: Codelist = known.model
    return {
        item.code: str(text_for(known, f"items.{item.code}.label", language)) for item in codes.items_on(on)
    }


def _until(rows: QuerySet[Row], ids: list[int], on: date) -> QuerySet[Row]:
    """The facts that began by a day, the newest last, so that the last one read stands."""
    return rows.filter(believed(), party__in=ids, starts_on__lte=on).order_by("starts_on", "pk")


def _members(ids: list[int], viewer: Viewer, on: date) -> tuple[MemberLine, ...]:
    rows = Membership.objects.filter(believed(), group__in=ids).exclude(kind=Membership.Kind.HOUSEHOLD)
    rows = rows.select_related("party", "party__merged_into")
    found = [
        (row, row.party.merged_into or row.party) for row in rows.order_by("-head", "kind", "starts_on", "pk")
    ]
    roots = {root.pk for _row, root in found}
    known = Q(kind=Party.Kind.ORGANISATION) | Q(seen(viewer), kind=Party.Kind.PERSON)
    allowed = set(Party.objects.filter(known, pk__in=roots).values_list("pk", flat=True))
    names = names_on(allowed, on)
    return tuple(
        MemberLine(
            root.key,
            root.kind,
            names.get(root.pk, ""),
            row.kind,
            row.relation,
            row.head,
            row.starts_on,
            row.ends_on,
        )
        for row, root in found
        if root.pk in allowed
    )
