"""Files through the pages: what is wrong is named and put right in place, applied as shown, or left."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from madoguchi.blocks.people.models import Office
from madoguchi.blocks.people.testing import office_make, staff_client
from madoguchi.blocks.registers.menu import imports_waiting
from madoguchi.blocks.registers.models import FileImport, Record, Version
from madoguchi.blocks.registers.testing import KEEPER, MOVES, THINGS, record_make, register_make
from madoguchi.blocks.registers.testing.routes import import_make
from madoguchi.kernel.clock import now
from tests.registers.pages.asking import (
    LIST,
    PERSONAL,
    VIEW,
    inputs,
    keeper,
    url,
    words,
)

pytestmark = pytest.mark.django_db
HEAD = "品名,製造番号,状態,取得価格,取得日,貸出中,数,備考\n"
BAD = (
    HEAD
    + "机,1,使用中,12000,2026-04-01,○,2,窓口\n"
    + ",000003,保管,3000,2026-04-02,×,1,\n"
    + "棚,4,行方不明,３０００円,R8.4.30,はい,1,\n"
)


def bring(client: Client, content: str | bytes = BAD, name: str = "備品.csv", **more: Any) -> Any:
    page = url("import_new")
    body = content.encode() if isinstance(content, str) else content
    return client.post(page, {**inputs(client.get(page)), "file": SimpleUploadedFile(name, body), **more})


def page_of(kept: FileImport) -> str:
    return reverse("registers:import", args=[kept.register, kept.key])


def do(client: Client, page: str, what: str, **typed: str) -> Any:
    """Press a button of the page, with everything else as it stands there."""
    return client.post(page, {**inputs(client.get(page)), **typed, "do": what})


def test_a_bad_sheet_is_put_right_and_applied(office: Office) -> None:
    client = keeper(office)
    brought = bring(client)
    assert brought.status_code == 302
    kept = FileImport.objects.get()
    page = page_of(kept)
    assert brought["Location"] == page
    shown = client.get(page)
    told = words(shown)
    assert "直すところ 4か所" in told
    assert "消えた先頭の0を補います" in told
    assert "2か所をまとめて直す" in told
    assert "取り込まない列 1" in told
    assert "和暦を西暦にします 1か所" in told
    assert "備考" in told
    assert "窓口" in told, "a sample of each column"
    assert not Record.objects.exists()

    repaired = do(client, page, "repair:zeros")
    assert repaired.status_code == 302
    told = words(client.get(page))
    assert "直すところ 2か所" in told
    assert "選んだ直し方：消えた先頭の0を補います" in told

    names = {name: value for name, value in inputs(client.get(page)).items() if name.startswith("x-")}
    assert names == {"x-3-0": "", "x-4-2": "行方不明"}
    again = do(client, page, "apply", **{"x-3-0": "椅子", "x-4-2": "保管"})
    assert again["Location"] == page
    assert not Record.objects.exists(), "what was put right is shown before it is applied"
    told = words(client.get(page))
    assert "直すところ" not in told
    assert "新しい記録 3 件" in told
    done = do(client, page, "apply", reason="備品の引き継ぎ")
    assert done.status_code == 302
    told = words(client.get(page))
    assert "取り込み済み" in told
    assert "新しく入った記録 3 件" in told
    rows = Version.objects.filter(current=True, register="test.things").order_by("number")
    assert [(row.payload["name"], row.payload["serial"]) for row in rows] == [
        ("机", "000001"), ("椅子", "000003"), ("棚", "000004"),
    ]  # fmt: skip
    assert {row.reason for row in rows} == {"備品の引き継ぎ"}
    history = words(client.get(url("record", rows[0].number)))
    assert "取り込み" in history
    assert "備品の引き継ぎ" in history
    assert "同じ記録 3 件" in words(client.get(bring(client, HEAD + "机,000001,使用中,12000,2026-04-01,○,2,\n椅子,000003,保管,3000,2026-04-02,×,1,\n棚,000004,保管,3000,2026-04-30,○,1,\n")["Location"]))  # fmt: skip


def test_wrong_rows_hold_everything_up_until_somebody_leaves_them_out(office: Office) -> None:
    client = keeper(office)
    bring(client, BAD.replace("机,1,", "机,000001,"))
    page = page_of(FileImport.objects.get())
    held = do(client, page, "apply", reason="引き継ぎ")
    assert held.status_code == 422
    assert "誤りのある行があります" in words(held)
    assert inputs(held)["reason"] == "引き継ぎ"
    assert not Record.objects.exists()
    assert do(client, page, "apply", without_rejected="1").status_code == 302
    assert Record.objects.count() == 1
    assert "除いた行 2 行" in words(client.get(page))


def test_a_repair_that_was_chosen_can_be_taken_back(office: Office) -> None:
    client = keeper(office)
    bring(client)
    page = page_of(FileImport.objects.get())
    do(client, page, "repair:zeros", **{"x-3-0": "椅子"})
    assert FileImport.objects.get().fixes == [[3, "品名", "椅子"]], "what was typed beside it is taken too"
    do(client, page, "unrepair:zeros")
    assert FileImport.objects.get().repairs == []
    assert "2か所をまとめて直す" in words(client.get(page))
    assert do(client, page, "repair:nothing-of-ours").status_code == 302
    assert FileImport.objects.get().repairs == []


def test_columns_are_matched_by_a_person_and_a_wrong_match_loses_nothing(office: Office) -> None:
    client = keeper(office)
    bring(client, "もの,いくら\n机,100\n")
    page = page_of(FileImport.objects.get())
    assert inputs(client.get(page))["c-0"] == ""
    twice = do(client, page, "check", **{"c-0": "name", "c-1": "name"})
    assert twice.status_code == 422
    assert "二つの列" in words(twice)
    assert inputs(twice)["c-1"] == "name"
    assert do(client, page, "check", **{"c-0": "name", "c-1": "price"}).status_code == 302
    assert "新しい記録 1 件" in words(client.get(page))


def test_differences_are_shown_from_and_to(office: Office) -> None:
    record_make(office_id=office.pk, name="机", serial="000001", state="use", price=1_000)
    client = keeper(office)
    location = bring(client, "製造番号,取得価格,品名\n000001,1500,机\n000002,10,椅子\n")["Location"]
    told = words(client.get(location))
    assert "取得価格 1,000円 → 1,500円" in told
    assert "変わる記録 1 件" in told
    assert "B-0001 変わる" in told
    assert "（取り込むときに付きます） 新しい" in told


def test_what_changed_meanwhile_is_shown_again_before_it_is_applied(office: Office) -> None:
    client = keeper(office)
    good = "製造番号,品名\n000001,机\n"
    first, second = bring(client, good)["Location"], bring(client, good)["Location"]
    stale = {**inputs(client.get(second)), "do": "apply"}
    assert do(client, first, "apply").status_code == 302
    answer = client.post(second, stale)
    assert answer.status_code == 422
    assert "台帳が変わりました" in words(answer)
    assert Record.objects.count() == 1


def test_a_file_that_is_no_table_is_refused_with_what_to_do(office: Office) -> None:
    client = keeper(office)
    for name, body in (("空.csv", b""), ("写真.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(200))):
        answer = bring(client, body, name)
        assert answer.status_code == 422, name
        assert 'id="id_file_error"' in answer.content.decode(), name
    assert "もう一度選んでください" in words(answer)
    assert not FileImport.objects.exists()


def test_interrupted_imports_wait_where_they_can_be_gone_on_with_or_left(office: Office) -> None:
    client = keeper(office)
    bring(client)
    kept = FileImport.objects.get()
    for place in (LIST, "/office/registers/"):
        assert "確認中の取り込み" in words(client.get(place))
        assert page_of(kept) in client.get(place).content.decode()
    assert "確認中の取り込み" in words(client.get("/office/"))
    assert do(client, page_of(kept), "drop")["Location"] == LIST
    kept.refresh_from_db()
    assert (kept.state, kept.content) == ("dropped", None)
    assert "確認中の取り込み" not in words(client.get(LIST))
    assert "台帳は変わっていません" in words(client.get(page_of(kept)))
    assert client.post(page_of(kept), {"do": "apply"}).status_code == 409
    assert list(imports_waiting(KEEPER, now())) == []


def test_a_file_of_another_office_is_not_there(office: Office) -> None:
    other = office_make()
    key = import_make(other.pk)
    page = reverse("registers:import", args=["test.things", key])
    for client in (keeper(office), staff_client(VIEW, office=other, service="city_hall")):
        assert client.get(page).status_code == 404
        assert client.post(page, {"do": "apply"}).status_code == 404
        assert client.post(page, {"do": "drop"}).status_code == 404
        assert "備品.csv" not in client.get(LIST).content.decode()
    assert keeper(other).get(page).status_code == 200
    assert keeper(office, scope="all").get(page.replace("test.things", "test.plots")).status_code == 404


def test_personal_values_of_the_register_are_masked_in_the_differences(office: Office) -> None:
    record_make(office_id=office.pk, name="机", serial="000001", person="水面　花子")
    client = keeper(office, PERSONAL)
    told = words(client.get(bring(client, "製造番号,品名,使う人\n000001,机,別の　人\n")["Location"]))
    assert "水面　花子" not in told
    assert "使う人 ●●● → ●●●" in told


def test_a_file_may_name_what_its_rows_belong_to(office: Office) -> None:
    register_make({**MOVES, "number": {"prefix": "M-"}})
    plot = record_make("test.plots", office_id=office.pk)
    client = keeper(office)
    page = url("import_new", register="test.moves")
    file = SimpleUploadedFile("増減.csv", f"土地の番号,理由,増減\n{plot.number},寄附,1.5\n".encode())
    location = client.post(page, {**inputs(client.get(page)), "file": file})["Location"]
    assert inputs(client.get(location))["c-0"] == "parent"
    do(client, location, "apply")
    assert Record.objects.get(register="test.moves").parent == plot


def test_the_page_names_every_field_that_a_column_can_become(office: Office) -> None:
    client = keeper(office)
    page = client.get(bring(client)["Location"]).content.decode()
    select = re.search(r'<select name="c-0".*?</select>', page, flags=re.DOTALL)
    assert select is not None
    offered = [html.unescape(label) for label in re.findall(r"<option[^>]*>([^<]*)", select[0])]
    typed = [one["label"] for one in THINGS["fields"] if one["type"] != "computed"]
    assert offered == ["（取り込まない）", "番号", "持ち主の組織", *typed]
