"""The pages of registers through HTTP: who opens which, exact counts, what is masked, and nothing typed is lost."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from madoguchi.blocks.people.models import Office
from madoguchi.blocks.people.testing import NOW, office_make, staff_client
from madoguchi.blocks.registers.actions import record_change, record_correct, record_retire
from madoguchi.blocks.registers.models import Record
from madoguchi.blocks.registers.testing import DAY, KEEPER, THINGS, record_make, register_make
from madoguchi.kernel.clock import today
from tests.people.residents.asking import asked_at_most
from tests.registers.pages.asking import HOME, LIST, PERSONAL, VIEW, inputs, keeper, looks, url, words

pytestmark = pytest.mark.django_db


# Who opens what


def test_whoever_may_not_finds_nothing_and_whoever_may_finds_his_own(office: Office) -> None:
    mine = record_make(office_id=office.pk, name="机")
    theirs = record_make(office_id=office_make().pk, name="よその棚")
    client, stranger = keeper(office), staff_client("messages.notice_read", office=office)
    for page in (HOME, LIST, url("add"), url("import_new"), url("export"), url("record", mine.number)):
        assert client.get(page).status_code == 200, page
        assert stranger.get(page).status_code == 404, page
        assert Client().get(page).status_code in (302, 404), page
    for name in ("record", "change", "correct", "retire", "revive"):
        assert client.get(url(name, theirs.number)).status_code == 404, name
        assert client.post(url(name, theirs.number), {}).status_code == 404, name
        assert client.get(url(name, "B-9999")).status_code == 404, name
    assert client.get(f"{HOME}test.nothing/").status_code == 404
    listed = words(client.get(LIST))
    assert "机" in listed
    assert "よその棚" not in listed


def test_whoever_only_looks_is_offered_nothing_to_write(office: Office) -> None:
    record = record_make(office_id=office.pk)
    reader = staff_client(VIEW, office=office, service="city_hall")
    for page in (LIST, url("record", record.number)):
        shown = words(reader.get(page))
        for offered in ("記録を加える", "取り込む", "訂正する", "終わりにする"):
            assert offered not in shown
    for name in ("change", "correct", "retire", "revive"):
        assert reader.get(url(name, record.number)).status_code == 404
    assert reader.get(url("add")).status_code == 404
    assert reader.get(url("import_new")).status_code == 404


# The registers there are


def test_registers_are_found_by_any_of_their_names_with_the_count_of_what_one_sees(office: Office) -> None:
    for _ in range(3):
        record_make(office_id=office.pk)
    record_make(office_id=office_make().pk)
    client = keeper(office)
    shown = words(client.get(HOME))
    assert "備品台帳 3件" in shown
    assert "土地台帳 0件" in shown
    found = words(client.get(HOME, {"q": "ﾄｼﾞ 土地"}))
    assert "この名前の台帳はありません" in found
    found = words(client.get(HOME, {"q": "土地"}))
    assert "1つの台帳" in found
    assert "備品台帳" not in found
    assert "備品台帳 4件" in words(keeper(office, scope="all").get(HOME))


# The list


def test_a_list_says_what_to_do_where_there_is_nothing(office: Office) -> None:
    assert "「記録を加える」で一件ずつ書くか" in words(keeper(office).get(LIST))
    assert "書く権限のある人" in words(staff_client(VIEW, office=office, service="city_hall").get(LIST))


def test_a_list_is_narrowed_sorted_and_counted_exactly(office: Office) -> None:
    for number in range(60):
        state = "use" if number % 3 else "store"
        record_make(
            office_id=office.pk, name=f"机{number:02d}", state=state, price=number * 100,
            bought_on=(DAY - timedelta(days=number)).isoformat(),
        )  # fmt: skip
    client = keeper(office)
    first = client.get(LIST)
    assert "60 件" in words(first)
    assert first.content.decode().count("<tr>") == 51
    assert client.get(LIST, {"page": "2"}).content.decode().count("<tr>") == 11
    assert client.get(LIST, {"page": "99"}).content.decode().count("<tr>") == 11
    assert "20 件" in words(client.get(LIST, {"f-state": "store"}))
    assert "11 件" in words(client.get(LIST, {"f-price-from": "1,000円", "f-price-to": "２０００"}))
    days = {"f-bought_on-from": "令和8年5月3日", "f-bought_on-to": "2026-05-12"}
    assert "10 件" in words(client.get(LIST, days))
    assert "4 件" in words(client.get(LIST, {**days, "f-state": "store"}))
    assert "1 件" in words(client.get(LIST, {"q": "机42"}))
    assert "見つかりません" in words(client.get(LIST, {"q": "ここにない"}))
    dear = client.get(LIST, {"sort": "-price"}).content.decode()
    assert dear.index("机59") < dear.index("机58") < dear.index("机10")
    wrong = client.get(LIST, {"f-price-from": "たくさん", "f-bought_on-to": "来年"})
    assert wrong.status_code == 422
    assert inputs(wrong)["f-price-from"] == "たくさん"
    assert inputs(wrong)["f-bought_on-to"] == "来年"


def test_a_saved_view_is_a_tab(office: Office) -> None:
    views = [{"key": "stored", "label": "保管中のもの", "columns": ["name", "office", "bought_on"],
              "where": [{"field": "state", "op": "is", "value": "store"}], "order": ["-price"]}]  # fmt: skip
    register_make(THINGS, views=views)
    for name, state, price in (("机", "use", 1), ("椅子", "store", 2), ("棚", "store", 3)):
        record_make(office_id=office.pk, name=name, state=state, price=price)
    shown = keeper(office).get(LIST, {"view": "stored"})
    page = shown.content.decode()
    assert "2 件" in words(shown)
    assert page.index("棚") < page.index("椅子")
    assert "管財課" in page
    assert 'aria-current="page">保管中のもの' in page


def test_a_list_asks_little_of_the_database(office: Office) -> None:
    for _ in range(60):
        record_make(office_id=office.pk, state="use")
    client = keeper(office)
    client.get(LIST)
    with asked_at_most(12):
        client.get(LIST, {"f-state": "use", "sort": "-price"})


def test_personal_values_stand_in_no_list_and_in_no_file(office: Office) -> None:
    register_make(THINGS, columns=["name", "person", "state"], indexes=["state", "person"])
    record_make(office_id=office.pk, name="机", person="水面　花子")
    client = keeper(office, PERSONAL)
    shown = client.get(LIST, {"sort": "person", "f-person": "水面"})
    assert "水面　花子" not in shown.content.decode()
    assert "●●●" in words(shown)
    assert "f-person" not in re.sub(r"\?[^\"]*", "", shown.content.decode()), (
        "what is masked cannot be asked for"
    )
    assert "sort=person" not in client.get(LIST).content.decode()
    for fmt in ("csv", "csv-cp932", "xlsx", "json"):
        content = b"".join(client.get(url("export"), {"format": fmt}).streaming_content)  # type: ignore[attr-defined]
        assert "水面".encode() not in content
        assert "水面".encode("cp932") not in content
    kept = json.loads(content)
    by_name = client.get(url("export"), {"format": "json", "q": "水面"})
    rows = json.loads(b"".join(by_name.streaming_content))  # type: ignore[attr-defined]
    assert "1 件" in words(client.get(LIST, {"q": "水面"})), "who may see them finds by them"
    assert [row["name"] for row in rows] == ["机"], "and the file holds what the list finds"
    assert kept[0]["name"] == "机"
    assert "person" not in kept[0]


def test_a_file_holds_what_the_list_finds(office: Office) -> None:
    for name, state in (("机", "use"), ("椅子", "store"), ("棚", "store")):
        record_make(office_id=office.pk, name=name, state=state)
    client = keeper(office)
    answer = client.get(url("export"), {"format": "csv", "f-state": "store", "sort": "-number"})
    assert answer.streaming
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["品名"] for row in rows] == ["棚", "椅子"]
    assert "attachment" in answer["Content-Disposition"]
    sjis = client.get(url("export"), {"format": "csv-cp932"})
    assert "机" in b"".join(sjis.streaming_content).decode("cp932")  # type: ignore[attr-defined]


# One record


def test_a_record_is_shown_by_day_and_by_what_was_known(office: Office) -> None:
    record = record_make(office_id=office.pk, name="机", price=1_000)
    later = today() + timedelta(days=40)
    about: dict[str, Any] = {"actor": KEEPER, "register": "test.things", "number": record.number}
    record_change(**about, values={"name": "大きな机", "price": 2_000}, on=later, revision=1, now=NOW)
    client = keeper(office)
    page = url("record", record.number)
    shown = words(client.get(page))
    assert "1,000円" in shown
    assert "からの変更があります" in shown
    then = words(client.get(page, {"on": later.isoformat()}))
    assert "2,000円" in then
    assert "今日の内容に戻る" in then
    before = words(client.get(page, {"on": (DAY - timedelta(days=1)).isoformat()}))
    assert "この日には、この記録はありません" in before
    record_correct(
        **about, values={"name": "机", "price": 900}, starts_on=DAY, ends_on=later, revision=2, reason="写しまちがい",
        now=NOW + timedelta(days=3),
    )  # fmt: skip
    assert "900円" in words(client.get(page))
    known = words(
        client.get(page, {"on": today().isoformat(), "at": (NOW.date() + timedelta(days=1)).isoformat()})
    )
    assert "1,000円" in known
    assert "の時点で分かっていた" in known
    wrong = client.get(page, {"on": "きのう"})
    assert wrong.status_code == 422
    assert inputs(wrong)["on"] == "きのう"


def test_history_tells_who_did_what_from_and_to_and_corrections_apart(office: Office) -> None:
    record = record_make(office_id=office.pk, name="机", state="use", price=1_000)
    about: dict[str, Any] = {"actor": KEEPER, "register": "test.things", "number": record.number}
    record_change(
        **about, values={"name": "机", "state": "store", "price": 1_000}, on=DAY + timedelta(days=9), revision=1,
        reason="倉庫へ移した", now=NOW + timedelta(days=9),
    )  # fmt: skip
    record_correct(
        **about, values={"name": "机", "state": "use", "price": 1_200}, starts_on=DAY, ends_on=DAY + timedelta(days=9),
        revision=2, reason="領収書を見た", now=NOW + timedelta(days=10),
    )  # fmt: skip
    record_retire(
        **about, on=DAY + timedelta(days=20), reason="壊れた", revision=3, now=NOW + timedelta(days=20)
    )
    shown = words(keeper(office).get(url("record", record.number)))
    told = shown[shown.index("履歴") :]
    for text in ("終了", "理由： 壊れた", "訂正", "取得価格 1,000円 → 1,200円", "理由： 領収書を見た", "変更",
                 "状態 使用中 → 保管", "理由： 倉庫へ移した", "追加", "試験課 主事（s00000）"):  # fmt: skip
        assert text in told, text
    assert told.index("壊れた") < told.index("領収書") < told.index("倉庫へ") < told.index("追加")
    assert told.count("まちがいだったとして") == 1
    assert "期間の調整" not in told, "a period that was cut says nothing by itself"
    assert "終わったもの" in shown
    assert "終わりを取り消す" in shown


def test_personal_values_are_masked_until_a_look_is_written_down(office: Office) -> None:
    record = record_make(office_id=office.pk, name="机", person="水面　花子")
    page = url("record", record.number)
    client = keeper(office, PERSONAL)
    shown = client.get(page)
    assert "水面" not in shown.content.decode()
    assert "●●●" in words(shown)
    assert looks() == []
    uncovered = client.post(page, {"uncover": "1"})
    assert "水面　花子" in words(uncovered)
    assert looks() == [("record", record.number)]
    assert "no-store" in uncovered["Cache-Control"]
    without = keeper(office)
    assert "見る権限のない項目が1つあります" in words(without.get(page))
    assert "水面" not in without.post(page, {"uncover": "1"}).content.decode()
    assert len(looks()) == 1


def test_what_lies_beneath_is_listed_and_counted(office: Office) -> None:
    plot = record_make("test.plots", office_id=office.pk, area=1000)
    for number in range(23):
        record_make(
            "test.moves", office_id=office.pk, parent=plot.number, change=100, why=f"寄附{number:02d}"
        )
    client = keeper(office)
    page = url("record", plot.number, "test.plots")
    shown = client.get(page)
    assert "増減 23件" in words(shown)
    assert "寄附19" in words(shown)
    assert "寄附20" not in words(shown)
    assert "寄附22" in words(client.get(page, {"p-test.moves": "2"}))
    assert f"parent={plot.number}" in shown.content.decode()
    child = Record.objects.filter(register="test.moves").first()
    assert child is not None
    assert (
        url("record", plot.number, "test.plots")
        in client.get(url("record", child.number, "test.moves")).content.decode()
    )
    client.get(page)
    with asked_at_most(20):
        client.get(page)
