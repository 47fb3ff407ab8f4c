"""A workbook into the stored plan: what would change, all of it or nothing, remembered layouts, the command, the pages."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from madoguchi.blocks.measures.actions import ImportApplied, PlanMoved, edition_load, workbook_apply
from madoguchi.blocks.measures.document import plan_of
from madoguchi.blocks.measures.files import edition_read
from madoguchi.blocks.measures.models import (
    ActualEntry,
    Edition,
    EditionDocument,
    Evaluation,
    Indicator,
    Item,
    PlanImport,
    SheetMapping,
)
from madoguchi.blocks.measures.sheets.importing import Brought, workbook_read
from madoguchi.blocks.measures.sheets.template import template_write
from madoguchi.blocks.measures.spec import EditionSpec
from madoguchi.blocks.measures.testing import NOW, YEAR, edition_make, edition_spec
from madoguchi.blocks.measures.testing.sheets import KEEPER, import_make
from madoguchi.blocks.people.testing import office_make, staff_client
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.rights import NotAllowed
from tests.support.judges import workbooks_resave
from tests.support.plan_sheets import KPI_MAP, LIST_MAP, content_of, kpi_book, list_book

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).parents[2] / "madoguchi" / "services" / "dx_plan" / "samples"


def stored(spec: EditionSpec, *, issued: bool = False) -> Edition:
    loaded = spec.model_copy(update={"issued": "2024-03" if issued else ""})
    return edition_load(actor=KEEPER, spec=loaded, translations={"en": {"title": "A plan"}}, now=NOW)


def filled(spec: EditionSpec, **cells: Any) -> bytes:
    """Give the template filled with a plan, single cells changed: ``方針・項目!E4``."""
    book = load_workbook(io.BytesIO(template_write(spec=spec, first_year=2026)))
    for place, value in cells.items():
        sheet, _mark, cell = place.partition("!")
        book[sheet][cell] = value
    return content_of(book)


def run(tmp_path: Path, content: bytes, *arguments: str, mapping: str = "") -> dict[str, Any]:
    """Run ``plan import --json`` on a workbook."""
    file = tmp_path / "計画.xlsx"
    file.write_bytes(content)
    more = []
    if mapping:
        (tmp_path / "map.yaml").write_text(mapping, encoding="utf-8")
        more = ["--map", str(tmp_path / "map.yaml")]
    out = io.StringIO()
    call_command("plan", "import", str(file), "--json", *more, *arguments, stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


# Against what is stored


@pytest.mark.parametrize("key", ["tokushima-2019", "naruto-2023", "tokushima-2022"])
def test_a_stored_plan_through_the_template_changes_nothing(key: str) -> None:
    spec, _translations = edition_read(SAMPLES / f"{key}.yaml")
    edition = edition_load(actor=KEEPER, spec=spec, translations={}, now=NOW)
    brought = workbook_read(template_write(spec=plan_of(edition), first_year=2026))
    assert ([str(fault) for fault in brought.faults], brought.changes, brought.entered.new) == ([], [], 0)
    assert brought.spec is not None
    edition_load(actor=KEEPER, spec=brought.spec, translations={}, now=NOW)
    assert EditionDocument.objects.filter(edition=edition).count() == 1, "the text is the same to the letter"


def test_one_cell_is_one_change(tmp_path: Path) -> None:
    spec = edition_spec()
    edition = stored(spec)
    content = filled(plan_of(edition), **{"方針・項目!E4": "改めた名称"})
    answer = run(tmp_path, content, "--dry-run")
    assert answer["changes"]["changed"] == [
        {"sheet": "方針・項目", "place": "項目 1", "field": "名称", "before": "項目1", "after": "改めた名称"}
    ]
    assert (answer["changes"]["added"], answer["changes"]["removed"], answer["applied"]) == ([], [], False)
    assert Item.objects.get(edition=edition, level="item", no="1").title == "項目1"
    assert not PlanImport.objects.exists(), "a dry run keeps nothing"
    assert run(tmp_path, content)["applied"] is True
    assert Item.objects.get(edition=edition, level="item", no="1").title == "改めた名称"
    edition.refresh_from_db()
    assert edition.translations == {"en": {"title": "A plan"}}, "translations stay"
    assert AuditRow.objects.filter(event="measures.workbook_applied").count() == 1


def test_what_a_workbook_does_not_speak_of_stays(tmp_path: Path) -> None:
    spec = edition_spec()
    data = json.loads(spec.model_dump_json(by_alias=True, exclude_defaults=True))
    data["notes"] = [{"text": "注", "items": ["1"]}]
    data["pillars"][0]["items"][0]["indicators"][0]["declared"] = "dx_plan.notices_in_time"
    edition = stored(EditionSpec.model_validate(data))
    book = load_workbook(io.BytesIO(filled(plan_of(edition))))
    del book["注と用語"]
    del book["内訳と工程"]
    page = book["指標と目標"]
    page.delete_cols(next(cell.column for cell in page[1] if cell.value == "計算する宣言"))
    answer = run(tmp_path, content_of(book))
    assert answer["changes"] == {"added": [], "removed": [], "changed": [], "entries": 0}
    kept = plan_of(Edition.objects.get())
    assert kept.notes[0].text == "注"
    assert kept.pillars[0].items[0].indicators[0].declared == "dx_plan.notices_in_time"


def test_an_item_with_entries_cannot_be_dropped(tmp_path: Path) -> None:
    spec = edition_spec()
    edition = stored(spec)
    book = load_workbook(io.BytesIO(filled(plan_of(edition))))
    book["方針・項目"].delete_rows(4)
    book["指標と目標"].delete_rows(3)
    with pytest.raises(CommandError) as refused:
        run(tmp_path, content_of(book))
    assert refused.value.returncode == 1
    assert "項目「1」には記録があり" in str(refused.value)
    assert Item.objects.filter(level="item").count() == 3


def test_figures_and_results_are_added_and_never_written_over(tmp_path: Path) -> None:
    spec = edition_spec()
    bare = spec.model_copy(deep=True)
    for _above, item in bare.items_all():
        item.results.clear()
        item.indicators[0].actuals.clear()
    edition = stored(bare)
    assert run(tmp_path, filled(spec))["changes"]["entries"] == 9, (
        "a figure, a grade and a text of three items"
    )
    assert (ActualEntry.objects.count(), Evaluation.objects.count()) == (3, 3)
    answer = run(tmp_path, filled(spec, **{"指標と目標!U3": 77}), "--dry-run")
    assert answer["changes"]["entries"] == 0
    assert any(
        "書き込みません" in warning["what"] and "回数" in warning["where"] for warning in answer["warnings"]
    )
    assert ActualEntry.objects.filter(indicator__edition=edition, value=77).count() == 0


def test_a_published_plan_is_corrected_with_a_reason_only(tmp_path: Path) -> None:
    edition = stored(edition_spec(), issued=True)
    content = filled(plan_of(edition), **{"方針・項目!E4": "訂正した名称"})
    answer = run(tmp_path, content, "--dry-run")
    assert any("公表済み" in warning["what"] for warning in answer["warnings"])
    with pytest.raises(CommandError) as refused:
        run(tmp_path, content)
    assert refused.value.returncode == 1
    assert "公表済み" in str(refused.value)
    assert not Item.objects.filter(title="訂正した名称").exists()
    assert run(tmp_path, content, "--reason", "誤字")["applied"] is True
    assert EditionDocument.objects.order_by("-version").values_list("reason", flat=True)[0] == "誤字"


def test_a_fault_ends_with_one_and_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = filled(edition_spec(), **{"指標と目標!R3": "約80%", "方針・項目!E4": "#REF!"})
    file = tmp_path / "計画.xlsx"
    file.write_bytes(content)
    out = io.StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("plan", "import", str(file), "--json", stdout=out)
    assert refused.value.returncode == 1
    assert "方針・項目 E4" in str(refused.value)
    answer = json.loads(out.getvalue())
    assert answer["applied"] is False
    assert {(fault["sheet"], fault["cell"]) for fault in answer["faults"]} == {
        ("方針・項目", "E4"),
        ("指標と目標", "R3"),
    }
    assert all(fault["reason"] and fault["do"] for fault in answer["faults"])
    assert (Edition.objects.count(), PlanImport.objects.count()) == (0, 0)


def test_totals_that_contradict_their_shares_are_told_before_anything_is_kept(tmp_path: Path) -> None:
    spec, _translations = edition_read(SAMPLES / "tokushima-2019.yaml")
    content = filled(spec, **{"公表した集計!E3": "6"})
    with pytest.raises(CommandError) as refused:
        run(tmp_path, content)
    assert "割合が、計算" in str(refused.value)
    assert not Edition.objects.exists()


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"計画!B8": "R20"}, "期間の途中ではありません"),
        ({"計画!B11": "limits"}, "この計画のキーと同じ"),
        ({"方針・項目!G4": "甲課【取りまとめ】\n乙課【取りまとめ】"}, "取りまとめの部署が、二つ以上"),
        ({"方針・項目!G4": "課" * 101}, "長すぎる言葉"),
        ({"指標と目標!G3": "回" * 25}, "長すぎる言葉"),
    ],
)
def test_what_the_tables_cannot_hold_is_told_before_anything_is_kept(
    cells: dict[str, Any], says: str
) -> None:
    brought = workbook_read(filled(edition_spec(key="limits"), **cells))
    assert brought.spec is None
    assert any(says in fault.reason for fault in brought.faults), [str(fault) for fault in brought.faults]


def test_offices_that_the_city_hall_does_not_have_are_named() -> None:
    office_make()
    brought = workbook_read(filled(edition_spec()))
    assert any("試験課（1・2・3）" in doubt.where for doubt in brought.doubts)
    assert brought.spec is not None


# Layouts of others, remembered


def test_a_mapping_is_remembered_by_the_headings(tmp_path: Path) -> None:
    content = content_of(kpi_book())
    with pytest.raises(CommandError, match="覚えている様式でもありません"):
        run(tmp_path, content)
    assert run(tmp_path, content, "--dry-run", mapping=KPI_MAP)["mapping"] == "重点取組のKPI一覧"
    assert not SheetMapping.objects.exists(), "a dry run remembers nothing"
    first = run(tmp_path, content, mapping=KPI_MAP)
    assert (first["items"], first["indicators"], first["applied"]) == (4, 4, True)
    assert AuditRow.objects.filter(event="measures.mapping_saved").count() == 1
    again = run(tmp_path, content_of(kpi_book({"H4": 65})), "--dry-run")
    assert again["mapping"] == "重点取組のKPI一覧"
    assert [
        (change["field"], change["before"], change["after"]) for change in again["changes"]["changed"]
    ] == [("目標 令和6年度", "60", "65")]
    with pytest.raises(CommandError) as refused:
        run(tmp_path, content_of(kpi_book({"B2": "事業の名"})))
    assert "重点取組のKPI一覧（ない見出し: 取組名）" in str(refused.value)
    run(tmp_path, content, mapping=KPI_MAP.replace("name: 重点", "name: 新しい重点"))
    assert SheetMapping.objects.get().name == "新しい重点取組のKPI一覧", (
        "one of the same headings is replaced"
    )


def test_items_keep_their_numbers_when_a_row_comes_between(tmp_path: Path) -> None:
    run(tmp_path, content_of(kpi_book()), mapping=KPI_MAP)
    book = kpi_book()
    page = book["KPI"]
    for place in [str(merged) for merged in page.merged_cells.ranges if merged.min_row > 3]:
        page.unmerge_cells(place)
    page.insert_rows(6)
    page["B6"], page["C6"], page["L6"] = "新しい取組", "市民課", "理由"
    page["I5"].number_format, page["J5"].number_format = "0%", "0.0%"
    answer = run(tmp_path, content_of(book))
    assert [(change["place"], change["after"]) for change in answer["changes"]["added"]] == [
        ("項目 5", "新しい取組\n市民課")
    ]
    assert answer["changes"]["removed"] == []
    titles = dict(Item.objects.filter(level="item").values_list("no", "title"))
    assert titles == {"1": "オンライン申請", "2": "書かない窓口", "3": "研修", "4": "相談", "5": "新しい取組"}


def test_a_list_of_results_becomes_entries_of_its_year(tmp_path: Path) -> None:
    answer = run(tmp_path, content_of(list_book()), mapping=LIST_MAP)
    assert (answer["items"], answer["indicators"]) == (4, 4)
    grades = Evaluation.objects.filter(year=2019).values_list("item__no", "grade__key")
    assert dict(grades) == {"1": "B", "2": "A", "3": "S", "4": "A"}
    assert {row.indicator.name: int(row.value or 0) for row in ActualEntry.objects.all()} == {
        "公開データ数": 84,
        "センサーの数": 8,
    }
    assert run(tmp_path, content_of(list_book()), "--dry-run")["changes"]["entries"] == 0


def test_a_partial_sheet_leaves_the_rest(tmp_path: Path) -> None:
    run(tmp_path, content_of(kpi_book()), mapping=KPI_MAP)
    book = kpi_book()
    book["KPI"].unmerge_cells("A7:A8")
    book["KPI"].delete_rows(7, 2)
    whole = workbook_read(content_of(book), mapping_text=KPI_MAP)
    assert [change.place for change in whole.changes if change.how == "removed"][:2] == ["方針 2", "項目 3"]
    part = workbook_read(
        content_of(book), mapping_text=KPI_MAP.replace("numbering", "partial: true\nnumbering")
    )
    assert part.changes == []


# Actions


def kept_of(brought: Brought) -> PlanImport:
    assert brought.spec is not None
    return PlanImport.objects.create(
        uploaded_at=NOW, uploaded_by="試験課", file_name="計画.xlsx", sha256=brought.sha256, edition_key=brought.spec.key,
        body=brought.spec.model_dump(mode="json", by_alias=True, exclude_defaults=True), basis=brought.basis,
    )  # fmt: skip


def test_a_kept_workbook_is_applied_once_and_only_to_the_plan_it_was_compared_with() -> None:
    edition = stored(edition_spec())
    kept = kept_of(workbook_read(filled(plan_of(edition), **{"方針・項目!E4": "甲"})))
    late = kept_of(workbook_read(filled(plan_of(edition), **{"方針・項目!E5": "乙"})))
    workbook_apply(actor=KEEPER, import_id=kept.pk, now=NOW)
    with pytest.raises(ImportApplied):
        workbook_apply(actor=KEEPER, import_id=kept.pk, now=NOW)
    with pytest.raises(PlanMoved):
        workbook_apply(actor=KEEPER, import_id=late.pk, now=NOW)
    assert PlanImport.objects.get(pk=late.pk).applied_at is None, "a refusal takes the mark back"
    titles = Item.objects.filter(edition=edition, level="item").order_by("no").values_list("title", flat=True)
    assert [*titles] == ["甲", "項目2", "項目3"]
    with pytest.raises(NotAllowed):
        workbook_apply(actor=KEEPER, import_id=10**6, now=NOW)


# The commands beside


def test_the_template_is_written_empty_or_with_a_plan(tmp_path: Path) -> None:
    edition = edition_make(edition_spec().model_dump(mode="json", by_alias=True))
    for arguments, items in (([], 0), (["--of", edition.key], 3)):
        file = tmp_path / "out.xlsx"
        call_command("plan", "template", *arguments, "-o", str(file))
        page = load_workbook(file)["方針・項目"]
        assert (
            sum(page.cell(row, 2).value == "項目" and page.cell(row, 1).value is None for row in range(2, 20))
            == items
        )


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("plan", "import", str(tmp_path / "nothing.xlsx"))
    assert refused.value.returncode == 1


# The pages


def keeper() -> Client:
    return staff_client("measures.edition_edit", scope="all")


def upload(content: bytes, mapping: str = "") -> dict[str, Any]:
    sent: dict[str, Any] = {"file": SimpleUploadedFile("計画.xlsx", content)}
    return sent | ({"mapping": SimpleUploadedFile("map.yaml", mapping.encode())} if mapping else {})


def test_a_workbook_is_read_looked_at_and_applied_on_the_page() -> None:
    client, page = keeper(), reverse("measures:imports")
    answer = client.post(page, upload(filled(edition_spec(key="reiji"))))
    assert answer.status_code == 302
    assert not Edition.objects.exists(), "reading changes nothing"
    preview = client.get(answer.headers["Location"])
    text = preview.content.decode()
    assert "この内容で取り込む" in text
    assert "項目3" in text
    kept = PlanImport.objects.get()
    done = client.post(reverse("measures:import_apply", args=[kept.pk]), {})
    assert done.status_code == 302
    assert Edition.objects.get().key == "reiji"
    assert Indicator.objects.count() == 3
    assert "取り込みました" in client.get(done.headers["Location"]).content.decode()
    assert client.post(reverse("measures:import_apply", args=[kept.pk]), {}).status_code == 422


def test_the_page_shows_faults_by_cell_and_keeps_nothing() -> None:
    client = keeper()
    answer = client.post(
        reverse("measures:imports"), upload(filled(edition_spec(), **{"方針・項目!E4": "#REF!"}))
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "「方針・項目」 E4" in text
    assert "エラー値（#REF!）です。" in text
    assert not PlanImport.objects.exists()


def test_the_page_asks_why_a_published_plan_is_corrected() -> None:
    edition = stored(edition_spec(), issued=True)
    client = keeper()
    client.post(reverse("measures:imports"), upload(filled(plan_of(edition), **{"方針・項目!E4": "訂正"})))
    apply = reverse("measures:import_apply", args=[PlanImport.objects.get().pk])
    assert client.post(apply, {"reason": ""}).status_code == 422
    assert not Item.objects.filter(title="訂正").exists()
    assert client.post(apply, {"reason": "誤字のため"}).status_code == 302
    assert Item.objects.filter(title="訂正").exists()


def test_the_page_says_when_the_plan_moved_meanwhile() -> None:
    edition = stored(edition_spec())
    client = keeper()
    client.post(reverse("measures:imports"), upload(filled(plan_of(edition), **{"方針・項目!E4": "甲"})))
    data = plan_of(edition).model_dump(mode="json", by_alias=True)
    stored(EditionSpec.model_validate({**data, "title": "別の名称"}))
    kept = PlanImport.objects.get()
    text = client.get(reverse("measures:import", args=[kept.pk])).content.decode()
    assert "読み込んだ後に、計画が変わりました" in text
    assert "この内容で取り込む" not in text
    refused = client.post(reverse("measures:import_apply", args=[kept.pk]), {})
    assert refused.status_code == 422
    assert not Item.objects.filter(title="甲").exists()


def test_a_workbook_without_a_change_and_one_with_a_mapping_on_the_page() -> None:
    edition = stored(edition_spec())
    client, page = keeper(), reverse("measures:imports")
    answer = client.post(page, upload(filled(plan_of(edition))))
    assert (answer.status_code, "違うところがありません" in answer.content.decode()) == (422, True)
    answer = client.post(page, upload(content_of(kpi_book()), KPI_MAP))
    assert answer.status_code == 302
    assert "重点取組のKPI一覧" in client.get(answer.headers["Location"]).content.decode()
    assert client.post(page, upload(content_of(kpi_book()), "name: [")).status_code == 422


def test_the_pages_are_for_those_who_keep_all_plans() -> None:
    kept = import_make()
    pages = [
        reverse("measures:imports"),
        reverse("measures:import_template"),
        reverse("measures:import", args=[kept.pk]),
        reverse("measures:lint", args=[stored(edition_spec()).key]),
    ]
    stranger = staff_client("measures.actual_enter")
    assert [stranger.get(page).status_code for page in pages] == [404] * 4
    assert [keeper().get(page).status_code for page in pages] == [200] * 4
    assert keeper().get(reverse("measures:import", args=[10**6])).status_code == 404


def test_the_template_is_downloaded_empty_and_filled() -> None:
    edition = stored(edition_spec())
    page = reverse("measures:import_template")
    for query, key in (("", None), (f"?of={edition.key}", edition.key)):
        answer = keeper().get(page + query)
        assert load_workbook(io.BytesIO(answer.content))["計画"]["B2"].value == key
    assert keeper().get(f"{page}?of=none").status_code == 404
    assert YEAR == 2026


@pytest.mark.judge
@pytest.mark.slow
def test_a_template_that_libreoffice_saved_again_changes_nothing(tmp_path: Path) -> None:
    spec, _translations = edition_read(SAMPLES / "tokushima-2022.yaml")
    edition = edition_load(actor=KEEPER, spec=spec, translations={}, now=NOW)
    source = tmp_path / "計画.xlsx"
    source.write_bytes(template_write(spec=plan_of(edition), first_year=2026))
    brought = workbook_read((workbooks_resave(source) / source.name).read_bytes())
    assert ([str(fault) for fault in brought.faults], brought.changes) == ([], [])


def test_what_is_hidden_or_not_mapped_is_told() -> None:
    book = kpi_book({"M2": "担当者のメモ", "M4": "来年も"})
    old = book.copy_worksheet(book["KPI"])
    old.title, old.sheet_state = "古い表", "hidden"
    book["KPI"].row_dimensions[6].hidden = True
    brought = workbook_read(content_of(book), mapping_text=KPI_MAP)
    assert [str(fault) for fault in brought.faults] == []
    told = {(doubt.where, doubt.what) for doubt in brought.doubts}
    assert {
        ("古い表", "非表示のシートは読んでいません。"),
        ("KPI", "読んでいない列があります（担当者のメモ）。"),
        ("KPI A6", "非表示の行も読みました。"),
    } <= told
    assert (brought.items, brought.indicators) == (4, 4)
