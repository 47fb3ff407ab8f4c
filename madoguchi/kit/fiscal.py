"""The fiscal year of a city (年度): 1 April to 31 March."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, Literal, assert_never

from madoguchi.kit.days import day_only
from madoguchi.kit.periods import Period
from madoguchi.kit.refusals import Refused
from madoguchi.kit.wareki import DateRefused, Era, era_read, wareki_fiscal_label

FiscalYearStyle = Literal["ja", "western", "en", "ja-easy"]

FIRST_YEAR: Final = 1886
"""The year has run from April since 明治19年度."""
LAST_YEAR: Final = 9998
LENGTH_LIMIT: Final = 40


class FiscalYearRefused(Refused):
    """A typed fiscal year cannot be read, or no such year exists."""

    texts: ClassVar[Mapping[str, str]] = {
        "empty": "年度を入力してください。",
        "unreadable": "「{text}」は年度として読めません。例：令和6年度、2024年度",
        "era_missing": "「{text}」が何年度か分かりません。元号か4桁の西暦を付けてください。",
        "era_unknown": "「{era}」は使えません。元号は明治・大正・昭和・平成・令和のどれかです。",
        "year_zero": "{era}0年度はありません。最初の年度は{era}元年度です。",
        "era_over": "{typed}はありません。{suggestion}のことですか。",
        "out_of_range": "{year}年度は扱えません。{first}年度から{last}年度までです。",
    }


@dataclass(frozen=True, order=True, slots=True)
class FiscalYear:
    """
    One fiscal year, by the calendar year of its April.

    Source: 地方自治法第208条第1項.

    :raises FiscalYearRefused: `out_of_range`, before 明治19年度 or past what a date can hold.
    """

    year: int

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise FiscalYearRefused("out_of_range", year=self.year, first=FIRST_YEAR, last=LAST_YEAR)

    @property
    def first_day(self) -> date:
        return date(self.year, 4, 1)

    @property
    def last_day(self) -> date:
        return date(self.year + 1, 3, 31)

    @property
    def period(self) -> Period:
        return Period(self.first_day, date(self.year + 1, 4, 1))

    def contains(self, on: date) -> bool:
        """Tell whether a day is in this fiscal year."""
        return self.first_day <= day_only(on) <= self.last_day

    def plus(self, years: int) -> "FiscalYear":
        """
        Give the fiscal year so many years later (or earlier, when negative).

        :raises FiscalYearRefused: `out_of_range`.
        """
        return FiscalYear(self.year + years)

    def label(self, style: FiscalYearStyle = "ja") -> str:
        """Name it: `ja` 令和元年度, `western` 2019年度, `en` FY2019, `ja-easy` with first and last month."""
        if style == "ja":
            return wareki_fiscal_label(self.year)
        if style == "western":
            return f"{self.year}年度"
        if style == "en":
            return f"FY{self.year}"
        if style == "ja-easy":
            return f"{self.year}年度（{self.year}年4月から{self.year + 1}年3月まで）"
        assert_never(style)

    def __str__(self) -> str:
        return self.label()


def fiscal_year_of(day: date) -> FiscalYear:
    """
    Give the fiscal year that a day is in.

    :raises FiscalYearRefused: `out_of_range`.
    """
    return FiscalYear(day_only(day).year if day.month >= 4 else day.year - 1)


def fiscal_year_parse(text: str) -> FiscalYear:
    """
    Read a fiscal year: 令和6年度, 令和元年度, R6年度, R6, 2024年度, FY2024, 2024, full-width too.

    A year in which the era changed is read under either era (平成31年度 and 令和元年度 are the same).

    :raises FiscalYearRefused: see `FiscalYearRefused.texts`; `era_over` carries `suggestion` (令和2年度 for
        平成32年度) and `year` (2020).
    """
    typed = text.strip()
    if not typed:
        raise FiscalYearRefused("empty")
    if len(typed) > LENGTH_LIMIT:
        raise FiscalYearRefused("unreadable", text=typed[:LENGTH_LIMIT] + "…")
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", typed))
    if western := re.fullmatch(r"(?:西暦|FY)?([0-9]{4})(?:年度?)?", plain, re.IGNORECASE):
        return FiscalYear(int(western[1]))
    japanese = re.fullmatch(r"([^\W\d_]{1,4}?)\.?([0-9]{1,3}|元)(?:年度?)?", plain)
    if japanese is not None:
        return _japanese_year(japanese[1], 1 if japanese[2] == "元" else int(japanese[2]))
    if re.fullmatch(r"(?:[0-9]{1,3}|元)(?:年度?)?", plain):
        raise FiscalYearRefused("era_missing", text=typed)
    raise FiscalYearRefused("unreadable", text=typed)


def _japanese_year(writing: str, number: int) -> FiscalYear:
    try:
        era = era_read(writing)
    except DateRefused as refusal:
        raise FiscalYearRefused("era_unknown", era=writing) from refusal
    if number == 0:
        raise FiscalYearRefused("year_zero", era=era.name)
    fiscal_year = FiscalYear(era.first_day.year + number - 1)
    if not _touches(era, fiscal_year.year):
        raise FiscalYearRefused(
            "era_over",
            typed=f"{era.name}{'元' if number == 1 else number}年度",
            suggestion=fiscal_year.label(),
            year=fiscal_year.year,
        )
    return fiscal_year


def _touches(era: Era, year: int) -> bool:
    last = era.fiscal_year_last()
    return era.fiscal_year_first() <= year and (last is None or year <= last)
