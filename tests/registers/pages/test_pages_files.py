"""Files in fields: taken in and kept, read by whoever sees the record and the field, logged where they are personal."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from madoguchi.blocks.files.models import StoredFile
from madoguchi.blocks.files.previews import previews_make
from madoguchi.blocks.files.queries import file_address, files_named
from madoguchi.blocks.files.testing import (
    ScannerOfTests,
    jpeg_sample,
    pdf_sample,
    scanner_bound_to,
    text_sample,
)
from madoguchi.blocks.people.models import Office
from madoguchi.blocks.people.testing import office_make, staff_client, viewer_with
from madoguchi.blocks.registers.actions import change_agree, record_change
from madoguchi.blocks.registers.attaching import DRAFT, KEPT
from madoguchi.blocks.registers.models import ChangeRequest, Record, Version
from madoguchi.blocks.registers.owning import DRAFTS_LIE, drafts_tidy
from madoguchi.blocks.registers.schema import RecordRefused
from madoguchi.blocks.registers.testing import (
    DAY,
    KEEPER,
    OTHER,
    PLOTS,
    THINGS,
    record_make,
    register_make,
)
from madoguchi.kernel.clock import now, today
from madoguchi.kernel.models import AuditRow
from tests.people.residents.asking import asked_at_most
from tests.registers.pages.asking import EDIT, LIST, PERSONAL, VIEW, inputs, keeper, looks, url, words

pytestmark = pytest.mark.django_db
PAPERS = {
    "key": "papers",
    "label": "書類",
    "type": "file",
    "kinds": ["image", "pdf"],
    "most": 3,
    "help": "契約書など。",
}
FACE = {"key": "face", "label": "使う人の写真", "type": "file", "kinds": ["image"], "class": "personal"}


@pytest.fixture(autouse=True)
def filed(office: Office, tmp_path: Path, settings: Any) -> Office:
    settings.DATA_DIR = tmp_path
    register_make(THINGS, fields=[*THINGS["fields"], PAPERS, FACE])
    return office


def sent(name: str = "契約書.pdf", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content if content is not None else pdf_sample())


def add(here: Office, client: Any = None, **typed: Any) -> Any:
    about = {"on": today().isoformat(), "office": str(here.pk), "f_name": "机"}
    return (client or keeper(here)).post(url("add"), {**about, **typed})


def added(here: Office, client: Any = None, **typed: Any) -> Record:
    answer = add(here, client, **typed)
    assert answer.status_code == 302, words(answer)
    return Record.objects.latest("pk")


def payload(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = Version.objects.get(record=record, current=True).payload
    return found


def links(response: Any) -> list[str]:
    return re.findall(r'href="(/office/files/[^"?]+)"', response.content.decode())


def test_files_that_are_sent_are_the_records_own_and_shown_with_a_picture(filed: Office) -> None:
    opened = keeper(filed).get(url("add"))
    assert 'enctype="multipart/form-data"' in opened.content.decode()
    assert "契約書など。 画像（JPEG・PNG・WebP）、PDF。一つ20MBまで、3個まで。" in words(opened)
    record = added(filed, **{"f_papers-kept": "", "f_papers-new": [sent(), sent("机.jpg", jpeg_sample())]})
    keys = payload(record)["papers"]
    rows = StoredFile.objects.filter(key__in=keys)
    assert {(row.about_kind, row.about_key) for row in rows} == {
        (KEPT, f"test.things papers {record.number}")
    }
    previews_make(now=now())
    client = keeper(filed)
    shown = client.get(url("record", record.number))
    assert "契約書.pdf" in words(shown)
    assert "2ページ" in words(shown)
    assert "<img src=" in shown.content.decode()
    for address in links(shown):
        assert client.get(address).status_code == 200
    assert looks() == [], "nothing of these is personal"
    with asked_at_most(24):
        client.get(url("record", record.number))


def test_what_was_sent_is_kept_when_the_form_comes_back_and_can_be_taken_off(filed: Office) -> None:
    client = keeper(filed)
    wrong = add(filed, client, **{"f_price": "たくさん", "f_papers-new": [sent("一.pdf"), sent("二.pdf")]})
    assert wrong.status_code == 422
    back = inputs(wrong)
    assert len(back["f_papers-kept"].split()) == 2
    assert "一.pdf" in words(wrong)
    assert "もう一度選んでください" not in words(wrong)
    first = back["f_papers-kept"].split()[0]
    ticked = add(filed, client, **{**back, "f_papers-off": [first], "f_papers-new": [sent("三.pdf")]})
    assert ticked.status_code == 422
    assert f'value="{first}" id="id_f_papers-off-0" checked' in ticked.content.decode(), (
        "a tick comes back too"
    )
    assert client.get(links(ticked)[0]).status_code == 200, "what one sent one can open"
    record = added(filed, client, **{**inputs(ticked), "f_papers-off": [first], "f_price": "1000"})
    named = StoredFile.objects.filter(key__in=payload(record)["papers"]).order_by("name")
    assert sorted(named.values_list("name", flat=True)) == ["三.pdf", "二.pdf"]
    assert Record.objects.count() == 1


def test_a_file_that_cannot_be_taken_says_so_at_its_field_and_the_others_stay(filed: Office) -> None:
    answer = add(filed, **{"f_papers-new": [sent(), sent("覚え.txt", text_sample()), sent("空.pdf", b"")]})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'id="id_f_papers_error"' in page
    assert 'href="#id_f_papers"' in page
    assert "「覚え.txt」：文字だけのファイルは受け取れません" in words(answer)
    assert "「空.pdf」：ファイルが空です" in words(answer)
    assert len(inputs(answer)["f_papers-kept"].split()) == 1
    many = add(filed, **{"f_papers-new": [sent(f"{one}.pdf") for one in range(4)]})
    assert "「3.pdf」は入りません。3個までです" in words(many)
    register_make(THINGS, fields=[*THINGS["fields"], {**PAPERS, "required": True}])
    assert 'id="id_f_papers_error"' in add(filed).content.decode()
    assert not Record.objects.exists()


def test_a_change_keeps_adds_and_takes_off_and_history_names_them(filed: Office) -> None:
    client = keeper(filed)
    record = added(filed, client, **{"f_papers-new": [sent("古い契約書.pdf")]})
    page = url("change", record.number)
    opened = inputs(client.get(page))
    old = opened["f_papers-kept"]
    assert payload(record)["papers"] == [old]
    same = client.post(page, opened)
    assert "違いがありません" in words(same)
    done = client.post(page, {**opened, "f_papers-off": old, "f_papers-new": [sent("新しい契約書.pdf")]})
    assert done.status_code == 302, words(done)
    shown = words(client.get(done["Location"]))
    assert "書類 古い契約書.pdf → 新しい契約書.pdf" in shown
    assert StoredFile.objects.get(key=old).removed_at is None, "history still names it"


def test_of_two_clerks_neither_loses_the_file_he_sent(filed: Office) -> None:
    client = keeper(filed)
    record = added(filed, client)
    page = url("change", record.number)
    opened = inputs(client.get(page))
    record_change(
        actor=KEEPER, register="test.things", number=record.number, values={"name": "大きな机"}, on=today(), revision=1,
        now=now(),
    )  # fmt: skip
    met = client.post(page, {**opened, "f_papers-new": [sent("見積書.pdf")]})
    assert met.status_code == 409
    assert "見積書.pdf" in words(met)
    assert client.post(page, inputs(met)).status_code == 302
    assert len(payload(record)["papers"]) == 1


def test_only_whoever_sees_the_record_opens_its_files(filed: Office) -> None:
    client = keeper(filed)
    record = added(filed, client, **{"f_papers-new": [sent()]})
    (address,) = links(client.get(url("record", record.number)))
    stranger = staff_client(VIEW, EDIT, office=office_make(), service="city_hall")
    assert client.get(address).status_code == 200
    assert stranger.get(address).status_code == 404
    assert staff_client("messages.notice_read", office=filed).get(address).status_code == 404
    Record.objects.filter(pk=record.pk).update(office=office_make())
    assert client.get(address).status_code == 404, "it went with its record"


def test_a_key_of_a_file_that_is_not_ones_own_opens_nothing_and_is_refused(filed: Office) -> None:
    elsewhere = office_make()
    theirs = added(elsewhere, keeper(elsewhere), **{"f_papers-new": [sent("よその契約書.pdf")]})
    key = payload(theirs)["papers"][0]
    answer = add(filed, **{"f_papers-kept": key})
    assert answer.status_code == 422
    assert "よその契約書" not in words(answer)
    assert 'id="id_f_papers_error"' in answer.content.decode()
    mine = added(filed, **{"f_papers-new": [sent("写真.jpg", jpeg_sample())]})
    moved = add(filed, **{"f_face-kept": payload(mine)["papers"][0]}, client=keeper(filed, PERSONAL))
    assert moved.status_code == 422, "a file of another field is not one of this"
    with pytest.raises(RecordRefused):
        record_make(office_id=filed.pk, actor=viewer_with(VIEW, EDIT, offices=[filed]), papers=[key])
    assert Record.objects.count() == 2


def test_a_personal_file_is_masked_and_opening_it_is_a_look(filed: Office) -> None:
    allowed = keeper(filed, PERSONAL)
    record = added(filed, allowed, **{"f_face-new": [sent("顔.jpg", jpeg_sample())]})
    previews_make(now=now())
    page = url("record", record.number)
    shown = allowed.get(page)
    assert "顔.jpg" not in words(shown)
    assert links(shown) == []
    uncovered = allowed.post(page, {"uncover": "1"})
    assert "顔.jpg" in words(uncovered)
    assert "<img src" not in uncovered.content.decode(), "a picture would be another look"
    (address,) = links(uncovered)
    before = len(looks())
    assert allowed.get(address).status_code == 200
    assert looks()[before:] == [("file", record.number)]
    without = keeper(filed)
    assert without.get(address).status_code == 404
    opened = without.get(url("change", record.number))
    assert "顔.jpg" not in words(opened)
    assert without.post(url("change", record.number), {**inputs(opened), "f_name": "棚"}).status_code == 302
    assert payload(record)["face"], "and stays for whoever may not see it"
    assert "顔" not in words(allowed.get(LIST))


def test_a_file_that_waits_for_the_scanner_is_recorded_and_opens_later(filed: Office) -> None:
    client = keeper(filed)
    with scanner_bound_to(ScannerOfTests(away=True)):
        record = added(filed, client, **{"f_papers-new": [sent()]})
    mine = client.get(url("record", record.number))
    assert "ウイルスの検査を待っています" in words(mine)
    assert links(mine) == []
    other = keeper(filed).get(url("record", record.number))
    assert "いま開けないファイル" in words(other)
    assert "契約書" not in words(other)


def test_parts_of_a_split_have_the_files_themselves(filed: Office) -> None:
    register_make(PLOTS, fields=[*PLOTS["fields"], PAPERS, FACE], conserved=["area"])
    client = keeper(filed, PERSONAL)
    about = {"on": DAY.isoformat(), "office": str(filed.pk), "f_name": "一番町1番", "f_area": "300"}
    files = {"f_papers-new": [sent("図面.pdf")], "f_face-new": [sent("顔.jpg", jpeg_sample())]}
    assert client.post(url("add", register="test.plots"), {**about, **files}).status_code == 302
    plot = Record.objects.get(register="test.plots")
    without = keeper(filed)
    page = url("split", plot.number, "test.plots")
    typed = {
        "p1-f_area": "100",
        "p2-f_area": "x",
        "p2-f_papers-new": [sent("現況.pdf")],
        "reason": "分筆",
        "do": "check",
    }
    wrong = without.post(page, {**inputs(without.get(page)), **typed})
    assert wrong.status_code == 422
    assert "現況.pdf" in words(wrong)
    done = without.post(page, {**inputs(wrong), "p2-f_area": "200", "reason": "分筆", "do": "split"})
    assert done.status_code == 302, words(done)
    one, two = Version.objects.filter(register="test.plots", current=True).order_by("number")
    assert [len(row.payload["papers"]) for row in (one, two)] == [1, 2]
    for row in (one, two):
        for key in row.payload["papers"] + row.payload["face"]:
            assert StoredFile.objects.get(key=key).about_key.endswith(f" {row.number}"), "each has its own"


def test_a_file_of_a_change_that_waits_for_a_second_person_becomes_the_records_when_he_agrees(
    filed: Office,
) -> None:
    register_make(THINGS, fields=[*THINGS["fields"], PAPERS, FACE], approve=True)
    assert add(filed, **{"f_papers-new": [sent()], "reason": "購入"}).status_code == 302
    assert not Record.objects.exists()
    draft = StoredFile.objects.get(about_kind=DRAFT)
    request = ChangeRequest.objects.get()
    assert request.asked["values"]["papers"] == [draft.key]
    decider = staff_client(VIEW, "registers.approve", office=filed, service="city_hall")
    address = file_address(files_named(viewer=KEEPER, keys=[draft.key])[draft.key], office=True)
    assert decider.get(address).status_code == 200, "whoever is asked to agree sees what to"
    assert staff_client(VIEW, EDIT, office=filed, service="city_hall").get(address).status_code == 404
    later = now() + DRAFTS_LIE + timedelta(days=1)
    assert drafts_tidy(later) == 0, "somebody is still asked"
    record = change_agree(actor=OTHER, request_key=request.key, now=later)
    kept = StoredFile.objects.get(key=Version.objects.get(record=record).payload["papers"][0])
    assert (kept.about_kind, kept.content_id) == (KEPT, draft.content_id)
    assert drafts_tidy(later) == 1, "the draft is no longer needed, the record's own stays"
    assert StoredFile.objects.filter(removed_at=None).get() == kept


def test_what_came_to_nothing_is_taken_away_after_two_weeks(filed: Office) -> None:
    add(filed, **{"f_price": "x", "f_papers-new": [sent()]})
    assert drafts_tidy(now()) == 0
    assert drafts_tidy(now() + DRAFTS_LIE + timedelta(hours=1)) == 1
    assert not StoredFile.objects.filter(removed_at=None).exists()
    detail = json.loads(AuditRow.objects.filter(event="files.file_removed").get().detail)
    assert detail["about_kind"] == DRAFT
