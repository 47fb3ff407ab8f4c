"""
Persons as lists and pages show them, many at once: a handful of queries however many there are.

Everything here is asked for ids that the caller has already been allowed to see (``seen``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from madoguchi.blocks.people.models import (
    Birth,
    Party,
    PartyAddress,
    PartyName,
    Protection,
    Residence,
)
from madoguchi.blocks.people.types import PersonCard
from madoguchi.kernel.db.two_times import believed, known_on
from madoguchi.kernel.rights import EVERY_ROW, NO_ROW, Viewer

ROOT = Coalesce("party__merged_into_id", "party_id")
"""The party that stands for a fact's party."""


def seen(viewer: Viewer) -> Q:
    """
    Give the predicate over parties that stand for themselves: those whom a viewer may know of.

    Protected persons (支援措置) are there for nobody without the right; so are all persons without the right to
    look at persons.
    """
    if not viewer.may("people.identity_view"):
        return NO_ROW
    standing = Q(merged_into=None)
    return standing if viewer.may("people.protected_view") else standing & ~Q(pk__in=protected(viewer.on))


def seen_through(viewer: Viewer) -> Q:
    """
    Give the same predicate over facts of persons that are annotated with their ``ROOT``.

    A root stands for itself always, so that nothing has to be looked up for it: a list of facts stays one walk
    along an index, however many parties there are.
    """
    if not viewer.may("people.identity_view"):
        return NO_ROW
    if viewer.may("people.protected_view"):
        return EVERY_ROW
    day = viewer.on.isoformat()
    return Q(_NoneOf(F("root"), RawSQL(_PROTECTED_ROOTS, [day] * 4)))  # noqa: S611 - a constant with parameters


class _NoneOf(Func):
    """
    Whether a value is none of those that a query gives; the query is asked once and before all else.

    PostgreSQL takes NOT IN for so dear that it gives up the index along which a list is read: an array it does not.
    """

    output_field = BooleanField()
    template = "(%(expressions)s)"
    arg_joiner = " NOT IN "

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s))", arg_joiner=" <> ALL(ARRAY")


# As ``protected``, ready made: building that query anew took longer than the list that it filters. Merged records are
# few, and looked up by their index; "> 0" because SQLite walks no index for IS NOT NULL.
_HIDES = "fact.starts_on <= %s AND (fact.ends_on IS NULL OR fact.ends_on > %s) AND fact.withdrawn_at IS NULL"
_PROTECTED_ROOTS = f"""
SELECT fact.party_id FROM people_protection fact WHERE {_HIDES}
UNION ALL
SELECT party.merged_into_id FROM people_party party CROSS JOIN people_protection fact
WHERE party.merged_into_id > 0 AND fact.party_id = party.id AND {_HIDES}
"""  # noqa: S608 - constants


def protected(on: date) -> QuerySet[Protection, int]:
    """Give the ids of those who are protected on a day, under whichever of their records."""
    return Protection.objects.filter(known_on(on)).annotate(root=ROOT).values_list("root", flat=True)


@dataclass(slots=True)
class Cluster:
    """
    The parties behind each of some parties: itself, and those merged into it.

    :param keys: of those asked for.
    :param hidden: those asked for who are protected under one of their records, where a day was given.
    """

    root_of: dict[int, int]
    keys: dict[int, str] = field(default_factory=dict)
    members: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    hidden: set[int] = field(default_factory=set)

    @property
    def ids(self) -> list[int]:
        """All parties of all clusters."""
        return list(self.root_of)


def clusters(ids: Iterable[int], *, protected_on: date | None = None) -> Cluster:
    """Gather what was merged into each party, and whether it is protected on a day."""
    roots = list(ids)
    asked, root_of = set(roots), {party_id: party_id for party_id in roots}
    cluster = Cluster(root_of)
    held = Protection.objects.filter(known_on(protected_on), party=OuterRef("pk")) if protected_on else None
    hides = Exists(held) if held is not None else Value(False)
    known = Party.objects.filter(Q(pk__in=roots) | Q(merged_into__in=roots)).annotate(hides=hides)
    for party_id, merged_into, key, hidden in known.values_list("pk", "merged_into_id", "key", "hides"):
        if party_id in asked:
            cluster.keys[party_id] = key
        if merged_into in asked:
            root_of[party_id] = merged_into
        if hidden:
            cluster.hidden.add(root_of.get(party_id, party_id))
    for party_id, root in root_of.items():
        cluster.members[root].append(party_id)
    return cluster


def cards(
    ids: Sequence[int], *, viewer: Viewer, on: date, at: datetime | None = None
) -> dict[int, PersonCard]:
    """
    Give the cards of persons that stand for themselves, by id.

    :param on: the day for which names and addresses are given.
    :param at: as it was known at this moment; left out, as it is known now. Records that were found to be one
        person's since then are shown as one all the same.
    """
    cluster = clusters(ids, protected_on=on)
    # Plain rows of what a card shows: making models of them took as long as asking.
    born = Birth.objects.filter(believed(at), party__in=cluster.ids)
    births = _first(cluster, born.values_list("party_id", "born", "died", "sex", named=True))
    called = _names(cluster.ids, on, at).values_list("party_id", "name", "kana", named=True)
    names = _first(cluster, called)
    places: Mapping[int, Any] = {}
    if viewer.may("people.address_view"):
        kinds = [PartyAddress.Kind.REGISTERED, PartyAddress.Kind.RESIDENCE]
        rows = PartyAddress.objects.filter(known_on(on, at), party__in=cluster.ids, kind__in=kinds)
        # "registered" stands before "residence": where somebody is registered comes first.
        places = _first(cluster, rows.order_by("kind").values_list("party_id", "written", named=True))
    lived = _residences(cluster, on, at)
    return {
        party_id: PersonCard(
            id=party_id,
            key=key,
            name=names[party_id].name if party_id in names else "",
            kana=names[party_id].kana if party_id in names else "",
            born=births[party_id].born if party_id in births else "",
            sex=births[party_id].sex if party_id in births else "",
            status=_status(births.get(party_id), lived.get(party_id, []), on),
            address=_address(places, party_id) if viewer.may("people.address_view") else None,
            protected=party_id in cluster.hidden,
        )
        for party_id, key in cluster.keys.items()
    }


def _names(ids: Sequence[int], on: date, at: datetime | None) -> QuerySet[PartyName]:
    """The official names of a day; of whoever has none that day, the last one (a person moved out, or died)."""
    rows = PartyName.objects.filter(believed(at), party__in=ids, starts_on__lte=on)
    return rows.filter(use=PartyName.Use.OFFICIAL).order_by(F("ends_on").desc(nulls_first=True))


def _first(cluster: Cluster, rows: Iterable[Any]) -> dict[int, Any]:
    """Give each person's first row; the person's own comes before those of merged records."""
    found: dict[int, Any] = {}
    for row in rows:
        root = cluster.root_of[row.party_id]
        if root not in found or (row.party_id == root and found[root].party_id != root):
            found[root] = row
    return found


def _residences(cluster: Cluster, on: date, at: datetime | None) -> dict[int, list[date | None]]:
    """Give the ends of each person's times as a resident."""
    ends: dict[int, list[date | None]] = defaultdict(list)
    rows = Residence.objects.filter(believed(at), party__in=cluster.ids, starts_on__lte=on)
    for party_id, ends_on in rows.values_list("party_id", "ends_on"):
        ends[cluster.root_of[party_id]].append(ends_on)
    return ends


def _status(birth: Any | None, lived: list[date | None], on: date) -> str:
    if birth is not None and birth.died and birth.died <= on.isoformat():
        return "died"
    if any(ends_on is None or ends_on > on for ends_on in lived):
        return "resident"
    return "moved_out" if lived else "other"


def _address(places: Mapping[int, Any], party_id: int) -> str:
    return places[party_id].written if party_id in places else ""


def found_by(card: PersonCard, name: str) -> PersonCard:
    """Mark a card that was found by another name than the one it shows."""
    return card if name == card.name else replace(card, found_by=name)
