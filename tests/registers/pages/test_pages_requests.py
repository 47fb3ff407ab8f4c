"""A second person agrees: asking from the forms, the requests of a register, and the answer of whoever may give it."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from madoguchi.blocks.files.testing import pdf_sample
from madoguchi.blocks.people.models import Office
from madoguchi.blocks.people.testing import office_make, staff_client
from madoguchi.blocks.registers.actions import (
    RecordChangedMeanwhile,
    change_agree,
    record_change,
    request_look,
)
from madoguchi.blocks.registers.models import ChangeRequest, Record, Version
from madoguchi.blocks.registers.testing import (
    DAY,
    KEEPER,
    NOW,
    OTHER,
    THINGS,
    change_asked,
    record_make,
    register_make,
)
from madoguchi.kernel.clock import now, today
from madoguchi.kernel.rights import NotAllowed
from tests.people.residents.asking import asked_at_most
from tests.registers.pages.asking import EDIT, LIST, PERSONAL, VIEW, inputs, keeper, looks, url, words

pytestmark = pytest.mark.django_db
APPROVE = "registers.approve"
REQUESTS = f"{LIST}requests/"


@pytest.fixture
def careful(office: Office) -> Office:
    """The register of things asks for a second person."""
    register_make(THINGS, approve=True)
    return office


def judge(office: Office, *more: str) -> Client:
    """Somebody who agrees to changes and writes none."""
    return staff_client(VIEW, APPROVE, *more, office=office, service="city_hall")


def thing(office: Office, **values: Any) -> Record:
    return record_make(
        office_id=office.pk, approved=True, **{"name": "机", "state": "use", "price": 1_000, **values}
    )


def payload(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = Version.objects.get(record=record, current=True).payload
    return found


def ask(client: Client, page: str, **typed: Any) -> str:
    """Ask from a form as a browser does; the address of the request."""
    sent = {**inputs(client.get(page)), "on": today().isoformat(), "reason": "見直し", **typed}
    answer = client.post(page, sent)
    assert answer.status_code == 302, words(answer)
    return str(answer["Location"])


def test_every_form_asks_for_a_second_person_and_changes_nothing(careful: Office) -> None:
    record, gone = thing(careful), thing(careful)
    client = keeper(careful)
    change = ask(client, url("change", record.number), f_price="2000")
    ask(client, url("correct", record.number), f_price="900")
    ask(client, url("retire", gone.number))
    ask(client, url("add"), f_name="棚", office=str(careful.pk))
    assert list(ChangeRequest.objects.order_by("pk").values_list("what", "state", "number")) == [
        ("record_change", "waiting", record.number), ("record_correct", "waiting", record.number),
        ("record_retire", "waiting", gone.number), ("record_add", "waiting", ""),
    ]  # fmt: skip
    assert Record.objects.count() == 2
    assert payload(record)["price"] == 1_000
    shown = words(client.get(change))
    assert "取得価格 1,000円 → 2,000円" in shown
    assert "別の人の判断を待っています" in shown
    assert "この申し出への答え" not in shown, "nobody agrees to what he asks for himself"
    there = words(client.get(url("record", record.number)))
    assert "変更の申し出が、判断を待っています" in there
    assert "訂正の申し出が、判断を待っています" in there


def test_a_request_is_refused_at_the_field_before_anybody_is_asked(careful: Office) -> None:
    record = thing(careful)
    client = keeper(careful)
    page = url("change", record.number)
    opened = client.get(page)
    assert "承認を求める" in words(opened)
    assert "この画面からは記録できません" not in words(opened)
    sent = {**inputs(opened), "on": today().isoformat(), "f_price": "3000"}
    silent = client.post(page, sent)
    assert silent.status_code == 422
    assert 'id="id_reason_error"' in silent.content.decode()
    assert inputs(silent)["f_price"] == "3000"
    backwards = client.post(
        page, {**sent, "reason": "x", "f_bought_on": "2026-04-02", "f_ends_on": "2026-04-01"}
    )
    assert backwards.status_code == 422
    assert 'id="id_f_ends_on_error"' in backwards.content.decode()
    assert inputs(backwards)["f_bought_on"] == "2026-04-02"
    assert client.post(page, {**sent, "reason": "x", "revision": "9"}).status_code == 409
    assert not ChangeRequest.objects.exists()
    record.refresh_from_db()
    assert record.revision == 1, "what was tried is taken back whole"


def test_one_click_agrees_and_the_record_says_so(careful: Office) -> None:
    record = thing(careful)
    page = ask(keeper(careful), url("change", record.number), f_state="store")
    client = judge(careful)
    home = words(client.get("/office/"))
    assert "承認を待つ変更" in home
    assert "あなたの判断を待つ申し出が1件" in words(client.get(LIST))
    listed = client.get(REQUESTS)
    assert page in listed.content.decode()
    shown = client.get(page)
    assert "状態 使用中 → 保管" in words(shown)
    answer = client.post(page, {"do": "agree", "revision": inputs(shown)["revision"]})
    assert answer.status_code == 302
    assert payload(record)["state"] == "store"
    assert "承認を待つ変更" not in words(client.get("/office/"))
    decided = words(client.get(page))
    assert "認めた" in decided
    assert "状態 使用中 → 保管" in decided, "what was asked can still be read"
    again = client.post(page, {"do": "agree", "revision": "2"})
    assert again.status_code == 409
    assert "もう判断された" in words(again)


def test_an_added_record_is_agreed_to(careful: Office) -> None:
    page = ask(keeper(careful), url("add"), f_name="新しい棚", f_price="500", office=str(careful.pk))
    client = judge(careful)
    shown = words(client.get(page))
    assert "新しい棚（新しい記録）" in shown
    assert "品名 新しい棚" in shown
    assert client.post(page, {"do": "agree", "revision": ""}).status_code == 302
    assert payload(Record.objects.get())["price"] == 500


def test_declining_says_why_and_the_one_who_asked_reads_it(careful: Office) -> None:
    record = thing(careful)
    asker, client = keeper(careful), judge(careful)
    page = ask(asker, url("retire", record.number))
    silent = client.post(page, {"do": "decline", "note": ""})
    assert silent.status_code == 422
    assert 'id="id_note_error"' in silent.content.decode()
    assert client.post(page, {"do": "decline", "note": "まだ使えます"}).status_code == 302
    assert "まだ使えます" in words(asker.get(page))
    assert "認めなかった" in words(asker.get(f"{REQUESTS}?show=mine"))
    record.refresh_from_db()
    assert record.retired_on is None


def test_one_takes_back_what_is_ones_own_and_nobody_agrees_to_it_himself(careful: Office) -> None:
    record = thing(careful)
    asker = keeper(careful, APPROVE)
    page = ask(asker, url("retire", record.number))
    own = asker.post(page, {"do": "agree", "revision": "1"})
    assert own.status_code == 409
    assert "自分の申し出を、自分で認めることはできません" in words(own)
    assert judge(careful).post(page, {"do": "take_back"}).status_code == 404
    assert asker.post(page, {"do": "take_back"}).status_code == 302
    assert ChangeRequest.objects.get().state == "taken_back"
    assert "判断を待っています" not in words(asker.get(url("record", record.number)))


def test_whoever_agrees_sees_what_changed_since_and_loses_none_of_it(careful: Office) -> None:
    record = thing(careful, count=1)
    page = ask(keeper(careful), url("change", record.number), f_price="2000")
    client = judge(careful)
    opened = inputs(client.get(page))
    record_change(
        actor=replace(KEEPER, on=today()), register="test.things", number=record.number, values={**payload(record), "count": 7}, on=today(),
        revision=1, approved=True, now=now(),
    )  # fmt: skip
    late = client.post(page, {"do": "agree", "revision": opened["revision"]})
    assert late.status_code == 409
    assert "記録が変わりました" in words(late)
    assert ChangeRequest.objects.get().state == "waiting"
    shown = client.get(page)
    assert "申し出のあとに、この記録が変わりました" in words(shown)
    assert "数 7台" not in words(shown), "what the request leaves alone is no difference"
    agreed = client.post(page, {"do": "agree", "revision": inputs(shown)["revision"]})
    assert agreed.status_code == 302, words(agreed)
    kept = payload(record)
    assert (kept["price"], kept["count"]) == (2_000, 7)


def test_a_rule_that_refuses_now_is_told_and_the_request_waits(careful: Office) -> None:
    record = thing(careful)
    page = ask(keeper(careful), url("change", record.number), f_ends_on="2026-05-01")
    changed = {**payload(record), "bought_on": "2026-06-01"}
    record_change(
        actor=replace(KEEPER, on=today()), register="test.things", number=record.number, values=changed, on=today(), revision=1, approved=True,
        now=now(),
    )  # fmt: skip
    client = judge(careful)
    answer = client.post(page, {"do": "agree", "revision": "2"})
    assert answer.status_code == 409
    assert "リース満了日が取得日より前です" in words(answer)
    assert ChangeRequest.objects.get().state == "waiting"


def test_requests_open_for_their_office_alone(careful: Office) -> None:
    record = thing(careful)
    page = ask(keeper(careful), url("retire", record.number))
    elsewhere = office_make()
    reader = staff_client(VIEW, office=careful, service="city_hall")
    for client in (judge(elsewhere), keeper(elsewhere), reader, Client()):
        assert client.get(page).status_code in (404, 302)
        assert client.post(page, {"do": "agree", "revision": "1"}).status_code in (404, 302)
    assert reader.get(REQUESTS).status_code == 404
    assert page not in judge(elsewhere).get(REQUESTS).content.decode()
    assert "承認を待つ変更" not in words(judge(elsewhere).get("/office/"))
    writer = keeper(careful)
    assert writer.get(page).status_code == 200
    assert writer.post(page, {"do": "agree", "revision": "1"}).status_code == 404, "writing is not agreeing"
    record.refresh_from_db()
    assert record.retired_on is None
    assert f"{url('record', record.number)[:-1]}" in reader.get(url("record", record.number)).content.decode()
    assert page not in reader.get(url("record", record.number)).content.decode()


def test_personal_values_are_masked_until_a_look_is_written_down(careful: Office) -> None:
    record = thing(careful, person="水面　花子")
    asker = staff_client(VIEW, EDIT, PERSONAL, office=careful, service="city_hall")
    page = ask(asker, url("change", record.number), f_person="海辺　さくら")
    added = ask(asker, url("add"), f_name="棚", f_person="川上　すみれ", office=str(careful.pk))
    before = len(looks())
    client = judge(careful, PERSONAL)
    for address, name in ((page, "さくら"), (added, "すみれ")):
        shown = client.get(address)
        assert name not in shown.content.decode()
        assert "●●●" in words(shown)
        uncovered = client.post(address, {"do": "uncover"})
        assert name in words(uncovered)
        assert "no-store" in uncovered["Cache-Control"]
    assert looks()[before:] == [("request", record.number), ("request", added.rstrip("/").rsplit("/", 1)[1])]
    without = judge(careful)
    assert "見る権限のない項目が1つ変わります" in words(without.get(page))
    assert without.post(page, {"do": "uncover"}).status_code == 404
    with pytest.raises(NotAllowed):
        request_look(actor=OTHER, request_key="no", now=NOW)


def test_files_come_along_and_whoever_agrees_can_open_them(
    careful: Office, tmp_path: Path, settings: Any
) -> None:
    settings.DATA_DIR = tmp_path
    papers = {"key": "papers", "label": "書類", "type": "file", "kinds": ["pdf"], "most": 2}
    register_make(THINGS, fields=[*THINGS["fields"], papers], approve=True)
    file = SimpleUploadedFile("契約書.pdf", pdf_sample(), content_type="application/pdf")
    typed = {"f_name": "棚", "office": str(careful.pk), "f_papers-new": file}
    page = ask(keeper(careful), url("add"), **typed)
    client = judge(careful)
    shown = client.get(page).content.decode()
    assert "契約書.pdf" in shown
    address = re.search(r'href="([^"]*/files/[^"]*)"', shown)
    assert address is not None
    assert client.get(html.unescape(address[1])).status_code == 200
    assert client.post(page, {"do": "agree", "revision": ""}).status_code == 302
    record = Record.objects.get()
    assert len(payload(record)["papers"]) == 1
    assert "契約書.pdf" in client.get(url("record", record.number)).content.decode()


def test_the_list_asks_little_of_the_database(careful: Office) -> None:
    record = thing(careful)
    asker = keeper(careful)
    for _ in range(8):
        ask(asker, url("change", record.number), f_price="2000")
    client = judge(careful)
    client.get(REQUESTS)
    with asked_at_most(14):
        assert "8件" in words(client.get(REQUESTS))
    page = reverse("registers:request", args=["test.things", ChangeRequest.objects.all()[0].key])
    with asked_at_most(20):
        client.get(page)


def test_moving_to_another_office_is_told_and_recorded(careful: Office) -> None:
    record = thing(careful)
    there = office_make(name="情報政策課")
    asker = staff_client(VIEW, EDIT, office=careful, scope="all", service="city_hall")
    page = ask(asker, url("change", record.number), office=str(there.pk))
    client = judge(careful)
    shown = client.get(page)
    assert "持ち主の組織 管財課 → 情報政策課" in words(shown)
    refused = client.post(page, {"do": "agree", "revision": "1"})
    assert refused.status_code == 409
    assert "移す先の組織" in words(refused)
    whole = staff_client(VIEW, APPROVE, office=careful, scope="all", service="city_hall")
    assert whole.post(page, {"do": "agree", "revision": "1"}).status_code == 302
    record.refresh_from_db()
    assert record.office_id == there.pk


def test_the_action_holds_the_revision_too() -> None:
    key = change_asked()
    with pytest.raises(RecordChangedMeanwhile):
        change_agree(actor=OTHER, request_key=key, revision=7, now=NOW)
    assert ChangeRequest.objects.get().state == "waiting"
    change_agree(actor=OTHER, request_key=key, revision=1, now=NOW + timedelta(days=1))
    assert Record.objects.get().retired_on == DAY
