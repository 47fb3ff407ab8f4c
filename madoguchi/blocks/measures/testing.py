"""Plans for tests, here and in the floors above; how to run each action and open each staff page."""

from __future__ import annotations

import itertools
from datetime import datetime
from decimal import Decimal
from typing import Any

from madoguchi.blocks.measures.models import ActualEntry, Edition, Grade, Indicator, Item, ItemOffice, Target
from madoguchi.blocks.measures.types import EditionSpec
from madoguchi.blocks.people.testing import office_make, viewer_with
from madoguchi.kernel.clock import TOKYO
from madoguchi.kernel.testing import action_scenario, route_maker

NOW = datetime(2026, 5, 12, 10, 0, tzinfo=TOKYO)
YEAR = 2026
ENTERING = ("measures.actual_enter", "measures.evaluate", "measures.rows_view")
OFFICER, CONTRIBUTOR = "dx_plan/officer", "dx_plan/contributor"
_numbers = itertools.count(1)


def indicator_make(*, office_id: int | None = None, declared: str = "", decimals: int = 0) -> Indicator:
    """Make an indicator with a target, alone in an edition of its own, at an item of an office."""
    number = next(_numbers)
    edition = Edition.objects.create(
        key=f"plan-{number}", city="試験市", title=f"試験計画{number}", first_year=2024, last_year=2028
    )
    for order, (key, lowest) in enumerate([("S", "1.2"), ("A", "1"), ("B", "0.6"), ("C", "0")]):
        Grade.objects.create(
            edition=edition, key=key, meaning=f"{key}の意味", order=order, from_ratio=Decimal(lowest)
        )
    pillar = Item.objects.create(edition=edition, level=Item.Level.PILLAR, no="1", title="方針", order=0)
    item = Item.objects.create(
        edition=edition, parent=pillar, level=Item.Level.ITEM, no="1", title="項目", order=1
    )
    ItemOffice.objects.create(
        item=item, printed_name="試験課", office_id=office_id or office_make().pk, order=0
    )
    indicator = Indicator.objects.create(
        item=item, name="回数", unit="回", kind="flow", decimals=decimals, order=0, declared=declared
    )
    Target.objects.create(indicator=indicator, year=YEAR, value=Decimal(10))
    return indicator


def edition_spec(*, items: int = 3, key: str = "") -> EditionSpec:
    """Make the file of an edition with so many items, each with an indicator."""
    return EditionSpec.model_validate(
        {
            "key": key or f"spec-{next(_numbers)}",
            "city": "試験市",
            "title": "試験計画",
            "first_year": 2024,
            "last_year": 2028,
            "grades": [{"key": "A", "meaning": "届いた", "from_ratio": "1"}, {"key": "B", "meaning": "届かない"}],
            "pillars": [
                {
                    "no": "1",
                    "title": "方針",
                    "items": [
                        {
                            "no": str(number),
                            "title": f"項目{number}",
                            "offices": ["試験課"],
                            "plan": "すること",
                            "indicators": [
                                {"name": "回数", "unit": "回", "kind": "flow", "targets": {YEAR: "10"},
                                 "actuals": {YEAR: str(number)}}
                            ],
                            "results": {YEAR: {"grade": "A" if number % 2 else "B", "done": "したこと"}},
                        }
                        for number in range(1, items + 1)
                    ],
                }
            ],
        }
    )  # fmt: skip


@action_scenario("measures.edition_load")
def _load() -> dict[str, Any]:
    actor = viewer_with("measures.edition_edit")
    return {"actor": actor, "spec": edition_spec(), "translations": {"en": {}}, "now": NOW}


@action_scenario("measures.actual_enter")
def _enter() -> dict[str, Any]:
    indicator = indicator_make()
    ActualEntry.objects.create(
        indicator=indicator,
        year=YEAR,
        sequence=1,
        value=3,
        entered_at=NOW,
        source="typed",
        entered_by="試験課",
    )
    return {
        "actor": viewer_with(*ENTERING), "indicator_id": indicator.pk, "year": YEAR, "value": Decimal(8), "after": 1,
        "now": NOW,
    }  # fmt: skip


@action_scenario("measures.evaluation_enter")
def _evaluate() -> dict[str, Any]:
    item = indicator_make().item
    return {
        "actor": viewer_with(*ENTERING),
        "item_id": item.pk,
        "year": YEAR,
        "grade": "B",
        "after": 0,
        "now": NOW,
    }


@route_maker("measures:list")
def _list(office_id: int) -> dict[str, Any]:
    indicator_make(office_id=office_id)
    return {"kwargs": {}, "roles": {OFFICER, CONTRIBUTOR}}


@route_maker("measures:edition")
def _edition(office_id: int) -> dict[str, Any]:
    key = indicator_make(office_id=office_id).item.edition.key
    return {"kwargs": {"key": key}, "roles": {OFFICER, CONTRIBUTOR}}


@route_maker("measures:item")
def _item(office_id: int) -> dict[str, Any]:
    item = indicator_make(office_id=office_id).item
    return {"kwargs": {"key": item.edition.key, "no": item.no}, "roles": {OFFICER, CONTRIBUTOR}}


@route_maker("measures:grade")
def _grade(office_id: int) -> dict[str, Any]:
    return _item(office_id)


@route_maker("measures:actual")
def _actual(office_id: int) -> dict[str, Any]:
    indicator = indicator_make(office_id=office_id)
    item = indicator.item
    return {
        "kwargs": {"key": item.edition.key, "no": item.no, "indicator_id": indicator.pk},
        "roles": {OFFICER, CONTRIBUTOR},
    }


@route_maker("measures:rows")
def _rows(office_id: int) -> dict[str, Any]:
    indicator = indicator_make(office_id=office_id, declared="dx_plan.notices_in_time")
    item = indicator.item
    return {
        "kwargs": {"key": item.edition.key, "no": item.no, "indicator_id": indicator.pk},
        "roles": {OFFICER, CONTRIBUTOR},
    }
