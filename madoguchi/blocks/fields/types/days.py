"""Fields of days and times."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any, Literal

from django import forms
from django.utils.translation import gettext
from pydantic import Field

from madoguchi.blocks.fields.types.part import FieldPart, dash_only
from madoguchi.blocks.fields.types.reading import Ctx, Json, Read, Reader
from madoguchi.blocks.fields.types.refusing import Proposal, Repair, ValueRefused
from madoguchi.kit.partial_dates import PartialDate, partial_date_parse
from madoguchi.kit.refusals import Refused
from madoguchi.kit.width import ascii_to_half
from madoguchi.ui.formats import date_text, date_typed
from madoguchi.ui.forms import WarekiDateInput

Precision = Literal["day", "month", "year"]
_LENGTHS: dict[str, int] = {"year": 4, "month": 7, "day": 10}
_EXCEL_MOMENT = re.compile(r"(?P<day>\d{4}[-/]\d{1,2}[-/]\d{1,2})[ T]0{1,2}:00(:00)?")
_MONTH_FIRST = re.compile(r"(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<year>[0-9]{4})")
_ISO = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")


class DateField(FieldPart):
    """
    A day, in either calendar; with ``precision`` month or year that much is enough ("2026-04", "2026").

    Kept as ISO text of what is known.
    """

    type: Literal["date"]
    precision: Precision = Field(default="day", description="少なくともどこまで要るか")
    earliest: date | None = None
    latest: date | None = None

    facet = "date"

    @property
    def cel_type(self) -> str:
        """A day, where it is wholly known; otherwise its text."""
        return "date" if self.precision == "day" else "text"

    def cel_value(self, value: Json) -> Any:
        """A day as a day."""
        return date.fromisoformat(value) if value and self.precision == "day" else value

    def reads(self, ctx: Ctx) -> Reader:  # noqa: ARG002
        """Read 令和8年4月1日, R8.4.1, 2026/4/1, 20260401, 9/1/2022 and what Excel makes of days."""
        needed = _LENGTHS[self.precision]

        def read(typed: str) -> Read:
            if dash_only(typed):
                return self._nothing(typed)
            plain = ascii_to_half(typed)
            if found := _EXCEL_MOMENT.fullmatch(plain):
                plain = found["day"]
            if found := _MONTH_FIRST.fullmatch(plain):
                plain = f"{found['year']}-{found['month']}-{found['day']}"
            try:
                iso = partial_date_parse(plain).iso
            except Refused as refused:
                if refused.code == "unreadable":
                    # The kit speaks of days of birth.
                    raise ValueRefused("date_unreadable", text=typed) from refused
                raise ValueRefused.of("date", refused) from refused
            if not iso:
                return self._nothing(typed)
            if len(iso) < needed:
                raise ValueRefused("precision", text=typed, needed=_needed(self.precision))
            self._limits(iso)
            return Read(iso, _spelling(typed, iso))

        return read

    def _nothing(self, typed: str) -> Read:
        if self.required:
            raise ValueRefused("nothing", text=typed)
        return Read(None, (Repair.NOTHING,))

    def _limits(self, iso: str) -> None:
        kept = PartialDate(iso)
        if self.earliest and kept.latest and kept.latest < self.earliest:
            raise ValueRefused("early", limit=date_text(self.earliest - timedelta(days=1)))
        if self.latest and kept.earliest and kept.earliest > self.latest:
            raise ValueRefused("late", limit=date_text(self.latest + timedelta(days=1)))

    def checks(self, value: Json, ctx: Ctx) -> None:
        """ISO text of an existing day, month or year."""
        if not isinstance(value, str) or not _ISO.fullmatch(value) or len(value) < _LENGTHS[self.precision]:
            raise ValueRefused("shape")
        super().checks(value, ctx)

    def shows(self, value: Json, ctx: Ctx) -> str:  # noqa: ARG002
        """As the reader's language writes days; what is not known is said."""
        kept = PartialDate(value)
        return date_text(kept.day) if kept.day else kept.label()

    def typed(self, value: Json, ctx: Ctx) -> Any:
        """As the reader would type it."""
        day = PartialDate(value).day if value else None
        return date_typed(day) if day else self.write(value, ctx)

    def cell(self, value: Json, ctx: Ctx) -> Any:  # noqa: ARG002
        """ISO text: cells of days lose what is not known, and turn into numbers by themselves."""
        return value

    def searched(self, value: Json) -> str:  # noqa: ARG002
        """Days are looked for by their columns."""
        return ""

    def value_schema(self) -> dict[str, Any]:
        """ISO text with at least the declared precision."""
        tail = {
            "day": "-[0-9]{2}-[0-9]{2}",
            "month": "-[0-9]{2}(-[0-9]{2})?",
            "year": "(-[0-9]{2}(-[0-9]{2})?)?",
        }
        return {"type": "string", "pattern": f"^[0-9]{{4}}{tail[self.precision]}$"}

    def widget(self, ctx: Ctx) -> forms.Widget:  # noqa: ARG002
        """One input for both calendars."""
        return WarekiDateInput()


class TimeField(FieldPart):
    """A time of day; with ``past_midnight`` up to 29:59, as timetables and opening hours count (24:00, 25:30)."""

    type: Literal["time"]
    cel = "text"
    past_midnight: bool = Field(default=False, description="24:00から29:59までを認める")

    def reads(self, ctx: Ctx) -> Reader:  # noqa: ARG002
        """Read 9:30, 9時30分, 9時半, 午後5時, 正午, 17:00:00."""

        def read(typed: str) -> Read:
            found = _clock(ascii_to_half(typed))
            if found is None:
                raise ValueRefused("time", text=typed)
            hour, minute = found
            text = f"{hour:02d}:{minute:02d}"
            if hour >= 24 and not self.past_midnight:
                proposal = Proposal(Repair.MIDNIGHT, f"{hour - 24:02d}:{minute:02d}")
                raise ValueRefused("midnight" if (hour, minute) == (24, 0) else "time", proposal, text=typed)
            return Read(text, () if text == typed else (Repair.DAY_SPELLING,))

        return read

    def shows(self, value: Json, ctx: Ctx) -> str:  # noqa: ARG002
        """Without the leading zero."""
        return str(value).removeprefix("0")

    def searched(self, value: Json) -> str:  # noqa: ARG002
        """Nobody looks for a time among words."""
        return ""

    def value_schema(self) -> dict[str, Any]:
        """HH:MM."""
        hours = "[01][0-9]|2[0-9]" if self.past_midnight else "[01][0-9]|2[0-3]"
        return {"type": "string", "pattern": f"^({hours}):[0-5][0-9]$"}


_COLON = re.compile(r"(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-9]{2})(:[0-9]{2}(\.0+)?)?")
_WORDS = re.compile(
    r"(?P<noon>午前|午後|AM|PM)?\s*(?P<hour>[0-9]{1,2})時((?P<minute>[0-9]{1,2})分|(?P<half>半))?"
)


def _clock(plain: str) -> tuple[int, int] | None:
    if plain == "正午":
        return 12, 0
    found = _COLON.fullmatch(plain) or _WORDS.fullmatch(plain)
    if found is None:
        return None
    parts = found.groupdict()
    hour, minute = int(parts["hour"]), int(parts["minute"] or 0)
    if parts.get("half"):
        minute = 30
    if parts.get("noon") in ("午後", "PM"):
        if hour > 12:
            return None
        hour = hour % 12 + 12
    return (hour, minute) if hour < 30 and minute < 60 else None


def _needed(precision: Precision) -> str:
    return {"day": gettext("日"), "month": gettext("月"), "year": gettext("年")}[precision]


def _spelling(typed: str, iso: str) -> tuple[Repair, ...]:
    if typed == iso:
        return ()
    found = [Repair.WIDTH] if ascii_to_half(typed) != typed else []
    japanese = not re.match(r"[0-9]{4}|[0-9]{1,2}/", ascii_to_half(typed).removeprefix("西暦"))
    return (*found, Repair.WAREKI if japanese else Repair.DAY_SPELLING)
