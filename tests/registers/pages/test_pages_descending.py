"""Splitting and merging through the pages: sums on the server, nothing typed is lost, and who comes from whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from madoguchi.blocks.people.models import Office
from madoguchi.blocks.people.testing import office_make, staff_client
from madoguchi.blocks.registers.actions import Source, record_change, record_split, records_merge
from madoguchi.blocks.registers.models import Descent, Record, Tally, Version
from madoguchi.blocks.registers.testing import DAY, KEEPER, NOW, PLOTS, record_make, register_make
from madoguchi.kernel.clock import now, today
from tests.people.residents.asking import asked_at_most
from tests.registers.pages.asking import EDIT, PERSONAL, VIEW, inputs, keeper, looks, url, words

pytestmark = pytest.mark.django_db
FIELDS = [
    *PLOTS["fields"],
    {"key": "lot", "label": "地番", "type": "text", "length": 20},
    {"key": "owner", "label": "所有者", "type": "name", "class": "personal"},
    {"key": "notes", "label": "覚え", "type": "text", "lines": True, "length": 100},
]


@pytest.fixture
def plots(office: Office) -> Office:
    register_make(PLOTS, fields=FIELDS, conserved=["area"], unique=[["lot"]], columns=["name", "area", "lot"])
    return office


def plot(office: Office, **values: Any) -> Record:
    return record_make("test.plots", office_id=office.pk, **{"name": "一番町1番", "area": 300_00, **values})


def page(record: Record) -> str:
    return url("split", record.number, "test.plots")


def merge_page(*records: Record, go: bool = True) -> str:
    query = "&".join(f"n={record.number}" for record in records)
    return f"{reverse('registers:merge', args=['test.plots'])}?{query}" + ("&go=1" if go else "")


def parts(opened: dict[str, str], *areas: str, **more: str) -> dict[str, str]:
    typed = {f"p{at}-f_area": area for at, area in enumerate(areas, 1)}
    return {**opened, **typed, "reason": "分筆の登記があったため", "do": "check", **more}


# Splitting


def test_a_split_is_reckoned_first_and_then_done(plots: Office) -> None:
    record = plot(plots, notes="南側は傾斜", lot="1")
    client = keeper(plots)
    opened = client.get(page(record))
    sent = inputs(opened)
    assert sent["p1-f_name"] == sent["p2-f_name"] == "一番町1番"
    assert sent["p1-f_area"] == "", "a sum is shared out anew"
    assert sent["p1-f_lot"] == "", "what stands once is given anew"
    assert opened.content.decode().count("南側は傾斜") == 2
    notes = {"p1-f_notes": "南側は傾斜", "p2-f_notes": ""}
    short = client.post(page(record), {**parts(sent, "100", "150"), **notes})
    assert short.status_code == 422
    assert "面積 300.00㎡ 250.00㎡ あと50.00㎡" in words(short)
    assert "合計が、もとの記録と違います" in words(short)
    assert "あと50.00㎡" in words(
        client.post(page(record), {**parts(sent, "100", "150", do="split"), **notes})
    )
    assert Record.objects.filter(register="test.plots").count() == 1
    over = client.post(page(record), parts(sent, "100", "250"))
    assert "50.00㎡ 多い" in words(over)
    typed = {
        **parts(inputs(short), "100", "200"),
        **notes,
        "p1-f_name": "一番町1番1",
        "p2-f_name": "一番町1番2",
    }
    ready = client.post(page(record), typed)
    assert ready.status_code == 200
    assert "この内容で記録できます" in words(ready)
    assert Record.objects.filter(register="test.plots").count() == 1, (
        "nothing is written before it is asked for"
    )
    assert inputs(ready)["p2-f_name"] == "一番町1番2"
    done = client.post(page(record), {**typed, "do": "split"})
    assert done["Location"] == url("record", record.number, "test.plots")
    shown = words(client.get(done["Location"]))
    assert "2つに分けました" in shown
    assert "ここから生まれた記録" in shown
    assert "一番町1番2" in shown
    found = Version.objects.filter(register="test.plots", current=True).order_by("number")
    assert [(row.payload["area"], row.payload.get("notes")) for row in found] == [
        (100_00, "南側は傾斜"), (200_00, None),
    ]  # fmt: skip
    record.refresh_from_db()
    assert record.retired_on == today()


def test_another_number_of_parts_keeps_what_was_typed(plots: Office) -> None:
    record = plot(plots)
    client = keeper(plots)
    sent = parts(inputs(client.get(page(record))), "1x", "200", do="parts", parts="３")
    sent["p1-f_notes"] = "一つ目の覚え"
    more = client.post(page(record), sent)
    back = inputs(more)
    assert more.status_code == 200
    assert (back["p1-f_area"], back["p2-f_area"], back["p3-f_area"]) == ("1x", "200", "")
    assert back["p3-f_name"] == "一番町1番"
    assert "一つ目の覚え" in more.content.decode()
    assert "分ける数を変えました" in words(more)
    assert "mg-errors" not in more.content.decode(), "nothing is judged before it is checked"
    fewer = client.post(page(record), {**back, "parts": "2", "do": "split", "p1-f_area": "100"})
    assert "分ける数を変えました" in words(fewer), "whatever was pressed, the new number is shown first"
    assert "p3-f_name" not in inputs(fewer)
    wrong = client.post(page(record), {**back, "parts": "21", "do": "parts"})
    assert wrong.status_code == 422
    assert 'id="id_parts_error"' in wrong.content.decode()
    assert inputs(wrong)["p3-f_name"] == "一番町1番"


def test_a_refusal_stands_at_the_field_of_its_part(plots: Office) -> None:
    plot(plots, name="よその土地", lot="7")
    record = plot(plots, lot="1")
    client = keeper(plots)
    sent = parts(inputs(client.get(page(record))), "100", "たくさん")
    wrong = client.post(page(record), {**sent, "p1-f_name": "", "reason": ""})
    text = wrong.content.decode()
    for name in ("id_p1-f_name_error", "id_p2-f_area_error", "id_reason_error"):
        assert f'id="{name}"' in text
    assert 'id="id_p2-f_name_error"' not in text
    assert "100.00㎡" in words(wrong), "the sum of what can be read stands there already"
    taken = client.post(page(record), {**parts(sent, "100", "200", do="split"), "p2-f_lot": "7"})
    assert taken.status_code == 422
    assert 'id="id_p2-f_lot_error"' in taken.content.decode()
    early = client.post(
        page(record), {**parts(sent, "100", "200"), "on": (DAY - timedelta(days=9)).isoformat()}
    )
    assert 'id="id_on_error"' in early.content.decode()
    assert Descent.objects.count() == 0


def test_who_was_second_keeps_his_input_and_is_told(plots: Office) -> None:
    record = plot(plots)
    client = keeper(plots)
    sent = parts(inputs(client.get(page(record))), "100", "200", do="split")
    record_change(
        actor=KEEPER, register="test.plots", number=record.number, values={"name": "一番町2番", "area": 300_00},
        on=DAY, revision=1, now=NOW,
    )  # fmt: skip
    met = client.post(page(record), sent)
    assert met.status_code == 422
    assert "ほかの人が変えました" in words(met)
    assert inputs(met)["p2-f_area"] == "200"
    assert client.post(page(record), {**inputs(met), "reason": "分筆", "do": "split"}).status_code == 302


def test_personal_values_of_parts_are_a_look_and_stay_for_whoever_may_not_see_them(plots: Office) -> None:
    record = plot(plots, owner="水面　花子")
    allowed = keeper(plots, PERSONAL)
    assert inputs(allowed.get(page(record)))["p1-f_owner"] == "水面　花子"
    assert looks() == [("split", record.number)]
    without = keeper(plots)
    opened = without.get(page(record))
    assert "水面" not in opened.content.decode()
    assert without.post(page(record), parts(inputs(opened), "100", "200", do="split")).status_code == 302
    rows = Version.objects.filter(register="test.plots", current=True)
    assert [row.payload["owner"] for row in rows] == ["水面　花子"] * 2
    assert len(looks()) == 1


def test_whoever_may_not_finds_no_split_and_no_merge(plots: Office) -> None:
    mine, theirs = plot(plots), plot(office_make())
    client = keeper(plots)
    thing = record_make(office_id=plots.pk)
    assert client.get(page(mine)).status_code == 200
    for address in (
        page(theirs),
        url("split", thing.number),
        merge_page(mine, theirs),
        reverse("registers:merge", args=["test.things"]),
    ):
        assert client.get(address).status_code == 404, address
        assert client.post(address, {"do": "merge"}).status_code == 404, address
    reader = staff_client(VIEW, office=plots, service="city_hall")
    for address in (page(mine), merge_page(mine, go=False)):
        assert reader.get(address).status_code == 404
    assert "分ける" not in words(reader.get(url("record", mine.number, "test.plots")))
    assert "ほかの記録と合わせる" in words(client.get(url("record", mine.number, "test.plots")))
    register_make(
        PLOTS,
        fields=[{**one, "class": "restricted"} if one["key"] == "area" else one for one in FIELDS],
        conserved=["area"],
    )
    assert client.get(page(mine)).status_code == 404, "who cannot see the sum cannot share it out"


# Merging


def test_records_are_chosen_by_words_and_merged(plots: Office) -> None:
    one, two = plot(plots, area=100_00, notes="北"), plot(plots, name="二番町2番", area=50_50)
    record_make("test.moves", office_id=plots.pk, parent=two.number, change=1)
    theirs = plot(office_make(), name="二番町3番")
    client = keeper(plots)
    start = client.get(merge_page(one, go=False))
    assert "二つ以上選ぶと、次へ進めます" in words(start)
    found = client.get(merge_page(one, go=False) + "&q=二番町")
    assert f"{two.number} を加える" in words(found)
    assert theirs.number not in [number.strip() for number in words(found).split() if number == theirs.number]
    chosen = client.get(merge_page(one, two, go=False))
    assert "この2件を合わせる" in words(chosen)
    gone = client.get(merge_page(one, theirs, go=False))
    assert f"{theirs.number} は見つからないか、合わせられません" in words(gone)
    opened = client.get(merge_page(one, two))
    sent = inputs(opened)
    assert sent["p1-f_area"] == "150.50"
    assert "下にある1件の記録は、合わせた記録に移ります" in words(opened)
    sent |= {"p1-f_notes": "北", "reason": "合筆", "do": "check"}
    wrong = client.post(merge_page(one, two), {**sent, "p1-f_area": "150"})
    assert wrong.status_code == 422
    assert "あと0.50㎡" in words(wrong)
    ready = client.post(merge_page(one, two), sent)
    assert "この内容で記録できます" in words(ready)
    done = client.post(merge_page(one, two), {**sent, "do": "merge"})
    assert done.status_code == 302
    made = Record.objects.get(register="test.plots", retired_on=None, office=plots.pk)
    assert done["Location"] == url("record", made.number, "test.plots")
    assert Version.objects.get(record=made, current=True).payload["area"] == 150_50
    assert Record.objects.get(register="test.moves").parent_id == made.pk
    shown = words(client.get(done["Location"]))
    assert "2件を" in shown
    assert f"もとの記録 {one.number}" in shown


def test_who_was_second_merges_after_he_has_seen_it(plots: Office) -> None:
    one, two = plot(plots, area=100_00), plot(plots, area=50_00)
    client = keeper(plots)
    sent = {**inputs(client.get(merge_page(one, two))), "reason": "合筆", "do": "merge"}
    record_change(
        actor=KEEPER, register="test.plots", number=two.number, values={"name": "別の名", "area": 50_00}, on=DAY,
        revision=1, now=NOW,
    )  # fmt: skip
    met = client.post(merge_page(one, two), sent)
    assert "ほかの人が変えました" in words(met)
    assert (
        client.post(merge_page(one, two), {**inputs(met), "reason": "合筆", "do": "merge"}).status_code == 302
    )


# Where it came from


def test_several_generations_are_shown_in_both_directions(plots: Office) -> None:
    about: dict[str, Any] = {"actor": KEEPER, "register": "test.plots", "on": DAY, "now": NOW}
    first = plot(plots, on=DAY - timedelta(days=9))
    one, two = record_split(source=Source(first.number, 1), reason="分筆", parts=[
        {"name": "一番町1番1", "area": 100_00}, {"name": "一番町1番2", "area": 200_00}], **about)  # fmt: skip
    whole = records_merge(
        sources=[Source(one.number, 1), Source(two.number, 1)], reason="合筆", values={"name": "一番町1番の全部", "area": 300_00}, **about
    )  # fmt: skip
    client = keeper(plots)
    address = url("record", whole.number, "test.plots")
    shown = words(client.get(address))
    at = [shown.index(text) for text in ("もとの記録", "一番町1番1", "一番町1番2", "（2代離れた記録）")]
    assert at == sorted(at)
    later = words(client.get(url("record", first.number, "test.plots")))
    assert "ここから生まれた記録" in later
    assert "一番町1番の全部" in later
    assert "もとの記録" not in later
    client.get(address)
    with asked_at_most(26):
        client.get(address)
    Record.objects.filter(pk=first.pk).update(office=office_make())
    Record.objects.filter(pk=one.pk).update(office=office_make())
    hidden = client.get(address)
    assert words(hidden).count("見る権限のない記録") == 2
    assert url("record", one.number, "test.plots") not in hidden.content.decode()


def test_counts_stay_right_when_a_split_is_entered_for_a_later_day(plots: Office) -> None:
    record = plot(plots)
    soon, later = today() + timedelta(days=5), today() + timedelta(days=10)
    record_change(
        actor=KEEPER, register="test.plots", number=record.number, values={"name": "改めた名", "area": 300_00}, on=soon,
        revision=1, now=now(),
    )  # fmt: skip
    client = staff_client(VIEW, EDIT, office=plots, service="city_hall")
    sent = parts(inputs(client.get(page(record))), "100", "200", do="split")
    assert client.post(page(record), {**sent, "on": later.isoformat()}).status_code == 302
    assert Tally.objects.get(register="test.plots", field="", office_key=0).count == 1
