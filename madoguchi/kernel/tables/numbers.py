"""Numbers and days of a workbook: what Excel shows, made of the binary numbers and formats that the file holds."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, Literal

from madoguchi.kernel.tables.sheets import Made

Shown = Literal["number", "date", "time", "datetime", "elapsed"]
"""What a number format makes of a number."""

_BUILT_IN: Final[dict[int, Shown]] = {
    # ECMA-376 Part 1, 18.8.30, with the Japanese ones.
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 36, *range(50, 59)), "date"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 45, 47), "time"),
    22: "datetime",
    46: "elapsed",
    # In Japanese these two are months and years of the era.
    **dict.fromkeys((34, 35), "date"),
}
_ASIDE: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]|General|G/標準', re.IGNORECASE)
_ELAPSED: Final = re.compile(r"\[[hms]+\]", re.IGNORECASE)
_NOON: Final = re.compile(r"AM/PM|A/P|上午/下午", re.IGNORECASE)
_MINUTES: Final = re.compile(r"(?<=h)[^a-z]*m+|m+(?=[^a-z]*s)", re.IGNORECASE)
_DAY_MILLISECONDS: Final = 86_400_000
_LAST_SERIAL: Final = 2_958_466


def format_shows(number: int, code: str | None) -> Shown:
    """Tell what a number format shows, by its number and, for one that the file defines, its code."""
    if code is None:
        return _BUILT_IN.get(number, "number")
    first = _ASIDE.sub("", code).split(";", 1)[0]
    if _ELAPSED.search(first):
        return "elapsed"
    noon = _NOON.search(first) is not None
    first = _NOON.sub("", first).lower()
    clock = noon or re.search("[hs]", first) is not None
    if re.search("[0#?]", first) and not clock:
        # 0.00E+00 has an E, and #,##0 a day nowhere.
        return "number"
    days = re.search("[ydgea]|b", first) is not None or "m" in _MINUTES.sub("", first)
    if clock:
        return "datetime" if days else "time"
    return "date" if days else "number"


def number_made(text: str) -> Made:
    """
    Make a number of what a file holds: fifteen digits, as many as Excel shows and keeps.

    1234.5599999999999 is 1234.56; a number without places is an int.
    """
    if text.isdigit() and len(text) < 16 and text.isascii():
        return int(text), "number"
    try:
        shown = Decimal("%.15g" % float(text))  # noqa: UP031 -- the one with the digits as C counts them
    except ValueError:
        return text, "error"
    if not shown.is_finite():
        return text, "error"
    whole = int(shown)
    return (whole if whole == shown else shown), "number"


def moment_made(text: str, shown: Shown, *, from_1904: bool) -> Made:
    """Make a day or a time of Excel's count of days; what is neither is an error with the number in it."""
    try:
        serial = float(text)
    except ValueError:
        return text, "error"
    if shown == "elapsed" and abs(serial) < _LAST_SERIAL:
        return _elapsed(serial), "duration"
    if not 0 <= serial < _LAST_SERIAL:
        return text, "error"
    days, milliseconds = divmod(round(serial * _DAY_MILLISECONDS), _DAY_MILLISECONDS)
    clock = (datetime(1900, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)).time()
    if shown == "time" and days == 0:
        return clock, "time"
    day = _day(days, from_1904)
    if day is None:
        return text, "error"
    if shown == "date" and milliseconds == 0:
        return day, "date"
    return datetime.combine(day, clock), "datetime"


def _day(days: int, from_1904: bool) -> date | None:
    if from_1904:
        first = date(1904, 1, 1)
    elif days in (0, 60):
        # Excel has a day 0 and a 29 February 1900; the calendar has neither.
        return None
    else:
        first = date(1899, 12, 31) if days < 60 else date(1899, 12, 30)
    try:
        return first + timedelta(days=days)
    except OverflowError:
        return None


def _elapsed(serial: float) -> str:
    seconds = round(abs(serial) * 86_400)
    sign = "-" if serial < 0 and seconds else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def iso_made(text: str) -> Made:
    """Make a day or a moment of an ISO text (cells of the type d)."""
    try:
        if len(text) == 10:
            return date.fromisoformat(text), "date"
        if ":" in text[:3]:
            return time.fromisoformat(text), "time"
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text, "error"
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment, "datetime"
