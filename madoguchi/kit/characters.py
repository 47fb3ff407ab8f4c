"""A text and, beside it, the official code of each of its letters (行政事務標準文字)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from madoguchi.kit.refusals import Refused
from madoguchi.kit.width import text_normalise

CODE_FORM: Final = re.compile(r"(?:MJ|GJ)[0-9]{6}")
"""
The name of a character's figure: MJ and six figures, GJ and six for the characters that were added.

Source: MJ文字情報一覧表 「MJ文字図形名」 (文字情報技術促進協議会); 行政事務標準文字 (デジタル庁), whose list of the added
characters was not at hand: only the form of a code is tested, never that the code exists.
"""


class WrittenTextRefused(Refused):
    """The codes beside a text are not codes, or not of this text."""

    texts: ClassVar[Mapping[str, str]] = {
        "count": "文字は{letters}個ですが、文字コードは{codes}個あります。",
        "code": "{position}文字目のコード「{code}」は行政事務標準文字の形（MJ または GJ と6桁の数字）ではありません。",
        "form": "文字とコードの組として読めません。",
    }


def letters_split(text: str) -> tuple[str, ...]:
    """Cut a text into letters as a reader counts them: a character with its selectors and marks (葛󠄀, か゚)."""
    letters: list[str] = []
    for character in text:
        if letters and _belongs_to_the_last(character):
            letters[-1] += character
        else:
            letters.append(character)
    return tuple(letters)


def _belongs_to_the_last(character: str) -> bool:
    # Besides marks, the vowels and endings of a Hangul syllable, which NFC fuses with what stands before.
    return unicodedata.category(character)[0] == "M" or "\u1160" <= character <= "\u11ff"


@dataclass(frozen=True, slots=True)
class WrittenText:
    """
    A text, and for each of its letters the code of its figure, or None where none is known.

    The code is kept beside the text, never instead of it: the text alone can always be read. It is brought to
    the form in which text is kept (`text_normalise`), which changes no letter's place. Cut and joined, each
    letter keeps its code.

    :param codes: as many as `letters_split` gives letters, or none at all.
    :raises WrittenTextRefused: `count`, `code`.
    """

    text: str
    codes: tuple[str | None, ...] = ()

    def __post_init__(self) -> None:
        letters = letters_split(self.text)
        codes = tuple(self.codes) or (None,) * len(letters)
        if len(codes) != len(letters):
            raise WrittenTextRefused("count", letters=len(letters), codes=len(codes))
        for position, code in enumerate(codes, start=1):
            if code is not None and not CODE_FORM.fullmatch(code):
                raise WrittenTextRefused("code", position=position, code=code)
        object.__setattr__(self, "text", text_normalise(self.text))
        object.__setattr__(self, "codes", codes)

    @property
    def letters(self) -> tuple[str, ...]:
        """The letters, as many as there are codes."""
        return letters_split(self.text)

    @property
    def uncoded(self) -> tuple[int, ...]:
        """The places, counted in letters from 0, of private-use letters (外字) for which no code is known."""
        pairs = enumerate(zip(self.letters, self.codes, strict=True))
        return tuple(
            place
            for place, (letter, code) in pairs
            if code is None and unicodedata.category(letter[0]) == "Co"
        )

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, places: slice) -> WrittenText:
        """Cut out some letters with their codes; places count letters, not characters."""
        return WrittenText("".join(self.letters[places]), self.codes[places])

    def __add__(self, other: WrittenText) -> WrittenText:
        """
        Join two texts, each letter with its code.

        :raises WrittenTextRefused: `count`, the other begins with a mark that would become part of our last letter.
        """
        return WrittenText(self.text + other.text, self.codes + other.codes)

    def to_json(self) -> dict[str, object]:
        """Give what `from_json` reads: the text, and the codes unless none is known."""
        return {"text": self.text, "codes": list(self.codes)} if any(self.codes) else {"text": self.text}

    @classmethod
    def from_json(cls, value: object) -> WrittenText:
        """
        Read what `to_json` gave.

        :raises WrittenTextRefused: `form`, and those of the class.
        """
        match value:
            case {"text": str(text), **others} if others.keys() <= {"codes"}:
                codes = others.get("codes", [])
                if isinstance(codes, list | tuple) and all(
                    code is None or isinstance(code, str) for code in codes
                ):
                    return cls(text, tuple(codes))
        raise WrittenTextRefused("form")
