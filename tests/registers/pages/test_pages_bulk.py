"""Many records at once through the pages: exactly what was shown, or nothing; and lists that somebody names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from madoguchi.blocks.people.models import Office
from madoguchi.blocks.people.testing import office_make, staff_client
from madoguchi.blocks.registers.actions import ConditionsTooLong, list_save, record_change, record_retire
from madoguchi.blocks.registers.models import Record, SavedList, Version
from madoguchi.blocks.registers.testing import KEEPER, NOW, THINGS, record_make, register_make
from madoguchi.kernel.clock import now, today
from tests.people.residents.asking import asked_at_most
from tests.registers.pages.asking import EDIT, LIST, PERSONAL, VIEW, inputs, keeper, words

pytestmark = pytest.mark.django_db
BULK = f"{LIST}bulk/"
KEEP = "registers.keep"
HERE = replace(KEEPER, on=today())


def things(office: Office, count: int, **values: Any) -> list[Record]:
    return [record_make(office_id=office.pk, state="use", price=100, **values) for _ in range(count)]


def current(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = Version.objects.get(record=record, current=True).payload
    return found


def shown_by(client: Client, address: str, **typed: str) -> Any:
    """Type into the form of a field and see what it comes to."""
    sent = {
        **inputs(client.get(address)),
        "on": today().isoformat(),
        "reason": "片付け",
        "do": "check",
        **typed,
    }
    return client.post(address, sent)


# Many at once


def test_what_a_list_finds_changes_as_it_was_shown(office: Office) -> None:
    mine = things(office, 3)
    other = record_make(office_id=office.pk, state="store", price=5)
    client = keeper(office)
    listed = client.get(LIST, {"f-state": "use"})
    assert "見つかった3件をまとめて変える" in words(listed)
    assert "bulk/?f-state=use" in listed.content.decode()
    address = f"{BULK}?f-state=use&field=state"
    first = client.get(f"{BULK}?f-state=use")
    assert "3 件が対象です" in words(first)
    assert "新しい内容" not in words(first).replace("新しい内容を書く", "")
    shown = shown_by(client, address, f_state="store")
    assert shown.status_code == 200
    told = words(shown)
    assert "変わる記録 3 件" in told
    assert "状態 使用中 → 保管" in told
    assert {current(record)["state"] for record in mine} == {"use"}, "nothing is written yet"
    answer = client.post(address, {**inputs(shown), "reason": "片付け", "do": "apply"})
    assert answer.status_code == 302, words(answer)
    assert answer["Location"] == f"{LIST}?f-state=use"
    assert {current(record)["state"] for record in mine} == {"store"}
    assert current(other)["price"] == 5
    assert Version.objects.get(record=mine[0], current=True).reason == "片付け"
    assert "3件を変えました" in words(client.get(LIST))


def test_a_change_meanwhile_refuses_the_whole_and_shows_it_anew(office: Office) -> None:
    mine = things(office, 3)
    client = keeper(office)
    address = f"{BULK}?field=price"
    shown = shown_by(client, address, f_price="700")
    sent = {**inputs(shown), "reason": "片付け", "do": "apply"}
    record_change(
        actor=HERE, register="test.things", number=mine[1].number, values={**current(mine[1]), "count": 9}, on=today(),
        revision=1, now=now(),
    )  # fmt: skip
    met = client.post(address, sent)
    assert met.status_code == 409
    assert "まだ変えていません" in words(met)
    assert {current(record)["price"] for record in mine} == {100}
    back = inputs(met)
    assert back["f_price"] == "700"
    assert client.post(address, {**back, "reason": "片付け", "do": "apply"}).status_code == 302
    assert {current(record)["price"] for record in mine} == {700}
    assert current(mine[1])["count"] == 9


def test_another_value_than_was_shown_is_not_applied(office: Office) -> None:
    mine = things(office, 2)
    client = keeper(office)
    address = f"{BULK}?field=price"
    shown = shown_by(client, address, f_price="700")
    met = client.post(address, {**inputs(shown), "reason": "x", "f_price": "9", "do": "apply"})
    assert met.status_code == 409
    assert "100円 → 9円" in words(met)
    straight = client.post(
        address, {**inputs(client.get(address)), "reason": "x", "f_price": "9", "do": "apply"}
    )
    assert straight.status_code == 409, "nothing is applied that was not shown"
    assert {current(record)["price"] for record in mine} == {100}


def test_what_cannot_change_is_told_and_stays(office: Office) -> None:
    mine = things(office, 2)
    gone = record_make(office_id=office.pk, state="store", price=1)
    record_change(
        actor=HERE, register="test.things", number=gone.number, values={**current(gone), "state": "gone"}, on=today(),
        revision=1, now=now(),
    )  # fmt: skip
    client = keeper(office)
    address = f"{BULK}?field=state"
    shown = shown_by(client, address, f_state="store")
    told = words(shown)
    assert "変えられない記録 1 件" in told
    assert "「廃棄済み」から先に変えられません" in told
    assert "変えられない1件は、そのまま残ります" in told
    assert client.post(address, {**inputs(shown), "reason": "x", "do": "apply"}).status_code == 302
    assert {current(record)["state"] for record in mine} == {"store"}
    assert current(gone)["state"] == "gone"


def test_what_is_typed_wrongly_comes_back_at_its_field(office: Office) -> None:
    things(office, 2)
    client = keeper(office)
    wrong = shown_by(client, f"{BULK}?field=price", f_price="たくさん", reason="")
    assert wrong.status_code == 422
    assert 'id="id_f_price_error"' in wrong.content.decode()
    assert 'id="id_reason_error"' in wrong.content.decode()
    assert inputs(wrong)["f_price"] == "たくさん"
    unknown = client.get(f"{BULK}?field=nothing")
    assert 'id="id_field_error"' in unknown.content.decode()
    assert "serial" not in inputs(client.get(BULK))
    emptied = shown_by(client, f"{BULK}?field=price", f_price="")
    assert "100円 → –" in words(emptied)
    same = shown_by(client, f"{BULK}?field=price", f_price="100")
    assert "変わる記録がありません" in words(same)


def test_only_ones_own_change_and_nobody_else_comes_here(office: Office) -> None:
    mine = things(office, 2)
    elsewhere = office_make(name="情報政策課")
    theirs = record_make(office_id=elsewhere.pk, state="use", price=100)
    user = staff_client(VIEW, office=office, scope="all", service="city_hall")
    assert user.get(BULK).status_code == 404
    assert "まとめて変える" not in words(user.get(LIST))
    assert staff_client(VIEW, office=office).get(BULK).status_code == 404
    client = keeper(office)
    address = f"{BULK}?field=price"
    shown = shown_by(client, address, f_price="7")
    assert client.post(address, {**inputs(shown), "reason": "x", "do": "apply"}).status_code == 302
    assert [current(record)["price"] for record in (*mine, theirs)] == [7, 7, 100]
    page = client.get(BULK).content.decode()
    for masked_or_own in ("person", "serial", "worth"):
        assert f'value="{masked_or_own}"' not in page
    register_make(THINGS, approve=True)
    assert client.get(BULK).status_code == 404, (
        "a register that asks for a second person takes one change at a time"
    )


def test_an_end_that_is_coming_is_told(office: Office) -> None:
    things(office, 2)
    ending = things(office, 1)[0]
    record_retire(
        actor=HERE, register="test.things", number=ending.number, on=today().replace(year=today().year + 1), reason="x",
        revision=1, now=now(),
    )  # fmt: skip
    shown = words(shown_by(keeper(office), f"{BULK}?field=price", f_price="7"))
    assert "終わる日が決まっている記録 1 件" in shown
    assert "変わる記録 2 件" in shown


def test_many_ask_little_of_the_database(office: Office) -> None:
    things(office, 60)
    client = keeper(office)
    address = f"{BULK}?field=price"
    sent = {**inputs(client.get(address)), "f_price": "7", "reason": "x", "on": today().isoformat()}
    with asked_at_most(20):
        shown = client.post(address, {**sent, "do": "check"})
    assert "60件のうち、はじめの50件です" in words(shown)


def test_too_many_are_sent_back_to_be_narrowed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("madoguchi.blocks.registers.views.changing_many.MOST", 2)
    things(office, 3)
    client = keeper(office)
    assert "一度に変えられるのは2件まで" in words(client.get(f"{BULK}?field=price"))
    assert "変えられる記録がありません" in words(client.get(f"{BULK}?q=ここにない"))


# Lists that somebody names


def test_a_list_is_named_opened_by_its_tab_and_dropped(office: Office) -> None:
    things(office, 2)
    record_make(office_id=office.pk, state="store")
    client = keeper(office)
    assert "この一覧を保存する" not in words(client.get(LIST)), "the whole list has a name already"
    page = client.get(LIST, {"f-state": "store", "sort": "-price", "page": "1"})
    sent = inputs(page)
    assert sent["save-conditions"] == "f-state=store&sort=-price"
    answer = client.post(
        f"{LIST}lists/save/", {"save-conditions": sent["save-conditions"], "save-name": "倉庫のもの"}
    )
    assert answer.status_code == 302
    opened = client.get(answer["Location"])
    assert "1 件" in words(opened)
    assert "保存した一覧「 倉庫のもの 」です" in words(opened)
    assert 'aria-current="page">倉庫のもの' in opened.content.decode()
    other = keeper(office)
    assert "倉庫のもの" not in words(other.get(LIST))
    key = SavedList.objects.get().key
    drop = reverse("registers:list_drop", args=["test.things", key])
    assert other.post(drop).status_code == 404
    assert client.get(drop).status_code == 405
    assert client.post(drop).status_code == 302
    assert not SavedList.objects.exists()
    assert Record.objects.count() == 3


def test_a_name_that_is_taken_comes_back_at_its_field(office: Office) -> None:
    client = keeper(office)
    save = f"{LIST}lists/save/"
    typed = {"save-conditions": "f-state=store", "save-name": "倉庫"}
    assert client.post(save, typed).status_code == 302
    taken = client.post(save, {**typed, "save-conditions": "f-state=use"})
    assert taken.status_code == 422
    assert 'id="id_save-name_error"' in taken.content.decode()
    back = inputs(taken)
    assert (back["save-name"], back["save-conditions"]) == ("倉庫", "f-state=use")
    assert client.post(save, {**back, "save-name": ""}).status_code == 422
    assert client.post(save, {**back, "save-name": "使用中"}).status_code == 302
    assert staff_client(VIEW, office=office).get(save).status_code == 404


def test_what_is_masked_is_in_no_saved_list(office: Office) -> None:
    register_make(THINGS, indexes=["state", "person"])
    client = keeper(office, PERSONAL)
    typed = {"save-conditions": "f-person=水面&f-state=use&page=3&x=1", "save-name": "机"}
    assert client.post(f"{LIST}lists/save/", typed).status_code == 302
    assert SavedList.objects.get().query == "f-state=use"


def test_a_list_is_shared_with_ones_office_by_whoever_keeps_it(office: Office) -> None:
    boss = staff_client(VIEW, EDIT, KEEP, office=office, service="city_hall")
    colleague, stranger = keeper(office), keeper(office_make())
    assert "同じ課の人にも見せる" in words(boss.get(LIST, {"f-state": "use"}))
    assert "同じ課の人にも見せる" not in words(colleague.get(LIST, {"f-state": "use"}))
    typed = {"save-conditions": "f-state=use", "save-name": "課の一覧", "save-shared": "on"}
    address = boss.post(f"{LIST}lists/save/", typed)["Location"]
    assert "課の一覧" in words(colleague.get(LIST))
    assert "課の一覧" not in words(stranger.get(LIST))
    assert "この一覧を消す" not in words(colleague.get(address))
    drop = reverse("registers:list_drop", args=["test.things", SavedList.objects.get().key])
    assert colleague.post(drop).status_code == 404
    assert stranger.post(drop).status_code == 404
    another = staff_client(VIEW, KEEP, office=office, service="city_hall")
    assert another.post(drop).status_code == 302


def test_conditions_are_never_cut_short(office: Office) -> None:
    with pytest.raises(ConditionsTooLong):
        list_save(actor=KEEPER, register="test.things", name="長い", query="q=" + "x" * 2_000, now=NOW)
    answer = keeper(office).post(
        f"{LIST}lists/save/", {"save-conditions": "q=" + "x" * 2_000, "save-name": "長い"}
    )
    assert answer.status_code == 422
    assert "条件が長すぎて" in words(answer)
