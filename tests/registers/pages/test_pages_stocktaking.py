"""Stock-takes through HTTP: begun by the keeper, looked at by the offices, signed, ended, and taken away as a file."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from madoguchi.blocks.people.models import Office
from madoguchi.blocks.people.testing import office_make, staff_client, viewer_with
from madoguchi.blocks.registers.actions import (
    DueTooEarly,
    NoteNeeded,
    NothingToCount,
    stocktake_close,
    stocktake_look,
    stocktake_open,
)
from madoguchi.blocks.registers.menu import stocktakes_waiting
from madoguchi.blocks.registers.models import StockTake, StockTakeLine, StockTakeOffice
from madoguchi.blocks.registers.testing import DAY, KEEPER, NOW
from madoguchi.blocks.registers.testing.counted import TOOLS, take_make, tool_make, tools_ready
from madoguchi.kernel.clock import now, today
from madoguchi.kernel.rights import NotAllowed
from tests.people.residents.asking import asked_at_most
from tests.registers.pages.asking import EDIT, PERSONAL, VIEW, inputs, url, words

pytestmark = pytest.mark.django_db
KEEP = "registers.keep"
ROUNDS = "/office/registers/test.tools/stocktakes/"


@pytest.fixture(autouse=True)
def ready(office: Office) -> None:
    tools_ready()


def clerk(office: Office, *more: str, scope: str = "own") -> Client:
    return staff_client(VIEW, EDIT, *more, office=office, scope=scope, service="city_hall")


def head(office: Office) -> Client:
    return clerk(office, KEEP, scope="all")


def page_of(take: StockTake, office: Office | None = None, line: StockTakeLine | None = None) -> str:
    args: list[Any] = [take.register, take.key]
    if line is not None:
        return reverse("registers:stocktake_line", args=[*args, line.part.office_id, line.pk])
    return reverse("registers:stocktake_office", args=[*args, office.pk]) if office else reverse("registers:stocktake", args=args)  # fmt: skip


def lines_of(take: StockTake, office: Office) -> list[StockTakeLine]:
    return list(StockTakeLine.objects.filter(part__take=take, part__office=office).order_by("pk"))


def press(client: Client, page: str, do: str, **typed: str) -> Any:
    """Press a button, with what the page sends along."""
    shown = re.findall(r'name="shown" value="(\d+)"', client.get(page).content.decode())
    return client.post(page, {"shown": shown, "do": do, **typed})


# Rounds


def test_the_keeper_begins_a_round_and_nobody_else(office: Office) -> None:
    tool_make(office.pk)
    keeper = head(office)
    asked = keeper.get(ROUNDS)
    assert "の棚卸しを始める" in words(asked)
    wrong = keeper.post(ROUNDS, {"due_on": (today() - timedelta(days=1)).isoformat()})
    assert wrong.status_code == 422
    assert inputs(wrong)["due_on"] == (today() - timedelta(days=1)).isoformat()
    assert not StockTake.objects.exists()
    for other in (
        clerk(office),
        clerk(office, KEEP),
        staff_client(VIEW, EDIT, KEEP, office=office, scope="all"),
    ):
        assert "棚卸しを始める" not in words(other.get(ROUNDS))
        assert other.post(ROUNDS, inputs(asked)).status_code == 404
    begun = keeper.post(ROUNDS, inputs(asked))
    take = StockTake.objects.get()
    assert begun["Location"] == page_of(take)
    assert "の棚卸しを始めました" in words(keeper.get(begun["Location"]))
    assert "棚卸しを始める" not in words(keeper.get(ROUNDS)), "one of a year"
    again = keeper.post(ROUNDS, inputs(asked))
    assert again.status_code == 422
    assert "もう始まっています" in words(again)
    assert "棚卸し" in words(clerk(office).get(url("list", register="test.tools")))


def test_a_round_of_nothing_is_not_begun(office: Office) -> None:
    keeper = head(office)
    refused = keeper.post(ROUNDS, inputs(keeper.get(ROUNDS)))
    assert refused.status_code == 422
    assert "まだ記録がありません" in words(refused)
    about: dict[str, Any] = {"actor": KEEPER, "register": "test.tools", "now": NOW}
    with pytest.raises(NothingToCount):
        stocktake_open(**about, due_on=DAY)
    tool_make(office.pk)
    with pytest.raises(DueTooEarly):
        stocktake_open(**about, due_on=DAY - timedelta(days=1))


def test_a_keeper_of_another_service_keeps_nothing_here(office: Office) -> None:
    take = take_make(office.pk)
    stranger = viewer_with(VIEW, EDIT, KEEP, service="elsewhere")
    with pytest.raises(NotAllowed):
        stocktake_open(actor=stranger, register="test.tools", due_on=DAY, now=NOW)
    with pytest.raises(NotAllowed):
        stocktake_close(actor=stranger, take_key=take.key, anyway=True, now=NOW)


def test_a_round_shows_how_far_every_office_is_that_one_sees(office: Office) -> None:
    other = office_make(name="よその課")
    take = take_make(office.pk)
    take_make(other.pk)
    for _ in range(3):
        tool_make(office.pk)
    line = lines_of(take, office)[0]
    stocktake_look(
        actor=KEEPER, take_key=take.key, office_id=office.pk, found={line.pk: ("missing", "")}, now=NOW
    )
    told = words(head(office).get(page_of(take)))
    assert "管財課 確認を終えるだけ 1 / 1 0 1" in told
    assert "よその課 残り1件 0 / 1" in told
    own = words(clerk(office).get(page_of(take)))
    assert "よその課" not in own
    assert "締切を過ぎました" in own, "the round of the tests was due long ago"
    assert clerk(office).get(page_of(take).replace("test.tools", "test.things")).status_code == 404
    assert clerk(office).get(page_of(take).replace(take.key, "nothing")).status_code == 404
    assert staff_client("messages.notice_read", office=office).get(page_of(take)).status_code == 404


# An office's records


def test_one_tap_per_record_and_a_note_where_something_differs(office: Office) -> None:
    for _ in range(3):
        tool_make(office.pk, person="水面　花子")
    take = take_make(office.pk)
    client, page = clerk(office, PERSONAL), page_of(take, office)
    first, second, third, fourth = lines_of(take, office)
    assert "水面" not in words(client.get(page))
    tapped = press(client, page, f"same:{first.pk}")
    assert tapped["Location"] == page, "the page's top tells of the first"
    assert f"{first.record.number} を「そのとおり」にしました" in words(client.get(page))
    assert press(client, page, f"missing:{third.pk}")["Location"] == f"{page}#line-{fourth.pk}"

    line = page_of(take, line=second)
    asked = client.get(line)
    assert "いま台帳にある内容" in words(asked)
    assert "●●●" in words(asked)
    assert inputs(asked)["found"] == "different"
    lost = client.post(line, {"found": "different", "note": " "})
    assert lost.status_code == 422
    assert "何が違うかを書いてください" in words(lost)
    assert (
        client.post(line + "?show=open", {"found": "different", "note": "脚が一本ない"})["Location"]
        == f"{page}?show=open"
    )
    assert "脚が一本ない" in words(client.get(page + "?show=differing"))
    with pytest.raises(NoteNeeded):
        stocktake_look(
            actor=KEEPER,
            take_key=take.key,
            office_id=office.pk,
            found={second.pk: ("different", "")},
            now=NOW,
        )

    assert client.post(page_of(take, line=third), {"found": "open", "note": "x"}).status_code == 302
    third.refresh_from_db()
    assert (third.found, third.note, third.looked_at, third.looked_by) == ("open", "", None, ""), "taken back"
    found = {line.found for line in lines_of(take, office)}
    assert found == {"same", "different", "open"}


def test_lists_of_what_is_open_and_what_differs(office: Office) -> None:
    for _ in range(60):
        tool_make(office.pk)
    take = take_make(office.pk)
    client, page = clerk(office), page_of(take, office)
    lines = lines_of(take, office)
    assert "まだのもの 61件 違うもの・ないもの 0件 すべて 61件" in words(client.get(page))
    press(client, page, f"missing:{lines[0].pk}")
    told = words(client.get(page, {"show": "differing"}))
    assert "違うもの・ないもの 1件" in told
    assert lines[0].record.number in told
    assert lines[1].record.number not in told
    found = words(client.get(page, {"q": lines[5].record.number}))
    assert lines[5].record.number in found
    assert lines[6].record.number not in found
    rest = press(client, page, "rest")
    assert rest.status_code == 302
    assert "50件を「そのとおり」にしました" in words(client.get(page))
    assert StockTakeLine.objects.filter(found="open").count() == 10, "what no page showed stays open"
    assert StockTakeLine.objects.get(pk=lines[0].pk).found == "missing"
    with asked_at_most(16):
        client.get(page, {"show": "all"})


def test_an_office_signs_when_all_is_looked_at_and_then_nothing_changes(office: Office) -> None:
    tool_make(office.pk)
    take = take_make(office.pk)
    client, page = clerk(office), page_of(take, office)
    early = press(client, page, "sign", note="早すぎる")
    assert early.status_code == 422
    assert "まだ確かめていない記録があります" in words(early)
    assert "確認を終える" not in words(client.get(page))
    press(client, page, "rest")
    assert "全部を確かめました" in words(client.get(page))
    assert press(client, page, "sign", note="倉庫の鍵を替えました").status_code == 302
    told = words(client.get(page))
    assert "確認を終えました" in told
    assert "倉庫の鍵を替えました" in told
    line = lines_of(take, office)[0]
    assert 'name="do"' not in client.get(page).content.decode()
    late = press(client, page, f"missing:{line.pk}")
    assert late.status_code == 422
    assert "もう確認が済んでいます" in words(late)
    assert client.get(page_of(take, line=line))["Location"] == page
    assert client.post(page_of(take, line=line), {"found": "missing"}).status_code == 422
    line.refresh_from_db()
    assert line.found == "same"


def test_who_only_looks_and_who_is_elsewhere(office: Office) -> None:
    take = take_make(office.pk)
    other = office_make()
    line = lines_of(take, office)[0]
    reader = staff_client(VIEW, office=office, service="city_hall")
    assert reader.get(page_of(take, office)).status_code == 200
    assert 'name="do"' not in reader.get(page_of(take, office)).content.decode()
    assert reader.post(page_of(take, office), {"do": f"same:{line.pk}"}).status_code == 404
    assert reader.get(page_of(take, line=line)).status_code == 404
    for page in (page_of(take, office), page_of(take, line=line)):
        assert clerk(other).get(page).status_code == 404
        assert clerk(other).post(page, {"do": "rest", "found": "same"}).status_code == 404
    theirs = take_make(other.pk)
    foreign = lines_of(theirs, other)[0]
    client = clerk(office)
    for do in (f"same:{foreign.pk}", "same:x", "same:", "burn:1", f"different:{line.pk}", ""):
        assert client.post(page_of(take, office), {"do": do}).status_code == 404, do
    assert (
        client.post(page_of(take, office), {"do": "rest", "shown": [str(foreign.pk), "x"]}).status_code == 302
    )
    assert not StockTakeLine.objects.exclude(found="open").exists()
    wrong = page_of(take, line=line).replace(f"/{line.pk}/", f"/{foreign.pk}/")
    assert client.get(wrong).status_code == 404


# The end


def test_a_round_ends_when_all_have_signed_or_anyway(office: Office) -> None:
    take = take_make(office.pk)
    keeper, page = head(office), page_of(take)
    assert "棚卸しを終える" not in words(clerk(office).get(page))
    assert clerk(office).post(page, {}).status_code == 404
    refused = keeper.post(page, {})
    assert refused.status_code == 422
    assert "「残して終える」を選んでください" in words(refused)
    assert keeper.post(page, {"anyway": "on"}).status_code == 302
    assert "終わりました" in words(keeper.get(page))
    assert "棚卸しを終える" not in words(keeper.get(page))
    again = keeper.post(page, {"anyway": "on"})
    assert again.status_code == 422
    assert 'name="do"' not in clerk(office).get(page_of(take, office)).content.decode()


def test_the_result_as_a_file_holds_nothing_personal_and_no_other_office(office: Office) -> None:
    tool_make(office.pk, name="金づち", person="水面　花子")
    take = take_make(office.pk)
    take_make(office_make().pk)
    first = lines_of(take, office)[0]
    stocktake_look(
        actor=KEEPER,
        take_key=take.key,
        office_id=office.pk,
        found={first.pk: ("different", "柄が折れた")},
        now=NOW,
    )

    def rows(client: Client) -> list[list[str]]:
        answer = client.get(reverse("registers:stocktake_file", args=["test.tools", take.key, "csv"]))
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        return list(csv.reader(io.StringIO(text)))

    client = clerk(office, PERSONAL)
    found = rows(client)
    assert found[0] == ["組織", "番号", "品名", "状態", "取得価格", "結果", "ひとこと", "見た人", "見た日時"]
    assert found[1][:7] == [
        "管財課",
        first.record.number,
        "金づち",
        "使用中",
        "1000",
        "内容が違う",
        "柄が折れた",
    ]
    assert len(found) == 3
    assert len(rows(head(office))) == 4
    assert "花子" not in str(found)
    for form, status in (("xlsx", 200), ("csv-cp932", 200), ("json", 404)):
        page = reverse("registers:stocktake_file", args=["test.tools", take.key, form])
        assert client.get(page).status_code == status


def test_what_ended_since_is_still_looked_at(office: Office) -> None:
    from madoguchi.blocks.registers.actions import record_retire

    number = tool_make(office.pk, name="なくなった梯子")
    take = take_make(office.pk)
    record_retire(
        actor=KEEPER, register="test.tools", number=number, on=DAY + timedelta(days=1), reason="廃棄", revision=1, now=NOW
    )  # fmt: skip
    assert "なくなった梯子" in words(clerk(office).get(page_of(take, office)))


# What waits


def test_offices_see_on_their_front_page_what_is_left(office: Office) -> None:
    tool_make(office.pk)
    take = take_make(office.pk)
    take_make(office_make().pk)
    viewer = viewer_with(VIEW, EDIT, office=office, service="city_hall")
    # One, and which declarations are in force, which a request asks once for all of its page.
    with asked_at_most(3):
        (tile,) = stocktakes_waiting(viewer, now())
    assert (tile.value, tile.url) == (2, page_of(take, office))
    assert "まで" in str(tile.note)
    assert list(stocktakes_waiting(viewer_with(VIEW, office=office, service="city_hall"), now())) == []
    assert list(stocktakes_waiting(viewer_with(VIEW, EDIT, office=office, service="elsewhere"), now())) == []
    press(clerk(office), page_of(take, office), "rest")
    (tile,) = stocktakes_waiting(viewer, now())
    assert tile.value == 0
    assert "確認を終えてください" in str(tile.note)
    assert "棚卸し：工具台帳" in words(clerk(office).get("/office/"))
    StockTakeOffice.objects.filter(office=office).update(signed_by="staff:x", signed_at=NOW)
    assert list(stocktakes_waiting(viewer, now())) == []
    assert TOOLS["stocktake"]
