"""Changes that a second person agrees to, changes to many at once, looks that leave a row, and the yearly stock-take."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from madoguchi.blocks.people.testing import office_make, viewer_with
from madoguchi.blocks.registers.actions import (
    ApprovalNeeded,
    LinesOpen,
    NameTaken,
    OfficesOpen,
    OwnRequest,
    RecordChangedMeanwhile,
    RequestDecided,
    StockTakeClosed,
    StockTakeOpen,
    bulk_preview,
    change_agree,
    change_ask,
    change_decline,
    change_take_back,
    list_save,
    record_retire,
    records_change,
    records_look,
    stocktake_close,
    stocktake_look,
    stocktake_open,
    stocktake_sign,
)
from madoguchi.blocks.registers.models import ChangeRequest, Record, StockTakeLine, Tally, Version
from madoguchi.blocks.registers.schema import RecordRefused
from madoguchi.blocks.registers.testing import (
    DAY,
    KEEPER,
    NOW,
    OTHER,
    THINGS,
    change_asked,
    record_make,
    register_make,
    stocktake_begun,
)
from madoguchi.kernel.models import AuditRow, AuditSubject
from madoguchi.kernel.rights import NotAllowed

pytestmark = pytest.mark.django_db


def test_a_change_is_recorded_when_somebody_else_agrees() -> None:
    key = change_asked()
    record = Record.objects.get()
    with pytest.raises(ApprovalNeeded):
        record_retire(
            actor=KEEPER,
            register="test.things",
            number=record.number,
            on=DAY,
            reason="x",
            revision=1,
            now=NOW,
        )
    with pytest.raises(OwnRequest):
        change_agree(actor=KEEPER, request_key=key, now=NOW)
    assert ChangeRequest.objects.get().state == "waiting"
    with pytest.raises(NotAllowed):
        change_agree(actor=viewer_with("registers.edit"), request_key=key, now=NOW)
    change_agree(actor=OTHER, request_key=key, now=NOW)
    record.refresh_from_db()
    assert record.retired_on == DAY
    for again in (change_agree, change_take_back):
        with pytest.raises(RequestDecided):
            again(actor=OTHER if again is change_agree else KEEPER, request_key=key, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.update(decided_by=KEEPER.key)


def test_a_request_that_is_refused_by_a_rule_stays_waiting() -> None:
    register_make(THINGS, approve=True)
    office = office_make().pk
    values = {"name": "机", "bought_on": "2026-05-01", "ends_on": "2026-04-01"}
    asked = change_ask(
        actor=KEEPER, register="test.things", what="record_add", asked={"values": values, "on": DAY, "office_id": office},
        office_id=office, reason="購入", now=NOW,
    )  # fmt: skip
    with pytest.raises(RecordRefused, match="リース満了日が取得日より前"):
        change_agree(actor=OTHER, request_key=asked.key, now=NOW)
    assert ChangeRequest.objects.get().state == "waiting"
    change_decline(actor=OTHER, request_key=asked.key, note="日付が逆です", now=NOW)
    assert not Record.objects.exists()


def test_many_change_together_or_none() -> None:
    register_make()
    records = [record_make(state=state, price=100) for state in ("use", "use", "store", "gone")[:3]]
    numbers = [record.number for record in records]
    found = bulk_preview(
        actor=KEEPER, register="test.things", numbers=numbers, values={"state": "gone"}, on=DAY
    )
    assert (found.changed, found.same, dict(found.refused)) == (tuple(numbers), (), {})
    about: dict[str, Any] = {
        "actor": KEEPER,
        "register": "test.things",
        "on": DAY,
        "reason": "廃棄",
        "now": NOW,
    }
    revisions = dict.fromkeys(numbers, 1)
    with pytest.raises(RecordChangedMeanwhile):
        records_change(**about, revisions={**revisions, numbers[0]: 7}, values={"state": "gone"})
    assert records_change(**about, revisions=revisions, values={"state": "gone", "price": None}) == 3
    assert {row.payload.get("price") for row in Version.objects.filter(current=True)} == {None}
    counted = Tally.objects.filter(office_key=0, field="state").exclude(count=0)
    assert list(counted.values_list("value", "count")) == [("gone", 3)]
    again = bulk_preview(
        actor=KEEPER, register="test.things", numbers=numbers, values={"state": "use"}, on=DAY
    )
    assert set(again.refused) == set(numbers), "what was thrown away is not in use again"
    with pytest.raises(RecordRefused):
        records_change(**about, revisions=dict.fromkeys(numbers, 2), values={"state": "use"})


def test_a_look_at_personal_values_leaves_a_row() -> None:
    register_make()
    record = record_make(person="試験　太郎")
    about: dict[str, Any] = {
        "register": "test.things",
        "numbers": [record.number],
        "what": "record",
        "now": NOW,
    }
    with pytest.raises(NotAllowed):
        records_look(actor=viewer_with("registers.view"), **about)
    assert "person" in records_look(actor=KEEPER, **about)
    row = AuditRow.objects.get(event="registers.records_looked_at")
    assert '"fields":["person"]' in row.detail
    assert "太郎" not in row.detail
    assert AuditSubject.objects.get(row=row).key == record.number


def test_a_list_has_one_name_of_each_person() -> None:
    register_make()
    about: dict[str, Any] = {"register": "test.things", "name": "使用中", "query": "state=use", "now": NOW}
    list_save(actor=KEEPER, **about)
    with pytest.raises(NameTaken):
        list_save(actor=KEEPER, **about)
    list_save(actor=OTHER, **about)


def test_every_office_looks_at_its_records_and_signs() -> None:
    take = stocktake_begun()
    with pytest.raises(StockTakeOpen):
        stocktake_open(actor=KEEPER, register="test.things", due_on=DAY + timedelta(days=9), now=NOW)
    for part in take.offices.all():
        about: dict[str, Any] = {
            "actor": KEEPER,
            "take_key": take.key,
            "office_id": part.office_id,
            "now": NOW,
        }
        with pytest.raises(LinesOpen):
            stocktake_sign(**about)
        with pytest.raises(OfficesOpen):
            stocktake_close(actor=KEEPER, take_key=take.key, now=NOW)
        lines = StockTakeLine.objects.filter(part=part)
        assert stocktake_look(**about, found={line.pk: ("missing", "見当たらない") for line in lines}) == 1
        stocktake_sign(**about)
        with pytest.raises(StockTakeClosed):
            stocktake_look(**about, found={line.pk: ("same", "") for line in lines})
    foreign = StockTakeLine.objects.exclude(part__office=about["office_id"]).first()
    assert foreign is not None
    assert foreign.found == "missing"
    stocktake_close(actor=KEEPER, take_key=take.key, now=NOW)
