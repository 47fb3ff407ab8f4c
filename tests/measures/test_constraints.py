"""The invariants of the plan's tables, held by the database against raw SQL as well."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from madoguchi.blocks.measures.actions import SpecRefused, answer_accept, edition_load
from madoguchi.blocks.measures.models import (
    Evaluation,
    Grade,
    Indicator,
    Item,
    ItemOffice,
    ResultText,
    YearTotal,
)
from madoguchi.blocks.measures.testing import NOW, YEAR, edition_spec, indicator_make
from madoguchi.blocks.measures.testing.rounds import round_answered
from madoguchi.blocks.measures.types import EditionSpec
from madoguchi.blocks.people.testing import viewer_with
from madoguchi.kernel.clock import now
from madoguchi.kernel.db.triggers import NeverUpdated

pytestmark = pytest.mark.django_db


def unchanged(model: Any) -> bool:
    """Whether the rows of a table are written once."""
    return any(isinstance(rule, NeverUpdated) for rule in model._meta.constraints)


def refused(statement: str, *values: Any) -> bool:
    """Try a statement past every action; whether the database said no."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    except IntegrityError:
        return True
    return False


def copy(model: Any, **changes: Any) -> bool:
    """Insert a copy of the newest row of a table, changed; whether the database said no."""
    row = model.objects.latest("pk")
    columns = [field.column for field in model._meta.fields if not field.primary_key]
    values = [changes.get(column, getattr(row, column)) for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join(["%s"] * len(columns))
    return refused(f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})', *values)


def test_numbers_offices_sections_and_grades_stand_once() -> None:
    item = indicator_make().item
    assert copy(Item)
    assert not copy(Item, no="2")
    assert copy(ItemOffice)
    assert not copy(ItemOffice, printed_name="別の課")
    ResultText.objects.create(
        item=item, section="done", year=YEAR, sequence=1, text="文", entered_at=NOW, entered_by="試験課"
    )
    assert copy(ResultText)
    assert not copy(ResultText, office_name="別の課"), "each office writes its own"
    assert copy(Indicator)
    assert copy(Grade)


def test_an_item_is_not_under_itself_and_a_plan_does_not_end_before_it_begins() -> None:
    item = indicator_make().item
    assert refused("UPDATE measures_item SET parent_id = id WHERE id = %s", item.pk)
    assert refused("UPDATE measures_edition SET last_year = first_year - 1")


def test_entries_that_began_from_the_same_state_are_not_both_kept() -> None:
    item = indicator_make().item
    grade = Grade.objects.filter(edition=item.edition).first()
    Evaluation.objects.create(
        item=item, year=YEAR, sequence=1, grade=grade, entered_at=NOW, entered_by="試験課"
    )
    assert copy(Evaluation)
    assert not copy(Evaluation, sequence=2)


def test_a_printed_share_differs_only_with_a_reason() -> None:
    grade = Grade.objects.filter(edition=indicator_make().item.edition).first()
    YearTotal.objects.create(grade=grade, year=YEAR, count=15, percent_rounded=56, percent_printed=56)
    assert copy(YearTotal)
    assert copy(YearTotal, year=YEAR + 1, percent_printed=55), "another share without a reason"
    assert not copy(YearTotal, year=YEAR + 1, percent_printed=55, reason="端数調整")


@pytest.mark.parametrize(
    ("counts", "printed", "adjustments"),
    [
        ({"A": 2}, {"A": 100}, []),
        ({"A": 2, "B": 1}, {"A": 66, "B": 33}, []),
        (
            {"A": 2, "B": 1},
            {"A": 67, "B": 33},
            [{"grade": "A", "computed": 67, "printed": 66, "reason": "端数"}],
        ),
        (
            {"A": 2, "B": 1},
            {"A": 66, "B": 33},
            [{"grade": "A", "computed": 68, "printed": 66, "reason": "端数"}],
        ),
    ],
)
def test_a_file_whose_totals_contradict_themselves_is_refused(
    counts: dict[str, int], printed: dict[str, int], adjustments: list[dict[str, Any]]
) -> None:
    spec = edition_spec().model_dump(mode="json", by_alias=True)
    spec["totals"] = [
        {"year": YEAR, "counts": counts, "printed_percent": printed, "adjustments": adjustments}
    ]
    for pillar in spec["pillars"]:
        for item in pillar["items"]:
            item["results"], item["indicators"] = {}, []
    actor = viewer_with("measures.edition_edit")
    with pytest.raises(SpecRefused):
        edition_load(actor=actor, spec=EditionSpec.model_validate(spec), translations={}, now=NOW)
    assert not Item.objects.exists()


@pytest.mark.parametrize(
    "model", [model for model in apps.get_app_config("measures").get_models() if unchanged(model)], ids=str
)
def test_what_was_entered_is_never_changed_not_even_past_the_house(model: Any) -> None:
    asked = round_answered()
    answer_accept(actor=asked.keeper, request_id=asked.request.pk, revision=1, now=now())
    item, indicator = asked.indicator.item, asked.indicator
    entry = {"year": YEAR, "sequence": 9, "entered_at": NOW, "entered_by": "試験課"}
    rows = {
        "evaluation": {"item": item, "grade": item.edition.grades.first()},
        "progress": {"item": item, "status": "use"},
        "improvementcheck": {"item": item, "outcome": "done"},
        "miss": {"indicator": indicator, "cause": "budget"},
    }
    name = model._meta.model_name
    if name in rows:
        model.objects.create(**entry, **rows[name])
    elif name == "yearpublication":
        model.objects.create(
            edition=item.edition, year=YEAR, sequence=1, published_at=NOW, published_by="試験課"
        )
    assert model.objects.exists()
    column = model._meta.fields[-1].column
    assert refused(f'UPDATE "{model._meta.db_table}" SET "{column}" = "{column}"')
