"""Making the invented residents of a sample city, by the path that a first file of the register takes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.actions.feeds import residents_apply
from madoguchi.blocks.people.models import FeedDelivery, Residence
from madoguchi.blocks.people.register.comparing import compare
from madoguchi.blocks.people.register.extract import Resident
from madoguchi.blocks.people.sample_city.city import city_records
from madoguchi.blocks.people.sample_city.ground import ground_on
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.layouts.kind import layout_published
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.rights import Viewer

LAYOUT = "residents.juki"


class CityInhabited(Refused):
    """The installation holds residents already: invented ones are not put among them."""

    message = _(
        "住民の記録がすでにあります。架空の住民は入れません。別の MADOGUCHI_DATA を使うか、空のデータベースで実行してください。"
    )


class SampleCityThere(Refused):
    """The very city was made before; nothing is left to do."""

    message = _("同じ架空の住民が、すでに入っています。")


@dataclass(frozen=True, slots=True)
class SampleCity:
    """A sample city that was made: how many live there, in how many households, and how many records there are."""

    residents: int
    households: int
    records: int


@action("people.sample_city_make", raises={"feed_file_once": SampleCityThere})
def sample_city_make(
    *,
    actor: Viewer,
    residents: int,
    seed: int,
    as_of: date,
    now: datetime,
    cast: Sequence[Resident] = (),
) -> SampleCity:
    """
    Make invented residents and enter them as a first full file of the register would.

    :param residents: how many; the same number and seed make the same city.
    :param as_of: the day of their ages.
    :param cast: records besides, of invented persons whom documents and tests name.
    :raises NotAllowed: the actor does not bring files.
    :raises SampleCityThere: the same city is there; nothing changes.
    :raises CityInhabited: others live here.
    :raises NoTowns: the city has no towns.
    """
    actor.must("people.feed_bring")
    name = f"sample-city-{residents}-{seed}"
    # No file came; the fold of the name stands where that of a file does, so that a city is made once.
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    if FeedDelivery.objects.filter(sha256=sha256, state=FeedDelivery.State.APPLIED).exists():
        raise SampleCityThere
    if Residence.objects.exists():
        raise CityInhabited
    delivery = FeedDelivery.objects.create(
        layout=LAYOUT, layout_version=layout_published(LAYOUT).version, extent=FeedDelivery.Extent.FULL,
        as_of=as_of, file_name=name, sha256=sha256, received_at=now, received_by=actor.key,
        state=FeedDelivery.State.APPLIED, applied_at=now,
    )  # fmt: skip
    records = city_records(residents=residents, seed=seed, on=as_of, ground=ground_on(as_of))
    records += cast
    comparison = compare(records, system=LAYOUT, full=True, on=as_of)
    residents_apply(comparison, system=LAYOUT, as_of=as_of, delivery=delivery, now=now)
    FeedDelivery.objects.filter(pk=delivery.pk).update(counts=comparison.counts)
    detail = {"residents": residents, "seed": seed, "as_of": as_of.isoformat(), **comparison.counts}
    audit_write(actor, "people.sample_city_made", delivery.subject(), detail=detail)
    event_emit("people.register_changed", delivery.subject(), comparison.counts)
    living = [one for one in records if one.is_resident]
    return SampleCity(len(living), len({one.household for one in living}), len(records))
