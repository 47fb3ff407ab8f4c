"""What became of a plan in its next edition: Tokushima's two against the golden table, and every kind of change."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.blocks.measures.diff import editions_diff
from madoguchi.blocks.measures.diff_types import Diff, value_text
from madoguchi.blocks.measures.files import edition_read
from madoguchi.blocks.measures.spec import EditionSpec
from madoguchi.blocks.measures.testing import NOW
from madoguchi.kernel.rights import system_viewer
from madoguchi.services.dx_plan.editions import SAMPLES, editions_load

GOLDEN = Path(__file__).parents[1] / "golden" / "tokushima_2022_items.csv"


def golden() -> list[dict[str, str]]:
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sample(key: str) -> EditionSpec:
    return edition_read(SAMPLES / f"{key}.yaml")[0]


@pytest.fixture(scope="module")
def tokushima() -> Diff:
    return editions_diff(sample("tokushima-2019"), sample("tokushima-2022"))


# Tokushima


def test_what_is_new_goes_on_and_has_ended_in_tokushima(tokushima: Diff) -> None:
    rows = golden()
    assert [place.no for place in tokushima.added] == [row["no"] for row in rows if not row["continues"]]
    links = [(link.old.no, link.new.no) for link in tokushima.continued]
    assert links == [(row["continues"], row["no"]) for row in rows if row["continues"]]
    assert (len(tokushima.added), len(tokushima.continued)) == (14, 23)
    assert [one.item.no for one in tokushima.ended] == ["3", "21", "24", "27"]
    assert tokushima.declared
    assert not any(link.proposed for link in tokushima.continued)


def test_names_numbers_and_pillars_in_tokushima(tokushima: Diff) -> None:
    old = {item.no: item.title for _above, item in tokushima.old.items_all()}
    expected = {
        (row["continues"], row["no"]) for row in golden() if row["continues"] and old[row["continues"]] != row["title"]
    }  # fmt: skip
    assert {(link.old.no, link.new.no) for link in tokushima.renamed} == expected
    assert ("5", "5") in expected
    assert ("1", "1") not in expected
    assert [link.new.no for link in tokushima.renumbered][:2] == ["12", "13"]
    assert tokushima.moved == (), "the pillars were renamed; no item went to another one"
    assert (tokushima.merged, tokushima.split, tokushima.reappears_as_new) == ((), (), ())


def test_targets_and_offices_in_tokushima(tokushima: Diff) -> None:
    changes = {(one.link.new.no, one.name): one for one in tokushima.targets_changed}
    data_sets = changes["1", "公開データセット数"]
    assert data_sets.kind == "changed"
    assert [(year, value_text(was), value_text(now)) for year, was, now in data_sets.years] == [
        (2019, "130", None), (2022, None, "190"), (2023, None, "195"), (2024, None, "200"), (2025, None, "205"),
    ]  # fmt: skip
    assert changes["8", "小学校の電子黒板の更新率"].kind == "added"
    assert changes["8", "タブレット端末"].kind == "dropped"
    assert ("16", "年間出生数に占める子育て支援アプリ新規登録者数の割合") not in changes, (
        "a new item's targets are new"
    )
    offices = {one.link.new.no: (one.old, one.new) for one in tokushima.offices_changed}
    assert offices["1"] == (("情報推進課",), ("デジタル推進課", "全部局"))
    assert "6" not in offices


# The command


def compared(*arguments: str) -> str:
    out = StringIO()
    call_command("plan", "diff", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def loaded(db: None) -> None:
    editions_load(actor=system_viewer(on=NOW.date(), duty="試験"), now=NOW)


def test_the_command_gives_json(loaded: None) -> None:
    data = json.loads(compared("tokushima-2019", "tokushima-2022", "--json"))
    assert data["ended"] == ["3", "21", "24", "27"]
    assert data["new"] == [row["no"] for row in golden() if row["mark"] == "new"]
    assert len(data["continued"]) == 23
    assert data["continued"][3] == {
        "from": "5", "to": "5", "how": "renamed", "title": "遠隔通信機器を利用した鳥獣被害対策の推進", "reason": "",
        "proposed": False,
    }  # fmt: skip
    assert {"renamed", "renumbered", "moved", "merged", "split", "reappears_as_new", "targets_changed",
            "offices_changed"} <= data.keys()  # fmt: skip
    assert data["targets_changed"][0]["years"]["2022"] == [None, "190"]


def test_the_command_speaks_to_people_and_refuses_what_is_not_there(loaded: None) -> None:
    words = compared("tokushima-2019", "tokushima-2022")
    assert "新しい項目（14件）\n  3 デジタルデバイド" in words
    assert "終わった項目（4件）\n  3 通学路防犯カメラシステムの導入" in words
    assert "11 → 12 電子申請の充実 → 行政手続のオンライン化（名称変更）" in words
    assert "推定" not in words
    assert "推定したもの" in compared("tokushima-2022", "naruto-2023")
    with pytest.raises(CommandError, match="tokushima-2019"):
        compared("tokusima", "tokushima-2022")


# Every kind of change, on small plans


def item(no: str, title: str, **more: Any) -> dict[str, Any]:
    return {"no": no, "title": title, "offices": ["試験課"], **more}


def edition(key: str, *pillars: list[dict[str, Any]], **more: Any) -> EditionSpec:
    return EditionSpec.model_validate(
        {
            "key": key, "city": "試験市", "title": key, "first_year": 2022, "last_year": 2026,
            "pillars": [
                {"no": str(number), "title": f"方針{number}", "items": items} for number, items in enumerate(pillars, 1)
            ],
            **more,
        }
    )  # fmt: skip


def counted(name: str, targets: dict[int, str], **more: Any) -> dict[str, Any]:
    return {"name": name, "unit": "件", "kind": "flow", "targets": targets, **more}


def pairs(links: Any) -> list[tuple[str, str]]:
    return [(link.old.no, link.new.no) for link in links]


def test_merged_split_and_moved_with_their_reasons() -> None:
    old = edition(
        "a", [item("1", "甲"), item("2", "乙"), item("3", "丙")], [item("4", "丁"), item("5", "戊")]
    )
    new = edition(
        "b",
        [item("1", "甲乙", continues=[{"no": "1", "how": "merged", "reason": "同じ仕事のため"}, {"no": "2", "how": "merged"}]),
         item("2", "丙の一", continues=[{"no": "3", "how": "split"}]), item("3", "丙の二", continues=[{"no": "3", "how": "split"}]),
         item("4", "丁", continues=[{"no": "4", "how": "same", "reason": "担当が変わったため"}])],
        [item("5", "新戊", mark="new", continues=["5"])],
        replaces="a",
    )  # fmt: skip
    found = editions_diff(old, new)
    assert [(one.one.no, [place.no for place in one.many], one.reasons) for one in found.merged] == [
        ("1", ["1", "2"], ("同じ仕事のため",))
    ]
    assert [(one.one.no, [place.no for place in one.many]) for one in found.split] == [("3", ["2", "3"])]
    assert pairs(found.moved) == [("4", "4")]
    assert found.moved[0].reason == "担当が変わったため"
    assert pairs(found.reappears_as_new) == [("5", "5")]
    assert pairs(found.renamed) == [("5", "5")], "merged and split items are told as such only"
    assert (found.added, found.ended) == ((), ())


def test_the_reason_of_an_end_is_told() -> None:
    old = edition("a", [item("1", "甲"), item("2", "乙")])
    new = edition(
        "b", [item("1", "甲", continues=["1"])], replaces="a", ended=[{"no": "2", "reason": "終えたため"}]
    )
    assert [(one.item.no, one.reason) for one in editions_diff(old, new).ended] == [("2", "終えたため")]


def test_without_links_items_are_matched_and_say_so() -> None:
    old = edition("a", [item("1", "ＡＩの活用"), item("2", "乙"), item("3", "同名"), item("4", "同名")])
    new = edition("b", [item("1", "AIの活用"), item("2", "同名"), item("3", "新しい")], [item("9", "乙")])
    found = editions_diff(old, new)
    assert not found.declared
    assert [(link.old.no, link.new.no, link.how, link.proposed) for link in found.continued] == [
        ("1", "1", "same", True), ("2", "9", "moved", True),
    ]  # fmt: skip
    assert [place.no for place in found.added] == ["2", "3"], "two of a name are not guessed at"


def test_an_item_marked_new_that_bears_an_old_title_is_pointed_out() -> None:
    old = edition("a", [item("1", "甲"), item("2", "乙")])
    new = edition("b", [item("1", "甲", continues=["1"]), item("2", "乙", mark="new")], replaces="a")
    found = editions_diff(old, new)
    assert [(link.old.no, link.new.no, link.proposed) for link in found.reappears_as_new] == [
        ("2", "2", True)
    ]
    assert [place.no for place in found.added] == ["2"]
    assert [one.item.no for one in found.ended] == ["2"]


def test_an_item_marked_continued_without_a_link_is_matched_as_proposed() -> None:
    old = edition("a", [item("1", "甲"), item("2", "乙")])
    new = edition("b", [item("1", "甲", continues=["1"]), item("3", "乙", mark="continued")], replaces="a")
    found = editions_diff(old, new)
    assert [(link.new.no, link.how, link.proposed) for link in found.continued] == [
        ("1", "same", False), ("3", "renumbered", True),
    ]  # fmt: skip


def test_targets_are_compared_by_identity_then_by_name() -> None:
    old = edition(
        "a",
        [
            item(
                "1",
                "甲",
                indicators=[
                    counted("旧名", {2024: "5", 2025: "事故ゼロ"}, key="k"),
                    counted("件数", {2024: "1"}),
                    counted("同じ", {2024: "2"}),
                ],
            )
        ],
    )
    new = edition("b", [item("1", "甲", continues=["1"], indicators=[counted("新名", {2024: "6", 2025: "事故ゼロ"}, key="k"), counted("件数", {2024: "—"}), counted("同じ", {2024: "2"})])], replaces="a")  # fmt: skip
    found = {one.name: one for one in editions_diff(old, new).targets_changed}
    assert {*found} == {"新名", "件数"}
    assert (found["新名"].before, found["新名"].kind) == ("旧名", "changed")
    assert [(year, value_text(a), value_text(b)) for year, a, b in found["新名"].years] == [(2024, "5", "6")]
    assert [value_text(b) for _year, _a, b in found["件数"].years] == ["—"]


def test_indicators_of_merged_items_are_compared_together() -> None:
    old = edition(
        "a",
        [
            item("1", "甲", indicators=[counted("甲数", {2024: "1"})]),
            item("2", "乙", indicators=[counted("乙数", {2024: "2"})]),
        ],
    )
    new = edition("b", [item("1", "甲乙", continues=["1", "2"], indicators=[counted("甲数", {2024: "1"}), counted("乙数", {2024: "3"}), counted("新数", {2024: "4"})])], replaces="a")  # fmt: skip
    assert [(one.name, one.kind) for one in editions_diff(old, new).targets_changed] == [
        ("乙数", "changed"), ("新数", "added"),
    ]  # fmt: skip


def test_a_target_that_the_source_lost_was_not_given_up() -> None:
    lost = [{"path": "items.1.indicators.件数", "state": "lost", "note": "表が残っていない"}]
    old = edition("a", [item("1", "甲", indicators=[counted("件数", {2024: "1"})])])
    new = edition(
        "b",
        [item("1", "甲", continues=["1"], indicators=[counted("件数", {})])],
        replaces="a",
        source_notes=lost,
    )
    assert [one.lost for one in editions_diff(old, new).targets_changed] == ["new"]


NUMBERS = st.sampled_from("123456")


@given(
    st.lists(NUMBERS, unique=True, min_size=1),
    st.dictionaries(NUMBERS, st.lists(NUMBERS, unique=True), min_size=1),
)
def test_every_item_is_told_once(olds: list[str], news: dict[str, list[str]]) -> None:
    old = edition("a", [item(no, f"旧{no}") for no in olds])
    made = [item(no, f"新{no}", continues=[one for one in was if one in olds]) for no, was in news.items()]
    found = editions_diff(old, edition("b", made, replaces="a"))
    gone = {one.item.no for one in found.ended}
    assert gone.isdisjoint(link.old.no for link in found.continued)
    assert gone | {link.old.no for link in found.continued} == {*olds}
    come = {place.no for place in found.added}
    assert come.isdisjoint(link.new.no for link in found.continued)
    assert come | {link.new.no for link in found.continued} == {*news}
