import unicodedata
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from madoguchi.kit.variants import (
    GETA,
    Gaiji,
    gaiji_find,
    shrink,
    variants_fold,
    variants_read,
    variants_search_fold,
)

PAIRS = variants_read()
CODECS = {"jisx0208": "iso2022_jp", "jisx0213": "euc_jis_2004", "cp932": "cp932"}
texts = st.text(
    st.one_of(
        st.sampled_from(
            [*"髙﨑齋斎斉邉辺鷗鴎神德①㈱éｱﾞ～〓", "𠮷", "\ufa19", "\ue000", "\U000e0100", "\u3099"]
        ),
        st.characters(),
    )
)


def ideograph(character: str) -> bool:
    name = unicodedata.name(character)
    return name.startswith(("CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH"))


def test_the_list_is_of_single_ideographs_in_order_of_code_points():
    variants = [pair.variant for pair in PAIRS]
    assert variants == sorted(set(variants))
    assert len(variants) >= 500
    for pair in PAIRS:
        assert (len(pair.variant), len(pair.ordinary)) == (1, 1)
        assert ideograph(pair.variant)
        assert ideograph(pair.ordinary)
        assert pair.variant != pair.ordinary


def test_what_unicode_itself_calls_a_variant_is_not_listed():
    listed = {character for pair in PAIRS for character in (pair.variant, pair.ordinary)}
    assert not [character for character in listed if unicodedata.decomposition(character)]


def test_an_ordinary_character_is_no_variant_itself():
    loose = {pair.variant for pair in PAIRS if pair.kind == "loose"}
    same = {pair.variant for pair in PAIRS} - loose
    assert not {pair.ordinary for pair in PAIRS} & same
    # A former form may lead to a character that people take for another: 齊 → 斉, and only in a search → 斎.
    assert not {pair.ordinary for pair in PAIRS if pair.kind == "loose"} & loose
    assert {pair.ordinary for pair in PAIRS} & loose == {"斉", "廻"}


def test_every_kind_is_there():
    kinds = Counter(pair.kind for pair in PAIRS)
    assert set(kinds) == {"kyuji", "itaiji", "zokuji", "loose"}
    assert kinds["kyuji"] >= 300


@pytest.mark.parametrize(
    ("written", "ordinary"),
    [
        ("髙﨑濵邊邉德廣嶋嶌國", "高崎浜辺辺徳広島島国"),
        ("渕渊", "淵淵"),
        ("槗桒冨\uf9dc\ufa10栁桺", "橋桑富隆塚柳柳"),
        ("舘舩峯眞龜壽榮靜𠮷", "館船峰真亀寿栄静吉"),
        ("﨟", "臘"),
        ("\ufa19\ufa1b\ufa64\uf9d0", "\u795e\u798f\u8cd3\u985e"),
        ("\uf94d", "涙"),
        ("\U0002f804", "\u4f60"),
        ("邉\U000e0105田\ufe00", "辺田"),
        ("齋齊", "斎斉"),
        ("\ufa0e\ufa11", "\ufa0e崎"),
        ("山田ヤマダ", "山田ヤマダ"),
    ],
)
def test_forms_of_one_character(written, ordinary):
    assert variants_fold(written) == ordinary


def test_every_former_form_of_a_character_of_the_law_is_folded():
    # 子の名に使える: the pairs of 戸籍法施行規則別表第二 that have code points of their own.
    pairs = [
        "亙亘",
        "凛凜",
        "堯尭",
        "巖巌",
        "晄晃",
        "檜桧",
        "槇槙",
        "禰祢",
        "禱祷",
        "祿禄",
        "穰穣",
        "萠萌",
        "遙遥",
        "彌弥",
    ]
    for one, other in pairs:
        assert variants_fold(one) == variants_fold(other)


@pytest.mark.parametrize(("one", "other"), ["斎斉", "齋齊", "埼崎", "阪坂", "畠畑", "園薗", "回迴"])
def test_characters_that_only_a_search_takes_for_one(one, other):
    assert variants_fold(one) != variants_fold(other)
    assert variants_search_fold(one) == variants_search_fold(other)


@pytest.mark.parametrize(("one", "other"), ["太大", "裕祐", "己巳", "土士", "未末", "咲笑", "日曰"])
def test_characters_that_nothing_takes_for_one(one, other):
    assert variants_search_fold(one) != variants_search_fold(other)


@given(texts)
def test_folding_twice_changes_nothing(text):
    assert variants_fold(variants_fold(text)) == variants_fold(text)
    assert variants_search_fold(variants_search_fold(text)) == variants_search_fold(text)
    assert variants_search_fold(variants_fold(text)) == variants_search_fold(text)


@given(texts)
def test_a_fold_does_not_depend_on_nfc(text):
    assert variants_fold(unicodedata.normalize("NFC", variants_fold(text))) == variants_fold(
        unicodedata.normalize("NFC", text)
    )


@pytest.mark.parametrize(
    ("written", "to", "shown", "replaced", "missing"),
    [
        ("山田", "jisx0208", "山田", (), ()),
        ("髙﨑", "jisx0208", "高崎", ((0, "髙", "高"), (1, "﨑", "崎")), ()),
        ("髙﨑", "cp932", "髙﨑", (), ()),
        ("髙﨑", "jisx0213", "高﨑", ((0, "髙", "高"),), ()),
        ("𠮷田", "cp932", "吉田", ((0, "𠮷", "吉"),), ()),
        ("葛\U000e0100城", "jisx0208", "葛城", ((0, "葛\U000e0100", "葛"),), ()),
        ("邉\U000e0105邊", "jisx0208", "邉邊", ((0, "邉\U000e0105", "邉"),), ()),
        ("\ufa19", "jisx0208", "\u795e", ((0, "\ufa19", "\u795e"),), ()),
        ("\ufa19", "cp932", "\ufa19", (), ()),
        ("森鷗外", "jisx0208", "森鴎外", ((1, "鷗", "鴎"),), ()),
        ("剝", "cp932", "剥", ((0, "剝", "剥"),), ()),
        ("ｶﾞｱ", "jisx0208", "ガア", ((0, "ｶﾞ", "ガ"), (2, "ｱ", "ア")), ()),
        ("JOSÉ", "cp932", "JOSE", ((3, "É", "E"),), ()),
        ("㈱－", "jisx0208", "(株)−", ((0, "㈱", "(株)"), (1, "－", "−")), ()),
        ("1〜2", "cp932", "1〜2", (), ()),
        ("\ue000田", "cp932", "〓田", (), ((0, "\ue000"),)),
        ("田\U0010de92\U000e0100", "jisx0213", "田〓", (), ((1, "\U0010de92\U000e0100"),)),
        ("김", "cp932", "〓", (), ((0, "김"),)),
        ("〓", "cp932", "〓", (), ()),
    ],
)
def test_what_an_old_system_shows(written, to, shown, replaced, missing):
    result = shrink(written, to=to)
    assert (result.text, result.replaced, result.missing) == (shown, replaced, missing)


@pytest.mark.parametrize("to", CODECS)
def test_shrinking_never_makes_another_name_of_a_name(to):
    assert shrink("斎斉", to=to).text == "斎斉"
    assert shrink("薗喆", to="jisx0208").text == "薗" + GETA


@given(texts, st.sampled_from(list(CODECS)))
@example("\U000e0100", "cp932")
def test_everything_shown_can_be_shown_and_everything_else_is_reported(text, to):
    result = shrink(text, to=to)
    result.text.encode(CODECS[to])
    assert not gaiji_find(result.text)
    assert shrink(result.text, to=to).text == result.text
    reported = [place for place, *_ in (*result.replaced, *result.missing)]
    assert len(set(reported)) == len(reported)
    for place, letter, *_ in (*result.replaced, *result.missing):
        assert text[place : place + len(letter)] == letter
    if not reported:
        assert result.text == text


def test_unregistered_characters_are_found_with_their_places():
    assert gaiji_find("窓口\ue000郎\uf8ff\U000f0000\U0010fffd") == (
        Gaiji(2, "\ue000"),
        Gaiji(4, "\uf8ff"),
        Gaiji(5, "\U000f0000"),
        Gaiji(6, "\U0010fffd"),
    )
    assert [found.code for found in gaiji_find("\ue000\U0010de92")] == ["U+E000", "U+10DE92"]
    assert gaiji_find("髙﨑𠮷\ufa19邉\U000e0100〓\ufffd") == ()


def test_every_user_defined_cell_of_windows_is_found_under_its_code():
    cells = [
        bytes((row, cell)) for row in range(0xF0, 0xFA) for cell in [*range(0x40, 0x7F), *range(0x80, 0xFD)]
    ]
    assert len(cells) == 1880
    text = b"".join(cells).decode("cp932")
    assert [found.cp932 for found in gaiji_find(text)] == [cell.hex().upper() for cell in cells]
    assert Gaiji(0, "\ue758").cp932 == ""
    assert Gaiji(0, "\U0010de92").cp932 == ""
