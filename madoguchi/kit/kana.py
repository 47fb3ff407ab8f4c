"""Hiragana and katakana, and the fold by which names and words are searched."""

import re
import unicodedata

from madoguchi.kit.width import HYPHENS, text_normalise

_TO_KATAKANA = {code: code + 0x60 for code in [*range(0x3041, 0x3097), 0x309D, 0x309E]}
_TO_HIRAGANA = {katakana: hiragana for hiragana, katakana in _TO_KATAKANA.items()}

_HIRAGANA_ONLY = re.compile(r"[ぁ-ゖゝゞー・\s]+")
_KATAKANA_ONLY = re.compile(r"[ァ-ヺヽヾー・\s]+")

_SELECTORS = re.compile(r"[\uFE00-\uFE0F\U000E0100-\U000E01EF]")
_HYPHENS = re.compile(f"[{re.escape(HYPHENS.rstrip('ーｰ'))}]")
_LONG_VOWEL_AMONG_FIGURES = re.compile(r"(?<=[0-9])ー(?=[0-9])")
_BLANKS = re.compile(r"\s+")


def katakana(text: str) -> str:
    """Turn hiragana into katakana and leave everything else; half-width katakana is the work of `width`."""
    return text_normalise(text).translate(_TO_KATAKANA)


def hiragana(text: str) -> str:
    """Turn katakana into hiragana and leave everything else, also ヷヸヹヺ, which have no hiragana letter."""
    return text_normalise(text).translate(_TO_HIRAGANA)


def is_hiragana(text: str) -> bool:
    """Tell whether a reading (ふりがな) is hiragana alone, with ー, ・ and blanks; empty is not."""
    return bool(_HIRAGANA_ONLY.fullmatch(text) and text.strip())


def is_katakana(text: str) -> bool:
    """Tell whether a reading (フリガナ) is full-width katakana alone, with ー, ・ and blanks."""
    return bool(_KATAKANA_ONLY.fullmatch(text) and text.strip())


def search_fold(text: str) -> str:
    """
    Bring text to the form in which two spellings of one thing are the same.

    Width, case, hiragana or katakana, variants of one ideograph (IVS, compatibility forms), kinds of
    hyphen and lengths of blanks no longer matter. Small and large kana, and ー after a vowel, still do.
    Folding twice changes nothing. Never show or store the result: it is for comparing.
    """
    folded = unicodedata.normalize("NFKC", _SELECTORS.sub("", text))
    # Lowering can leave a loose mark ("İ"), and composing can bring a capital back: go round again.
    folded = unicodedata.normalize("NFKC", folded.lower()).lower()
    folded = folded.translate(_TO_HIRAGANA)
    folded = _LONG_VOWEL_AMONG_FIGURES.sub("-", _HYPHENS.sub("-", folded))
    return _BLANKS.sub(" ", folded).strip()
