"""Adding, changing, correcting and ending through the pages: refusals at their fields, and nothing typed is ever lost."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from madoguchi.blocks.people.models import Office
from madoguchi.blocks.people.testing import NOW, office_make, staff_client, viewer_with
from madoguchi.blocks.registers.actions import record_change, record_retire
from madoguchi.blocks.registers.models import Record, Version
from madoguchi.blocks.registers.testing import DAY, KEEPER, THINGS, record_make, register_make
from madoguchi.kernel.clock import now, today
from tests.registers.pages.asking import (
    EDIT,
    PERSONAL,
    VIEW,
    inputs,
    keeper,
    looks,
    url,
    words,
)

pytestmark = pytest.mark.django_db
ALL_KINDS = [
    *THINGS["fields"],
    {"key": "marks", "label": "印", "type": "multi", "options": [{"code": "a", "label": "甲"}, {"code": "b", "label": "乙"}]},
    {"key": "notes", "label": "覚え", "type": "text", "lines": True, "length": 50, "group": "そのほか", "help": "短く書きます。"},
    {"key": "parts", "label": "部品", "type": "table", "columns": [
        {"key": "what", "label": "何", "type": "text", "required": True}, {"key": "many", "label": "数", "type": "number"}]},
    {"key": "account", "label": "口座", "type": "bank_account"},
    {"key": "plot", "label": "土地", "type": "record", "register": "test.plots"},
    {"key": "point", "label": "位置", "type": "point"},
    {"key": "page", "label": "ページ", "type": "url"},
]  # fmt: skip
TYPED = {
    "f_name": "机", "f_serial": "000123", "f_state": "use", "f_price": "１２，０００円", "f_bought_on": "R8.4.1",
    "f_lent": "はい", "f_place": "みなも市一番町1番1号", "f_count": "2台", "f_marks": ["a", "b"], "f_notes": "一行目\r\n二行目",
    "f_parts-rows": "2", "f_parts-0-what": "引き出し", "f_parts-0-many": "3", "f_parts-1-what": "", "f_parts-1-many": "",
    "f_account_bank": "0001", "f_account_branch": "001", "f_account_kind": "1", "f_account_number": "1234567",
    "f_account_holder": "ミナモ　ハナコ", "f_point": "34.0703,134.5548", "f_page": "https://example.jp/",
}  # fmt: skip


def payload(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = Version.objects.get(record=record, current=True).payload
    return found


def add_with(office: Office, **typed: Any) -> Any:
    return keeper(office).post(url("add"), {"on": today().isoformat(), "office": str(office.pk), **typed})


def test_a_record_of_every_kind_of_field_is_added_and_shown_to_be_changed_as_it_is(office: Office) -> None:
    register_make(THINGS, fields=ALL_KINDS)
    plot = record_make("test.plots", office_id=office.pk, name="一番町の土地")
    answer = add_with(office, **TYPED, f_plot=plot.number, reason="届出12号")
    assert answer.status_code == 302, words(answer)
    record = Record.objects.get(register="test.things")
    kept = payload(record)
    assert kept["price"] == 12_000
    assert kept["bought_on"] == "2026-04-01"
    assert kept["marks"] == ["a", "b"]
    assert kept["parts"] == [{"what": "引き出し", "many": 3}]
    assert kept["worth"] == 24_000
    assert Version.objects.get(record=record).reason == "届出12号"
    client = keeper(office)
    shown = words(client.get(answer["Location"]))
    for text in ("12,000円", "令和8年4月1日", "甲、乙", "引き出し", "一番町の土地", "そのほか", "2台"):
        assert text in shown, text
    page = client.get(url("change", record.number))
    assert "短く書きます。" in words(page)
    again = client.post(url("change", record.number), {**inputs(page), **_areas(kept), "f_marks": ["a", "b"]})
    assert again.status_code == 422
    assert "違いがありません" in words(again), "a form that comes back as it went changes nothing"
    assert payload(record) == kept


def _areas(kept: dict[str, Any]) -> dict[str, str]:
    return {"f_notes": kept["notes"]}


def test_what_was_typed_comes_back_with_the_refusal_at_its_field(office: Office) -> None:
    register_make(THINGS, fields=ALL_KINDS)
    wrong = {**TYPED, "f_price": "たくさん", "f_ends_on": "きのう"}
    answer = add_with(office, **wrong)
    assert answer.status_code == 422
    assert not Record.objects.filter(register="test.things").exists()
    page = answer.content.decode()
    back = inputs(answer)
    for name, text in wrong.items():
        if isinstance(text, str) and name not in ("f_notes", "f_parts-rows", "f_lent"):
            assert back[name] == text, name
    assert back["f_lent"] == "はい"
    assert page.count('name="f_marks"') == page.count('name="f_marks" value') == 2
    assert page.count("checked") >= 3, "both boxes and はい"
    assert "一行目" in page
    assert 'href="#id_f_price"' in page
    assert 'id="id_f_price_error"' in page


def test_rules_of_the_register_refuse_at_the_field_that_they_name(office: Office) -> None:
    typed = {"f_name": "机", "f_state": "gone", "f_bought_on": "2026-04-02", "f_ends_on": "2026-04-01"}
    answer = add_with(office, **typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "リース満了日が取得日より前です" in page
    assert 'id="id_f_ends_on_error"' in page
    assert 'id="id_f_state_error"' in page
    assert inputs(answer)["f_bought_on"] == "2026-04-02"
    missing = add_with(office, f_name="", on="")
    assert 'id="id_f_name_error"' in missing.content.decode()
    assert "「いつから」を入力してください" in words(missing)


def test_a_record_belongs_to_what_is_there(office: Office) -> None:
    plot = record_make("test.plots", office_id=office.pk)
    client = keeper(office)
    page = client.get(url("add", register="test.moves"), {"parent": plot.number})
    assert inputs(page)["parent"] == plot.number
    sent = {**inputs(page), "f_why": "寄附", "f_change": "1.50"}
    gone = client.post(url("add", register="test.moves"), {**sent, "parent": "99"})
    assert gone.status_code == 422
    assert 'id="id_parent_error"' in gone.content.decode()
    assert inputs(gone)["f_why"] == "寄附"
    assert client.post(url("add", register="test.moves"), sent).status_code == 302
    assert payload(plot)["moved"] == 150


def test_nobody_adds_for_an_office_that_is_not_his(office: Office) -> None:
    other = office_make()
    answer = keeper(office).post(url("add"), {"on": "2026-05-12", "office": str(other.pk), "f_name": "机"})
    assert answer.status_code == 422
    assert not Record.objects.exists()


def test_a_change_holds_from_its_day(office: Office) -> None:
    record = record_make(office_id=office.pk, name="机", state="use", price=1_000)
    client = keeper(office)
    page = url("change", record.number)
    later = today() + timedelta(days=30)
    sent = {**inputs(client.get(page)), "f_price": "2000", "on": later.isoformat(), "reason": "入れ替え"}
    answer = client.post(page, sent)
    assert answer["Location"] == url("record", record.number)
    assert payload(record)["price"] == 1_000
    row = Version.objects.get(record=record, starts_on=later)
    assert (row.payload["price"], row.reason, row.kind) == (2_000, "入れ替え", "changed")


def test_of_two_clerks_neither_loses_what_he_typed(office: Office) -> None:
    record = record_make(office_id=office.pk, name="机", state="use", price=1_000, count=1)
    client = keeper(office)
    page = url("change", record.number)
    opened = inputs(client.get(page))
    other = {"name": "大きな机", "state": "store", "price": 1_500, "count": 1}
    record_change(
        actor=viewer_with(EDIT, on=today()), register="test.things", number=record.number, values=other, on=today(),
        revision=1, now=now(),
    )  # fmt: skip
    mine = {**opened, "f_price": "1800", "f_count": "3", "reason": "数え直した"}
    met = client.post(page, mine)
    assert met.status_code == 409
    told = words(met)
    assert "ほかの人が先に変えました" in told
    assert "取得価格 1,000円 1,500円 1,800円 あなたの入力を残しました" in told
    assert "状態 使用中 保管 使用中 ほかの人の内容にしました" in told
    assert payload(record)["price"] == 1_500, "nothing is written yet"
    back = inputs(met)
    assert (back["f_price"], back["f_count"], back["reason"]) == ("1800", "3", "数え直した")
    assert (back["f_name"], back["f_state"]) == ("大きな机", "store"), "what one did not touch is the other's"
    assert client.post(page, back).status_code == 302
    kept = payload(record)
    assert (kept["name"], kept["state"], kept["price"], kept["count"]) == ("大きな机", "store", 1_800, 3)


def test_a_correction_is_for_a_period_and_says_why(office: Office) -> None:
    record = record_make(office_id=office.pk, name="机", price=1_000)
    client = keeper(office)
    page = url("correct", record.number)
    opened = inputs(client.get(page, {"on": DAY.isoformat()}))
    assert opened["starts_on"] == "令和8年5月12日"
    sent = {**opened, "f_price": "900", "last_on": "令和8年5月31日"}
    lacking = client.post(page, sent)
    assert lacking.status_code == 422
    assert 'id="id_reason_error"' in lacking.content.decode()
    assert inputs(lacking)["f_price"] == "900"
    backwards = client.post(page, {**sent, "last_on": "令和8年4月1日", "reason": "写しまちがい"})
    assert 'id="id_last_on_error"' in backwards.content.decode()
    assert client.post(page, {**sent, "reason": "写しまちがい"}).status_code == 302
    believed = Version.objects.filter(record=record, withdrawn_at=None).order_by("starts_on")
    assert [(row.starts_on, row.ends_on, row.payload["price"]) for row in believed] == [
        (DAY, date(2026, 6, 1), 900), (date(2026, 6, 1), None, 1_000),
    ]  # fmt: skip


def test_an_end_says_why_and_can_be_taken_back(office: Office) -> None:
    record = record_make(office_id=office.pk, name="机")
    client = keeper(office)
    page = url("retire", record.number)
    sent = {**inputs(client.get(page)), "on": today().isoformat()}
    assert client.post(page, sent).status_code == 422
    record_change(
        actor=KEEPER,
        register="test.things",
        number=record.number,
        values={"name": "棚"},
        on=DAY,
        revision=1,
        now=NOW,
    )
    stale = client.post(page, {**sent, "reason": "壊れた"})
    assert stale.status_code == 422
    assert "ほかの人が変えました" in words(stale)
    assert "壊れた" in stale.content.decode()
    assert client.post(page, {**inputs(stale), "reason": "壊れた"}).status_code == 302
    record.refresh_from_db()
    assert record.retired_on == today()
    assert client.get(page).status_code == 302, "an ended record cannot be ended"
    back = url("revive", record.number)
    assert client.post(back, {**inputs(client.get(back)), "reason": "まちがい"}).status_code == 302
    record.refresh_from_db()
    assert record.retired_on is None


def test_what_still_holds_others_is_told_before_it_is_ended(office: Office) -> None:
    plot = record_make("test.plots", office_id=office.pk)
    record_make("test.moves", office_id=office.pk, parent=plot.number, change=1)
    client = keeper(office)
    page = url("retire", plot.number, "test.plots")
    opened = client.get(page)
    assert "終わっていない記録が1件" in words(opened)
    plot.refresh_from_db()
    refused = client.post(page, {**inputs(opened), "reason": "寄附"})
    assert refused.status_code == 422


def test_an_ended_record_is_refused_with_everything_that_was_typed(office: Office) -> None:
    record = record_make(office_id=office.pk, name="机")
    client = keeper(office)
    page = url("change", record.number)
    opened = inputs(client.get(page))
    record_retire(
        actor=KEEPER,
        register="test.things",
        number=record.number,
        on=today(),
        reason="壊れた",
        revision=1,
        now=now(),
    )
    answer = client.post(page, {**opened, "f_name": "新しい机"})
    assert answer.status_code == 422
    assert "終わっています" in words(answer)
    assert inputs(answer)["f_name"] == "新しい机"


def test_what_one_may_not_see_stays_when_one_changes_the_rest(office: Office) -> None:
    record = record_make(office_id=office.pk, name="机", person="水面　花子")
    without = keeper(office)
    page = url("change", record.number)
    opened = without.get(page)
    assert "f_person" not in inputs(opened)
    assert "変えられない項目が" in words(opened)
    assert without.post(page, {**inputs(opened), "f_name": "棚", "f_person": "別の　人"}).status_code == 302
    assert payload(record)["person"] == "水面　花子"
    assert looks() == []
    allowed = staff_client(VIEW, EDIT, PERSONAL, office=office, service="city_hall")
    opened = allowed.get(page)
    assert inputs(opened)["f_person"] == "水面　花子"
    assert looks() == [("change", record.number)], "to change a personal value is to see it"
    assert allowed.post(page, {**inputs(opened), "f_person": ""}).status_code == 302
    assert "person" not in payload(record)


def test_a_code_that_may_be_chosen_no_more_is_not_dropped_unsaid(office: Office) -> None:
    record = record_make(office_id=office.pk, name="机", state="store")
    fields = [dict(one) for one in THINGS["fields"]]
    for one in fields:
        if one["key"] == "state":
            one["options"] = [{"code": "use", "label": "使用中"}]
    register_make(THINGS, fields=fields, transitions=[])
    client = keeper(office)
    page = url("change", record.number)
    opened = inputs(client.get(page))
    assert opened["f_state"] == "store"
    answer = client.post(page, {**opened, "f_name": "棚"})
    assert answer.status_code == 422
    assert 'id="id_f_state_error"' in answer.content.decode()
    assert payload(record)["name"] == "机"
