"""Finding what a file left of a person or a household, for the tests of the feed."""

from __future__ import annotations

from datetime import date
from typing import Any

from madoguchi.blocks.people.actions import feed_apply
from madoguchi.blocks.people.models import FeedDelivery, Membership, Party, PartyName, PartyNumber
from madoguchi.blocks.people.models.parties import DatedFact
from madoguchi.blocks.people.testing import NOW, feed_bring
from madoguchi.blocks.people.testing.feeds import BRINGER
from madoguchi.kernel.db.two_times import believed

LAYOUT = "residents.juki"
Spans = list[tuple[date, date | None]]


def party(number: int) -> Party:
    return PartyNumber.objects.get(system=LAYOUT, number=str(number)).party


def household(number: int) -> Party:
    return PartyNumber.objects.get(system=f"{LAYOUT}/household", number=str(number)).party


def spans(model: type[DatedFact], number: int, **only: Any) -> Spans:
    """Give the believed periods of a person."""
    rows = model._default_manager.filter(believed(), party=party(number), **only).order_by("starts_on")
    return list(rows.values_list("starts_on", "ends_on"))


def names(number: int, use: str = "official") -> list[tuple[str, date, date | None]]:
    rows = PartyName.objects.filter(believed(), party=party(number), use=use).order_by("starts_on")
    return list(rows.values_list("name", "starts_on", "ends_on"))


def places(number: int) -> list[tuple[str, date, date | None]]:
    """Give what a person was in the households, one after another."""
    rows = Membership.objects.filter(believed(), party=party(number), kind="household").order_by("starts_on")
    return list(rows.values_list("relation", "starts_on", "ends_on"))


def heads(number: int) -> list[tuple[str, date, date | None]]:
    """Give the numbers of those who head a household, one after another."""
    rows = Membership.objects.filter(believed(), group=household(number), head=True).order_by("starts_on")
    found = rows.filter(party__numbers__system=LAYOUT)
    return list(found.values_list("party__numbers__number", "starts_on", "ends_on"))


def apply(delivery: FeedDelivery) -> FeedDelivery:
    """Apply a file that raised no alarm."""
    applied: FeedDelivery = feed_apply(actor=BRINGER, delivery_id=delivery.pk, now=NOW)
    return applied


def quiet(records: list[dict[str, str]], **how: Any) -> FeedDelivery:
    """Bring a file and apply it; it must raise no alarm."""
    return apply(feed_bring(records, **how))
