"""From what was written to the columns of a fact, and from an edit of a time line to rows."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from madoguchi.blocks.people.models import FeedDelivery, Party
from madoguchi.blocks.people.models.parties import DatedFact, Fact
from madoguchi.blocks.places.queries import addresses_match_dated
from madoguchi.kernel.db.two_times import believed
from madoguchi.kit.check_characters import receipt_number
from madoguchi.kit.names import kana_key, kana_normalise, name_key, name_normalise
from madoguchi.kit.timelines import Edit, Span


def party_key() -> str:
    """Give a new public number of a party: random, with a check character."""
    return receipt_number(os.urandom(16))


def name_values(*, name: str, kana: str = "", codes: str = "", born: str = "") -> dict[str, Any]:
    """
    Give the columns of a name, apart from its use.

    :param codes: the 行政事務標準文字 of the letters, blanks between, "-" where none is known.
    :param born: the birth day as far as known; its year stands beside each name, for the search.
    :raises NameRefused: the name or the reading holds characters that no name has.
    """
    name, kana = name_normalise(name), kana_normalise(kana)
    year = int(born[:4]) if born else None
    return {
        "name": name,
        "kana": kana,
        "codes": codes,
        "name_key": name_key(name),
        "kana_key": kana_key(kana),
        "birth_year": year,
    }


def address_values(*, written: str, on: date, postcode: str = "") -> dict[str, Any]:
    """Give the columns of an address, apart from its kind: the written one, and as far as it was understood."""
    values = addresses_values([(written, on)])[0]
    return values | {"postcode": postcode or values["postcode"]}


def addresses_values(written: Sequence[tuple[str, date]]) -> list[dict[str, Any]]:
    """Give the columns of many addresses, each written in the towns of a day."""
    return [
        {
            "written": match.written,
            "postcode": match.postcode,
            "area": match.area_key,
            "level": match.level,
            "quality": match.quality,
            "address_key": match.key,
        }
        for match in addresses_match_dated(written=written)
    ]


PERIOD = ("starts_on", "ends_on")
BELIEF = ("id", "party", "source", "delivery", "entered_at", "withdrawn_at", *PERIOD)


def value_fields(model: type[Fact]) -> list[str]:
    """Name the columns of a fact that say what holds, apart from when, whose and since when it is believed."""
    return [field.attname for field in model._meta.concrete_fields if field.name not in BELIEF]


def spans_of(model: type[DatedFact], party: Party, **only: Any) -> list[Span]:
    """Give the believed spans of one party, to be edited."""
    names = value_fields(model)
    rows = model._default_manager.filter(believed(), party=party, **only)
    return [
        Span(row.starts_on, row.ends_on, {name: getattr(row, name) for name in names}, row.pk) for row in rows
    ]


def edit_write(
    model: type[DatedFact],
    party: Party,
    edit: Edit,
    *,
    source: str,
    now: datetime,
    delivery: FeedDelivery | None = None,
) -> bool:
    """Withdraw and enter what an edit says; whether anything changed."""
    facts = model._default_manager
    facts.filter(pk__in=edit.withdrawn).update(withdrawn_at=now)
    for span in edit.entered:
        facts.create(
            party=party, source=source, delivery=delivery, entered_at=now,
            starts_on=span.starts_on, ends_on=span.ends_on, **span.values,
        )  # fmt: skip
    return bool(edit)


def with_all(model: type[DatedFact], values: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in the defaults of the columns that are not named, so that two spans can be compared."""
    return _defaults(model) | dict(values)


@cache
def _defaults(model: type[DatedFact]) -> dict[str, Any]:
    fields = [field for field in model._meta.concrete_fields if field.name not in BELIEF]
    return {field.attname: field.get_default() for field in fields}
