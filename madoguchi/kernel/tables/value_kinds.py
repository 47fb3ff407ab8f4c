"""Values of a declared kind: what a text file had to write as text becomes a number or a day again."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final, Literal

from django.utils.translation import gettext

from madoguchi.kernel.tables.types import Value

DeclaredKind = Literal["text", "number", "bool", "date", "datetime", "time"]
_NUMBER: Final = re.compile(r"[-+]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
_BOOLS: Final = {"TRUE": True, "FALSE": False}


class ValueUnfit(Exception):
    """A value is not of the kind that was declared; the message says what it should look like."""


def value_as(value: Value, kind: DeclaredKind) -> Value:
    """
    Give a value as one of a declared kind; nothing stays nothing.

    A number of a text is one in plain figures (with commas at the thousands), a day or time one in ISO spelling: what
    ``table_write`` writes. Other spellings are for whoever knows the field.

    :raises ValueUnfit: it is none.
    """
    if value is None or (value == "" and kind != "text"):
        return None
    if kind == "text":
        return value if isinstance(value, str) else value_text(value)
    try:
        made = _made(value.strip(), kind) if isinstance(value, str) else _given(value, kind)
    except (ValueError, KeyError, OverflowError):
        made = None
    if made is None:
        raise ValueUnfit(_UNFIT[kind]() % {"value": str(value)[:50]})
    return made


def value_text(value: Value) -> str:
    """Spell a value so that ``value_as`` reads it again."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case Decimal():
            return format(value, "f")
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _made(text: str, kind: DeclaredKind) -> Value:
    if kind == "number":
        if not _NUMBER.fullmatch(text):
            return None
        number = Decimal(text.replace(",", ""))
        return int(number) if number == number.to_integral_value() else number
    if kind == "bool":
        return _BOOLS[text.upper()]
    if kind == "date":
        return date.fromisoformat(text)
    return datetime.fromisoformat(text) if kind == "datetime" else time.fromisoformat(text)


def _given(value: Value, kind: DeclaredKind) -> Value:
    if kind == "datetime" and isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    fits = {
        "number": isinstance(value, int | Decimal) and not isinstance(value, bool),
        "bool": isinstance(value, bool),
        "date": isinstance(value, date) and not isinstance(value, datetime),
        "datetime": isinstance(value, datetime),
        "time": isinstance(value, time),
    }
    return value if fits[kind] else None


_UNFIT: Final = {
    "number": lambda: gettext("「%(value)s」は数ではありません。1200 のように書いてください。"),
    "bool": lambda: gettext("「%(value)s」は TRUE か FALSE ではありません。"),
    "date": lambda: gettext("「%(value)s」は日付ではありません。2026-04-01 のように書いてください。"),
    "datetime": lambda: gettext(
        "「%(value)s」は日時ではありません。2026-04-01T09:30:00 のように書いてください。"
    ),
    "time": lambda: gettext("「%(value)s」は時刻ではありません。09:30:00 のように書いてください。"),
}
