"""Days in the Japanese calendar (和暦): writing them, and reading them in the ways people type them."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Final, Literal, assert_never

from madoguchi.kit.days import day_only
from madoguchi.kit.refusals import Refused
from madoguchi.kit.width import HYPHENS

WarekiStyle = Literal["long", "short", "year", "month", "fiscal"]

FIRST_GREGORIAN_DAY: Final = date(1873, 1, 1)
"""Month and day mean the same in both calendars from here on (明治5年太政官布告第337号)."""

LENGTH_LIMIT: Final = 40


@dataclass(frozen=True, slots=True)
class Era:
    """An era (元号): its name, the letter on forms, and its first and last day in the Gregorian calendar."""

    key: str
    name: str
    letter: str
    first_day: date
    last_day: date | None
    shared_day: date | None
    """The first day of the next era, where records of that day carry either name."""

    def fiscal_year_first(self) -> int:
        """The first April-to-March year that the era touches, by the calendar year of its April."""
        return self.first_day.year if self.first_day.month >= 4 else self.first_day.year - 1

    def fiscal_year_last(self) -> int | None:
        """The last April-to-March year that the era touches; None while the era lasts."""
        if self.last_day is None:
            return None
        return self.last_day.year if self.last_day.month >= 4 else self.last_day.year - 1


def _eras() -> tuple[Era, ...]:
    # 明治: by decree of 1868-10-23 for the whole year, so from its lunisolar new year on. 大正 and 昭和 began
    # on the day of their decree; 平成 (昭和64年政令第1号) and 令和 (平成31年政令第143号) on the day after it.
    begins = (
        ("meiji", "明治", "M", date(1868, 1, 25), False),
        ("taisho", "大正", "T", date(1912, 7, 30), True),
        ("showa", "昭和", "S", date(1926, 12, 25), True),
        ("heisei", "平成", "H", date(1989, 1, 8), False),
        ("reiwa", "令和", "R", date(2019, 5, 1), False),
    )
    eras = []
    for index, (key, name, letter, first_day, _) in enumerate(begins):
        following = begins[index + 1] if index + 1 < len(begins) else None
        last_day = following[3] - timedelta(days=1) if following else None
        shared_day = following[3] if following and following[4] else None
        eras.append(Era(key, name, letter, first_day, last_day, shared_day))
    return tuple(eras)


ERAS: Final = _eras()

_ERA_BY_WRITING: Final = {
    writing: era for era in ERAS for writing in (era.name, era.name[0], era.letter, era.letter.lower())
}


class DateRefused(Refused):
    """A typed day cannot be read, or no such day exists."""

    texts: ClassVar[Mapping[str, str]] = {
        "empty": "日付を入力してください。",
        "unreadable": "「{text}」は日付として読めません。例：令和6年4月1日、2024-04-01",
        "incomplete": "「{text}」には年・月・日の全部がそろっていません。",
        "era_missing": "「{text}」の年が何年か分かりません。元号か4桁の西暦を付けてください。",
        "era_unknown": "「{era}」は使えません。元号は明治・大正・昭和・平成・令和のどれかです。",
        "year_zero": "{era}0年はありません。最初の年は{era}元年です。",
        "no_such_month": "{month}月はありません。月は1から12までです。",
        "no_such_day": "{label}に{day}日はありません。{last}日までです。",
        "era_over": "{era}は{last}までです。{suggestion}のことですか。",
        "era_not_begun": "{era}は{first}からです。{suggestion}のことですか。",
        "too_early": "{first}より前の日は、暦が異なるため入力できません。",
    }


def era_on(day: date) -> Era:
    """
    Give the era of a day; on the day of a change, the new one.

    :raises DateRefused: `too_early`, before 25 January 1868, the first day of 明治.
    """
    for era in reversed(ERAS):
        if day_only(day) >= era.first_day:
            return era
    raise DateRefused("too_early", first=ERAS[0].first_day.isoformat())


def era_year(day: date) -> int:
    """
    Give the year within the era; 1 is 元年.

    :raises DateRefused: `too_early`, as for `era_on`.
    """
    return day.year - era_on(day).first_day.year + 1


def wareki_format(day: date, *, style: WarekiStyle = "long") -> str:
    """
    Write a day in the Japanese calendar.

    `long` 令和元年5月1日, `month` 令和元年5月, `year` 令和元年, `short` R1.5.1, `fiscal` 令和元年度 (the
    April-to-March year that the day is in, which for 1 April 2019 is 令和元年度 too).

    :raises DateRefused: `too_early`, before 1 January 1873: month and day would be those of another calendar.
    """
    if day_only(day) < FIRST_GREGORIAN_DAY:
        raise DateRefused("too_early", first="明治6年1月1日")
    if style == "fiscal":
        return wareki_fiscal_label(day.year if day.month >= 4 else day.year - 1)
    era, year = era_on(day), era_year(day)
    if style == "short":
        return f"{era.letter}{year}.{day.month}.{day.day}"
    label = _year_label(era, year)
    if style == "year":
        return label
    if style == "month":
        return f"{label}{day.month}月"
    if style == "long":
        return f"{label}{day.month}月{day.day}日"
    assert_never(style)


def wareki_fiscal_label(year: int) -> str:
    """
    Name the April-to-March year that begins in a calendar year: 2019 → 令和元年度.

    The era is that of 1 April, except for 2019, which is 令和元年度 throughout.
    Source: 改元に伴う元号による年表示の取扱いについて
    (平成31年4月1日 新元号への円滑な移行に向けた関係省庁連絡会議申合せ).

    :raises DateRefused: `too_early`, before 明治6年度.
    """
    if year < FIRST_GREGORIAN_DAY.year:
        raise DateRefused("too_early", first="明治6年1月1日")
    day = date(2019, 5, 1) if year == 2019 else date(year, 4, 1)
    return _year_label(era_on(day), era_year(day)) + "度"


def era_read(writing: str) -> Era:
    """
    Find an era by its name (令和), first letter (令) or Latin letter (R, r).

    :raises DateRefused: `era_unknown`.
    """
    try:
        return _ERA_BY_WRITING[writing]
    except KeyError:
        raise DateRefused("era_unknown", era=writing) from None


def date_parse(text: str) -> date:
    """
    Read a day that a person typed, in the Japanese or the western calendar.

    Read are 令和6年4月1日, 令和元年5月1日, 令和六年四月一日, 令6.4.1, R6.4.1, r6/4/1, R6-4-1, R060401,
    2024年4月1日, 西暦2024年4月1日, 2024-04-01, 2024/4/1, 2024.4.1 and 20240401, in full-width letters too,
    and with blanks in between. A year of two figures without an era is refused, never guessed.

    On 30 July 1912 and 25 December 1926 the era changed during the day: either name is read.

    :raises DateRefused: see `DateRefused.texts` for the codes. `era_over` and `era_not_begun` carry what was
        probably meant as `suggestion` (令和2年4月1日) and `iso` (2020-04-01).
    """
    typed = text.strip()
    if not typed:
        raise DateRefused("empty")
    if len(typed) > LENGTH_LIMIT:
        raise DateRefused("unreadable", text=typed[:LENGTH_LIMIT] + "…")
    plain = _plain(typed)
    if western := _WESTERN.fullmatch(plain) or _WESTERN_COMPACT.fullmatch(plain):
        year, month, day = int(western["year"]), int(western["month"]), int(western["day"])
        if year < FIRST_GREGORIAN_DAY.year:
            raise DateRefused("too_early", first="1873年1月1日")
        return _day(year, month, day, label=f"{year}年{month}月")
    if japanese := _JAPANESE.fullmatch(plain) or _JAPANESE_COMPACT.fullmatch(plain):
        return _japanese_day(japanese)
    if _YEAR_WITHOUT_ERA.fullmatch(plain):
        raise DateRefused("era_missing", text=typed)
    if _PART_OF_A_DAY.fullmatch(plain):
        raise DateRefused("incomplete", text=typed)
    raise DateRefused("unreadable", text=typed)


def _day_pattern(year: str) -> re.Pattern[str]:
    marks = r"(?P<mark>年|[-./ ])(?P<month>[0-9]{1,2})(?(kanji)月|(?P=mark))(?P<day>[0-9]{1,2})(?(kanji)日)"
    return re.compile(year + r"(?=(?P<kanji>年)?)" + marks)


_WESTERN = _day_pattern(r"(?:西暦)?(?P<year>[0-9]{4})")
_WESTERN_COMPACT = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_JAPANESE = _day_pattern(r"(?P<era>[^\W\d_]{1,4})\.?(?P<year>[0-9]{1,3}|元)")
_JAPANESE_COMPACT = re.compile(r"(?P<era>[A-Za-z])(?P<year>[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_YEAR_WITHOUT_ERA = _day_pattern(r"(?P<year>[0-9]{1,3}|元)")
_PART_OF_A_DAY = re.compile(
    r"(?:[^\W\d_]{1,4}\.?)?(?:[0-9]{1,4}|元)(?:年(?:[0-9]{1,2}月)?|[-./ ][0-9]{1,2})|[0-9]{1,2}月[0-9]{1,2}日"
)

_KANJI_DIGITS = {kanji: digit for digit, kanji in enumerate("〇一二三四五六七八九")} | {"零": 0}
_KANJI_NUMBER = re.compile(r"[〇零一二三四五六七八九十]+(?=[年月日])")
_ANY_HYPHEN = re.compile(f"[{re.escape(HYPHENS)}]")


def _plain(typed: str) -> str:
    text = unicodedata.normalize("NFKC", typed)
    text = _ANY_HYPHEN.sub("-", text)
    text = _KANJI_NUMBER.sub(lambda number: _kanji_number(number[0]), text)
    # A blank between two figures may be the mark between year, month and day; any other blank is only air.
    return re.sub(r"(?<![0-9])\s+|\s+(?![0-9])", "", re.sub(r"\s+", " ", text))


def _kanji_number(text: str) -> str:
    if "十" not in text:
        return "".join(str(_KANJI_DIGITS[letter]) for letter in text)
    tens, _, ones = text.partition("十")
    if "十" in ones or len(tens) > 1 or len(ones) > 1:
        raise DateRefused("unreadable", text=text)
    return str(_KANJI_DIGITS.get(tens, 1) * 10 + _KANJI_DIGITS.get(ones, 0))


def _japanese_day(found: re.Match[str]) -> date:
    era = era_read(found["era"])
    year = 1 if found["year"] == "元" else int(found["year"])
    month, number = int(found["month"]), int(found["day"])
    if year == 0:
        raise DateRefused("year_zero", era=era.name)
    calendar_year = era.first_day.year + year - 1
    if calendar_year < FIRST_GREGORIAN_DAY.year:
        raise DateRefused("too_early", first="明治6年1月1日")
    day = _day(calendar_year, month, number, label=f"{_year_label(era, year)}{month}月")
    suggestion = wareki_format(day)
    if day < era.first_day:
        first = wareki_format(era.first_day)
        raise DateRefused(
            "era_not_begun", era=era.name, first=first, suggestion=suggestion, iso=day.isoformat()
        )
    if era.last_day is not None and day > era.last_day and day != era.shared_day:
        last = wareki_format(era.last_day)
        raise DateRefused("era_over", era=era.name, last=last, suggestion=suggestion, iso=day.isoformat())
    return day


def _day(year: int, month: int, day: int, *, label: str) -> date:
    if not 1 <= month <= 12:
        raise DateRefused("no_such_month", month=month)
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise DateRefused("no_such_day", label=label, day=day, last=last)
    return date(year, month, day)


def _year_label(era: Era, year: int) -> str:
    return f"{era.name}元年" if year == 1 else f"{era.name}{year}年"
