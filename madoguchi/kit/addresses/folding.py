"""The form in which two spellings of a place are the same letters."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from madoguchi.kit.variants import SAME_CHARACTER
from madoguchi.kit.width import kana_to_full

NUMBER_END: Final = "\x03"
"""
Stands behind every number of a folded text, so that 3 is never the beginning of 35.

No letter of a folded text: control characters become blanks before. No blank either, as \x1c to \x1f are for Python.
"""

# Beside the variants that every text of the house shares: two letters for one place.
_OF_PLACES: Final = "碕崎 埜野 籔藪 薮藪 淵渕 坐座 梼檮"
_ALIKE: Final = (
    ("ケ", "ヶがガヵ箇个"),
    ("ノ", "の之乃"),
    ("つ", "っ"),
    ("ツ", "ッ"),
    ("-", "‐‑‒–—―−─－﹣~〜～"),
)
_HALF_KANA: Final = re.compile(r"[\uFF61-\uFF9F]")
_BLANKS: Final = (*range(0x20), 0x7F, 0x85, 0xA0, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x3000)
_WITHOUT_WIDTH: Final = (*range(0x200B, 0x200E), 0x2060, 0xFEFF)
_SELECTORS: Final = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
# One table, one walk over the text: full-width ASCII, blanks of all kinds, and what has no width of its own.
_PLAIN: Final[dict[int, str | None]] = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(_BLANKS, " "),
    **dict.fromkeys((*_WITHOUT_WIDTH, *_SELECTORS), None),
}


def _letters() -> dict[int, str]:
    table = {code: letter for code, letter in SAME_CHARACTER.items() if letter}
    table |= {ord(pair[0]): pair[1] for pair in _OF_PLACES.split()}
    table |= {ord(other): letter for letter, others in _ALIKE for other in others}
    return table | {code: chr(code + 0x20) for code in range(0x41, 0x5B)}


_LETTERS: Final = _letters()
_KANJI_FIGURES: Final = "〇一二三四五六七八九"
_VALUES: Final = {letter: value for value, letter in enumerate(_KANJI_FIGURES)}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_RUN: Final = re.compile(r"([0-9]+|[〇一二三四五六七八九十百千万]+|大字|小字|字)")
# ー is the hyphen's key on a Japanese keyboard; 一 between two figures (5一1) looks like one and is typed for it.
_HYPHEN: Final = re.compile(
    r"(?<=[0-9〇一二三四五六七八九十百千])ー(?=[0-9〇一二三四五六七八九十百千])|(?<=[0-9])一(?=[0-9])"
)


@dataclass(frozen=True, slots=True)
class Folded:
    """
    A text beside its folded form.

    ``plain`` is the text in normal width, where parts are cut out; ``key`` its folded form, where they are found. A piece
    of ``key`` that begins at ``keys[i]`` begins in ``plain`` at ``inner[i]``, and is cut out from ``outer[i]``: with the 大字 or 字
    before it, which folds to nothing. A number is a piece of its own.
    """

    plain: str
    key: str
    keys: list[int]
    outer: list[int]
    inner: list[int]

    def place(self, index: int) -> int:
        """Give the place in ``plain`` of a place in ``key``; within a number, of the number's beginning."""
        piece = bisect_right(self.keys, index) - 1
        begins = self.keys[piece]
        if index == begins:
            return self.outer[piece]
        return self.inner[piece] + (0 if "0" <= self.key[begins] <= "9" else index - begins)

    def place_of(self, place: int) -> int | None:
        """Give the place in ``key`` of a place in ``plain``; None for one within a number."""
        return next((index for index in range(len(self.key) + 1) if self.place(index) == place), None)

    def cut(self, first: int, last: int) -> str:
        """Give what stands in ``plain`` from one place of ``key`` to another."""
        return self.plain[self.place(first) : self.place(last)]


def plain_text(text: str) -> str:
    """Bring a text to normal width: ASCII half-width, kana full-width, no selectors and no control characters."""
    if _HALF_KANA.search(text):
        text = kana_to_full(text)
    return text.translate(_PLAIN)


def address_fold(text: str) -> Folded:
    """
    Fold a text for looking places up.

    Width, case, old and variant ideographs, ヶ ケ が ガ, の ノ 之, kinds of hyphen, figures written as 漢数字, and the words
    大字, 小字 and 字 no longer matter. Every number is closed by ``NUMBER_END``. The key is for comparing only.
    """
    return plain_fold(plain_text(text))


def plain_fold(plain: str) -> Folded:
    """Fold a text that is in normal width already (``plain_text``)."""
    pieces: list[str] = []
    keys: list[int] = []
    outer: list[int] = []
    inner: list[int] = []
    at = begins = done = 0
    for place, piece in enumerate(_RUN.split(_HYPHEN.sub("-", plain.translate(_LETTERS)))):
        folded = _number(piece) if place % 2 else piece
        if folded:
            pieces.append(folded)
            keys.append(at)
            outer.append(begins)
            inner.append(done)
            at += len(folded)
            begins = done + len(piece)
        done += len(piece)
    keys.append(at)
    outer.append(done)
    inner.append(done)
    return Folded(plain, "".join(pieces), keys, outer, inner)


def name_fold(text: str) -> str:
    """Fold a name alone, without blanks, for an index or a key."""
    return address_fold(text).key.replace(" ", "")


def _number(run: str) -> str:
    """Give a run of figures as a number with its end mark; "" for the words that only mark a 字."""
    first = run[0]
    if first in "大小字":
        return ""
    if first <= "9":
        return (run.lstrip("0") or "0") + NUMBER_END
    # Nobody writes a number of seventeen letters; without a limit a long row would become a number without end.
    return run if len(run) > 16 else f"{kanji_number(run)}{NUMBER_END}"


def kanji_number(run: str) -> int:
    """Read a run of 漢数字: 二十四 as 24, 二〇五 and 一五 figure by figure; one that is no number adds up all the same."""
    if not any(letter in _UNITS for letter in run):
        value = 0
        for letter in run:
            value = value * 10 + _VALUES[letter]
        return value
    total = part = figure = 0
    for letter in run:
        if letter in _VALUES:
            figure = figure * 10 + _VALUES[letter]
        elif letter == "万":
            total, part, figure = total + ((part + figure) or 1) * 10_000, 0, 0
        else:
            part, figure = part + (figure or 1) * _UNITS[letter], 0
    return total + part + figure
