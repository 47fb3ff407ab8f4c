"""Figures as Japanese offices write them, and exact arithmetic on yen and shares, never on floats."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import ClassVar, Final, Literal, assert_never

from madoguchi.kit.refusals import Refused
from madoguchi.kit.width import HYPHENS, ascii_to_half

Exact = int | Decimal

Rounding = Literal["down", "up", "half_up", "half_even"]
"""down 切り捨て (towards zero), up 切り上げ (away from zero), half_up 四捨五入, half_even 偶数丸め."""

DIGITS_LIMIT: Final = 30
LENGTH_LIMIT: Final = 80


class FigureRefused(Refused):
    """A written figure cannot be read as one number."""

    texts: ClassVar[Mapping[str, str]] = {
        "empty": "数値を入力してください。",
        "approximate": "「{text}」はおおよその数です。はっきりした数値を入力してください。",
        "bound": "「{text}」は範囲を示しています。1つの数値を入力してください。",
        "several": "「{text}」には数値が2つ以上あります。1つの数値を入力してください。",
        "grouping": "「{text}」のコンマの位置が正しくありません。3桁ごとに区切ってください。",
        "unknown": "「{text}」は不詳を表します。数値を入力してください。",
        "suppressed": "「{text}」は秘匿された数値を表します。",
        "too_long": "「{text}」は桁数が多すぎます。{limit}桁までです。",
        "unreadable": "「{text}」は数値として読めません。",
    }


class Nothing(Enum):
    """What a dash in a table says: there is none, which is not zero and not a blank either."""

    WRITTEN = "none"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and the unit text written after it; "12,345千円" is 12345 with the unit 千円."""

    value: Decimal
    unit: str = ""


_DASH = re.compile(f"[{re.escape(HYPHENS)}]+")
_FIGURE = re.compile(
    r"(?P<yen>[¥￥]\s*)?(?P<minus>[△▲+\-−]\s*)?(?P<yen_after>[¥￥]\s*)?"
    r"(?P<whole>[0-9][0-9,]*)(?P<fraction>\.[0-9]+)?\s*(?P<unit>.*)"
)
_GROUPED = re.compile(r"[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+")
_APPROXIMATE_BEFORE = re.compile(r"約|およそ|おおよそ|おおむね|概ね|ほぼ|数(?=[十百千万件人名回%])|≒")
_APPROXIMATE_AFTER = re.compile(r"(?:程度|前後|くらい|ぐらい|ほど|余り?|あまり|強|弱|[?？])$")
_BOUND_BEFORE = re.compile(r"[<>≦≧≤≥〜~]|最大|最低|最小|少なくとも")
_BOUND_AFTER = re.compile(r"(?:以上|以下|以内|未満|超|超え|を超える|より多い|より少ない|[〜~]|から|まで)$")
# 件/週, m2 and t-CO2 are units; a figure after anything but a Latin letter, or in brackets, is a second one.
_SECOND_FIGURE = re.compile(r"(?<![A-Za-z0-9])[0-9]|\(.*[0-9]")


def figure_parse(text: str) -> Figure | Literal[Nothing.WRITTEN]:
    """
    Read one written figure with its unit.

    Read are "２,８８１人", "39 %", "0.39", "1件/週", "3,286,488", "△5" and "▲5" (minus, as in accounts) and
    "¥1,200" (unit 円). A dash alone is `Nothing.WRITTEN`. The unit stays as written, in half-width signs:
    万, 千円 and % are not multiplied out.
    Source for the signs - … x: 総務省統計局, 統計表の符号.

    :raises FigureRefused: see `FigureRefused.texts`. `approximate` for 約80%, `bound` for 80%以上, `several`
        for 10～20人: a target may be written so, a measured value may not.
    """
    typed = unicodedata.normalize("NFC", text).strip()
    if not typed:
        raise FigureRefused("empty")
    if len(typed) > LENGTH_LIMIT:
        raise FigureRefused("unreadable", text=typed[:LENGTH_LIMIT] + "…")
    plain = ascii_to_half(typed)
    if _DASH.fullmatch(plain):
        return Nothing.WRITTEN
    if refusal := _sign_refusal(plain):
        raise FigureRefused(refusal, text=typed)
    found = _FIGURE.fullmatch(plain)
    if found is None or (found["yen"] and found["yen_after"]):
        raise FigureRefused(_prefix_refusal(plain), text=typed)
    unit = found["unit"].strip()
    if refusal := _unit_refusal(unit):
        raise FigureRefused(refusal, text=typed)
    if not _GROUPED.fullmatch(found["whole"]):
        raise FigureRefused("grouping", text=typed)
    digits = found["whole"].replace(",", "") + (found["fraction"] or "")
    if len(digits) > DIGITS_LIMIT:
        raise FigureRefused("too_long", text=typed[:DIGITS_LIMIT] + "…", limit=DIGITS_LIMIT)
    if found["yen"] or found["yen_after"]:
        if unit not in ("", "円"):
            raise FigureRefused("unreadable", text=typed)
        unit = "円"
    value = Decimal(digits)
    negative = (found["minus"] or "+").strip() != "+"
    # copy_negate, not minus: minus rounds to the precision of the context.
    return Figure(value.copy_negate() if negative and value else value, unit)


def _sign_refusal(plain: str) -> str | None:
    if plain in ("…", "...", "・・・", "‥"):
        return "unknown"
    if plain in ("x", "X", "χ") or set(plain) <= {"*"}:
        return "suppressed"
    return None


def _prefix_refusal(plain: str) -> str:
    if _APPROXIMATE_BEFORE.match(plain):
        return "approximate"
    if _BOUND_BEFORE.match(plain):
        return "bound"
    return "unreadable"


def _unit_refusal(unit: str) -> str | None:
    if _APPROXIMATE_AFTER.search(unit):
        return "approximate"
    if _SECOND_FIGURE.search(unit):
        return "several"
    if _BOUND_AFTER.search(unit):
        return "bound"
    if unit.startswith((",", ".", *HYPHENS)) or not unit.isprintable():
        return "unreadable"
    return None


def round_exact(value: Exact, mode: Rounding, *, decimals: int = 0) -> Decimal:
    """
    Round to so many decimals (negative: tens, hundreds), without any loss before the rounding itself.

    :raises TypeError: a float.
    """
    return _fraction_round(_fraction(value), mode, decimals)


def round_to_step(value: Exact, mode: Rounding, *, step: int) -> int:
    """
    Round to a multiple of a step: 1,299 down with step 100 is 1,200 (百円未満切捨て).

    :raises TypeError: a float.
    :raises ValueError: the step is not positive.
    """
    if _whole(step) <= 0:
        raise ValueError("the step must be positive")
    ratio = _fraction(value) / step
    return _ratio_round(ratio.numerator, ratio.denominator, mode) * step


def yen_div(amount_yen: int, divisor: int, mode: Rounding) -> int:
    """
    Divide an amount of yen by a whole number, rounded to one yen.

    :raises TypeError: a float.
    :raises ZeroDivisionError: the divisor is zero.
    """
    ratio = Fraction(_whole(amount_yen), _whole(divisor))
    return _ratio_round(ratio.numerator, ratio.denominator, mode)


def percent(amount: Exact, rate: Exact, mode: Rounding) -> int:
    """
    Take so many per cent of an amount, rounded to a whole number: percent(12_345, 10, "down") is 1,234.

    :raises TypeError: a float.
    """
    share = _fraction(amount) * _fraction(rate) / 100
    return _ratio_round(share.numerator, share.denominator, mode)


def shares_rounded(counts: Sequence[int], *, decimals: int = 1, total: int | None = None) -> list[Decimal]:
    """
    Give the share of each count in per cent, each rounded half up on its own.

    `total` is the number asked, where one person may count several times (複数回答); otherwise the sum.
    The shares are not bent so that they make 100; a table says 端数処理のため合計は一致しない instead.

    :raises ZeroDivisionError: there is nothing to share.
    :raises ValueError: a negative count or total.
    """
    whole = sum(_whole(count) for count in counts) if total is None else _whole(total)
    if whole < 0 or any(count < 0 for count in counts):
        raise ValueError("counts are never negative")
    if whole == 0:
        raise ZeroDivisionError("the shares of nothing")
    return [_fraction_round(Fraction(_whole(count) * 100, whole), "half_up", decimals) for count in counts]


def figure_format(
    value: Exact,
    *,
    decimals: int = 0,
    mode: Rounding = "half_up",
    unit: str = "",
    minus: Literal["-", "△", "▲"] = "-",
) -> str:
    """
    Write a number with thousands separators and exactly so many decimals: 3,286,488 or △12.50%.

    :raises TypeError: a float.
    :raises ValueError: a negative number of decimals.
    """
    if decimals < 0:
        raise ValueError("decimals cannot be negative")
    rounded = round_exact(value, mode, decimals=decimals)
    # A negative value may round to zero, which takes no sign.
    sign = minus if rounded < 0 else ""
    return f"{sign}{rounded.copy_abs():,f}{unit}"


def yen_format(
    amount_yen: int, *, style: Literal["kanji", "sign"] = "kanji", minus: Literal["-", "△", "▲"] = "-"
) -> str:
    """
    Write an amount of yen: `kanji` 3,286,488円, `sign` ¥3,286,488.

    :raises TypeError: anything but a whole number.
    """
    text = f"{abs(_whole(amount_yen)):,}"
    sign = minus if amount_yen < 0 else ""
    return f"{sign}{text}円" if style == "kanji" else f"{sign}¥{text}"


def _fraction_round(value: Fraction, mode: Rounding, decimals: int) -> Decimal:
    scaled = value * Fraction(10) ** decimals
    whole = _ratio_round(scaled.numerator, scaled.denominator, mode)
    if decimals <= 0:
        return Decimal(whole * 10**-decimals)
    # Built from its digits: arithmetic on Decimals would round to the precision of the context.
    return Decimal((int(whole < 0), tuple(map(int, str(abs(whole)))), -decimals))


def _ratio_round(numerator: int, denominator: int, mode: Rounding) -> int:
    whole, rest = divmod(abs(numerator), denominator)
    if mode == "down":
        more = False
    elif mode == "up":
        more = rest > 0
    elif mode == "half_up":
        more = 2 * rest >= denominator
    elif mode == "half_even":
        more = 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1)
    else:
        assert_never(mode)
    return (whole + more) * (-1 if numerator < 0 else 1)


def _fraction(value: Exact) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError(f"an int or a Decimal is needed, not {type(value).__name__}")
    return Fraction(value)


def _whole(value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"an int is needed, not {type(value).__name__}")
    return value
