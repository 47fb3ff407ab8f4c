"""Text files: encodings that are told or refused, delimiters, quotes, and what other programs leave behind."""

from __future__ import annotations

import codecs
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kernel.spreadsheets import SpreadsheetRefused
from madoguchi.kernel.tables import Limits, Table, table_read
from madoguchi.kernel.tables.encodings import encoding_tell

PEOPLE = "番号,氏名,カナ\n001,水無　星,ミナシ　ホシ\n002,高橋　空,タカハシ　ソラ\n"


def read(content: bytes | str, name: str = "表.csv", **more: Any) -> Table:
    (table,) = table_read(content.encode() if isinstance(content, str) else content, name, **more).tables
    return table


def values(table: Table) -> list[tuple[Any, ...]]:
    return [row.values for row in table.rows]


def told(table: Table, code: str) -> tuple[str, str]:
    (note,) = (note for note in table.notes if note.code == code)
    return note.place, note.text


def refused(content: bytes, name: str = "表.csv", **more: Any) -> SpreadsheetRefused:
    with pytest.raises(SpreadsheetRefused) as caught:
        table_read(content, name, **more)
    return caught.value


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (PEOPLE.encode(), "utf-8"),
        (PEOPLE.encode("utf-8-sig"), "utf-8-sig"),
        (PEOPLE.encode("cp932"), "cp932"),
        (PEOPLE.encode("euc_jp"), "euc_jp"),
        ((PEOPLE + "003,①㈱,Ｚ\n").encode("euc_jis_2004"), "euc_jis_2004"),
        (PEOPLE.encode("iso2022_jp"), "iso2022_jp"),
        (PEOPLE.encode("utf-16"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + PEOPLE.encode("utf-16-be"), "utf-16-be"),
        (PEOPLE.encode("utf-16-le"), "utf-16-le"),
        (PEOPLE.encode("utf-16-be"), "utf-16-be"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_encodings_are_told(content: bytes, encoding: str) -> None:
    found = table_read(content, "表.csv")
    assert (found.encoding, found.delimiter, found.format) == (encoding, ",", "csv")
    (table,) = found.tables
    assert [heading.name for heading in table.headings] == ["番号", "氏名", "カナ"]
    assert values(table)[0] == ("001", "水無　星", "ミナシ　ホシ")


def test_half_width_katakana_alone_are_cp932_and_eucs_kana_are_not() -> None:
    kana = "ﾊﾞﾝｺﾞｳ,ｼﾒｲ\n1,ﾐﾅｼ ﾎｼ\n2,ﾀｶﾊｼ ｿﾗ\n3,ｶﾞｯｺｳ\n"
    assert encoding_tell(kana.encode("cp932")) == "cp932"
    assert encoding_tell("あいう,カナ\nです。,ます\n".encode("euc_jp")) == "euc_jp"


@given(
    st.text(st.sampled_from("のにはをたがでてとしれさ東京都市役所窓口一二三、。ーアイウ"), min_size=20),
    st.sampled_from(["cp932", "euc_jp"]),
)
def test_japanese_text_is_told_or_refused_but_never_read_wrongly(text: str, encoding: str) -> None:
    with suppress(SpreadsheetRefused):
        assert text.encode(encoding).decode(encoding_tell(text.encode(encoding))) == text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (PEOPLE.encode() + b"003,\xff\xfe\xfa,x\n" * 3, "4行目に読めない文字"),
        (PEOPLE.encode()[:-5], "最後の文字が欠けています"),
        (PEOPLE.encode("utf-16")[:-1], "最後の文字が欠けています"),
        (bytes(range(128, 256)) * 9, "文字コードが分かりません"),
    ],
    ids=["broken", "cut", "cut16", "noise"],
)
def test_what_cannot_be_told_is_refused_with_what_to_do(content: bytes, reason: str) -> None:
    found = refused(content)
    assert reason in found.reason
    assert "してください" in found.do


def test_bytes_that_are_two_encodings_are_refused_unless_somebody_knows() -> None:
    # Kanji of EUC-JP that are, byte for byte, half-width signs of CP932.
    content = b"\xb0\xa1\xb0\xa2\xb0\xa3\n"
    assert "決められません" in refused(content).reason
    assert read(content, encoding="cp932").headings[0].texts == ("ｰ｡ｰ｢ｰ｣",)
    assert read(content, encoding="euc_jp").headings[0].texts == ("亜唖娃",)


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    text = '題名だけの行\n"番,号";氏名;備考\n1;星;"a;b"\n2;空;\n'.replace(";", delimiter)
    table = read(text, "表.txt")
    assert [heading.name for heading in table.headings] == [
        "番,号",
        "氏名",
        "備考",
    ]
    assert values(table) == [("1", "星", f"a{delimiter}b"), ("2", "空", None)]


def test_excels_own_line_about_the_delimiter_is_no_row() -> None:
    table = read("sep=;\n番号;氏名\n1;a,b\n")
    assert (table.first_row, values(table)) == (1, [("1", "a,b")])


def test_line_ends_of_three_kinds_and_none_at_the_end() -> None:
    table = read('番号,名\r\n1,a\r2,b\n3,"c\r\nd\re\nf"\n\n4,g')
    assert values(table) == [("1", "a"), ("2", "b"), ("3", "c\r\nd\re\nf"), ("4", "g")]
    # A record is a row to whoever looks at it in Excel, however many lines it has.
    assert [row.number for row in table.rows] == [2, 3, 4, 6]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('""', ""), ("", None), ('"a""b"', 'a"b'), ('a"b"', 'a"b"'), ('"a"b', "ab"), (' "a" ', ' "a" '), ("' a", "' a"),
        ("'=1", "=1"), ("''=1", "'=1"), ("'a", "'a"), ("  x　", "  x　"), ("007", "007"),
    ],
)  # fmt: skip
def test_cells_are_what_was_written(cell: str, value: str | None) -> None:
    assert values(read(f"番号,名,備考\n1,{cell},x\n")) == [("1", value, "x")]


def test_a_mark_in_the_middle_of_joined_files_is_dropped_and_told() -> None:
    joined = b"".join(f"番号,名\n{number},x\n".encode("utf-8-sig") for number in (1, 2, 3))
    table = read(joined)
    assert values(table)[0] == ("1", "x")
    assert [row.role for row in table.rows] == ["data", "heading", "data", "heading", "data"]
    assert told(table, "mark")[0] == "3行目、5行目"
    assert values(read('番号,名\n"\ufeffx",a\ufeffb\n')) == [("\ufeffx", "a\ufeffb")]


def test_letters_of_one_computer_are_kept_counted_and_placed() -> None:
    text = PEOPLE + "003,\ue000田,\ue757\ue757\n"
    table = read(text.encode("cp932"))
    assert values(table)[2] == ("003", "\ue000田", "\ue757\ue757")
    place, words = told(table, "gaiji")
    assert place == "B4（U+E000）、C4（U+E757）"
    assert "3個" in words


def test_nec_and_ibm_extensions_are_letters_like_any_other() -> None:
    content = "番号,氏名\n1,".encode("cp932") + b"\xfa\xb1\xed\x95\x87\x40\xfb\xfc\n"
    table = read(content)
    assert table.notes == ()
    assert str(values(table)[0][1]).startswith("﨑﨑①")


@pytest.mark.parametrize("end", ["\n", ""])
def test_a_quote_that_never_closes_is_told_and_swallows_nothing(end: str) -> None:
    table = read(f'番号,名\n1,"a\n2,b\n3,c{end}')
    assert values(table) == [("1", '"a'), ("2", "b"), ("3", "c")]
    assert told(table, "quote")[0] == "2行目"


def test_an_unclosed_quote_in_a_long_file_is_given_up_after_the_longest_line() -> None:
    rows = "".join(f"{number},x\n" for number in range(5000))
    table = read(f'番号,名\n0,"a\n{rows}', limits=Limits(line_letters=10_000))
    assert len(table.rows) == 5001
    assert values(table)[0] == ("0", '"a')


def test_nul_bytes_are_left_out_and_told() -> None:
    table = read('番号,名\n1,a\0b\n2,"c\0\nd\0"\n')
    assert values(table) == [("1", "ab"), ("2", "c\nd")]
    assert "3個" in told(table, "nul")[1]


def test_rows_of_another_width_are_told() -> None:
    table = read("番号,名,町\n1,a,北\n2,b\n3,c,南,余り\n4,d,西\n")
    assert told(table, "ragged")[0] == "3–4行目"
    assert values(table) == [
        ("1", "a", "北", None), ("2", "b", None, None), ("3", "c", "南", "余り"), ("4", "d", "西", None),
    ]  # fmt: skip
    assert not [note for note in read("番号,名,\n1,a,\n2,b,\n").notes if note.code == "ragged"]


def test_a_very_long_line_is_read_or_refused() -> None:
    long = "あ" * 400_000
    assert values(read(f"番号,名\n1,{long}\n")) == [("1", long)]
    assert "2行目が長すぎます" in refused(f"番号,名\n1,{long * 3}\n".encode()).reason
    assert "列が多すぎます" in refused(b"a," * 1_000_000).reason
    assert "列が多すぎます" in refused(b"a," * 3_000 + b"\n" + b"1," * 3_000).reason


def test_more_rows_than_the_limit_are_refused() -> None:
    content = "番号,名\n" + "1,x\n" * 20
    assert "上限10行" in refused(content.encode(), limits=Limits(rows=10)).reason
    assert len(read(content, limits=Limits(rows=21)).rows) == 20


# JSON


def test_a_list_of_flat_objects_is_a_table() -> None:
    text = '[{"名": "星", "人": 3, "割": 0.10, "有": true, "無": null}, {"人": 1e3, "新": "x"}]'
    found = table_read(text.encode(), "a.json")
    (table,) = found.tables
    assert (found.format, found.encoding) == ("json", "utf-8")
    assert [heading.name for heading in table.headings] == ["名", "人", "割", "有", "無", "新"]
    first, second = table.rows
    assert [repr(value) for value in first.values] == ["'星'", "3", "Decimal('0.10')", "True", "None", "None"]
    assert [repr(value) for value in second.values] == ["None", "1000", "None", "None", "None", "'x'"]
    assert [cell.kind for cell in first.cells] == ["text", "number", "number", "bool", "empty", "empty"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.ndjson", "a"])
def test_one_object_a_line_is_a_table(name: str) -> None:
    text = '\n{"番号": "007", "名": "a\\nb"}\r\n\n{"番号": "=1", "名": "\\u2028"}'
    found = table_read(text.encode("utf-8-sig"), name)
    assert found.format == "jsonl"
    assert values(found.tables[0]) == [("007", "a\nb"), ("=1", "\u2028")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[{"a": [1]}]', "1件目の「a」の中に、さらに"), ('[{"a": 1}, {"b": {}}]', "2件目の「b」"), ("[1]", "1件目が"),
        ('[{"a": 1}', "JSONとして読めません"), ('[{"a": 1},]', "JSONとして"), ('[{"a": 1}] x', "JSONとして"),
        ('[{"a": NaN}]', "JSONとして"), ('[{"a": 1, "a": 2}]', "JSONとして"), ('[{"a": 1e9999}]', "JSONとして"),
        ("[" * 100_000, "JSONとして"), ('{"a": ' * 100_000, "JSONとして"), ('{"a": 1}\n{"a": }', "2行目の近く"),
        ("[]", "表が見つかりません"), ("{}", "表が見つかりません"),
    ],
)  # fmt: skip
def test_json_that_is_no_table_is_refused(text: str, says: str) -> None:
    assert says in refused(text.encode(), "a.json").reason


def test_json_keeps_long_numbers_and_mends_halves_of_letters() -> None:
    text = json.dumps([{"a": 10**300, "b": "\ud83d\ude00", "c": "x\ud83dy", "d": "\0z"}])
    table = read(text, "a.json")
    assert values(table) == [(10**300, "😀", "x�y", "z")]
    assert {note.code for note in table.notes} == {"halves", "nul"}
    assert values(read(f'[{{"a": {"9" * 5000}}}]', "a.json")) == [("9" * 5000,)]


def test_a_csv_that_looks_a_little_like_json_stays_one() -> None:
    assert values(read("[番号],{名}\n1,x\n")) == [("1", "x")]
