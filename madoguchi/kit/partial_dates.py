"""Days of birth that are not wholly known: a year, a year and a month, a day, or nothing (不詳)."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from madoguchi.kit.ages import AgeRefused, age_on
from madoguchi.kit.days import day_only
from madoguchi.kit.refusals import Refused
from madoguchi.kit.wareki import (
    FIRST_GREGORIAN_DAY,
    LENGTH_LIMIT,
    DateRefused,
    date_parse,
    era_on,
    wareki_format,
)
from madoguchi.kit.width import HYPHENS

UNKNOWN: Final = "不詳"


class PartialDateRefused(Refused):
    """A typed day of birth cannot be read, or there is no such year, month or day."""

    texts: ClassVar[Mapping[str, str]] = {
        "unreadable": "「{text}」は生年月日として読めません。例：昭和25年4月29日、1950-04-29、昭和25年月日不詳",
        "day_without_month": "「{text}」には日だけがあります。月が不詳のときは日も不詳としてください。",
        "not_in_era": "「{text}」は元号の期間に入りません。西暦{year}年なら「{suggestion}」です。",
        "no_such_month": "{month}月はありません。月は1から12までです。",
        "no_such_day": "「{text}」という日はありません。",
        "too_early": "{first}より前は暦が異なるため入力できません。分からないときは「不詳」としてください。",
    }


_ISO: Final = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?")


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """
    As much of a day as is known, as ISO text: "1950", "1950-04", "1950-04-29", or "" when nothing is.

    In order, what is unknown comes first: "" < "1950" < "1950-04" < "1950-04-01", as a database orders the text.

    :raises PartialDateRefused: `unreadable`, `no_such_month`, `no_such_day`, `too_early` (before 1873).
    """

    iso: str = ""

    def __post_init__(self) -> None:
        if not self.iso:
            return
        found = _ISO.fullmatch(self.iso)
        if not (found and self.iso.isascii()):
            raise PartialDateRefused("unreadable", text=self.iso[:LENGTH_LIMIT])
        year, month, day = (int(part) if part else 1 for part in found.groups())
        if year < FIRST_GREGORIAN_DAY.year:
            raise PartialDateRefused("too_early", first="1873年1月1日")
        if not 1 <= month <= 12:
            raise PartialDateRefused("no_such_month", month=month)
        if not 1 <= day <= monthrange(year, month)[1]:
            raise PartialDateRefused("no_such_day", text=self.iso)

    @property
    def day(self) -> date | None:
        """The day, where it is wholly known."""
        return date.fromisoformat(self.iso) if len(self.iso) == 10 else None

    @property
    def earliest(self) -> date | None:
        """The first day that it can be; None when nothing is known."""
        return date.fromisoformat(self.iso + "-01-01"[len(self.iso) - 4 :]) if self.iso else None

    @property
    def latest(self) -> date | None:
        """The last day that it can be; None when nothing is known."""
        if not self.iso or self.day:
            return self.day
        year, month = int(self.iso[:4]), int(self.iso[5:] or 12)
        return date(year, month, monthrange(year, month)[1])

    def age_on(self, day: date) -> tuple[int, int] | None:
        """
        Give the least and the greatest age that the person can have reached when a day ends (`ages.age_on`).

        One who may not have been born by then counts as 0. None when nothing is known.

        :raises AgeRefused: `unborn`, even the first day that it can be comes later.
        """
        if self.earliest is None or self.latest is None:
            return None
        if day_only(day) < self.earliest:
            raise AgeRefused("unborn")
        return age_on(min(self.latest, day), day), age_on(self.earliest, day)

    def label(self) -> str:
        """
        Write it for a reader, in both calendars and with what is unknown: 昭和25年（1950年）月日不詳.

        A year or month in which the era changed is written with both eras: 昭和64年・平成元年（1989年）月日不詳.
        """
        if self.earliest is None or self.latest is None:
            return UNKNOWN
        first, last = self.earliest, self.latest
        if self.day:
            return f"{wareki_format(first)}（{first.year}年{first.month}月{first.day}日）"
        years = [wareki_format(first, style="year")]
        if era_on(first) != era_on(last):
            years.append(wareki_format(last, style="year"))
        written = "・".join(years)
        if len(self.iso) == 4:
            return f"{written}（{first.year}年）月日{UNKNOWN}"
        return f"{written}{first.month}月（{first.year}年{first.month}月）日{UNKNOWN}"


_HYPHEN: Final = re.compile(f"[{re.escape(HYPHENS)}]")
_GONE: Final = "(?:不詳|不明)"
_NOTHING: Final = re.compile(
    rf"(?:生年月日|年月日|年)?{_GONE}|0{{8}}|0{{4}}(?P<mark>[-./])0{{1,2}}(?P=mark)0{{1,2}}|"
)
_YEAR_WORDS: Final = re.compile(
    rf"(?P<year>[^月日]+年|[0-9]{{4}}|[A-Za-z]\.?[0-9]{{1,2}})"
    rf"(?:{_GONE}?|月日{_GONE}|(?:{_GONE}月|月{_GONE})(?:{_GONE}日|日{_GONE})?|0{{1,2}}月0{{1,2}}日)"
)
_MONTH_WORDS: Final = re.compile(
    rf"(?P<year>[^月日]+年)(?P<month>[^月日]+)月(?:{_GONE}日?|日{_GONE}|0{{1,2}}日|)"
)
_MARKED: Final = re.compile(
    r"(?P<year>[0-9]{4}|[^\W\d_]{1,2}\.?(?:[0-9]{1,2}|元))(?P<mark>[-./])(?P<month>[0-9]{1,2})"
    r"(?:(?P=mark)(?P<day>[0-9]{1,2}))?"
)
_COMPACT: Final = re.compile(
    r"(?P<year>[0-9]{4}|[A-Za-z][0-9]{2})(?P<mark>)(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
)
_MONTH_UNKNOWN: Final = re.compile(rf".+年(?:0{{1,2}}月|月?{_GONE}月?).+日")


def partial_date_parse(text: str) -> PartialDate:
    """
    Read a day of birth that may be known in part, in either calendar, as registers and people write it.

    Whole days as `wareki.date_parse` reads them. A part is unknown when it is left out, written 不詳 or 不明, or
    00: 昭和25年, 昭和25年月日不詳, 昭和25年4月 日不詳, S25.4.0, S250400, 1950, 1950-04, 1950/00/00, 19500400; nothing is
    known of 不詳, 00000000 and empty text. Era and year are held together as far as they can be.

    :raises PartialDateRefused: see its `texts`; `day_without_month` for 1950-00-29, which has no place in a calendar.
    :raises DateRefused: the codes of `date_parse`, where the part that is written is wrong.
    """
    typed = text.strip()
    plain = re.sub(r"\s+", "", _HYPHEN.sub("-", unicodedata.normalize("NFKC", typed)))
    if _NOTHING.fullmatch(plain):
        return PartialDate()
    if len(typed) > LENGTH_LIMIT:
        raise PartialDateRefused("unreadable", text=typed[:LENGTH_LIMIT] + "…")
    if words := _YEAR_WORDS.fullmatch(plain):
        return _known(typed, words["year"])
    if words := _MONTH_WORDS.fullmatch(plain):
        return _known(typed, words["year"], words["month"])
    if parts := _MARKED.fullmatch(plain) or _COMPACT.fullmatch(plain):
        month, day = int(parts["month"]), int(parts["day"] or 0)
        if month and not day:
            return _known(typed, parts["year"], str(month))
        if day and not month:
            raise PartialDateRefused("day_without_month", text=typed)
        if not day:
            return _known(typed, parts["year"])
    if _MONTH_UNKNOWN.fullmatch(plain):
        raise PartialDateRefused("day_without_month", text=typed)
    try:
        return PartialDate(date_parse(typed).isoformat())
    except DateRefused as refused:
        if refused.code in {"unreadable", "incomplete"}:
            raise PartialDateRefused("unreadable", text=typed) from None
        raise


def _known(typed: str, year: str, month: str = "") -> PartialDate:
    """Read a year, or a year and a month, by whichever of their first and last days the era has."""
    head = year.removesuffix("年") + "年"
    ends = [f"{month}月{day}日" for day in (31, 30, 28, 1)] if month else ["12月31日", "1月1日"]
    refusal: DateRefused | None = None
    for end in ends:
        try:
            day = date_parse(head + end)
        except DateRefused as refused:
            refusal = refused
        else:
            return PartialDate(day.isoformat()[: 7 if month else 4])
    assert refusal is not None
    match refusal.code:
        case "unreadable" | "incomplete" | "era_missing":
            raise PartialDateRefused("unreadable", text=typed) from None
        case "era_over" | "era_not_begun":
            iso = str(refusal.params["iso"])
            shown = wareki_format(date.fromisoformat(iso), style="month" if month else "year")
            raise PartialDateRefused("not_in_era", text=typed, year=iso[:4], suggestion=shown) from None
        case "too_early":
            raise PartialDateRefused("too_early", first="明治6年1月1日") from None
    raise refusal
