"""Tables and printed sheets through HTTP: who sees what, small numbers, files, and looks that leave a row."""

from __future__ import annotations

import csv
import io
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from madoguchi.blocks.people.models import Office
from madoguchi.blocks.people.testing import office_make, staff_client
from madoguchi.blocks.registers.models import Record
from madoguchi.blocks.registers.testing import DAY, THINGS, register_make
from madoguchi.blocks.registers.testing.counted import TOOLS, tool_make, tools_ready
from madoguchi.kernel.clock import today
from madoguchi.kernel.typeset import FontMissing
from tests.people.residents.asking import asked_at_most
from tests.registers.pages.asking import PERSONAL, VIEW, inputs, keeper, looks, url, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ready(office: Office) -> None:
    tools_ready()


def table_url(**asked: str) -> str:
    query = "&".join(f"{key}={value}" for key, value in asked.items())
    return f"{url('statistics', register='test.tools')}?{query}"


def file_url(table: str, form: str, query: str = "") -> str:
    return reverse("registers:statistic_file", args=["test.tools", table, form]) + query


def reader(office: Office, *more: str, scope: str = "own") -> Client:
    return staff_client(VIEW, *more, office=office, scope=scope, service="city_hall")


def rows_of(response: Any) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def text_of(pdf: bytes, tmp_path: Path) -> str:
    (tmp_path / "one.pdf").write_bytes(pdf)
    asked = ["pdftotext", "-layout", str(tmp_path / "one.pdf"), "-"]
    return subprocess.run(asked, capture_output=True, check=True, text=True).stdout.replace(" ", "")


# Tables


def test_a_table_counts_as_of_a_day_with_totals_and_a_chart(office: Office) -> None:
    for state in ("use", "use", "store"):
        tool_make(office.pk, state=state)
    client = reader(office)
    shown = client.get(url("statistics", register="test.tools"))
    told = words(shown)
    assert "状態別の数（件） 状態 計 使用中 2 保管 1 廃棄済み 0 計 3" in told
    assert 'class="mg-chart"' in shown.content.decode()
    assert "あなたが見られる組織の記録だけ" in told
    assert "あなたが見られる" not in words(reader(office, scope="all").get(table_url()))
    before = (DAY - timedelta(days=1)).isoformat()
    assert "使用中 0 保管 0 廃棄済み 0 計 0" in words(client.get(table_url(on=before)))
    assert "この日には、数える記録がありません" in words(client.get(table_url(table="worth", on=before)))
    assert "統計" in words(client.get(url("list", register="test.tools")))


def test_a_table_of_two_sides_has_no_chart_and_its_unit(office: Office) -> None:
    tool_make(office.pk, state="use", price=12_000)
    tool_make(office.pk, state="store", price=500, bought_on="2025-04-01")
    shown = reader(office).get(table_url(table="worth"))
    told = words(shown)
    assert "年度・状態別の取得価格（円） 取得日（横は状態） 使用中 保管 廃棄済み 計 2025年度 0 500 0 500 2026年度 12,000 0 0 12,000 計 12,000 500 0 12,500" in told  # fmt: skip
    assert "様式：備品調書" in told
    assert 'class="mg-chart"' not in shown.content.decode()


def test_a_day_that_cannot_be_counted_is_said_at_its_field(office: Office) -> None:
    client = reader(office)
    for typed in ("あした", (today() + timedelta(days=1)).isoformat()):
        wrong = client.get(table_url(table="worth", on=typed))
        assert wrong.status_code == 422
        assert inputs(wrong)["on"] == typed
        assert inputs(wrong)["table"] == "worth"
        assert "入力内容を確認してください" in words(wrong)
        assert client.get(file_url("worth", "csv", f"?on={typed}")).status_code == 422


def test_small_numbers_show_only_to_whoever_may_open_every_record(office: Office) -> None:
    for state, lent in (
        *[("use", True)] * 5,
        *[("use", False)] * 2,
        *[("store", False)] * 4,
        *[("store", True)] * 6,
    ):
        tool_make(office.pk, state=state, lent=lent)
    plain, whole = reader(office), reader(office, PERSONAL)
    for client in (plain, whole):
        told = words(client.get(table_url(table="lent")))
        assert "使用中 x x 7 保管 x x 10" in told
        assert "だれのことか分からないように隠しています" in told
    assert "小さい数も出す" not in words(plain.get(table_url(table="lent")))
    assert plain.get(table_url(table="lent", small="1")).status_code == 404
    assert plain.get(file_url("lent", "csv", "?small=1")).status_code == 404
    told = words(whole.get(table_url(table="lent", small="1")))
    assert "使用中 5 2 7" in told
    assert "庁外に出す表には使わないでください" in told
    assert ["使用中", "5", "2", "7"] in rows_of(whole.get(file_url("lent", "csv", "?small=1")))
    assert ["使用中", "x", "x", "7"] in rows_of(whole.get(file_url("lent", "csv")))


def test_a_table_of_personal_fields_is_not_there_without_the_right(office: Office) -> None:
    tool_make(office.pk)
    assert reader(office).get(table_url(table="users")).status_code == 404
    assert "使う人別" not in words(reader(office).get(table_url()))
    assert "使う人別" in words(reader(office, PERSONAL).get(table_url(table="users")))
    assert reader(office).get(file_url("users", "csv")).status_code == 404
    assert reader(office).get(file_url("by_state", "doc")).status_code == 404
    assert reader(office).get(table_url(table="unknown")).status_code == 404
    assert reader(office).get(url("statistics")).status_code == 404, "a register without tables"
    assert "統計" not in words(reader(office).get(url("list")))
    assert staff_client("messages.notice_read", office=office).get(table_url()).status_code == 404


def test_nothing_of_another_office_is_counted(office: Office) -> None:
    tool_make(office.pk, state="use")
    tool_make(office_make().pk, state="use")
    assert rows_of(reader(office).get(file_url("by_state", "csv")))[-1] == ["計", "1"]
    assert rows_of(reader(office, scope="all").get(file_url("by_state", "csv")))[-1] == ["計", "2"]


def test_files_of_a_table(office: Office, tmp_path: Path) -> None:
    tool_make(office.pk, state="use", price=12_345)
    client = reader(office)
    client.cookies["madoguchi_language"] = "en"
    assert rows_of(client.get(file_url("worth", "csv")))[0] == [
        "年度・状態別の取得価格",
        "使用中",
        "保管",
        "廃棄済み",
        "計",
    ]
    sheet = client.get(file_url("worth", "xlsx"))
    assert b"".join(sheet.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    assert b"12345" in b"".join(client.get(file_url("worth", "csv-cp932")).streaming_content)  # type: ignore[attr-defined]
    paper = client.get(file_url("worth", "pdf", f"?on={DAY.isoformat()}"))
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content[:4] == b"%PDF"


@pytest.mark.judge
@pytest.mark.slow
def test_a_table_on_paper_says_whose_records_it_counts(office: Office, tmp_path: Path) -> None:
    tool_make(office.pk, state="use", price=12_345)
    paper = text_of(reader(office).get(file_url("worth", "pdf")).content, tmp_path)
    for told in ("備品調書", "12,345", "あなたが見られる組織の記録だけ"):
        assert told in paper
    assert "あなたが" not in text_of(
        reader(office, scope="all").get(file_url("worth", "pdf")).content, tmp_path
    )


def test_a_table_asks_little_of_the_database(office: Office) -> None:
    for _ in range(30):
        tool_make(office.pk)
    client = reader(office)
    client.get(table_url())
    with asked_at_most(9):
        client.get(table_url())


# Sheets


def sheet_url(number: str, sheet: str = "card") -> str:
    return reverse("registers:sheet", args=["test.tools", sheet, number])


def test_a_sheet_with_personal_values_asks_first_and_the_look_is_written_down(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[frozenset[str]] = []
    monkeypatch.setattr(
        "madoguchi.blocks.registers.views.sheets.sheet_print",
        lambda *_args, fields, **_more: printed.append(fields) or b"%PDF",
    )
    number = tool_make(office.pk)
    client = reader(office, PERSONAL)
    assert sheet_url(number) in client.get(url("record", number, "test.tools")).content.decode()
    asked = client.get(sheet_url(number))
    assert "個人情報（使う人）が入ります" in words(asked)
    assert printed == []
    assert client.get(sheet_url(number), {"plain": "1"})["Content-Type"] == "application/pdf"
    assert "person" not in printed[-1]
    assert looks() == []
    assert client.post(sheet_url(number))["Content-Type"] == "application/pdf"
    assert "person" in printed[-1]
    assert looks() == [("sheet", number)]
    assert client.get(sheet_url(number, "tag"))["Content-Type"] == "application/pdf", (
        "nothing personal: at once"
    )


def test_whoever_may_not_see_personal_values_is_told_so(office: Office) -> None:
    number = tool_make(office.pk)
    client = reader(office)
    asked = client.get(sheet_url(number))
    assert "この書類の「使う人」は、見る権限がないので入りません" in words(asked)
    assert "個人情報も入れて出す" not in words(asked)
    refused = client.post(sheet_url(number))
    assert refused.status_code == 422
    assert "「使う人」を見る権限がありません" in words(refused)
    assert "個人情報を除いて出す" in words(refused)
    assert looks() == []


def test_sheets_of_others_and_of_days_before_are_not_there(office: Office) -> None:
    mine, theirs = tool_make(office.pk), tool_make(office_make().pk)
    client = reader(office, PERSONAL)
    for page in (
        sheet_url(theirs),
        sheet_url("B-9999"),
        sheet_url(mine, "unknown"),
        sheet_url(mine) + "?on=x",
    ):
        assert client.get(page).status_code == 404, page
        assert client.post(page).status_code == 404, page
    before = (DAY - timedelta(days=1)).isoformat()
    assert client.get(f"{sheet_url(mine)}?on={before}").status_code == 404
    assert (
        sheet_url(mine)
        not in client.get(url("record", mine, "test.tools") + f"?on={before}").content.decode()
    )


@pytest.mark.judge
@pytest.mark.slow
def test_a_personal_title_is_on_no_sheet_without_personal_values(office: Office, tmp_path: Path) -> None:
    register_make(
        TOOLS, title="person", sheets=[{"key": "card", "label": "カード", "fields": ["name", "person"]}]
    )
    number = tool_make(office.pk, name="金づち", person="水面　花子")
    client = reader(office, PERSONAL)
    plain = text_of(client.get(sheet_url(number), {"plain": "1"}).content, tmp_path)
    assert "金づち" in plain
    assert "花子" not in plain
    assert "花子" in text_of(client.post(sheet_url(number)).content, tmp_path)


def test_without_a_font_the_page_says_what_to_do(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_args: Any, **_more: Any) -> bytes:
        raise FontMissing("no font")

    monkeypatch.setattr("madoguchi.blocks.registers.views.sheets.sheet_print", none)
    monkeypatch.setattr("madoguchi.blocks.registers.views.tabulating.statistic_print", none)
    number = tool_make(office.pk)
    answer = reader(office).get(sheet_url(number, "tag"))
    assert answer.status_code == 503
    assert "印刷する" in answer.content.decode()
    assert reader(office).get(file_url("worth", "pdf")).status_code == 503


def test_a_register_without_sheets_offers_none(office: Office) -> None:
    assert "sheets" not in THINGS
    record = Record.objects.filter(register="test.things").first()
    assert record is None
    number = tool_make(office.pk)
    assert (
        keeper(office).get(reverse("registers:sheet", args=["test.things", "card", number])).status_code
        == 404
    )
