"""Numbers that notice a slip of the pen: receipt numbers of our own, 個人番号, 法人番号, 登録番号."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar, Final

from madoguchi.kit.refusals import Refused
from madoguchi.kit.width import HYPHENS, ascii_to_half

_SEPARATORS: Final = re.escape(HYPHENS) + r" \t\u00a0\u200b\u3000"
_ANY_SEPARATOR: Final = re.compile(f"[{_SEPARATORS}]")

RECEIPT_LETTERS: Final = "CFHJKMNPRTWXY"
RECEIPT_ALPHABET: Final = "0123456789" + RECEIPT_LETTERS
"""
23 characters, in the manner of Crockford's base 32 but shorter.

No vowels (no words arise), no V (U, Y), and none of O Q D (0), I L (1), Z (2), S (5), G (6), B (8). That rule
leaves no 32 characters; 23 is prime, which makes a plain weighted sum notice every slip that it should.
"""
RECEIPT_LENGTH: Final = 12
RECEIPT_BYTES_NEEDED: Final = 16

_MODULUS: Final = len(RECEIPT_ALPHABET)
_VALUES: Final = {letter: value for value, letter in enumerate(RECEIPT_ALPHABET)}
# Weights 12…1: all different and none a multiple of 23, so a changed or two exchanged characters always show.
_WEIGHTS: Final = range(RECEIPT_LENGTH, 0, -1)
_READ_AS: Final = str.maketrans("OQDILZSGB", "000112568")


class ReceiptNumberRefused(Refused):
    """A typed receipt number cannot be one of ours."""

    texts: ClassVar[Mapping[str, str]] = {
        "empty": "受付番号を入力してください。",
        "length": "受付番号は{expected}文字です（入力は{given}文字）。",
        "character": "受付番号に「{character}」は使われません。",
        "check": "受付番号に間違いがあります。もう一度お確かめください。",
    }


def receipt_number(random_bytes: bytes) -> str:
    """
    Make a receipt number such as "K7M4-90XW-H2PC" from at least 16 random bytes.

    Eleven random characters (about 49 bits) and a check character. The first is a letter: twelve figures in
    a row could look like a 個人番号, and spreadsheets eat leading zeros. Uniqueness is the database's duty.

    :raises ValueError: too few bytes.
    """
    if len(random_bytes) < RECEIPT_BYTES_NEEDED:
        raise ValueError(f"{RECEIPT_BYTES_NEEDED} random bytes are needed, not {len(random_bytes)}")
    rest, first = divmod(int.from_bytes(random_bytes, "big"), len(RECEIPT_LETTERS))
    body = RECEIPT_LETTERS[first]
    for _ in range(RECEIPT_LENGTH - 2):
        rest, value = divmod(rest, _MODULUS)
        body += RECEIPT_ALPHABET[value]
    return _grouped(body + _check_character(body))


def receipt_number_parse(text: str) -> str:
    """
    Read a typed receipt number and give it in the form in which it was printed.

    Width, case, blanks and hyphens do not matter; characters that we never use are read as their likeness
    (O, Q, D as 0, I and L as 1, Z as 2, S as 5, G as 6, B as 8). Every single wrong character and every
    exchange of two characters is noticed.

    :raises ReceiptNumberRefused: `empty`, `length`, `character`, `check`.
    """
    plain = _ANY_SEPARATOR.sub("", ascii_to_half(text.strip())).upper().translate(_READ_AS)
    if not plain:
        raise ReceiptNumberRefused("empty")
    for character in plain:
        if character not in _VALUES:
            raise ReceiptNumberRefused("character", character=character)
    if len(plain) != RECEIPT_LENGTH:
        raise ReceiptNumberRefused("length", expected=RECEIPT_LENGTH, given=len(plain))
    if plain[0] not in RECEIPT_LETTERS or _check_character(plain[:-1]) != plain[-1]:
        raise ReceiptNumberRefused("check")
    return _grouped(plain)


def _check_character(body: str) -> str:
    # The check character itself has weight 1, so it is simply what is missing to a multiple of 23.
    total = sum(weight * _VALUES[letter] for weight, letter in zip(_WEIGHTS, body, strict=False))
    return RECEIPT_ALPHABET[-total % _MODULUS]


def _grouped(plain: str) -> str:
    return "-".join(plain[start : start + 4] for start in range(0, len(plain), 4))


@dataclass(frozen=True, slots=True)
class MyNumberFound:
    """Where in a text a 個人番号 stands, as a half-open range of characters; never the number itself."""

    start: int
    end: int


def my_number_fits(digits: str) -> bool:
    """
    Tell whether twelve ASCII figures end in the check digit of a 個人番号.

    With P_n the n-th figure from the right without the check digit, Q_n = n+1 for n ≤ 6 and n−5 for n ≥ 7:
    the check digit is 11 − (Σ P_n Q_n mod 11), and 0 where that remainder is 0 or 1. About one number in ten
    fits, so this says "could be", not "is".
    Source: 番号法施行令第8条, 平成26年総務省令第85号第5条.
    """
    if not re.fullmatch(r"[0-9]{12}", digits):
        return False
    total = sum(
        int(figure) * (n + 1 if n <= 6 else n - 5) for n, figure in enumerate(reversed(digits[:11]), start=1)
    )
    remainder = total % 11
    return int(digits[11]) == (0 if remainder <= 1 else 11 - remainder)


_SHAPES: Final = frozenset({(12,), (6, 6), (4, 8), (8, 4), (4, 4, 4), (3,) * 4, (1,) * 12})
_FIGURES: Final = re.compile(r"[0-9]+")
_GAP: Final = re.compile(f"[{_SEPARATORS}]{{1,3}}")


def my_number_find(text: str) -> list[MyNumberFound]:
    """
    Find everything in free text that could be a 個人番号, so that an intake can refuse it.

    Full-width figures count, and so do blanks and hyphens between the groups in which people write it: 4-4-4,
    6-6, 4-8, 8-4, 3-3-3-3, and one figure per box. An unbroken row of more than twelve figures is never cut
    to make one fit, nor are thirteen boxes, nor a 法人番号 written 1-4-4-4. A line break ends a row.
    """
    # One character becomes one character, so that the places found are places in the text handed in.
    plain = ascii_to_half(text)
    groups = [(found.start(), found.end()) for found in _FIGURES.finditer(plain)]
    found: list[MyNumberFound] = []
    if sum(end - start for start, end in groups) < 12:
        return found
    index = 0
    while index < len(groups):
        count = _groups_that_fit(plain, groups, index)
        if count:
            found.append(MyNumberFound(groups[index][0], groups[index + count - 1][1]))
        index += count or 1
    return found


def _groups_that_fit(plain: str, groups: list[tuple[int, int]], first: int) -> int:
    """Say how many groups from this one on make a 個人番号; 0 when none do."""
    sizes = (end - start for start, end in groups[first : first + 12])
    for count, total in enumerate(accumulate(sizes), start=1):
        last = first + count - 1
        if total > 12 or (count > 1 and not _joined(plain, groups, last - 1)):
            return 0
        if total == 12:
            shape = tuple(end - start for start, end in groups[first : last + 1])
            digits = _digits(plain, groups, first, last)
            fits = shape in _SHAPES and my_number_fits(digits)
            return count if fits and not _part_of_more(plain, groups, first, last) else 0
    return 0


def _part_of_more(plain: str, groups: list[tuple[int, int]], first: int, last: int) -> bool:
    before = first > 0 and _is_single(groups[first - 1]) and _joined(plain, groups, first - 1)
    after = last + 1 < len(groups) and _is_single(groups[last + 1]) and _joined(plain, groups, last)
    if _is_single(groups[first]):
        return before or after
    return before and corporate_number_fits(_digits(plain, groups, first - 1, last))


def _is_single(group: tuple[int, int]) -> bool:
    return group[1] - group[0] == 1


def _joined(plain: str, groups: list[tuple[int, int]], index: int) -> bool:
    return bool(_GAP.fullmatch(plain, groups[index][1], groups[index + 1][0]))


def _digits(plain: str, groups: list[tuple[int, int]], first: int, last: int) -> str:
    return "".join(plain[start:end] for start, end in groups[first : last + 1])


class OfficialNumberRefused(Refused):
    """A typed 法人番号 or 登録番号 is not well formed."""

    texts: ClassVar[Mapping[str, str]] = {
        "empty": "番号を入力してください。",
        "corporate_form": "法人番号は13桁の数字です。",
        "corporate_check": "法人番号に間違いがあります。もう一度お確かめください。",
        "invoice_form": "登録番号は「T」と13桁の数字です。",
        "invoice_check": "登録番号に間違いがあります。もう一度お確かめください。",
    }


def corporate_number_fits(digits: str) -> bool:
    """
    Tell whether thirteen ASCII figures begin with the check digit of a 法人番号.

    With P_n the n-th figure from the right, Q_n = 1 for odd and 2 for even n, n up to 12: the first figure is
    9 − (Σ P_n Q_n mod 9). It never notices 0 written for 9 or 9 for 0.
    Source: 番号法施行令第35条, 平成26年財務省令第70号第2条.
    """
    if not re.fullmatch(r"[0-9]{13}", digits):
        return False
    total = sum(int(figure) * (2 - n % 2) for n, figure in enumerate(reversed(digits[1:]), start=1))
    return int(digits[0]) == 9 - total % 9


def corporate_number_parse(text: str) -> str:
    """
    Read a typed 法人番号, full-width or with blanks and hyphens, and give its thirteen figures.

    :raises OfficialNumberRefused: `empty`, `corporate_form`, `corporate_check`.
    """
    plain = _official(text)
    if not re.fullmatch(r"[0-9]{13}", plain):
        raise OfficialNumberRefused("corporate_form")
    if not corporate_number_fits(plain):
        raise OfficialNumberRefused("corporate_check")
    return plain


def invoice_number_parse(text: str, *, corporation: bool = False) -> str:
    """
    Read a typed 適格請求書発行事業者登録番号 and give it as "T" and thirteen figures.

    The number of a corporation is T and its 法人番号. A person's has thirteen figures of its own, for which
    no check is published: only with `corporation` is the check digit tested.
    Source: 国税庁 適格請求書発行事業者公表サイト「登録番号とは」.

    :raises OfficialNumberRefused: `empty`, `invoice_form`, `invoice_check`.
    """
    plain = _official(text).upper()
    if not re.fullmatch(r"T[0-9]{13}", plain):
        raise OfficialNumberRefused("invoice_form")
    if corporation and not corporate_number_fits(plain[1:]):
        raise OfficialNumberRefused("invoice_check")
    return plain


def _official(text: str) -> str:
    plain = _ANY_SEPARATOR.sub("", ascii_to_half(text.strip()))
    if not plain:
        raise OfficialNumberRefused("empty")
    return plain
