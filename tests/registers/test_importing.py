"""Files into a register: what is new, what changes, what is wrong and where; what is exported comes back as it went."""

from __future__ import annotations

import json
from typing import Any

import pytest

from madoguchi.blocks.fields.types import Repair
from madoguchi.blocks.people.models import Office
from madoguchi.blocks.people.testing import office_make
from madoguchi.blocks.registers.actions import (
    FileChangedMeanwhile,
    NothingToChange,
    RowsRejected,
    file_apply,
    file_bring,
    file_check,
    imports,
    record_change,
)
from madoguchi.blocks.registers.actions.imports import readings_of, stager_of, table_of
from madoguchi.blocks.registers.exporting import register_export
from madoguchi.blocks.registers.models import ColumnMap, FileImport, Record, Tally, Version
from madoguchi.blocks.registers.schema import schema_get
from madoguchi.blocks.registers.testing import DAY, KEEPER, NOW, PLOTS, THINGS, record_make, register_make
from madoguchi.kernel.rights import Grant, Viewer
from madoguchi.kernel.tables import table_read

pytestmark = pytest.mark.django_db
HEAD = "品名,製造番号,状態,取得価格,取得日,貸出中,数\n"
GOOD = HEAD + '机,000001,使用中,"12,000円",令和8年4月1日,○,2\n椅子,000002,保管,3000,2026/4/2,×,10\n'


def bring(text: str | bytes, **more: Any) -> FileImport:
    content = text.encode() if isinstance(text, str) else text
    office = Office.objects.filter(key="kanzai").first() or office_make(name="管財課", key="kanzai")
    found: FileImport = file_bring(
        actor=KEEPER, register="test.things", content=content, name=more.pop("name", "備品.csv"), office_id=office.pk, on=DAY,
        now=NOW, **more,
    )  # fmt: skip
    return found


def apply(kept: FileImport, **more: Any) -> Any:
    return file_apply(actor=KEEPER, import_key=kept.key, digest=kept.digest, now=NOW, **more)


def test_a_file_is_shown_and_then_applied_at_once() -> None:
    register_make()
    kept = bring(GOOD)
    assert kept.counts == {"new": 2}
    assert not Record.objects.exists()
    outcome = apply(kept)
    assert outcome.repairs == {
        Repair.GROUPING: 1,
        Repair.UNIT: 1,
        Repair.WAREKI: 1,
        Repair.DAY_SPELLING: 1,
        Repair.MARK: 2,
    }
    rows = Version.objects.filter(current=True).order_by("number")
    assert [row.payload for row in rows] == [
        {"name": "机", "serial": "000001", "state": "use", "price": 12_000, "bought_on": "2026-04-01", "lent": True, "count": 2, "worth": 24_000},
        {"name": "椅子", "serial": "000002", "state": "store", "price": 3_000, "bought_on": "2026-04-02", "lent": False, "count": 10, "worth": 30_000},
    ]  # fmt: skip
    assert [row.number for row in rows] == ["B-0001", "B-0002"]
    assert dict(Tally.objects.filter(office_key=0).values_list("value", "count")) == {
        "": 2,
        "use": 1,
        "store": 1,
    }
    assert FileImport.objects.get().content is None
    assert ColumnMap.objects.get().columns["品名"] == "name"
    again = bring(GOOD)
    assert again.counts == {"same": 2}, "found again by the natural key"
    with pytest.raises(NothingToChange):
        apply(again)


def test_what_is_exported_comes_back_as_it_went() -> None:
    register_make()
    apply(bring(GOOD))
    record_make(
        name="=cmd()|' /C calc'!A0",
        serial="000777",
        place={"written": "みなも市一番町1番1号"},
        person="髙橋　一郎",
    )
    schema = schema_get("test.things")
    for fmt in ("csv", "xlsx", "json", "jsonl"):
        content = register_export(KEEPER, schema, fmt, on=DAY).content()
        kept = bring(content, name=f"備品.{fmt}")
        assert kept.counts == {"same": 3}, fmt
    sjis = register_export(KEEPER, schema, "csv", on=DAY, encoding="cp932").content()
    assert bring(sjis).counts == {"same": 3}


BAD = (
    HEAD
    + "机,1,使用中,12000,2026-04-01,○,2\n"
    + ",000003,保管,3000,2026-04-02,×,1\n"
    + "棚,000004,行方不明,3000,2026-02-30,たぶん,一\n"
    + "棚,000005,使用中,,,,\n棚,000005,使用中,,,,\n"
)


def test_every_wrong_cell_is_named_and_can_be_put_right() -> None:
    register_make()
    kept = bring(BAD)
    assert kept.counts == {"rejected": 4, "new": 1}
    with pytest.raises(RowsRejected):
        apply(kept)
    assert not Record.objects.exists()
    assert FileImport.objects.get().state == "staged"
    kept = file_check(actor=KEEPER, import_key=kept.key, repairs=[Repair.ZEROS], now=NOW)
    assert kept.counts == {"rejected": 3, "new": 2}
    fixes = [
        (3, "品名", "椅子"),
        (4, "状態", "保管"),
        (4, "取得日", "2026-02-28"),
        (4, "貸出中", "いいえ"),
        (4, "数", "1"),
        (6, "製造番号", "000006"),
    ]
    kept = file_check(actor=KEEPER, import_key=kept.key, fixes=fixes, now=NOW)
    assert kept.counts == {"new": 5}
    apply(kept)
    assert Version.objects.filter(current=True, payload__serial="000001").count() == 1


def test_wrong_rows_may_be_left_out() -> None:
    register_make()
    kept = bring(BAD)
    outcome = apply(kept, without_rejected=True)
    assert Record.objects.count() == 1
    assert {(one.row, one.column, one.code) for one in outcome.problems} == {
        (2, "製造番号", "zeros"), (3, "品名", "required"), (4, "状態", "choice"), (4, "取得日", "date_no_such_day"),
        (4, "貸出中", "boolean"), (4, "数", "figure_unreadable"), (6, "製造番号", "twice"),
    }  # fmt: skip


def test_what_changed_meanwhile_is_shown_again() -> None:
    register_make()
    apply(bring(GOOD))
    kept = bring(GOOD.replace("机", "大きな机"))
    assert kept.counts == {"changed": 1, "same": 1}
    record_change(
        actor=KEEPER, register="test.things", number="B-0001", values={"name": "小さな机", "serial": "000001"}, on=DAY,
        revision=1, now=NOW,
    )  # fmt: skip
    with pytest.raises(FileChangedMeanwhile):
        apply(kept)
    assert Version.objects.get(record__number="B-0001", current=True).payload["name"] == "小さな机"
    kept = file_check(actor=KEEPER, import_key=kept.key, now=NOW)
    apply(kept)
    found = Version.objects.get(record__number="B-0001", current=True)
    assert (found.payload["name"], found.kind, found.reason) == ("大きな机", "imported", "備品.csv")
    assert Record.objects.get(number="B-0001").revision == 3


def test_a_file_changes_no_record_of_another_office_and_tells_nothing_of_it() -> None:
    register_make()
    theirs = record_make(name="よその机", serial="000001")
    mine = office_make(name="管財課", key="kanzai").pk
    rights = ("registers.view", "registers.edit", "registers.import")
    clerk = Viewer("staff", "clerk", DAY, grants=tuple(Grant(right, frozenset({mine})) for right in rights))
    text = f"番号,品名,製造番号\n{theirs.number},書き換え,000001\n,わたしの机,000002\n"
    kept = file_bring(
        actor=clerk,
        register="test.things",
        content=text.encode(),
        name="a.csv",
        office_id=mine,
        on=DAY,
        now=NOW,
    )
    assert kept.counts == {"rejected": 1, "new": 1}
    outcome = file_apply(actor=clerk, import_key=kept.key, digest=kept.digest, without_rejected=True, now=NOW)
    (problem,) = outcome.problems
    assert (problem.row, problem.code) == (2, "not_yours")
    assert "よその机" not in problem.message
    assert Version.objects.get(record=theirs, current=True).payload["name"] == "よその机"


def test_records_named_within_a_cell_are_found_though_a_column_names_others() -> None:
    register_make(PLOTS)
    first, second = (record_make("test.plots").number for _ in range(2))
    plot = {"key": "plot", "label": "土地", "type": "record", "register": "test.plots"}
    parts = {"key": "parts", "label": "内訳", "type": "table", "columns": [plot]}
    register_make(fields=[*THINGS["fields"], plot, parts])
    cell = json.dumps([{"土地": second}], ensure_ascii=False).replace('"', '""')
    kept = bring(f'品名,製造番号,土地,内訳\n机,000001,{first},"{cell}"\n')
    assert kept.counts == {"new": 1}
    apply(kept)
    payload = Version.objects.get(register="test.things").payload
    assert (payload["plot"], payload["parts"]) == (first, [{"plot": second}])


def test_a_file_is_read_once_and_again_only_when_declarations_have_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register_make()
    kept, other = bring(GOOD), bring(GOOD)
    read: list[str] = []

    def counted(content: bytes, name: str) -> Any:
        read.append(name)
        return table_read(content, name)

    monkeypatch.setattr(imports, "table_read", counted)
    apply(kept)
    assert read == []
    assert FileImport.objects.get(key=kept.key).readings is None
    register_make(natural=[], unique=[])
    apply(other)
    assert read == ["備品.csv"]


def test_readings_come_out_as_they_went_in() -> None:
    register_make()
    kept = bring(HEAD + "机,1,使う,12000,令和8年4月1日,○,2\n椅子,000002,保管,3000,,×,10\n")
    stager = stager_of(schema_get("test.things"), kept, KEEPER)
    table = table_of(stager.schema, bytes(kept.content or b""), kept.name, kept)
    (known,) = readings_of(stager.schema, kept, stager)
    (anew,) = stager.readings(table)
    assert known == anew
    assert [problem.code for problem in known[0].problems] == ["zeros", "choice"]
    assert known[0].problems[0].proposal is not None
