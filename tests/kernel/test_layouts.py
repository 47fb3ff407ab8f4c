"""Foreign files by declaration: read whole or refused, with line, column and what to do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from madoguchi.kernel.layouts import FileRefused, Layout, layout_read, layout_write

DOCUMENT: dict[str, Any] = {
    "kind": "layout",
    "key": "test.bills",
    "label": "納付の結果",
    "source": "試験",
    "names": ("number",),
    "trailer": {"mark": "T", "sums": ("yen",)},
    "columns": (
        {"name": "番号", "target": "number", "type": "code", "required": True, "pattern": "[0-9]{1,8}"},
        {"name": "氏名", "target": "name", "type": "name", "length": 10},
        {"name": "フリガナ", "target": "kana", "type": "kana"},
        {"name": "納付日", "target": "paid_on", "type": "day"},
        {"name": "生年月日", "target": "born", "type": "partial_day"},
        {"name": "金額", "target": "yen", "type": "number"},
        {"name": "区分", "target": "way", "type": "code", "codes": {"1": "shop", "2": "bank"}},
        {"name": "再発行", "target": "again", "type": "flag"},
        {"name": "備考", "target": "note"},
    ),
}
LAYOUT = Layout(**DOCUMENT)
GOOD = ["1", "水無　星", "みなし　ほし", "20260401", "昭和25年", "1200", "1", "0", "窓口で"]


def problems(content: bytes, layout: Layout = LAYOUT) -> list[str]:
    with pytest.raises(FileRefused) as refused:
        layout_read(layout, content)
    return [str(problem) for problem in refused.value.problems]


def test_a_good_file_is_read_with_types_and_codes() -> None:
    read = layout_read(LAYOUT, layout_write(LAYOUT, [GOOD, ["2", "", "", "", "", "", "", "", ""]]))
    values = dict(zip(read.targets, read.rows[0], strict=True))
    assert values == {
        "number": "1", "name": "水無　星", "kana": "ミナシ　ホシ", "paid_on": "2026-04-01", "born": "1950",
        "yen": 1200, "way": "shop", "again": False, "note": "窓口で",
    }  # fmt: skip
    assert list(read.rows[1])[1:] == ["", "", "", "", 0, "", False, ""]


@pytest.mark.parametrize("cell", ["00000000", "99999999", "0000-00-00", ""])
def test_a_day_before_or_after_all_days_is_none(cell: str) -> None:
    row = [*GOOD[:3], cell, cell.replace("-", ""), *GOOD[5:]]
    assert list(layout_read(LAYOUT, layout_write(LAYOUT, [row])).rows[0])[3:5] == ["", ""]
    columns = tuple({**one, "required": one["target"] == "paid_on"} for one in DOCUMENT["columns"])
    needed = Layout(**{**DOCUMENT, "columns": columns})
    assert "必ず要る列" in problems(layout_write(needed, [row]), needed)[0]


SPOILT = [
    (0, "12345x", "形が違います"),
    (0, "", "必ず要る列"),
    (1, "あ" * 11, "長すぎます"),
    (2, "abc", "フリガナ"),
    (3, "20260431", "という日はありません"),
    (3, "4月1日", "8桁"),
    (4, "昭和99年", "生年月日"),
    (5, "千円", "数ではありません"),
    (6, "9", "符号"),
    (7, "はい", "0 か 1"),
    (8, "個人番号 1234 5678 9018", "マイナンバー"),
    (8, "外字\ue001", "2行目「備考」: 3文字目"),
]


@pytest.mark.parametrize(("place", "cell", "words"), SPOILT, ids=lambda value: str(value)[:12])
def test_a_spoilt_cell_is_named(place: int, cell: str, words: str) -> None:
    row = [*GOOD[:place], cell, *GOOD[place + 1 :]]
    found = problems(layout_write(LAYOUT, [row]))
    assert any(words in problem for problem in found), found
    assert found[0].startswith("2行目")


def test_count_and_sums_of_the_last_line_are_checked() -> None:
    whole = layout_write(LAYOUT, [GOOD])
    assert "合計が合いません" in problems(whole.replace(b",1200,1", b",1300,1"))[0]
    assert "件数が合いません" in problems(whole.replace(b"T,1,", b"T,2,"))[0]
    assert "件数の行のあと" in problems(whole + whole.splitlines(keepends=True)[1])[0]


def test_the_letters_of_the_sender_are_read_by_a_table() -> None:
    row = ["1", "\ue000田", *GOOD[2:]]
    read = layout_read(LAYOUT, layout_write(LAYOUT, [row]), letters={"\ue000": "𠮷"})
    assert read.rows[0][1] == "𠮷田"


def test_cp932_with_user_defined_letters() -> None:
    layout = Layout(**{**DOCUMENT, "encoding": "cp932"})
    content = layout_write(layout, [["1", "髙﨑", *GOOD[2:]]])
    assert layout_read(layout, content).rows[0][1] == "髙﨑"
    user_defined = content.replace("髙".encode("cp932"), b"\xf0\x40")
    assert "外字（U+E000）" in problems(user_defined, layout)[0]
    assert "utf-8 のようです" in problems(layout_write(LAYOUT, [["1", "𠮷", *GOOD[2:]]]), layout)[0]


@given(st.data())
def test_a_file_cut_anywhere_is_refused(data: st.DataObject) -> None:
    rows = [[str(number), *GOOD[1:]] for number in range(1, 6)]
    whole = layout_write(LAYOUT, rows)
    # The last two bytes end the last line: without them it is still the last line.
    at = data.draw(st.integers(0, len(whole) - 3))
    assert problems(whole[:at])


@given(st.binary(max_size=400))
def test_garbage_is_refused_in_words(garbage: bytes) -> None:
    assert problems(garbage)
    assert problems(layout_write(LAYOUT, [GOOD]) + garbage) if garbage.strip() else True


@example([["", "", "", "", "", "¹", "", "", ""], ["", "", "", "", "", "--5", "", "", ""]])
@given(st.lists(st.lists(st.text(max_size=12), min_size=9, max_size=9), max_size=5))
def test_any_cells_are_read_or_refused(rows: list[list[str]]) -> None:
    try:
        content = layout_write(LAYOUT, rows)
    except UnicodeEncodeError:
        return
    try:
        read = layout_read(LAYOUT, content)
    except FileRefused as refused:
        said = [str(problem) for problem in refused.problems]
    else:
        said = ["read"] if len(read) == len(rows) else []
    assert said
    assert all(said)
