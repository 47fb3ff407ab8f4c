"""Values of indexed fields in shared columns: assigned, filled, used, and held to be unique."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from madoguchi.blocks.registers.kind.model import Condition
from madoguchi.blocks.registers.models import RegisterSlot, Version
from madoguchi.blocks.registers.queries import Asked, records_listed
from madoguchi.blocks.registers.schema import schema_get
from madoguchi.blocks.registers.slots import CUT, slots_assign, slots_fill, slots_of, unique_value
from madoguchi.blocks.registers.testing import DAY, KEEPER, NOW, THINGS, record_make, register_make
from madoguchi.kernel.stamps import stamped_forget

pytestmark = pytest.mark.django_db


def assigned() -> dict[str, str]:
    return dict(RegisterSlot.objects.filter(register="test.things").values_list("slot", "fields"))


def test_a_field_keeps_its_slot_and_a_free_one_is_used_again() -> None:
    register_make(THINGS, indexes=["state", "bought_on", "price"])
    assert assigned() == {"t1": "state", "t2": "bought_on", "n1": "price", "u1": "serial", "natural": ""}
    register_make(THINGS, indexes=["ends_on", "bought_on", "count", "price"], unique=[])
    assert assigned() == {"t1": "ends_on", "t2": "bought_on", "n1": "price", "n2": "count", "natural": ""}


def test_values_stand_in_their_slots_whoever_writes() -> None:
    register_make()
    record_make(name="机", serial="000001", state="use", bought_on="2026-04-01", price=1_000, lent=True)
    row = Version.objects.get()
    assert (row.t1, row.t2, row.n1, row.u1, row.natural) == ("use", "2026-04-01", 1_000, "000001", "000001")


def found(*where: Condition, **more: Any) -> list[str]:

    listed = records_listed(KEEPER, schema_get("test.things"), Asked(where=where, **more), on=DAY)
    return [row.title for row in listed.rows]


def test_records_that_were_there_are_found_before_and_after_their_slots_are_filled() -> None:
    register_make(THINGS, indexes=[], unique=[])
    for name, state, price in (("い", "use", 300), ("ろ", "store", 200), ("は", "use", 100)):
        record_make(name=name, state=state, price=price)
    asked = Condition(field="state", op="is", value="use")
    assert found(asked, order=("price",)) == ["は", "い"]
    # As when it is published over records: the worker fills the slots a little later.
    schema = register_make(THINGS, unique=[])
    RegisterSlot.objects.all().delete()
    Version.objects.update(t1=None, t2=None, n1=None, natural=None)
    assert slots_assign(schema, now=NOW, empty=False)
    assert slots_of("test.things").ready("state") == ""
    assert found(asked, order=("price",)) == ["は", "い"]
    assert slots_fill(schema, now=NOW) == 3
    assert slots_of("test.things").ready("state") == "t1"
    assert found(asked, order=("price",)) == ["は", "い"]
    assert slots_fill(schema, now=NOW) == 0


def test_what_stands_twice_cannot_become_unique() -> None:
    register_make(THINGS, unique=[])
    for _ in range(2):
        record_make(serial="000001")
    schema = register_make(THINGS, unique=[], natural=[])
    declared = register_make(THINGS, unique=[["name"]], natural=[])
    RegisterSlot.objects.create(register="test.things", slot="u2", fields="serial")
    assert declared.version > schema.version

    stamped_forget()
    with pytest.raises(IntegrityError), transaction.atomic():
        slots_fill(declared, now=NOW)
    assert RegisterSlot.objects.get(slot="u2").filled_at is None


def test_long_values() -> None:
    assert unique_value(["a", None]) is None
    assert unique_value(["a", 1, {"written": "みなも市"}]) == "a\x1f1\x1fみなも市"
    long = unique_value(["あ" * 300])
    assert long is not None
    assert len(long) <= CUT
    assert long != unique_value(["あ" * 301])


def test_the_statements_of_a_list_are_answered_by_the_slots_indexes() -> None:
    register_make()
    rows = Version.objects.filter(register="test.things", current=True, t1="use").order_by("number")[:51]
    sql, parameters = rows.query.sql_with_params()
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A table of no rows is scanned whatever there is.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"{explain} {sql}", parameters)
        plan = "\n".join(str(line) for line in cursor.fetchall())
    assert "version_t1" in plan
    assert "TEMP B-TREE" not in plan
