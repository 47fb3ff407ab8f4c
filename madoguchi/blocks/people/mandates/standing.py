"""What is known on a day of the two sides of mandates: alive, of age, in one household, head of an association."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from madoguchi.blocks.people.mandates.relations import may_be_parent
from madoguchi.blocks.people.models import Birth, Mandate, Membership, Party, Protection
from madoguchi.blocks.people.parties.cards import Cluster, clusters
from madoguchi.blocks.people.parties.naming import names_on
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.db.two_times import believed, known_on, valid_on
from madoguchi.kit.ages import AgeRefused
from madoguchi.kit.partial_dates import PartialDate

FULL_AGE = 18
"""成年: 民法第4条, since 2022-04-01."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody's place in a household."""

    group: int
    relation: str
    head: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What the records say of some parties on a day, by the party that stands for each."""

    on: date
    born: dict[int, str]
    died: frozenset[int]
    seats: dict[int, Seat]
    heads_of: frozenset[tuple[int, int]]
    protected_since: dict[int, datetime]

    def is_minor(self, party: int) -> bool:
        """Whether somebody is certainly under age, as far as the day of birth is known."""
        ages = self._ages(party)
        return ages is not None and ages[1] < FULL_AGE

    def is_of_age(self, party: int) -> bool:
        """Whether somebody is certainly of age."""
        ages = self._ages(party)
        return ages is not None and ages[0] >= FULL_AGE

    def is_parent(self, *, child: int, adult: int) -> bool:
        """
        Whether the register speaks for somebody as the parent of a child whose record he may open.

        A protected child (支援措置) is nobody's here, whoever asks: the answer must not tell that there is one.
        """
        one, other = self.seats.get(child), self.seats.get(adult)
        if one is None or other is None or one.group != other.group or child in self.protected_since:
            return False
        if not (self.is_minor(child) and self.is_of_age(adult)):
            return False
        return may_be_parent(child=one.relation, adult=other.relation, adult_is_head=other.head)

    def supports(self, mandate: Mandate) -> bool:
        """Whether a mandate that was given, and not taken back, holds: both live, and its basis still stands."""
        assert mandate.delegate is not None
        grantor, delegate = root_of(mandate.grantor), root_of(mandate.delegate)
        # 民法第111条: an agency ends with the death of either.
        if grantor == delegate or {grantor, delegate} & self.died:
            return False
        # Whoever is protected may be protected from him whom she trusted before: what was offered until then holds
        # no more, whenever it was accepted, and what she offers from then on does.
        since = self.protected_since.get(grantor)
        if since is not None and mandate.offered_at < since:
            return False
        if mandate.basis != Mandate.Basis.REGISTER:
            return True
        if mandate.kind == Mandate.Kind.OFFICER:
            return (grantor, delegate) in self.heads_of
        return mandate.kind == Mandate.Kind.PARENT and self.is_parent(child=grantor, adult=delegate)

    def _ages(self, party: int) -> tuple[int, int] | None:
        """Give the least and the greatest age that somebody can have; None for the dead, and where nothing is known."""
        if party in self.died:
            return None
        try:
            return PartialDate(self.born.get(party, "")).age_on(self.on)
        except AgeRefused:
            return None


def root_of(party: Party) -> int:
    """Give the id of the party that stands for one."""
    return party.merged_into_id or party.pk


def standing_of(parties: Iterable[int], on: date) -> Standing:
    """Gather what is known of some parties that stand for themselves: five queries, however many they are."""
    cluster = clusters(set(parties))
    born: dict[int, str] = {}
    died = set()
    for row in Birth.objects.filter(believed(), party__in=cluster.ids):
        root = cluster.root_of[row.party_id]
        if row.party_id == root or root not in born:
            born[root] = row.born
        # A death known by its year alone has come when the year has.
        if row.died and row.died <= on.isoformat():
            died.add(root)
    seats = {}
    heads = set()
    for member in Membership.objects.filter(known_on(on), party__in=cluster.ids).select_related("group"):
        root = cluster.root_of[member.party_id]
        if member.kind == Membership.Kind.HOUSEHOLD:
            seats[root] = Seat(root_of(member.group), member.relation, member.head)
        elif member.kind == Membership.Kind.OFFICER and member.head:
            heads.add((root_of(member.group), root))
    since = _protected_since(cluster, on)
    return Standing(on, born, frozenset(died), seats, frozenset(heads), since)


def _protected_since(cluster: Cluster, on: date) -> dict[int, datetime]:
    """
    Say for the protected since when the city has known of it; a protection that is renewed in time is one.

    Protections of several sources, and of merged records, may overlap: that one of them is over ends none of the others.
    """
    rows: dict[int, list[Protection]] = {}
    begun = Protection.objects.filter(believed(), party__in=cluster.ids, starts_on__lte=on)
    for row in begun.order_by("-starts_on", "-pk"):
        rows.setdefault(cluster.root_of[row.party_id], []).append(row)
    since = {}
    for root, known in rows.items():
        holding = [row for row in known if row.ends_on is None or row.ends_on > on]
        if not holding:
            continue
        # Back through every protection that touches what is already one with today's.
        begins = min(row.starts_on for row in holding)
        entered = {row.entered_at for row in holding}
        for row in known:
            if row.starts_on <= begins and (row.ends_on is None or row.ends_on >= begins):
                begins = row.starts_on
                entered.add(row.entered_at)
        since[root] = min(entered)
    return since


def names_told(parties: Iterable[int], on: date) -> dict[int, str]:
    """
    Give the names by which the sides of mandates are shown to each other.

    Of whoever is protected (支援措置), the name of before: another that was taken since is not for those trusted then.
    """
    ids = set(parties)
    names = names_on(ids, on)
    for party, since in _protected_since(clusters(ids), on).items():
        names[party] = names_on([party], day_of(since)).get(party, "")
    return names


def mandates_holding(mandates: QuerySet[Mandate], on: date) -> list[Mandate]:
    """Give those of some mandates by which somebody may act on a day."""
    dated = mandates.filter(valid_on(on), accepted_at__isnull=False, revoked_at=None)
    found = list(dated.select_related("grantor", "delegate"))
    return supported(found, on)


def supported(mandates: Sequence[Mandate], on: date) -> list[Mandate]:
    """Give those of some accepted mandates whose basis still stands on a day."""
    sides = [party for one in mandates for party in (one.grantor, one.delegate) if party is not None]
    if not sides:
        return []
    known = standing_of((root_of(party) for party in sides), on)
    return [one for one in mandates if known.supports(one)]


def of_age_on(born: str) -> date | None:
    """
    Give the day at whose end somebody is of age, the first on which a parent speaks for him no more.

    It is the day before the birthday (年齢計算ニ関スル法律). Where the day of birth is known in part, the first
    that it can be; None where nothing is known.
    """
    birth = PartialDate(born).earliest
    if birth is None:
        return None
    try:
        birthday = birth.replace(year=birth.year + FULL_AGE)
    except ValueError:  # 29 February comes on 1 March
        birthday = date(birth.year + FULL_AGE, 3, 1)
    return birthday - timedelta(days=1)
