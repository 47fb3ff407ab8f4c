"""Reading addresses: the hard cases by example, and what must hold for every spelling by hypothesis."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from madoguchi.kit.addresses import (
    PREFECTURES,
    City,
    Level,
    MemoryGazetteer,
    ParsedAddress,
    PostalCodeRefused,
    Quality,
    Town,
    address_key,
    address_key_beginning,
    address_parse,
    address_text,
    local_code_complete,
    local_code_fits,
    postal_code_format,
    postal_code_parse,
    prefecture_code,
    prefecture_name,
)
from madoguchi.kit.addresses.folding import address_fold, kanji_number, name_fold
from madoguchi.kit.width import ascii_to_full, text_normalise

HOME = City("362018", "徳島県", "徳島市")
NAMES = (
    "幸町一丁目", "幸町二丁目", "幸町三丁目", "南二軒屋町一丁目", "南二軒屋町二丁目", "南二軒屋町三丁目", "八百屋町一丁目",
    "八百屋町二丁目", "八百屋町三丁目", "十人町", "三軒屋町一丁目", "三軒屋町二丁目", "中", "中町",
    "中町東", "南", "南町", "国府町府中", "国府町西矢野", "大字渋野字下", "丈六町",
    "八万町", "霞ヶ丘", "一の宮町", "渋野町", "佐古一番町", "大谷町字西ノ浦", "柳澤町",
    "三番町", "千松", "新港町4丁", "新港町5丁",
)  # fmt: skip
CODES = {name: f"{number:07d}" for number, name in enumerate(NAMES, start=1)}
GAZETTEER = MemoryGazetteer(
    home=HOME,
    cities=[City("364011", "徳島県", "藍住町", "板野郡"), City("342084", "広島県", "府中市")],
    towns={HOME.code: [Town(code, name) for name, code in CODES.items()]},
)


def parse(text: str) -> ParsedAddress:
    return address_parse(text, gazetteer=GAZETTEER)


def parts(parsed: ParsedAddress) -> tuple[str, ...]:
    return (parsed.prefecture, parsed.city, parsed.town, parsed.town_code, parsed.oaza, parsed.chome,
            parsed.block, parsed.house, parsed.building)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "town", "block", "house", "building"),
    [
        ("徳島市幸町2丁目5番地", "幸町二丁目", "5", "", ""),
        ("幸町2-5", "幸町二丁目", "5", "", ""),
        ("幸町二丁目五番地の一", "幸町二丁目", "5", "1", ""),
        ("幸町2丁目5一1", "幸町二丁目", "5", "1", ""),
        ("〒770-8571 徳島県徳島市幸町2丁目5番地", "幸町二丁目", "5", "", ""),
        ("徳島徳島市幸町２ー５ー１", "幸町二丁目", "5", "1", ""),
        ("幸町2丁目5-1グリーンハイツ101", "幸町二丁目", "5", "1", "グリーンハイツ101"),
        ("幸町2丁目 5番地　グリーンハイツ１０１号", "幸町二丁目", "5", "", "グリーンハイツ101号"),
        # A number with 号 right behind the block is the house; behind a gap or with 室 it is a room.
        ("幸町2丁目5番101号", "幸町二丁目", "5", "101", ""),
        ("幸町2丁目5番1号101号", "幸町二丁目", "5", "1", "101"),
        ("幸町2-5-1 １０１号室", "幸町二丁目", "5", "1", "101"),
        ("幸町2-5 101号", "幸町二丁目", "5", "", "101"),
        ("幸町2丁目5番地 1号", "幸町二丁目", "5", "1", ""),
        ("幸町2-5-1-101", "幸町二丁目", "5", "1", "101"),
        ("幸町2-5-1 A棟203号室", "幸町二丁目", "5", "1", "A棟203号室"),
        ("佐古一番町5-1 山田様方", "佐古一番町", "5", "1", "山田様方"),
        ("幸町2丁目 市民会館", "幸町二丁目", "", "", "市民会館"),
        ("三軒屋町二丁目甲5番地", "三軒屋町二丁目", "甲5", "", ""),
        ("八万町丙12番地の3", "八万町", "丙12", "3", ""),
        ("八万町甲の5-1", "八万町", "甲5", "1", ""),
        ("丈六町イ5番地ロ", "丈六町", "イ5", "ロ", ""),
        ("丈六町5番地ハイツ鮎", "丈六町", "5", "", "ハイツ鮎"),
        ("八万町無番地", "八万町", "無番地", "", ""),
        ("八万町番外5", "八万町", "番外5", "", ""),
        # Numbers inside names.
        ("南二軒屋町3丁目1番28号", "南二軒屋町三丁目", "1", "28", ""),
        ("南2軒屋町三丁目一番二十八号", "南二軒屋町三丁目", "1", "28", ""),
        ("八百屋町3-10", "八百屋町三丁目", "10", "", ""),
        ("十人町10-2", "十人町", "10", "2", ""),
        ("三番町5-1", "三番町", "5", "1", ""),
        ("三軒屋町二丁目二〇五番地", "三軒屋町二丁目", "205", "", ""),
        ("新港町4丁1-8", "新港町4丁", "1", "8", ""),
        ("新港町四丁一番八号", "新港町4丁", "1", "8", ""),
        # One name is the beginning of another.
        ("中町東5-1", "中町東", "5", "1", ""),
        ("中町5", "中町", "5", "", ""),
        ("中5-1", "中", "5", "1", ""),
        # 大字 and 字, gaps between names, variants of letters.
        ("渋野下5", "大字渋野字下", "5", "", ""),
        ("国府町 府中 3-5", "国府町府中", "3", "5", ""),
        ("霞が丘3", "霞ヶ丘", "3", "", ""),
        ("一之宮町3", "一の宮町", "3", "", ""),
        ("大谷町西の浦12", "大谷町字西ノ浦", "12", "", ""),
        ("柳沢町1", "柳澤町", "1", "", ""),
    ],
)
def test_parts_of_the_own_citys_addresses(text, town, block, house, building):
    found = parse(text)
    assert (found.town, found.block, found.house, found.building) == (town, block, house, building)
    assert (found.prefecture, found.city, found.city_code) == ("徳島県", "徳島市", "362018")
    assert found.town_code == CODES[town]
    assert found.quality in (Quality.EXACT, Quality.FOLDED)
    assert found.rest == ""
    assert found.doubts == ()


@pytest.mark.parametrize(
    ("text", "quality"),
    [
        ("徳島県徳島市幸町二丁目5番1号", Quality.EXACT),
        ("徳島市十人町10番地2", Quality.EXACT),
        ("幸町二丁目5-1", Quality.EXACT),
        ("丈六町イ5番地ロ", Quality.EXACT),
        ("幸町2丁目5番1号", Quality.FOLDED),
        ("幸町二丁目５番１号", Quality.FOLDED),
        ("幸町二丁目五番一号", Quality.FOLDED),
        ("幸町二丁目5番地の1", Quality.FOLDED),
        ("幸町二丁目5‐1", Quality.FOLDED),
        ("霞ケ丘3番地", Quality.FOLDED),
        ("渋野字下3番地", Quality.FOLDED),
        ("徳島県藍住町", Quality.FOLDED),
        ("幸町七丁目5番1号", Quality.GUESSED),
        ("新しい町5番1号", Quality.GUESSED),
        ("兵庫県神戸市中央区", Quality.GUESSED),
        ("Main Street 5", Quality.NONE),
    ],
)
def test_quality_is_the_worst_of_the_parts(text, quality):
    assert parse(text).quality is quality


@pytest.mark.parametrize(
    ("text", "level", "doubts"),
    [
        ("", Level.NONE, []),
        ("123 Main St, Springfield, IL 62701", Level.NONE, ["not_understood"]),
        ("서울특별시 종로구 1", Level.NONE, ["not_understood"]),
        ("未定", Level.NONE, ["not_understood"]),
        ("徳島県", Level.PREFECTURE, []),
        ("徳島市", Level.CITY, []),
        ("徳島市幸町二丁目", Level.TOWN, []),
        ("幸町", Level.TOWN, ["chome_missing"]),
        ("幸町5番1号", Level.HOUSE, ["chome_missing"]),
        ("幸町七丁目3", Level.BLOCK, ["chome_unknown"]),
        ("幸町二丁目ハイツ鮎", Level.TOWN, ["not_understood"]),
        ("幸町二丁目5番地先", Level.BLOCK, ["not_understood"]),
        ("山田町3番地", Level.BLOCK, ["town_unknown"]),
        ("徳島県府中市中町3", Level.BLOCK, ["city_unknown", "town_unknown"]),
    ],
)  # fmt: skip
def test_level_and_doubts(text, level, doubts):
    found = parse(text)
    assert found.level is level
    assert [doubt.code for doubt in found.doubts] == doubts


@pytest.mark.parametrize(
    ("text", "city", "town", "numbers"),
    [
        ("徳島県板野郡藍住町奥野字矢上前52-1", "板野郡藍住町", "奥野字矢上前", ("52", "1")),
        ("東京都千代田区霞が関二丁目1番6号", "千代田区", "霞が関2丁目", ("1", "6")),
        ("神戸市中央区加納町6-5", "神戸市中央区", "加納町", ("6", "5")),
        ("三重県四日市市諏訪町1番5号", "四日市市", "諏訪町", ("1", "5")),
        ("奈良県大和郡山市北郡山町248-4", "大和郡山市", "北郡山町", ("248", "4")),
        ("東京都町田市森野2-2", "町田市", "森野", ("2", "2")),
        ("長野県大町市大町3887", "大町市", "大町", ("3887", "")),
        ("北海道余市郡余市町朝日町26", "余市郡余市町", "朝日町", ("26", "")),
        ("佐賀県杵島郡大町町大町5017", "杵島郡大町町", "大町", ("5017", "")),
        ("徳島県藍住町奥野甲5番地1", "板野郡藍住町", "奥野", ("甲5", "1")),
        ("三重県津市西丸之内23-1", "津市", "西丸之内", ("23", "1")),
        ("香川県高松市三番町8番15号", "高松市", "三番町", ("8", "15")),
        ("北海道札幌市中央区北1条西2丁目", "札幌市中央区", "北1条西2丁目", ("", "")),
    ],
)
def test_addresses_elsewhere_are_guessed_by_their_shape(text, city, town, numbers):
    found = parse(text)
    assert (found.city, found.town, (found.block, found.house)) == (city, town, numbers)
    assert found.quality is Quality.GUESSED
    assert found.town_code == ""


def test_a_town_that_does_not_fit_gives_way():
    # 南町 is a town, but what follows is no number: neither it nor 南 is taken for half of a name.
    found = parse("南町田3")
    assert (found.town, found.block, found.town_code) == ("南町田", "3", "")


def test_of_two_towns_that_fold_alike_the_one_as_written_is_taken():
    towns = [Town("1", "霞ヶ丘"), Town("2", "霞が丘")]
    gazetteer = MemoryGazetteer(home=HOME, towns={HOME.code: towns})
    assert [address_parse(text, gazetteer=gazetteer).town_code for text in ("霞ヶ丘3", "霞が丘3")] == [
        "1",
        "2",
    ]
    third = address_parse("霞ケ丘3", gazetteer=gazetteer)
    assert third.town_code in ("1", "2")
    assert [doubt.code for doubt in third.doubts] == ["several_towns"]


def test_a_chome_is_a_chome_only_where_the_town_has_it():
    assert parse("幸町5-2").town == "幸町"
    assert (parse("十人町2-5").block, parse("十人町2-5").house) == ("2", "5")
    unknown = parse("十人町二丁目5")
    assert (unknown.town, unknown.chome, unknown.block) == ("十人町2丁目", "2", "5")
    assert unknown.quality is Quality.GUESSED


def test_a_city_of_another_prefecture_is_not_taken():
    assert parse("広島県府中市府川町315").city_code == "342084"
    assert parse("東京都府中市宮西町2").city_code == ""


def test_a_fictional_prefecture_is_known_to_its_gazetteer():
    city = City("999997", "水面県", "みなも市")
    gazetteer = MemoryGazetteer(home=city, towns={city.code: [Town("1", "あさぎり町")]})
    found = address_parse("水面県みなも市あさぎり町5-1", gazetteer=gazetteer)
    assert (found.prefecture, found.city, found.town, found.quality) == (
        "水面県",
        "みなも市",
        "あさぎり町",
        Quality.EXACT,
    )


def test_without_a_home_only_whole_addresses_are_understood():
    empty = MemoryGazetteer(towns={})
    assert address_parse("幸町2-5", gazetteer=empty).level is Level.NONE
    assert address_parse("徳島県徳島市幸町2-5", gazetteer=empty).level is Level.HOUSE


# What must hold for every spelling

figures = st.integers(1, 999)
FIGURE_LETTERS = "〇一二三四五六七八九"


def kanji(number: int) -> str:
    """Write a number below 1000 in 漢数字 with 十 and 百."""
    text = ""
    for unit, letter in ((100, "百"), (10, "十")):
        count, number = divmod(number, unit)
        text += "" if not count else letter if count == 1 else FIGURE_LETTERS[count] + letter
    return text + (FIGURE_LETTERS[number] if number else "")


@st.composite
def spelled(draw: st.DrawFn) -> tuple[str, tuple[str, int, int, int]]:
    """Give one of many spellings of an address, with what it says: town, block, house (0: none), room (0: none)."""
    name = draw(st.sampled_from(NAMES))
    block, house = draw(figures), draw(st.just(0) | st.integers(1, 99))
    room = draw(st.just(0) | st.integers(101, 999)) if house else 0
    town = town_spelled(draw, name)
    write = draw(st.sampled_from([str, kanji, lambda number: ascii_to_full(str(number))]))
    hyphen = draw(st.sampled_from("-－‐−―ーの"))
    gap = draw(st.sampled_from(["", " ", "　"]))
    if town[-1] == "-":
        # Once the 丁目 is a bare number, the rest is too, in one style.
        numbers = hyphen.join(write(number) for number in (block, house) if number)
        text = town[:-1] + hyphen + numbers
    else:
        word = (
            draw(st.sampled_from(["番地", "番", "番地の"]))
            if house
            else draw(st.sampled_from(["番地", "番", ""]))
        )
        text = town + gap + write(block) + (word or "")
        if house:
            text += write(house) + draw(st.sampled_from(["号", ""]))
    if room:
        behind = ["-{}", " {}", " {}号室", "　{}号室"]
        text += draw(st.sampled_from(behind)).format(
            draw(st.sampled_from([str(room), ascii_to_full(str(room))]))
        )
    before = draw(
        st.sampled_from(
            ["", "徳島市", "徳島県徳島市", "徳島県 徳島市 ", "〒770-8571 徳島市", "７７０－８５７１　"]
        )
    )
    return before + text, (name, block, house, room)


def town_spelled(draw: st.DrawFn, name: str) -> str:
    """Spell a town in one of its ways; with a bare number for the 丁目 it ends in a hyphen."""
    name = name.replace("ヶ", draw(st.sampled_from("ヶケがガ"))).replace(
        "の", draw(st.sampled_from("のノ之"))
    )
    name = name.replace("ノ", draw(st.sampled_from("のノ之"))).replace("澤", draw(st.sampled_from("澤沢")))
    name = re.sub("大字|字", lambda word: draw(st.sampled_from([word[0], ""])), name)
    for end in ("丁目", "丁"):
        if name.endswith(end) and name[: -len(end)][-1] in FIGURE_LETTERS + "45":
            number = (
                kanji_number(name[-len(end) - 1]) if name[-len(end) - 1] in FIGURE_LETTERS else int(name[-2])
            )
            shapes = [kanji(number) + end, f"{number}{end}", ascii_to_full(str(number)) + end, f"{number}-"]
            return name[: -len(end) - 1] + draw(st.sampled_from(shapes))
    return name


@given(spelled())
def test_every_spelling_has_the_same_parts_key_and_level(drawn):
    text, (name, block, house, room) = drawn
    found = parse(text)
    assert (found.town, found.town_code) == (name, CODES[name])
    assert (found.block, found.house, found.building) == (str(block), str(house or ""), str(room or ""))
    assert found.level is (Level.BUILDING if room else Level.HOUSE if house else Level.BLOCK)
    assert found.quality in (Quality.EXACT, Quality.FOLDED)
    official = (
        f"徳島県徳島市{name}{block}番" + (f"{house}号" if house else "") + (f" {room}号室" if room else "")
    )
    assert address_key(found) == address_key(parse(official))
    assert address_key(found, building=False) == address_key(parse(official), building=False)


@given(spelled(), spelled())
def test_different_addresses_have_different_keys(one, other):
    assume(one[1] != other[1])
    assert address_key(parse(one[0])) != address_key(parse(other[0]))


pieces = st.sampled_from(
    [*"甲乙イロハニのノ之ヶが-－ー‐−一二十百千万〇0123456789０１９ 　、,()（）番号室階棟先邊𠮷﨑\ufa19\U000e0100ｶﾞﾞ\x00\n\x03", "丁目", "番地",
     "番", "号", "大字", "字", "無番地", "番外", "幸町", "幸町二丁目", "徳島市", "徳島県", "板野郡", "市", "郡", "区", "町", "〒770-8571", "Ａ棟",
     "中町", "東京都", "様方", "グリーンハイツ"]
)  # fmt: skip
any_text = st.text(max_size=40) | st.lists(pieces, max_size=14).map("".join)


@given(any_text)
@example("一" * 5000)
@example("9" * 5000)
@example("徳島市幸町" + "2-" * 500)
@example("千" * 40 + "町3")
def test_any_text_is_read_and_kept(text):
    found = parse(text)
    assert found.written == text_normalise(text)
    assert found.level is Level.NONE or found.quality is not Quality.NONE
    assert (found.quality is Quality.NONE) == (found.level is Level.NONE)
    assert not (found.house and not found.block)
    assert address_key(found)


in_the_city = st.tuples(
    st.sampled_from(["", "徳島市", "徳島県徳島市"]), st.sampled_from(NAMES), any_text
).map("".join)


@given(in_the_city)
def test_what_is_written_out_is_read_the_same(text):
    found = parse(text)
    assume(found.quality in (Quality.EXACT, Quality.FOLDED))
    again = parse(address_text(found))
    assert parts(again) == parts(found)
    assert address_key(again) == address_key(found)
    assert address_text(again) == address_text(found)


@given(any_text)
def test_folding_keeps_the_places_of_the_text(text):
    folded = address_fold(text)
    places = [folded.place(index) for index in range(len(folded.key) + 1)]
    assert places == sorted(places)
    assert places[-1] == len(folded.plain)
    assert folded.cut(0, len(folded.key)) == folded.plain if folded.key else places == [len(folded.plain)]
    for index, place in enumerate(places):
        assert folded.place_of(place) == places.index(place) <= index
    assert name_fold(text) == name_fold(text_normalise(text)) or not text.isprintable()


@pytest.mark.parametrize(
    ("run", "number"),
    [("十", 10), ("二十八", 28), ("百", 100), ("百二", 102), ("二〇五", 205), ("一五", 15), ("千二百", 1200),
     ("八万", 80_000), ("万", 10_000), ("三万五千", 35_000)],
)  # fmt: skip
def test_kanji_numbers(run, number):
    assert kanji_number(run) == number


@pytest.mark.parametrize(
    ("place", "inside", "outside"),
    [
        ("徳島市", "幸町2-5-1", "藍住町奥野5"),
        ("徳島市幸町", "幸町2-5-1", "八百屋町3-10"),
        ("幸町2丁目", "幸町二丁目五番地の一", "幸町3-5-1"),
        ("十人町2番", "十人町2-5 鮎荘", "十人町21-5"),
        ("幸町2-5-1", "幸町2-5-1 鮎荘101", "幸町2-5-11"),
    ],
)
def test_a_key_begins_like_the_key_of_the_place_around(place, inside, outside):
    beginning = address_key_beginning(parse(place))
    assert address_key(parse(inside)).startswith(beginning)
    assert not address_key(parse(outside)).startswith(beginning)


# Codes


@pytest.mark.parametrize(
    "typed", ["770-8571", "7708571", "〒770-8571", "〒 ７７０－８５７１", " 770 8571 ", "770ー8571"]
)
def test_postal_codes_are_seven_figures(typed):
    assert postal_code_parse(typed) == "7708571"
    assert postal_code_format(postal_code_parse(typed)) == "770-8571"


@pytest.mark.parametrize(
    ("typed", "code"),
    [("", "empty"), ("〒", "empty"), ("770", "form"), ("770-85712", "form"), ("abcdefg", "form")],
)
def test_what_is_no_postal_code_is_refused(typed, code):
    with pytest.raises(PostalCodeRefused) as refused:
        postal_code_parse(typed)
    assert refused.value.code == code
    assert postal_code_format(typed) == typed


def test_a_postal_code_before_an_address_is_told_from_a_block():
    assert parse("〒770-8571幸町2-5").postal_code == "7708571"
    assert parse("770-8571 幸町2-5").postal_code == "7708571"
    assert parse("幸町770-8571").postal_code == ""


def test_prefectures_and_their_codes():
    assert len(PREFECTURES) == 47
    assert (prefecture_name("13"), prefecture_name("362018"), prefecture_name("48")) == (
        "東京都",
        "徳島県",
        "",
    )
    assert all(prefecture_code(name) == code for code, name in PREFECTURES.items())
    assert prefecture_code("東京") == ""


def test_local_codes_carry_a_check_figure():
    for code in ("362018", "011002", "131016", "010006", "271004"):
        assert local_code_complete(code[:5]) == code
        assert local_code_fits(code)
        assert not local_code_fits(code[:5] + str((int(code[5]) + 1) % 10))
    assert not local_code_fits("36201")
    with pytest.raises(ValueError, match="five"):
        local_code_complete("3620a")
