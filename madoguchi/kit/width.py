"""Full-width and half-width letters, and the one normal form in which text is kept."""

import re
import unicodedata

HYPHENS = "-‐‑‒–—―−─－﹣ーｰ"
"""What people type for a hyphen; the last two are the long-vowel mark, the same key on a keyboard."""

_FULL_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_HALF_ASCII = {half: full for full, half in _FULL_ASCII.items()}
_DIGITS = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)}
_LETTERS = {code: code - 0xFEE0 for first in (0xFF21, 0xFF41) for code in range(first, first + 26)}

_HALF_KANA = re.compile(r"[\uFF61-\uFF9F]+")
_LONE_MARKS = {0x3099: "゛", 0x309A: "゜"}

COMPATIBILITY_IDEOGRAPHS = ((0xF900, 0xFAFF), (0x2F800, 0x2FA1F))
"""The code points that NFC takes for another shape of a unified ideograph, with the few among them that are not."""

SELECTORS = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
"""The code points that choose a shape of the character before them: standardised (SVS) and ideographic (IVS)."""

_COMPATIBILITY_RUN = re.compile(
    "([" + "".join(f"{chr(first)}-{chr(last)}" for first, last in COMPATIBILITY_IDEOGRAPHS) + "]+)"
)


def text_normalise(text: str) -> str:
    """
    Bring text to the form in which it is stored: NFC, with every glyph of a name kept.

    Variation selectors (IVS) stay, as NFC leaves them. Compatibility ideographs (U+FA19) stay as well,
    which plain NFC would silently turn into another shape (U+795E) of somebody's name.
    Source: Unicode Standard Annex 15; UTS 37 for the selectors.
    """
    if unicodedata.is_normalized("NFC", text):
        return text
    parts = _COMPATIBILITY_RUN.split(text)
    return "".join(
        part if index % 2 else unicodedata.normalize("NFC", part) for index, part in enumerate(parts)
    )


def digits_to_half(text: str) -> str:
    """Turn full-width figures (２) into half-width ones (2) and leave everything else."""
    return text.translate(_DIGITS)


def letters_to_half(text: str) -> str:
    """Turn full-width Latin letters (Ａ) into half-width ones (A) and leave everything else."""
    return text.translate(_LETTERS)


def ascii_to_half(text: str) -> str:
    """Turn full-width letters, figures, signs and the wide blank into ASCII; kana stay as they are."""
    return text.translate(_FULL_ASCII)


def ascii_to_full(text: str) -> str:
    """Turn ASCII letters, figures, signs and the blank into full-width ones; undoes `ascii_to_half`."""
    return text.translate(_HALF_ASCII)


def kana_to_full(text: str) -> str:
    """
    Turn half-width katakana and their punctuation (ｶﾞ ｡) into full-width ones (ガ 。).

    A voiced mark joins the letter before it where such a letter exists (ﾊﾟ → パ) and stands alone otherwise
    (ｱﾞ → ア゛), so that it never fuses with what happens to stand next to it.
    """
    return _HALF_KANA.sub(lambda run: unicodedata.normalize("NFKC", run[0]).translate(_LONE_MARKS), text)


def kana_to_half(text: str) -> str:
    """Turn full-width katakana and their punctuation into half-width ones; ヮヰヱヵヶ have none and stay."""
    return text_normalise(text).translate(_FULL_KANA)


def _half_kana_table() -> dict[int, str]:
    singles = [chr(code) for code in range(0xFF61, 0xFFA0)]
    marked = [letter + mark for letter in singles for mark in "ﾞﾟ"]
    return {ord(full): half for half in singles + marked if len(full := kana_to_full(half)) == 1}


_FULL_KANA = _half_kana_table()
