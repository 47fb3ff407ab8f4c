"""Footnotes and terms in the texts of a plan: linked once, longest first, everything escaped."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.blocks.measures.public.words import Linker
from madoguchi.blocks.measures.spec import NoteSpec

EVIL = "\"'><script>alert(1)</script>&amp;"


def note(term: str, **more: Any) -> NoteSpec:
    return NoteSpec(term=term, text=f"{term}の説明", **more)


def linked(markup: str) -> list[tuple[str, str]]:
    """Give the links of a text as (target, words without the mark)."""
    return [
        (target, re.sub(r"<sup>.*?</sup>", "", words))
        for target, words in re.findall(r'<a href="#([^"]+)"[^>]*>(.*?)</a>', markup)
    ]


def bare(markup: str) -> str:
    return html.unescape(re.sub(r"<sup>.*?</sup>|<[^>]+>", "", markup))


def test_a_term_is_linked_where_it_first_stands_on_the_page() -> None:
    linker = Linker([note("RPA")])
    assert linked(linker.text("RPAを使い、RPAを広げる")) == [("note-1", "RPA")]
    assert linked(linker.text("RPAの研修")) == []
    assert [(one.anchor, one.back) for one in linker.shown()] == [("note-1", "word-1")]


def test_the_longer_term_goes_before_the_shorter_one_within_it() -> None:
    linker = Linker([note("AI"), note("AI-OCR"), note("AIチャットボット")])
    assert linked(linker.text("AI-OCRとAIチャットボット、そしてAI")) == [
        ("note-2", "AI-OCR"), ("note-3", "AIチャットボット"), ("note-1", "AI"),
    ]  # fmt: skip


def test_latin_terms_are_whole_words() -> None:
    assert linked(Linker([note("AI")]).text("MAILとAIR、DXのAI")) == [("note-1", "AI")]


def test_what_stands_in_brackets_is_a_name_too() -> None:
    assert linked(Linker([note("CIO（最高情報統括責任者）")]).text("最高情報統括責任者を置く")) == [
        ("note-1", "最高情報統括責任者")
    ]
    both = Linker([note("DX"), note("変革（DX）")])
    assert linked(both.text("DXで変革する")) == [("note-1", "DX"), ("note-2", "変革")], (
        "its own term goes first"
    )


def test_marks_stand_behind_the_word() -> None:
    assert "<sup>注21</sup>" in Linker([note("AI", mark="21")]).text("AI")
    assert "<sup>※</sup>" in Linker([note("AI", mark="※")]).text("AI")


def test_a_note_of_another_item_stays_away() -> None:
    notes = [note("AI", items=["1"]), note("RPA", items=["2"]), note("DX")]
    linker = Linker(notes, item="1")
    assert linked(linker.text("RPAとDX")) == [("note-3", "DX")]
    assert [one.anchor for one in linker.shown()] == ["note-1", "note-3"], (
        "its own notes are listed, linked or not"
    )
    assert len(Linker(notes).shown()) == 3


def test_lines_become_paragraphs_and_lists() -> None:
    markup = Linker([]).paragraphs("始め\n次\n・一\n・二\n\n終わり")
    assert "<p>始め<br>次</p><ul><li>一</li><li>二</li></ul><p>終わり</p>" in markup
    assert 'lang="ja"' in markup


@pytest.mark.parametrize("text", [EVIL, f"AI{EVIL}AI", f"{EVIL}AI"])
def test_markup_in_texts_and_terms_is_escaped(text: str) -> None:
    linker = Linker([note("AI", mark=EVIL), note(EVIL)])
    assert "<script" not in linker.paragraphs(text)


LETTERS = st.text(alphabet="AI-OCRあ（）<&・ x", max_size=30)


@given(LETTERS, st.lists(st.text(alphabet="AI-OCRあ（）<&", min_size=1, max_size=4), max_size=5))
def test_nothing_but_links_is_added(text: str, terms: list[str]) -> None:
    linker = Linker([note(term) for term in terms])
    markup = linker.text(text)
    assert bare(markup) == text
    targets = [target for target, _words in linked(markup)]
    assert len(targets) == len(set(targets))
