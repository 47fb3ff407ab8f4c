"""Variants of one character (異体字): folds for comparing, 縮退 for old systems, and characters of no standard."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Final, Literal, cast

from madoguchi.kit.width import COMPATIBILITY_IDEOGRAPHS, SELECTORS

VariantKind = Literal["kyuji", "itaiji", "zokuji", "loose"]
CharacterSet = Literal["jisx0208", "jisx0213", "cp932"]

GETA: Final = "〓"
"""What an old system prints for a character that it lacks (げた)."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One line of `data/variants.txt`: a character, the ordinary one for it, and what kind of pair they are."""

    variant: str
    ordinary: str
    kind: VariantKind


def variants_read() -> tuple[Variant, ...]:
    """Read the pairs that the house knows, in the order of the file; how they are meant stands at its head."""
    lines = files("madoguchi.kit").joinpath("data", "variants.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return tuple(Variant(variant, ordinary, cast(VariantKind, kind)) for variant, ordinary, kind in rows)


def _tables() -> tuple[dict[str, str], dict[str, str]]:
    pairs = variants_read()
    same = {pair.variant: pair.ordinary for pair in pairs if pair.kind != "loose"}
    meant = {pair.variant: pair.ordinary for pair in pairs if pair.kind == "loose"}
    for first, last in COMPATIBILITY_IDEOGRAPHS:
        for character in map(chr, range(first, last + 1)):
            plain = unicodedata.normalize("NFC", character)
            if plain != character:
                same[character] = same.get(plain, plain)
    searched = {character: meant.get(ordinary, ordinary) for character, ordinary in same.items()}
    return same, meant | searched


def _translation(table: Mapping[str, str]) -> Mapping[int, str | None]:
    selectors = (code for first, last in SELECTORS for code in range(first, last + 1))
    dropped: dict[int, str | None] = dict.fromkeys(selectors)
    return MappingProxyType(dropped | {ord(character): ordinary for character, ordinary in table.items()})


_SAME, _SEARCHED = _tables()

SAME_CHARACTER: Final = _translation(_SAME)
SEARCHED_CHARACTER: Final = _translation(_SEARCHED)
"""For `str.translate`: what `variants_fold` and `variants_search_fold` do."""


def variants_fold(text: str) -> str:
    """
    Write every character in its ordinary form: 髙 as 高, 邉 and 邊 as 辺, 神 (U+FA19) as 神, selectors dropped.

    Two texts with one fold have the same characters in other shapes. 斎 and 斉 are two characters and stay two.
    Folding twice changes nothing. For comparing, never for storing.
    """
    return text.translate(SAME_CHARACTER)


def variants_search_fold(text: str) -> str:
    """
    Write as one also the characters that people take for one another: 齋 斎 齊 斉, 阪 坂, 埼 崎.

    Two texts with one fold may be the same name; a person has to look.
    """
    return text.translate(SEARCHED_CHARACTER)


@dataclass(frozen=True, slots=True)
class Shrunk:
    """
    A text as an old system can show it, and what it cost.

    `replaced` says (place, written, shown) for each letter shown in another form, `missing` (place, written)
    for each shown as 〓. A place counts characters (code points) of the text handed in, from 0.
    """

    text: str
    replaced: tuple[tuple[int, str, str], ...]
    missing: tuple[tuple[int, str], ...]


_CODECS: Final[Mapping[CharacterSet, str]] = {
    "jisx0208": "iso2022_jp",
    "jisx0213": "euc_jis_2004",
    "cp932": "cp932",
}
_MARKS: Final = "".join(f"{chr(first)}-{chr(last)}" for first, last in SELECTORS)
_LETTER: Final = re.compile(f"[ｦ-ﾝ][ﾞﾟ]|.[{_MARKS}\u0300-\u036f\u3099\u309a]*", re.DOTALL)
_SELECTOR: Final = re.compile(f"[{_MARKS}]")
# Microsoft and JIS read the same few cells of JIS X 0208 as different Unicode characters.
_TWINS: Final = dict(zip("～－∥―￠￡￢〜−‖—¢£¬", "〜−‖—¢£¬～－∥―￠￡￢", strict=True))


def _forms() -> dict[str, tuple[str, ...]]:
    forms: dict[str, list[str]] = {}
    for variant, ordinary in sorted(_SAME.items()):
        forms.setdefault(ordinary, []).append(variant)
    return {ordinary: tuple(variants) for ordinary, variants in forms.items()}


_FORMS: Final = _forms()


def shrink(text: str, *, to: CharacterSet) -> Shrunk:
    """
    Write a text in the characters that an old system has (縮退).

    A selector is dropped. A character outside the set becomes another form of the same character (髙 → 高,
    鷗 → 鴎), a letter without its accent or its compatibility form (é → e, ㈱ → (株)), else 〓. 斎 never becomes
    斉: that would be another name. Private-use characters (外字) are missing, even where CP932 could carry
    them: what they show is decided on each computer.

    :param to: `jisx0208` first and second level, `jisx0213` to the fourth, `cp932` what Windows calls Shift_JIS.
    """
    shown: list[str] = []
    replaced: list[tuple[int, str, str]] = []
    missing: list[tuple[int, str]] = []
    for found in _LETTER.finditer(text):
        letter = found[0]
        instead = _shown(letter, _CODECS[to])
        shown.append(instead or GETA)
        if instead is None:
            missing.append((found.start(), letter))
        elif instead != letter:
            replaced.append((found.start(), letter, instead))
    return Shrunk("".join(shown), tuple(replaced), tuple(missing))


def _shown(letter: str, codec: str) -> str | None:
    bare = _SELECTOR.sub("", letter)
    ordinary = _SAME.get(bare, bare)
    compatible = unicodedata.normalize("NFKC", bare)
    unmarked = "".join(mark for mark in unicodedata.normalize("NFD", bare) if not unicodedata.combining(mark))
    forms = (bare, ordinary, *_FORMS.get(ordinary, ()), _TWINS.get(bare, ""), compatible, unmarked)
    return next((form for form in forms if form and _has(form, codec)), None)


def _has(form: str, codec: str) -> bool:
    if gaiji_find(form):
        return False
    try:
        form.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Gaiji:
    """A private-use character and its place in the text, counted in characters (code points) from 0."""

    index: int
    character: str

    @property
    def code(self) -> str:
        """Its code point, as tables of 外字 write it: U+E000."""
        return f"U+{ord(self.character):04X}"

    @property
    def cp932(self) -> str:
        """Its code on Windows, F040 to F9FC, by which old systems list their 外字; empty for the others."""
        row, cell = divmod(ord(self.character) - 0xE000, 188)
        if not 0 <= row < 10:
            return ""
        return f"{0xF0 + row:02X}{0x40 + cell + (cell >= 0x3F):02X}"


_PRIVATE_USE: Final = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")


def gaiji_find(text: str) -> tuple[Gaiji, ...]:
    """
    Find the characters of a text that no standard defines (外字), each with its place.

    They stand in the private use areas, where the user-defined characters of CP932 come to as well. The
    characters that 行政事務標準文字 adds stand there too (plane 16): only the code kept beside a text
    (`kit.characters`) tells them from a 外字.
    """
    return tuple(Gaiji(found.start(), found[0]) for found in _PRIVATE_USE.finditer(text))
