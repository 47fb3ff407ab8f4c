"""Folded text is one form for many spellings; its tokens say where the letters follow each other, and no more."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from madoguchi.kit.grams import WORD_LETTERS, grams, phrase_of, phrases_typed, text_fold

LETTERS = '東京都山田髙高邉﨑斎斉𠮷龠アヤマんゃーｱﾞ゛ゞ々〓ab zAZé12９-－ー・、「」"“” 　\t\0\u200b\u3099\ue000\U000e0100\ufa19㈱①²'
TEXTS = st.text(LETTERS, max_size=12) | st.text(max_size=8)
TOKEN = re.compile("[a-z][a-z0-9]*")


def holds(text: str, part: str) -> bool:
    """Judge by the folded letters alone: the part is there, and a word or number of it begins where it begins."""
    kinds = ("abcdefghijklmnopqrstuvwxyz", "0123456789")
    inside = next((kind for kind in kinds if part[0] in kind), "")
    return any(
        text.startswith(part, place) and not (place and text[place - 1] in inside)
        for place in range(len(text))
    )


def spelled(text: str, part: str) -> bool:
    """Look for the phrase of the part among the tokens of the text, as an engine does."""
    tokens, phrase = grams(text).split(), phrase_of(part)
    *first, last = phrase.tokens
    for place in range(len(tokens) - len(first)):
        there = tokens[place + len(first)]
        fits = there.startswith(last) if phrase.open else there == last
        if fits and tokens[place : place + len(first)] == first:
            return True
    return False


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("東京　都庁", "東京 都庁"),
        ("ﾔﾏﾀﾞ", "やまだ"),
        ("ＡＢＣ１２３", "abc123"),
        ("髙橋 渡邉", "高橋 渡辺"),
        ("斎藤", "齋藤"),
        ("辻\U000e0100村", "辻村"),
        ("㈱山田", "（株）山田"),
        ("２－５", "2ー5"),
        ("2−5", "2-5"),
        ("Café", "CAFE"),
        ("佐々木", "佐佐木"),
        ("霞ヶ関", "霞ケ関"),
        ("山\u200b田", "山田"),
        ("、。東京！", "東京"),
    ],
)
def test_spellings_of_one_text_are_one(one: str, other: str) -> None:
    assert text_fold(one) == text_fold(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("東京", "京東"),
        ("ヤマサキ", "ヤマザキ"),
        ("キヨウコ", "キョウコ"),
        ("オノ", "オオノ"),
        ("東京都", "東京 都"),
    ],
)
def test_what_is_another_text_stays_another(one: str, other: str) -> None:
    assert text_fold(one) != text_fold(other)
    assert grams(one) != grams(other)


@given(TEXTS)
@example("0ー\u200b0")
@example("1\u200bー1")
@example("\ud800山")
def test_folding_twice_changes_nothing(text: str) -> None:
    folded = text_fold(text)
    assert text_fold(folded) == folded
    assert grams(folded) == grams(text)


@given(TEXTS)
def test_a_folded_text_is_words_and_single_blanks(text: str) -> None:
    folded = text_fold(text)
    assert folded.split() == [word for word in folded.split(" ") if word]
    assert folded == " ".join(folded.split())
    signs = {letter for letter in folded if unicodedata.category(letter)[0] in "PSZ"}
    assert signs <= {" ", "〓"}
    assert not any(unicodedata.category(letter) in {"Cc", "Cs", "Cf"} for letter in folded)


@given(TEXTS | st.text("abc019", min_size=WORD_LETTERS - 2, max_size=3 * WORD_LETTERS))
def test_tokens_are_plain(text: str) -> None:
    for token in grams(text).split():
        assert TOKEN.fullmatch(token)
        assert len(token) <= WORD_LETTERS + 2


@settings(max_examples=500)
@given(TEXTS.map(text_fold), TEXTS.map(text_fold), st.data())
def test_a_phrase_is_found_exactly_where_its_letters_are(text: str, other: str, data: st.DataObject) -> None:
    parts = [other]
    if text:
        start = data.draw(st.integers(0, len(text) - 1))
        parts.append(text_fold(text[start : data.draw(st.integers(start + 1, len(text)))]))
    for part in filter(None, parts):
        assert spelled(text, part) == holds(text, part), (text, part)


@given(
    st.text("ab1", min_size=WORD_LETTERS - 3, max_size=2 * WORD_LETTERS + 3),
    st.integers(0, 5),
    st.integers(WORD_LETTERS - 5, 2 * WORD_LETTERS + 3),
    st.sampled_from(["", "東", " 東", "a", "1"]),
)
def test_a_long_word_is_found_by_its_beginning(word: str, start: int, end: int, behind: str) -> None:
    text, part = text_fold("a" * 60 + word + behind), text_fold("a" * (60 - start) + word[:end])
    assert spelled(text, part) == holds(text, part)
    assert spelled(word, word)


@pytest.mark.parametrize(
    ("text", "found", "missed"),
    [
        ("東京都", ["東", "京", "都", "東京", "京都", "東京都"], ["東都", "京 都", "都東"]),
        ("東京 都", ["東京", "都", "京 都"], ["京都"]),
        ("幸町2-5 B203号室", ["幸町2", "2 5", "b203", "203", "20", "203号室"], ["03", "町5", "25", "3号"]),
        ("Smith John", ["smith", "smi", "j", "smith john"], ["mith", "h john", "smithj"]),
        ("第3回", ["3", "第3", "3回", "回"], ["第回", "33"]),
        ("第3 回", ["3 回", "第3"], ["3回"]),
    ],
)  # fmt: skip
def test_what_is_found(text: str, found: list[str], missed: list[str]) -> None:
    assert [part for part in found if not spelled(text, text_fold(part))] == []
    assert [part for part in missed if spelled(text, text_fold(part))] == []


@pytest.mark.parametrize(
    ("typed", "phrases"),
    [
        ("", ()),
        (" 　、。!? \0", ()),
        ("山田　太郎", ("山田", "太郎")),
        ("山田 山田 ヤマダ やまだ", ("山田", "ヤマダ")),
        ('"山田 太郎" 市', ("山田 太郎", "市")),
        ("「山田　太郎」市", ("山田 太郎", "市")),
        ('"山田 太郎', ("山田 太郎",)),
        ("2-5", ("2 5",)),
        ('a" OR "b', ("a", "or", "b")),
        ("AND OR NOT NEAR(a b)", ("and", "or", "not", "near a", "b")),
        ("a:* & !b | <->", ("a", "b")),
    ],
)
def test_what_is_typed_is_words_and_rows(typed: str, phrases: tuple[str, ...]) -> None:
    assert phrases_typed(typed) == phrases


def test_a_letter_takes_seven_bytes() -> None:
    text = "世帯主のなまえとカタカナ" * 10
    assert len(grams(text)) / len(text) < 7.1


def test_ten_thousand_letters_are_no_work() -> None:
    for text in ("山" * 10_000, "ー1" * 5_000, '"' * 10_000, "a" * 10_000, "ア゛" * 5_000, "(山) " * 2_000):
        assert len(phrases_typed(text)) <= 2
        grams(text)
