"""Plans for tests, here and in the floors above; how to run each action and open each staff page."""

from __future__ import annotations

import itertools
from datetime import datetime
from decimal import Decimal
from typing import Any

from madoguchi.blocks.measures.actions.editions import document_add, rows_write
from madoguchi.blocks.measures.models import ActualEntry, Edition, Indicator, ItemOffice
from madoguchi.blocks.measures.types import EditionSpec
from madoguchi.blocks.people.testing import office_make, viewer_with
from madoguchi.kernel.clock import TOKYO
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.rights import system_viewer
from madoguchi.kernel.testing import action_scenario, route_maker

NOW = datetime(2026, 5, 12, 10, 0, tzinfo=TOKYO)
YEAR = 2026
ENTERING = ("measures.actual_enter", "measures.evaluate", "measures.rows_view")
OFFICER, CONTRIBUTOR = "dx_plan/officer", "dx_plan/contributor"
_numbers = itertools.count(1)


GRADES = [
    {"key": key, "meaning": f"{key}の意味", "from_ratio": lowest}
    for key, lowest in (("S", "1.2"), ("A", "1"), ("B", "0.6"), ("C", "0"))
]


def edition_make(data: dict[str, Any], *, office_id: int | None = None, issued: bool = True) -> Edition:
    """
    Make an edition from the data of a file, past the actions.

    :param office_id: the office behind every printed name.
    :param issued: whether its city has published it.
    """
    spec = EditionSpec.model_validate({"issued": "2024-03" if issued else "", **data})
    actor = system_viewer(on=NOW.date(), duty="試験")
    edition = Edition.objects.create(
        key=spec.key, city=spec.city, title=spec.title, first_year=spec.first_year, last_year=spec.last_year,
        issued=spec.issued, frozen=bool(spec.issued), replaces=spec.replaces,
    )  # fmt: skip
    document_add(edition, spec, actor, NOW, reason="試験")
    rows_write(edition, spec)
    if office_id is not None:
        ItemOffice.objects.filter(item__edition=edition, group=False).update(office_id=office_id)
    return edition


def indicator_make(*, office_id: int | None = None, declared: str = "", decimals: int = 0) -> Indicator:
    """Make an indicator with a target, alone in an edition of its own, at an item of an office."""
    number = next(_numbers)
    indicator = {"name": "回数", "unit": "回", "kind": "flow", "decimals": decimals, "declared": declared,
                 "targets": {YEAR: "10"}}  # fmt: skip
    item = {"no": "1", "title": "項目", "offices": ["試験課"], "indicators": [indicator]}
    edition = edition_make(
        {
            "key": f"plan-{number}", "city": "試験市", "title": f"試験計画{number}", "first_year": 2024,
            "last_year": 2028, "grades": GRADES, "pillars": [{"no": "1", "title": "方針", "items": [item]}],
        },
        office_id=office_id or office_make().pk,
    )  # fmt: skip
    return Indicator.objects.select_related("item__edition").get(edition=edition)


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
    indicator = _enter_scenario_done()
    return {
        "actor": viewer_with(*ENTERING), "indicator_id": indicator.pk, "year": YEAR, "value": Decimal(8), "after": 1,
        "now": NOW,
    }  # fmt: skip


@action_scenario("measures.edition_publish")
def _publish() -> dict[str, Any]:
    edition = edition_make(
        edition_spec().model_dump(mode="json", by_alias=True, exclude={"issued"}), issued=False
    )
    return {
        "actor": system_viewer(on=NOW.date(), duty="試験"),
        "key": edition.key,
        "on": NOW.date(),
        "now": NOW,
    }


@action_scenario("measures.year_publish")
def _year() -> dict[str, Any]:
    indicator = _enter_scenario_done()
    return {
        "actor": system_viewer(on=NOW.date(), duty="試験"), "key": indicator.item.edition.key, "year": YEAR,
        "provisional": True, "as_of": NOW.date(), "now": NOW,
    }  # fmt: skip


def _enter_scenario_done() -> Indicator:
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
    return indicator


@action_scenario("measures.text_enter")
def _text() -> dict[str, Any]:
    return {
        "actor": viewer_with(*ENTERING), "item_id": indicator_make().item_id, "year": YEAR, "section": "done",
        "text": "行ったこと", "office_name": "試験課", "after": 0, "now": NOW,
    }  # fmt: skip


@action_scenario("measures.progress_enter")
def _progress() -> dict[str, Any]:
    data = edition_spec().model_dump(mode="json", by_alias=True)
    edition = edition_make(data | {"phases": [{"key": "use", "label": "運用"}]}, office_id=office_make().pk)
    item = edition.items.get(level="item", no="1")
    return {
        "actor": viewer_with(*ENTERING), "item_id": item.pk, "year": YEAR, "status": "use", "after": 0, "now": NOW
    }  # fmt: skip


@action_scenario("measures.improvement_check")
def _check() -> dict[str, Any]:
    return {
        "actor": viewer_with(*ENTERING), "item_id": indicator_make().item_id, "year": YEAR, "outcome": "partly",
        "after": 0, "now": NOW,
    }  # fmt: skip


@action_scenario("measures.miss_enter")
def _miss() -> dict[str, Any]:
    declarations_publish(actor=system_viewer(on=NOW.date(), duty="試験"), keys=None, reason="", now=NOW)
    return {
        "actor": viewer_with(*ENTERING), "indicator_id": indicator_make().pk, "year": YEAR, "cause": "budget",
        "budget_request": "令和9年度 事業1", "after": 0, "now": NOW,
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


# The makers of the other parts register themselves when they are imported.
from madoguchi.blocks.measures.testing import bodies, rounds, sheets  # noqa: E402, F401
