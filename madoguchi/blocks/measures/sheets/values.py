"""
One cell to one value: what people and Excel make of figures, years, days and choices.

Invariants (``tests/measures/test_sheets.py``):

1. Whatever stands in a cell, the answer is a value or ``CellRefused`` with what is wrong and what to do.
2. What can be read in two ways (0.39 beside %, 約80, 39%増) is refused, never guessed.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from madoguchi.kit.check_characters import my_number_find
from madoguchi.kit.fiscal import FiscalYear, FiscalYearRefused, fiscal_year_parse
from madoguchi.kit.numbers import Figure, FigureRefused, Nothing, figure_parse
from madoguchi.kit.refusals import Refused
from madoguchi.kit.wareki import DateRefused, date_parse
from madoguchi.kit.width import ascii_to_half, text_normalise
from madoguchi.ui.formats import refusal_text

DASH = "—"
LONGEST_WORD = 60
MOST_DECIMALS = 6
_LARGEST = Decimal(10) ** 14
_ERRORS = re.compile(
    r"#(?:REF|DIV/0|VALUE|NAME|NUM|N/A|NULL|SPILL|CALC|GETTING_DATA|FIELD)[!?]?", re.IGNORECASE
)
_QUOTED = re.compile(r"\s*[「『](?P<word>.+)[」』]\s*", re.DOTALL)
_BOUNDED = re.compile(r"(?P<figure>.+?)\s*(?P<bound>以上|以下|以内)\s*", re.DOTALL)
_LITERAL = re.compile(r'[0#?](?:[^;"]*)"(?P<unit>[^";]{1,12})"')
_KANJI_FIGURE = re.compile(r"[一二三四五六七八九十百千万億兆]+\s*(?:割|件|人|回|台|%|倍|か所|箇所)")
# 3回実施 and 10%増 say something else than a figure with its unit.
_NO_UNIT_END = re.compile(
    r"(?:増|減|増加|減少|削減|向上|拡大|短縮|実施|対応|導入|設置|整備|達成|実現|確保|済|済み|完了|開始|開催|予定|見込|見込み|目標|倍増|半減)$"
)
_UNIT = re.compile(r"[^\s()\[\]【】「」、。ぁ-ゖ]*(?:[かヶケカ][所国月年]|つ)?[^\s()\[\]【】「」、。ぁ-ゖ]*")
LONGEST_UNIT = 10


class CellRefused(Exception):
    """A cell cannot be read: what is wrong with it, and what to do."""

    def __init__(self, reason: str, do: str) -> None:
        self.reason, self.do = reason, do
        super().__init__(f"{reason} {do}")


@dataclass(frozen=True, slots=True)
class Typed:
    """
    A figure as it stood in a cell, or the word in its place.

    ``unit`` and ``per`` are what stood behind the number; ``bound`` is "up" for 80%以上, "down" for 5件以下.
    """

    number: Decimal | None = None
    word: str = ""
    unit: str = ""
    per: str = ""
    bound: str = ""

    def short(self) -> str:
        """Give the short form of a plan's file: the number, or the word."""
        return f"{self.number:f}" if self.number is not None else self.word


def plain(text: str) -> str:
    """Bring a text to the form in which headings and units are compared: NFKC, without blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def unit_split(text: str) -> tuple[str, str]:
    """Take a unit apart: 件/週 is (件, 週)."""
    unit, slash, per = ascii_to_half(text).strip().partition("/")
    return (unit.strip(), per.strip()) if slash and unit.strip() and per.strip() else (text.strip(), "")


def is_percent_format(number_format: str) -> bool:
    """Say whether Excel shows a cell's number as per cent."""
    return "%" in re.sub(r'"[^"]*"|\\.', "", number_format.split(";")[0])


def value_read(value: Any, *, number_format: str = "General", unit: str = "") -> Typed | None:
    """
    Read a figure, or the word that stands in its place; None for an empty cell.

    :param unit: the unit that the indicator's own column says, where there is one.
    :raises CellRefused: an error, a day, an approximate figure, more than one reading.
    """
    if isinstance(value, bool):
        raise _refused_as(gettext("TRUEかFALSEが入っています。"))
    if isinstance(value, datetime | date | time | timedelta):
        raise _refused_as(gettext("日付か時刻が入っています。"))
    if isinstance(value, int | float | Decimal):
        return _number_read(value, number_format, unit)
    text = text_clean(value)
    return _text_read(text) if text else None


def _refused_as(reason: str) -> CellRefused:
    return CellRefused(reason, gettext("数値か、数値の代わりの言葉を書いてください。"))


def _number_read(value: float | Decimal, number_format: str, unit: str) -> Typed:
    # Whole numbers first: one of four hundred digits is too large to ask whether it is finite.
    if isinstance(value, int) and abs(value) >= _LARGEST:
        raise _too_long()
    if not math.isfinite(value):
        raise _refused_as(gettext("数値として読めません。"))
    # Excel keeps fifteen digits; what a double has beyond them is noise.
    number = Decimal(f"{value:.15g}")
    if is_percent_format(number_format):
        return Typed(_sized(number * 100), unit="%")
    if plain(unit) == "%":
        share_refuse(number)
    literal = _LITERAL.search(number_format)
    shown_unit, per = unit_split(literal["unit"]) if literal else ("", "")
    return Typed(_sized(number), unit=shown_unit, per=per)


def share_refuse(number: Decimal) -> None:
    """
    Refuse a number beside % that may be a share or per cent.

    :raises CellRefused: it is between zero and one.
    """
    if not number or abs(number) > 1:
        return
    share, whole = f"{number.normalize():f}", f"{(number * 100).normalize():f}"
    raise CellRefused(
        gettext("「%(share)s」が%(whole)s%%なのか%(share)s%%なのか、分かりません。")
        % {"share": share, "whole": whole},
        gettext("「%(whole)s%%」か「%(share)s%%」と、％を付けて書いてください。")
        % {"share": share, "whole": whole},
    )


def _sized(number: Decimal) -> Decimal:
    """Refuse what cannot be kept: more than six decimals, or fourteen digits before the point."""
    number = number.normalize()
    if abs(number) >= _LARGEST:
        raise _too_long()
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    if -exponent > MOST_DECIMALS:
        raise CellRefused(
            gettext("小数が%(most)d桁を超えています。") % {"most": MOST_DECIMALS},
            gettext("ROUND関数などで丸めた値を書いてください。"),
        )
    # Back from 1E+2 to 100, so that it reads as it was written.
    return number.quantize(Decimal(1)) if exponent > 0 else number


def _too_long() -> CellRefused:
    return CellRefused(
        gettext("桁数が多すぎます。"), gettext("単位を千や百万にして、小さい数で書いてください。")
    )


def _text_read(text: str) -> Typed:
    error_refuse(text)
    if quoted := _QUOTED.fullmatch(text):
        return Typed(word=word_checked(quoted["word"]))
    try:
        found = figure_parse(text)
    except FigureRefused as refused:
        return _not_a_figure(text, refused)
    if found is Nothing.WRITTEN:
        return Typed(word=DASH)
    return _with_unit(found, text)


def _with_unit(found: Figure, text: str) -> Typed:
    unit, per = unit_split(found.unit)
    strange = (
        max(len(unit), len(per)) > LONGEST_UNIT or not _UNIT.fullmatch(unit) or _NO_UNIT_END.search(unit)
    )
    if strange:
        raise _word_or_figure(
            gettext("「%(text)s」は、数値と単位だけではありません。") % {"text": text[:40]}, text
        )
    return Typed(_sized(found.value), unit=unit, per=per)


def _not_a_figure(text: str, refused: FigureRefused) -> Typed:
    half = ascii_to_half(text)
    bounded = _BOUNDED.fullmatch(half)
    if refused.code == "bound" and bounded:
        inner = _text_read(bounded["figure"])
        if inner.number is not None and not inner.bound:
            return replace(inner, bound="up" if bounded["bound"] == "以上" else "down")
    digits = any(letter.isdigit() for letter in half) or _KANJI_FIGURE.search(half)
    if refused.code == "unreadable" and not digits:
        return Typed(word=word_checked(text))
    raise _word_or_figure(refusal_text(refused), text)


def _word_or_figure(reason: str, text: str) -> CellRefused:
    return CellRefused(
        reason,
        gettext(
            "一つの数値と単位だけにするか、言葉の目標なら「%(text)s」のように、かぎかっこで囲んでください。"
        )
        % {"text": text[:40]},
    )


def word_checked(text: str) -> str:
    """
    Give a word that may stand in a figure's place.

    :raises CellRefused: too long, or with letters that cannot be shown.
    """
    word = " ".join(text.split())
    if not word or not word.isprintable() or len(word) > LONGEST_WORD:
        raise CellRefused(
            gettext("目標の言葉は、1字から%(most)d字までです。") % {"most": LONGEST_WORD},
            gettext("短い言葉にし、説明は注の列に書いてください。"),
        )
    return word


def error_refuse(text: str) -> None:
    """
    Refuse Excel's error values, also those that were pasted as text.

    :raises CellRefused: it is one.
    """
    if _ERRORS.fullmatch(text.strip()):
        raise CellRefused(
            gettext("エラー値（%(value)s）です。") % {"value": text.strip()},
            gettext("式を直すか、正しい値を書いてください。"),
        )


def text_clean(value: Any) -> str:
    """Give a text as it is kept: one kind of line break, no blanks at its ends, nothing that cannot be stored."""
    text = str(value) if value is not None else ""
    text = text_normalise(text).replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "")
    kept = "".join(
        letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs")
    )
    return "\n".join(line.rstrip() for line in kept.strip().split("\n"))


def text_read(value: Any, *, number_format: str = "General", most: int = 0) -> str:
    """
    Read a text; a number that Excel made of one is given back as it looks.

    :param most: how many letters there may be; 0 for no limit.
    :raises CellRefused: a day, an error value, a My Number, or too long.
    """
    if isinstance(value, bool | datetime | date | time | timedelta):
        raise CellRefused(
            gettext("Excelが日付などに変えています。"),
            gettext("セルの書式を「文字列」にして、もう一度書いてください。"),
        )
    if isinstance(value, int | float | Decimal):
        typed = _number_read(value, number_format, "")
        return f"{typed.short()}{typed.unit if typed.unit == '%' else ''}"
    text = text_clean(value)
    error_refuse(text)
    if my_number_find(text):
        raise CellRefused(
            gettext("マイナンバーのような12桁の数字があります。"),
            gettext("消してください。計画には記録できません。"),
        )
    if most and len(text) > most:
        raise CellRefused(
            gettext("長すぎます（%(length)d字）。") % {"length": len(text)},
            gettext("%(most)d字までにしてください。") % {"most": most},
        )
    return text


def year_read(value: Any) -> int | None:
    """
    Read a fiscal year: 令和6年度, R6, 2024, as text or number; None for an empty cell.

    :raises CellRefused: it is no fiscal year.
    """
    do = gettext("「令和6年度」か「2024」のように書いてください。")
    if isinstance(value, bool | datetime | date | time | timedelta):
        raise CellRefused(gettext("年度として読めません。"), do)
    if isinstance(value, int | float | Decimal):
        if not 1886 <= value <= 9998 or value != int(value):
            raise CellRefused(gettext("年度として読めません。"), do)
        return int(value)
    text = text_clean(value)
    if not text:
        return None
    error_refuse(text)
    try:
        return fiscal_year_parse(text).year
    except FiscalYearRefused as refused:
        raise CellRefused(refusal_text(refused), do) from refused


def day_read(value: Any, *, end: bool = False) -> date | None:
    """
    Read a day, or a fiscal year meant whole: its first day, with ``end`` its last.

    :raises CellRefused: it is neither.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, bool | int | float | Decimal | time | timedelta):
        text = text_clean(value)
        if not text:
            return None
        error_refuse(text)
        try:
            return date_parse(text)
        except DateRefused as refused:
            return _whole_year(value, end, refused)
    return _whole_year(value, end, None)


def _whole_year(value: Any, end: bool, refused: Refused | None) -> date:
    try:
        year = year_read(value)
    except CellRefused as no_year:
        reason = refusal_text(refused) if refused and refused.code != "unreadable" else no_year.reason
        raise CellRefused(
            reason, gettext("「令和6年度」か「令和6年4月1日」のように書いてください。")
        ) from no_year
    assert year is not None
    return FiscalYear(year).last_day if end else FiscalYear(year).first_day


def choice_read(value: Any, labels: Mapping[str, str]) -> str:
    """
    Read one of a few words, by its label or its key; "" for an empty cell.

    :param labels: key → label as printed.
    :raises CellRefused: it is none of them.
    """
    typed = plain(text_clean(value))
    if not typed:
        return ""
    for key, label in labels.items():
        if typed in (plain(key), plain(label)):
            return key
    raise CellRefused(
        gettext("「%(text)s」は使えません。") % {"text": text_clean(value)[:40]},
        gettext("%(choices)sのどれかを書いてください。") % {"choices": "・".join([*labels.values()][:20])}
        if labels
        else gettext("先に、その言葉を決めるシートに足してください。"),
    )


_YES = {"○", "〇", "◯", "◎", "✓", "✔", "はい", "有", "あり", "yes", "y", "true", "1", "o"}
_NO = {"", "×", "✕", "✖", "x", "いいえ", "無", "なし", "no", "n", "false", "0", *"-—−－‐―"}


def yes_read(value: Any) -> bool:
    """
    Read ○ or nothing.

    :raises CellRefused: anything else.
    """
    typed = plain(text_clean(value)).lower()
    if typed in _YES or typed in _NO:
        return typed in _YES
    raise CellRefused(
        gettext("「%(text)s」は使えません。") % {"text": text_clean(value)[:40]},
        gettext("○を書くか、空欄にしてください。"),
    )
