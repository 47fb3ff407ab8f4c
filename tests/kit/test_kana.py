import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from madoguchi.kit.kana import hiragana, is_hiragana, is_katakana, katakana, search_fold

hiragana_text = st.text(st.sampled_from([*map(chr, range(0x3041, 0x3097)), "ゝ", "ゞ", "ー"]))


def test_kana_both_ways():
    assert katakana("まどぐちゔゕゝゞー") == "マドグチヴヵヽヾー"
    assert hiragana("マドグチヴヵヽヾー") == "まどぐちゔゕゝゞー"
    assert katakana("市役所 City はい") == "市役所 City ハイ"
    assert hiragana("ヷヸヹヺ") == "ヷヸヹヺ"
    assert katakana("か\u3099") == "ガ"


@given(hiragana_text)
def test_hiragana_comes_back(text):
    assert hiragana(katakana(text)) == text
    assert not text or is_hiragana(text)
    assert not text or is_katakana(katakana(text))


@pytest.mark.parametrize("text", ["", " 　", "山田", "ﾔﾏﾀﾞ", "yamada", "やまだ1"])
def test_what_is_no_reading(text):
    assert not is_hiragana(text)
    assert not is_katakana(text)


def test_readings():
    assert is_hiragana("やまだ　たろう")
    assert not is_katakana("やまだ　たろう")
    assert is_katakana("ジャン・ポール")
    assert not is_hiragana("ジャン・ポール")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("サトウ", "さとう"),
        ("ｻﾄｳ", "サトウ"),
        ("ｶﾞｯｺｳ", "がっこう"),
        ("ＡＢＣ１２３", "abc123"),
        ("（株）山田", "㈱山田"),
        ("葛\U000e0100城", "葛城"),
        ("\ufa19社", "\u795e社"),
        ("１－２－３", "1‐2-3"),
        ("1ー2ー3", "1-2-3"),
        ("山田　太郎", " 山田  太郎 "),
        ("Straße", "straße"),
    ],
)
def test_spellings_that_a_search_takes_for_one(one, other):
    assert search_fold(one) == search_fold(other)


def test_spellings_that_stay_apart():
    assert search_fold("びょういん") != search_fold("びよういん")
    assert search_fold("サーバー") != search_fold("サーバ")
    assert search_fold("サーバー") == "さーばー"


@given(st.text())
@example("İ")
@example("K\u0345")
@example("か゛")
@example("1ーー2")
@example("ヽﾞ")
def test_folding_twice_changes_nothing(text):
    assert search_fold(search_fold(text)) == search_fold(text)
