"""What the database refuses of records and versions, whoever writes and however."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from madoguchi.blocks.people.testing import office_make
from madoguchi.blocks.registers.actions import record_add, record_change, record_retire
from madoguchi.blocks.registers.actions.records import StillHolds
from madoguchi.blocks.registers.models import Descent, Record, Tally, Version
from madoguchi.blocks.registers.schema import RecordRefused
from madoguchi.blocks.registers.testing import (
    DAY,
    KEEPER,
    MOVES,
    NOW,
    PLOTS,
    THINGS,
    record_make,
    register_make,
)
from madoguchi.kernel.actions import constraint_of

pytestmark = pytest.mark.django_db


def refused(**changes: Any) -> str:
    """Try to write a copy of the one version with these values; the constraint that refuses."""
    row = Version.objects.latest("pk")
    row.pk = None
    for name, value in changes.items():
        setattr(row, name, value)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        row.save(force_insert=True)
    return constraint_of(error.value)


def test_a_record_is_one_thing_on_a_day_and_shown_once() -> None:
    register_make()
    record_make()
    free = {"current": False}
    assert refused() in ("version_current_once", "version_one_on_a_day")
    assert refused(**free) == "version_one_on_a_day"
    assert refused(**free, starts_on=DAY + timedelta(days=9), ends_on=None) == "version_one_on_a_day"
    before = {"starts_on": DAY - timedelta(days=9), "ends_on": DAY}
    assert refused(**before, current=True) == "version_current_once"
    assert refused(**before, current=True, withdrawn_at=NOW) in (
        "version_current_believed",
        "version_current_once",
    )
    assert refused(**free, starts_on=DAY, ends_on=DAY) in ("version_period_forward", "version_one_on_a_day")
    assert refused(**free, **before, withdrawn_at=NOW - timedelta(days=1)) == "version_withdrawn_after"
    # What is withdrawn is nobody's rival.
    row = Version.objects.get()
    row.pk, row.current, row.withdrawn_at = None, False, NOW
    row.save(force_insert=True)


def test_a_number_stands_once_for_ever_and_a_unique_value_once() -> None:
    register_make()
    office = office_make().pk
    record = record_make(office_id=office, serial="000001")
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Record.objects.create(register="test.things", number=record.number, office_id=office, entered_at=NOW)
    assert constraint_of(error.value) == "record_number_once"
    with pytest.raises(RecordRefused, match="製造番号"):
        record_make(serial="000001")
    # Past the action's own look, as somebody at the same moment would be: the database refuses.
    other = record_make(serial="000002")
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Version.objects.filter(record=other).update(u1="000001")
    assert constraint_of(error.value) == "version_unique_1"


def test_an_end_and_what_lies_beneath() -> None:
    register_make(PLOTS)
    register_make(MOVES)
    office = office_make().pk
    plot = record_make("test.plots", office_id=office)
    record_make("test.moves", office_id=office, parent=plot.number, change=1)
    with pytest.raises(StillHolds):
        record_retire(
            actor=KEEPER, register="test.plots", number=plot.number, on=DAY, reason="x", revision=2, now=NOW
        )
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Record.objects.filter(pk=plot.pk).update(retired_on=DAY)
    assert constraint_of(error.value) == "record_retired_holds_none"
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Record.objects.filter(pk=plot.pk).update(parent=plot.pk)
    assert constraint_of(error.value) == "record_not_within_itself"
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Descent.objects.create(kind="split", source=plot, result=plot, happened_on=DAY, entered_at=NOW)
    assert constraint_of(error.value) == "descent_of_two"


def test_counts_never_fall_below_nothing() -> None:
    register_make()
    record_make()
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Tally.objects.update(count=-1)
    assert constraint_of(error.value) == "tally_not_below_zero"


def test_a_code_that_ended_and_a_parent_that_ended_are_refused_in_words() -> None:
    register_make(PLOTS)
    register_make(MOVES)
    office = office_make().pk
    plot = record_make("test.plots", office_id=office)
    record_retire(
        actor=KEEPER, register="test.plots", number=plot.number, on=DAY, reason="x", revision=1, now=NOW
    )
    with pytest.raises(Exception, match="属するものが見つからないか、終わっています"):
        record_add(
            actor=KEEPER, register="test.moves", values={"why": "寄附", "change": 1}, office_id=office, on=DAY,
            parent=plot.number, now=NOW,
        )  # fmt: skip


def test_a_schema_that_changes_with_records_under_it() -> None:
    register_make()
    record = record_make(state="use", price=100)
    newer = [*THINGS["fields"], {"key": "colour", "label": "色", "type": "text"}]
    schema = register_make(THINGS, fields=newer)
    assert schema.version == 2
    row = Version.objects.get(record=record, current=True)
    assert (row.declared, row.payload["price"]) == (1, 100)
    record_change(
        actor=KEEPER, register="test.things", number=record.number, values={"name": "机", "colour": "青"}, on=DAY,
        revision=1, now=NOW,
    )  # fmt: skip
    assert Version.objects.get(record=record, current=True).declared == 2


def test_a_code_that_ended_stays_where_it_was_and_is_chosen_no_more() -> None:
    register_make()
    record = record_make(state="use", lent=True)
    fewer = [
        one if one["key"] != "state" else {**one, "options": one["options"][1:]} for one in THINGS["fields"]
    ]
    register_make(THINGS, fields=fewer, transitions=[])
    about = {"actor": KEEPER, "register": "test.things", "number": record.number, "on": DAY, "now": NOW}
    record_change(**about, values={"name": "机", "state": "use"}, revision=1)
    assert Version.objects.get(record=record, current=True).payload["state"] == "use"
    record_change(**about, values={"name": "机", "state": "store"}, revision=2)
    with pytest.raises(RecordRefused, match="選択肢にありません"):
        record_change(**about, values={"name": "机", "state": "use"}, revision=3)
