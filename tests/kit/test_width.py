import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kit.width import (
    ascii_to_full,
    ascii_to_half,
    digits_to_half,
    kana_to_full,
    kana_to_half,
    letters_to_half,
    text_normalise,
)

ascii_text = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E))
half_kana = st.text(st.characters(min_codepoint=0xFF61, max_codepoint=0xFF9F))


def test_each_function_turns_only_its_own_letters():
    text = "Ａ１－ア　ｱ"
    assert digits_to_half(text) == "Ａ1－ア　ｱ"
    assert letters_to_half(text) == "A１－ア　ｱ"
    assert ascii_to_half(text) == "A1-ア ｱ"
    assert kana_to_full(text) == "Ａ１－ア　ア"


@given(ascii_text)
def test_ascii_comes_back(text):
    assert ascii_to_half(ascii_to_full(text)) == text
    assert not any(0x20 <= ord(letter) <= 0x7E for letter in ascii_to_full(text))


@given(st.text())
def test_width_never_moves_a_letter(text):
    for change in (digits_to_half, letters_to_half, ascii_to_half, ascii_to_full):
        assert len(change(text)) == len(text)
        assert change(change(text)) == change(text)


@pytest.mark.parametrize(
    ("half", "full"),
    [
        ("ﾏﾄﾞｸﾞﾁ", "マドグチ"),
        ("ﾊﾟﾝ", "パン"),
        ("ｳﾞｧｲｵﾘﾝ", "ヴァイオリン"),
        ("ﾜﾞｦﾞ", "ヷヺ"),
        ("ｱﾞ", "ア゛"),
        ("ﾞ", "゛"),
        ("ﾟ", "゜"),
        ("｢ｱ･ｲ､ｰ｡｣", "「ア・イ、ー。」"),
        ("ｶABCﾞ", "カABC゛"),
    ],
)
def test_half_width_katakana(half, full):
    assert kana_to_full(half) == full
    assert kana_to_half(full) == half


def test_a_lone_mark_does_not_fuse_with_its_neighbour():
    assert text_normalise(kana_to_full("カﾞ")) == "カ゛"


@given(half_kana)
def test_half_width_katakana_comes_back(text):
    full = kana_to_full(text)
    assert kana_to_half(full) == text
    assert not any(0xFF61 <= ord(letter) <= 0xFF9F for letter in full)


def test_normal_form_composes_and_keeps_the_glyphs_of_names():
    assert text_normalise("か\u3099") == "が"
    assert text_normalise("葛\U000e0100城") == "葛\U000e0100城"
    assert text_normalise("\ufa19か\u3099") == "\ufa19が"
    assert unicodedata.normalize("NFC", "\ufa19") == "\u795e"


@given(st.text())
def test_normal_form_is_reached_at_once(text):
    assert text_normalise(text_normalise(text)) == text_normalise(text)


@given(st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0xF8FF)))
def test_normal_form_is_nfc_away_from_compatibility_ideographs(text):
    assert text_normalise(text) == unicodedata.normalize("NFC", text)
