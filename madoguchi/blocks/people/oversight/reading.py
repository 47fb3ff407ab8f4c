"""
What was unusual in a month's reading of people's records: rules over the audit trail.

A finding accuses nobody; it says where somebody has to look. The audit trail of a month may hold a million looks:
each rule counts in the database, by as many queries for many staff as for few; what comes back is as long as the
list of staff, not of looks, or is read through and not kept.

Invariants (``tests/people/oversight/test_reading_rules.py``):

1. Each rule finds what it describes and leaves alone what comes just short of it.
2. A report over a million rows needs no more memory than one over a thousand.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from itertools import groupby
from operator import itemgetter, or_
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, DenseRank

from madoguchi.blocks.people.models import EmergencyAccess, PartyName, Protection, StaffMember
from madoguchi.blocks.people.oversight.thresholds import Thresholds, thresholds
from madoguchi.blocks.people.work import EMERGENCY
from madoguchi.kernel.audit import READ_DIGEST
from madoguchi.kernel.calendar import is_business_day
from madoguchi.kernel.clock import TOKYO
from madoguchi.kernel.db.two_times import believed
from madoguchi.kernel.models import AuditRow, AuditSubject
from madoguchi.kit.kana import katakana
from madoguchi.kit.names import kana_key

PERSON = "people.person"
MOST_ROWS = 200
"""How many looks a finding names; ``count`` says how many there were."""
# Rows are numbered before they are committed, and clocks are put right: a day is more than either needs.
_SLACK = timedelta(days=1)
_MONTH = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Finding:
    """One unusual thing; the fields are those of ``ReadingFinding``."""

    rule: str
    count: int
    rows: tuple[int, ...]
    staff: str = ""
    office: str = ""
    about: str = ""
    usual: Decimal | None = None


@dataclass(frozen=True, slots=True)
class MonthReading:
    """A month's looks at people's records: how many there were, and what was unusual in them."""

    month: str
    reads: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the audit trail; ``low`` and ``high`` are the numbers between which its rows stand."""

    days: tuple[date, ...]
    start: datetime
    end: datetime
    low: int
    high: int

    def looks(self, prefix: str = "") -> Q:
        """Give the predicate for the looks of staff at people's data."""
        parts = {
            "pk__gte": self.low, "pk__lt": self.high, "at__gte": self.start, "at__lt": self.end,
            "actor_kind": "staff", "detail__contains": f'"{READ_DIGEST}":',
        }  # fmt: skip
        return Q(**{f"{prefix}{name}": value for name, value in parts.items()})


Rule = Callable[[Month, Thresholds], Iterator[Finding]]
Key = tuple[str, ...]


def is_month(name: str) -> bool:
    """Say whether this names a month: 2026-10."""
    return bool(_MONTH.fullmatch(name))


def month_before(day: date) -> str:
    """Name the month before the one that a day is in."""
    return f"{day.replace(day=1) - timedelta(days=1):%Y-%m}"


def month_begins_after(name: str) -> datetime:
    """Give the moment from which a month is over."""
    first = date.fromisoformat(f"{name}-01")
    return _midnight((first + timedelta(days=31)).replace(day=1))


def month_read(name: str) -> MonthReading:
    """
    Read a month of the audit trail by every rule.

    :param name: 2026-10.
    :raises ThresholdsRefused: the city's thresholds cannot be read.
    """
    limits = thresholds()
    month = _month(name)
    findings = [finding for rule in RULES.values() for finding in rule(month, limits)]
    return MonthReading(name, AuditRow.objects.filter(month.looks()).count(), tuple(findings))


def emergency_looks(opened: EmergencyAccess) -> QuerySet[AuditRow]:
    """Give every look that was made under an emergency, the first one first."""
    return AuditRow.objects.filter(
        pk__gte=_number_from(opened.began_at - _SLACK),
        pk__lt=_number_from(opened.ends_at + _SLACK),
        actor_key=opened.staff,
        detail__contains=f'"duty":"{EMERGENCY}/{opened.pk}"',
    ).order_by("pk")


def _month(name: str) -> Month:
    first, end = date.fromisoformat(f"{name}-01"), month_begins_after(name)
    start = _midnight(first)
    days = tuple(first + timedelta(days=n) for n in range((end - start).days))
    return Month(days, start, end, _number_from(start - _SLACK), _number_from(end + _SLACK))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=TOKYO)


def _number_from(moment: datetime) -> int:
    """Find the first row at or after a moment by halving: rows stand in time, and ``at`` has no index."""
    ends = AuditRow.objects.aggregate(low=Min("pk"), high=Max("pk"))
    low, high = ends["low"] or 0, (ends["high"] or 0) + 1
    while low < high:
        middle = (low + high) // 2
        found = AuditRow.objects.filter(pk__gte=middle).order_by("pk").values_list("pk", "at").first()
        if found is None or found[1] >= moment:
            high = middle
        else:
            low = found[0] + 1
    return low


# The rules


def many_people(month: Month, limits: Thresholds) -> Iterator[Finding]:
    """More persons than the others who do the same duty. Where nobody else does it, nothing can be compared."""
    keys = ("row__duty", "row__actor_key")
    counted = _persons(month).values_list(*keys).annotate(n=Count("key", distinct=True))
    unusual: dict[Key, tuple[int, Decimal]] = {}
    for duty, group in groupby(counted.order_by("row__duty", "n", "row__actor_key"), key=itemgetter(0)):
        people = [(staff, n) for _duty, staff, n in group]
        for place, (staff, n) in enumerate(people if len(people) > 1 else ()):
            usual = _median_without([n for _staff, n in people], place)
            if n >= limits.people_least and n > limits.people_times * usual:
                unusual[duty, staff] = n, usual
    named = _first(_persons(month).filter(row__actor_key__in={staff for _duty, staff in unusual}), keys)
    for (duty, staff), (n, usual) in unusual.items():
        yield Finding("many_people", n, named[duty, staff], staff, about=duty, usual=usual)


def _median_without(ordered: list[int], place: int) -> Decimal:
    def at(index: int) -> int:
        return ordered[index if index < place else index + 1]

    middle, odd = divmod(len(ordered) - 1, 2)
    return Decimal(at(middle)) if odd else Decimal(at(middle - 1) + at(middle)) / 2


def outside_hours(month: Month, limits: Thresholds) -> Iterator[Finding]:
    """Looks while the city hall is closed: at night, on weekends, holidays and the city's own closed days."""
    opens, closes = limits.office_hours
    hours = (
        Q(at__gte=datetime.combine(day, opens, TOKYO), at__lt=datetime.combine(day, closes, TOKYO))
        for day in month.days
        if is_business_day(day)
    )
    closed = AuditRow.objects.filter(month.looks()).exclude(reduce(or_, hours, Q(pk__in=[])))
    yield from _counted("outside_hours", closed)


def same_name(month: Month, limits: Thresholds) -> Iterator[Finding]:
    """
    Persons with the reader's own family name. Staff and residents are not linked, and a name and its reading
    make no certain match: several different persons of one's name are what can be seen of one's own family.
    """
    own = {
        f"staff:{key}": family
        for key, kana in StaffMember.objects.values_list("key", "kana")
        if (family := _family(kana))
    }
    named = PartyName.objects.filter(believed(), use=PartyName.Use.OFFICIAL)
    kana = named.filter(party__key=OuterRef("key"), ends_on=None).values("kana")[:1]
    seen = _persons(month).values_list("row__actor_key", "key", Subquery(kana)).distinct()
    counts: Counter[str] = Counter()
    rows = seen.order_by("row__actor_key", "key").iterator(chunk_size=5_000)
    kin: dict[str, list[str]] = defaultdict(list)
    for staff, person, reading in rows:
        if staff in own and reading and _family(reading) == own[staff]:
            counts[staff] += 1
            if counts[staff] <= MOST_ROWS:
                kin[staff].append(person)
    for staff, n in sorted(counts.items()):
        if n >= limits.same_name_least:
            looks = _persons(month).filter(row__actor_key=staff, key__in=kin[staff])
            yield Finding("same_name", n, _first(looks, ("row__actor_key",))[(staff,)], staff)


def _family(kana: str) -> str:
    family, blank, _given = katakana(kana).replace("\u3000", " ").partition(" ")
    return kana_key(family) if blank else ""


def same_person(month: Month, limits: Thresholds) -> Iterator[Finding]:
    """One person opened again and again by one office, each time without saying for which case."""
    keys = ("actor_office", "subject_key")
    opened = AuditRow.objects.filter(
        month.looks(), event="people.person_opened", detail__contains='"case":""'
    )
    often = opened.values_list(*keys).annotate(n=Count("pk")).filter(n__gte=limits.same_person_least)
    counted = {(office, person): n for office, person, n in often.order_by(*keys)}
    named = _first(opened.filter(subject_key__in={person for _office, person in counted}), keys, "pk")
    for (office, person), n in counted.items():
        # Somebody without an office is found under the person alone.
        yield Finding("same_person", n, named[office, person], office=office or "–", about=person)


def protected_people(month: Month, limits: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 - one is enough
    """Every look at somebody who was protected (支援措置) at some time of the month."""
    held = Protection.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=month.days[0]), believed(), starts_on__lte=month.days[-1]
    )
    seen = _persons(month).filter(key__in=held.values(root=_root("party__")))
    yield from _counted("protected_people", AuditRow.objects.filter(pk__in=seen.values("row_id")))


def emergencies(month: Month, limits: Thresholds) -> Iterator[Finding]:  # noqa: ARG001 - one is enough
    """Every emergency that began in the month, with all looks that were made under it."""
    for opened in EmergencyAccess.objects.filter(began_at__gte=month.start, began_at__lt=month.end).order_by(
        "pk"
    ):
        looks = emergency_looks(opened)
        numbers = tuple(looks.values_list("pk", flat=True)[:MOST_ROWS])
        yield Finding("emergencies", looks.count(), numbers, opened.staff, about=str(opened.pk))


def searches_in_vain(month: Month, limits: Thresholds) -> Iterator[Finding]:
    """Searches in a row that showed nobody, or too many to list: somebody is trying things out."""
    vain = Q(detail__contains='"count":0,') | Q(detail__contains='"more":true')
    searches = (
        AuditRow.objects.filter(month.looks(), event="people.persons_searched")
        .annotate(vain=Case(When(vain, then=Value(True)), default=Value(False), output_field=BooleanField()))
        .order_by("actor_key", "pk")
        .values_list("actor_key", "vain", "pk")
    )
    for staff, group in groupby(searches.iterator(chunk_size=5_000), key=itemgetter(0)):
        n, rows = _longest_run(group)
        if n >= limits.searches_in_vain:
            yield Finding("searches_in_vain", n, rows, staff)


def _longest_run(searches: Iterable[tuple[str, bool, int]]) -> tuple[int, tuple[int, ...]]:
    longest, kept = 0, list[int]()
    for vain, run in groupby(searches, key=itemgetter(1)):
        count, numbers = 0, list[int]()
        for _staff, _vain, number in run:
            count += 1
            if count <= MOST_ROWS:
                numbers.append(number)
        if vain and count > longest:
            longest, kept = count, numbers
    return longest, tuple(kept)


RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        many_people, outside_hours, same_name, same_person, protected_people, emergencies, searches_in_vain,
    )
}  # fmt: skip


def _persons(month: Month) -> QuerySet[AuditSubject]:
    return AuditSubject.objects.filter(month.looks("row__"), kind=PERSON).order_by()


def _root(prefix: str) -> Coalesce:
    """Looks name the person that stands for a merged one."""
    return Coalesce(f"{prefix}merged_into__key", f"{prefix}key")


def _counted(rule: str, rows: QuerySet[AuditRow]) -> Iterator[Finding]:
    """Find everybody who made some of these looks."""
    named = _first(rows, ("actor_key",), "pk")
    for staff, n in rows.values_list("actor_key").annotate(n=Count("pk")).order_by("actor_key"):
        yield Finding(rule, n, named[(staff,)], staff)


def _first(rows: QuerySet[Any], keys: tuple[str, ...], number: str = "row_id") -> dict[Key, tuple[int, ...]]:
    """Number the first looks of every group, by one query however many groups there are."""
    place = Window(DenseRank(), partition_by=[F(key) for key in keys], order_by=F(number).asc())
    found = rows.annotate(place=place).filter(place__lte=MOST_ROWS).order_by(*keys, number)
    named: dict[Key, dict[int, None]] = defaultdict(dict)
    for *key, one in found.values_list(*keys, number).iterator(chunk_size=5_000):
        named[tuple(key)][one] = None
    return {key: tuple(numbers) for key, numbers in named.items()}


def rows_named(numbers: Any) -> QuerySet[AuditRow]:
    """Give the audit rows that a finding names."""
    return AuditRow.objects.filter(pk__in=list(numbers)).order_by("pk")
