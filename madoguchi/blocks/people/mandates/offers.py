"""What may be offered: the kinds, the services, the time an offer is open and a mandate lasts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from madoguchi.blocks.people.models import Mandate, Membership, Party
from madoguchi.kernel.clock import TOKYO, day_of
from madoguchi.kernel.db.two_times import known_on
from madoguchi.kernel.declarations import published_all, text_for
from madoguchi.kernel.rights import Record

EVERY_SERVICE: Final = "*"
OFFER_OPEN: Final = timedelta(days=14)
LONGEST_YEARS: Final = 3
TRIES: Final = 5

OWN_WORD: Final[dict[str, tuple[str, ...]]] = {
    Party.Kind.PERSON: (Mandate.Kind.CARER, Mandate.Kind.TAX_ACCOUNTANT),
    Party.Kind.ORGANISATION: (Mandate.Kind.OFFICER, Mandate.Kind.TAX_ACCOUNTANT),
}
"""The kinds that somebody can give by his own word, by what he is."""


def offers_open(on: date) -> Q:
    """Give the predicate for offers that can still be taken on a day: the last is the fourteenth after the offer."""
    since = datetime.combine(on - OFFER_OPEN, time.min, TOKYO)
    return Q(accepted_at=None, revoked_at=None, offered_at__gte=since)


def offer_closes_on(mandate: Mandate) -> date:
    """Give the last day on which an offer can be taken."""
    return day_of(mandate.offered_at) + OFFER_OPEN


def years_later(day: date, years: int) -> date:
    """Give the same day so many years later; 1 March for 29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def services_offered(language: str = "ja") -> list[tuple[str, str]]:
    """Give the services that have a page on the portal, as (key, label)."""
    return [
        (service.key, str(text_for(service, "label", language)))
        for service in published_all("service")
        if any(page["at"] == "portal" for page in service.document.get("pages") or ())
    ]


def service_labels(language: str = "ja") -> dict[str, str]:
    """Give the labels of all published services."""
    return {service.key: str(text_for(service, "label", language)) for service in published_all("service")}


def organisations_headed(parties: frozenset[int], on: date) -> QuerySet[Party]:
    """Give the organisations whose head officer (代表者) somebody is on a day."""
    seats = Membership.objects.filter(
        known_on(on), party__in=parties, kind=Membership.Kind.OFFICER, head=True
    )
    heads = seats.values_list("group_id", "group__merged_into_id")
    roots = {merged or group for group, merged in heads}
    return Party.objects.filter(pk__in=roots, kind=Party.Kind.ORGANISATION, merged_into=None)


def sides_of(record: Record, on: date) -> tuple[Q, Q]:
    """Give the predicates for the mandates that somebody gave (his associations too) and that he holds."""
    given = Q(grantor__in=record.parties) | Q(
        grantor__in=organisations_headed(record.parties, on).values("pk")
    )
    return given, Q(delegate__in=record.parties)
