"""
Text as searched: one folded form, and its spelling in tokens that every search engine splits in the same way.

Japanese is written without blanks, so every letter is taken together with the one behind it (pairs, bigrams):
東京都 is 東京, 京都, 都. A row of pairs that follow each other is then found where the letters follow each
other, and nowhere else. Latin words and numbers are tokens as a whole and are found by their beginning.
"""

import re
import unicodedata
from itertools import pairwise
from operator import add
from typing import Final, NamedTuple

from madoguchi.kit.names import name_key

# 〓 stands for a letter that an old system lacked (げた); it is a sign only by its category.
_LETTERS_AMONG_SIGNS: Final = frozenset("〓")


# What a hostile text is made of is not remembered.
_KEPT: Final = 0xFFFF


class _Parted(dict[int, str]):
    """For `str.translate`: signs, blanks and half characters are a blank; looked up once for each character."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        category = unicodedata.category(letter)
        # Cf (joiners, marks of direction) is left to `name_key`, which drops what nobody sees inside a word.
        parts = category[0] in "PSZ" or category in {"Cc", "Cs"}
        given = " " if parts and letter not in _LETTERS_AMONG_SIGNS else letter
        if code <= _KEPT:
            self[code] = given
        return given


_PARTED: Final = _Parted()


def text_fold(text: str) -> str:
    """
    Bring running text to the form in which it is searched: words of folded letters, with one blank between them.

    Width, case, accents, hiragana against katakana and variants of a character (異体字, by the loose fold) no
    longer matter, as in the keys of names (`kit.names.name_key`); blanks, punctuation, signs and hyphens of
    every kind are one blank. Small kana and ー stay: a fold that looks at neighbours would keep a part from being
    found in its whole. 々 and ゝ are written out where the letter before them is there (佐々木 as 佐佐木).
    Folding twice changes nothing. Never shown.
    """
    while True:
        plain = _LENGTHENED_AMONG_FIGURES.sub(" ", unicodedata.normalize("NFKC", text))
        folded = " ".join(filter(None, map(name_key, plain.translate(_PARTED).split())))
        settled = _SETTLED.fullmatch(folded) and not _LENGTHENED_AMONG_FIGURES.search(folded)
        if settled or folded == text:
            return folded
        # What was dropped may have brought a letter and its mark together: round again until nothing moves.
        text = folded


_LENGTHENED_AMONG_FIGURES: Final = re.compile("(?<=[0-9])ー+(?=[0-9])")
_SETTLED: Final = re.compile("[0-9a-zァ-ヺー〓一-鿿 ]*")


# Spelling. A token is made of [a-z0-9] and begins with a letter, so that no tokenizer takes it for a number, an
# address or a word to be split. Its first letter tells what it is.
_FIGURES: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_FIRST: Final = 0x3000  # kana and kanji: three letters each, the first of them a to w
_LAST: Final = 0x9FFF
_OTHER: Final = "x"  # any other character: x and four figures of base 36
_WORD: Final = "y"  # a Latin word or a number
_WORD_ON: Final = "z"  # … and how it goes on, where it is long
WORD_LETTERS: Final = 60
"""Letters of a Latin word in one token. Engines cut or leave out tokens that are too long; a longer word is several."""
_LATIN: Final = frozenset(_FIGURES)
_RUNS: Final = re.compile("[a-z]+ ?|[0-9]+ ?|[^a-z0-9 ]+ ?")


class _Spelled(dict[str, str]):
    """The spelling of each letter, made when it is first met; of a blank none."""

    def __missing__(self, letter: str) -> str:
        code = ord(letter)
        if _FIRST <= code <= _LAST:
            spelled = _FIGURES[10 + (code - _FIRST) // 1296] + _base_36(code - _FIRST, 2)
        else:
            spelled = _OTHER + _base_36(code, 4)
        if code <= _KEPT:
            self[letter] = spelled
        return spelled


def _base_36(number: int, places: int) -> str:
    return "".join(_FIGURES[number // 36**place % 36] for place in range(places - 1, -1, -1))


_SPELLED: Final = _Spelled({" ": ""})


def grams(text: str) -> str:
    """
    Spell a text as the tokens by which it is searched, with one blank between them; the text is folded first.

    A letter is spelled together with the one that follows at once (東京 as one token of six letters), and alone
    before a blank and at the end; a Latin word or a number is one token. About seven bytes a letter.
    """
    return " ".join(_tokens(text_fold(text)))


class Phrase(NamedTuple):
    """Tokens that must follow each other; `open` says that the last one may go on."""

    tokens: tuple[str, ...]
    open: bool


def phrase_of(folded: str) -> Phrase:
    """
    Spell a part of a text so that it is found where the text contains it.

    A phrase is found in a text when the text contains it and, where it begins with a Latin letter or a figure,
    such a word or number begins there.

    :param folded: what `text_fold` gave; not empty.
    """
    tokens = _tokens(folded)
    alone = len(folded) == 1 or folded[-2] == " " or folded[-2].isascii()
    if folded[-1].isascii() or alone:
        # Nothing is said of what follows the last word or letter.
        return Phrase(tuple(tokens), open=True)
    # The pair before has the last letter in it.
    return Phrase(tuple(tokens[:-1]), open=False)


def _tokens(folded: str) -> list[str]:
    tokens: list[str] = []
    runs = _RUNS.findall(folded + " ")
    for run, behind in pairwise([*runs, " "]):
        if run[0] in _LATIN:
            word = run.rstrip(" ")
            # A letter behind a number, or a figure behind a word, is no part of it: the next one follows at once.
            tokens += _word_tokens(word, "" if word != run else "a" if word.isdigit() else "0")
        else:
            spelled = [_SPELLED[letter] for letter in (run if run[-1] == " " else run + behind[0])]
            tokens += map(add, spelled, spelled[1:])
    return tokens


def _word_tokens(word: str, glued: str) -> list[str]:
    if len(word) <= WORD_LETTERS:
        return [_WORD + word + glued]
    parts = [word[start : start + WORD_LETTERS] for start in range(0, len(word), WORD_LETTERS)]
    return [_WORD + parts[0], *(_WORD_ON + part for part in parts[1:-1]), _WORD_ON + parts[-1] + glued]


_QUOTED: Final = re.compile('[「『“”„‟〝〟＂"]([^」』“”„‟〝〟＂"]*)[」』“”„‟〝〟＂"]?')


def phrases_typed(text: str) -> tuple[str, ...]:
    """
    Take apart what a person typed: each word by itself, folded, once; what stands in quotation marks in a row.

    A word with a sign in it is a row as well (2-5 is 2 and then 5). Nothing is an operator.
    """
    found: list[str] = []
    place = 0
    for quoted in _QUOTED.finditer(text):
        found += text[place : quoted.start()].split()
        found.append(quoted[1])
        place = quoted.end()
    found += text[place:].split()
    return tuple(dict.fromkeys(filter(None, map(text_fold, found))))
