"""
Texts of a plan with its footnotes and glossary terms linked where they first stand.

Invariants (``tests/measures/test_public_words.py``):

1. Whatever a plan's text holds, it comes out escaped; a link is put around a term as it stands, nothing else changes.
2. A term is linked once per page, and a longer term before a shorter one within it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString

from madoguchi.blocks.measures.spec import NoteSpec
from madoguchi.ui.components.markup import esc, safe

_SHORTEST = 2
_BRACKETS = re.compile(r"^(?P<head>[^（(]+)[（(](?P<inside>[^）)]+)[）)]$")


@dataclass(frozen=True, slots=True)
class NoteShown:
    """A note at the foot of a page. ``back`` is the place that links to it, if any does."""

    anchor: str
    back: str
    note: NoteSpec


class Linker:
    """Links the notes of an edition in the texts of one page, in the order in which the texts are given."""

    def __init__(self, notes: Sequence[NoteSpec], *, item: str | None = None) -> None:
        """
        Take the notes that may stand on the page.

        :param item: the item that the page is about; notes of other items are left out. None: the whole edition.
        """
        self._notes = {
            index: note
            for index, note in enumerate(notes, 1)
            if item is None or not note.items or item in note.items
        }
        self._item = item
        self._terms = _terms(self._notes)
        self._linked: dict[int, None] = {}

    def text(self, text: str) -> SafeString:
        """Escape a text and link what stands in it for the first time."""
        if not self._terms:
            return safe(esc(text))
        made, at = [], 0
        for found in _pattern(tuple(self._terms)).finditer(text):
            number = self._terms[found.group()]
            if number in self._linked:
                continue
            self._linked[number] = None
            made.append(esc(text[at : found.start()]))
            made.append(self._link(number, found.group()))
            at = found.end()
        made.append(esc(text[at:]))
        return safe("".join(made))

    def paragraphs(self, text: str) -> SafeString:
        """Put a text of the plan into paragraphs and lists: a line that begins with ・ is an entry of a list."""
        made: list[str] = []
        for listed, lines in _blocks(text):
            inside = [self.text(line) for line in lines]
            made.append(
                "<ul>" + "".join(f"<li>{line}</li>" for line in inside) + "</ul>"
                if listed
                else f"<p>{'<br>'.join(inside)}</p>"
            )
        return format_html('<div class="mg-measure" lang="ja">{}</div>', safe("".join(made)))

    def shown(self) -> list[NoteShown]:
        """Give the notes for the foot of the page: those linked, those of this item, or all of the edition."""
        return [
            NoteShown(f"note-{number}", f"word-{number}" if number in self._linked else "", note)
            for number, note in self._notes.items()
            if self._item is None or number in self._linked or self._item in note.items
        ]

    def _link(self, number: int, words: str) -> str:
        note = self._notes[number]
        mark = f"<sup>{esc(mark_text(note))}</sup>" if note.mark else ""
        return f'<a href="#note-{number}" id="word-{number}">{esc(words)}{mark}</a>'


def mark_text(note: NoteSpec) -> str:
    """Write the mark of a note as it stands behind a word: 注21, ※."""
    return f"注{note.mark}" if note.mark.isdecimal() else note.mark


def _terms(notes: dict[int, NoteSpec]) -> dict[str, int]:
    """Give the terms and what is short for them (CIO（最高情報統括責任者） is both), longest first."""
    found = {note.term: number for number, note in notes.items() if note.term}
    for number, note in notes.items():
        if short := _BRACKETS.match(note.term):
            for word in (short["head"].strip(), short["inside"].strip()):
                if len(word) >= _SHORTEST:
                    found.setdefault(word, number)
    return dict(sorted(found.items(), key=lambda pair: (-len(pair[0]), pair[0])))


@lru_cache(maxsize=128)
def _pattern(terms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_bounded(term) for term in terms))


def _bounded(term: str) -> str:
    # AI is not in MAIL; Japanese words have no such edge.
    before = r"(?<![A-Za-z0-9])" if re.match(r"[A-Za-z0-9]", term) else ""
    after = r"(?![A-Za-z0-9])" if re.search(r"[A-Za-z0-9]$", term) else ""
    return f"{before}{re.escape(term)}{after}"


def _blocks(text: str) -> Iterator[tuple[bool, list[str]]]:
    """Give the lines of a text in runs of list entries and runs of plain lines; an empty line ends a run."""
    listed, run = False, list[str]()
    for line in (line.strip() for line in text.strip().splitlines()):
        entry = line.startswith("・")
        if run and (entry != listed or not line):
            yield listed, run
            run = []
        if line:
            listed = entry
            run.append(line.removeprefix("・").strip() if entry else line)
    if run:
        yield listed, run
