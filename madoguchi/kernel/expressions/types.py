"""The vocabulary of field types, and how its values cross into CEL and back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from cel_expr_python.cel import Type as CelType

from madoguchi.kernel.clock import TOKYO

INT_LIMIT: Final = 2**63
SCALE_LIMIT: Final = 9

CEL_TYPES: Final[dict[str, Any]] = {
    "yen": CelType.INT,
    "count": CelType.INT,
    "decimal": CelType.INT,
    "date": CelType.TIMESTAMP,
    "moment": CelType.TIMESTAMP,
    "text": CelType.STRING,
    "choice": CelType.STRING,
    "choices": CelType.List(CelType.STRING),
    "numbers": CelType.List(CelType.INT),
    "boolean": CelType.BOOL,
}
TYPE_WORDS: Final = {
    "yen": "整数の円",
    "count": "整数",
    "decimal": "小数（桁数つき）",
    "date": "日付",
    "moment": "日時",
    "text": "文字列",
    "choice": "選択肢の符号",
    "choices": "選択肢の符号の一覧",
    "numbers": "整数の一覧",
    "boolean": "はい・いいえ",
}


class NotOfType(Exception):
    """A value does not belong to the type."""


@dataclass(frozen=True, slots=True)
class ValueType:
    """One type of the vocabulary; ``scale`` is how many decimals a ``decimal`` has."""

    name: str
    scale: int = 0

    @property
    def cel(self) -> Any:
        """The CEL type behind it."""
        return CEL_TYPES[self.name]

    @property
    def is_number(self) -> bool:
        """Whether it is an int inside an expression."""
        return self.name in ("yen", "count", "decimal")

    @property
    def words(self) -> str:
        """Its name for people."""
        return TYPE_WORDS[self.name]

    def __str__(self) -> str:
        return f"decimal:{self.scale}" if self.name == "decimal" else self.name


def value_type(spelling: str | ValueType) -> ValueType:
    """
    Read ``yen``, ``decimal:2`` and so on.

    :raises ValueError: there is no such type.
    """
    if isinstance(spelling, ValueType):
        return spelling
    name, colon, scale = spelling.partition(":")
    if name == "decimal" and re.fullmatch(r"[1-9]", scale):
        return ValueType(name, int(scale))
    if name not in CEL_TYPES or colon or name == "decimal":
        known = ", ".join(sorted(CEL_TYPES)).replace("decimal", "decimal:1 … decimal:9")
        raise ValueError(f"{spelling!r} is no value type; known: {known}")
    return ValueType(name)


def value_in(value: Any, kind: ValueType) -> Any:
    """
    Turn one of our values into CEL's.

    :raises NotOfType: the value is not of the type; nothing is converted silently.
    """
    match kind.name:
        case "yen" | "count":
            return _int_in(value)
        case "decimal":
            return _decimal_in(value, kind.scale)
        case "date":
            # CEL cannot hold the one day that is before its first moment in UTC.
            if isinstance(value, datetime) or not isinstance(value, date) or value == date.min:
                raise NotOfType
            return datetime(value.year, value.month, value.day, tzinfo=TOKYO)
        case "moment":
            if not isinstance(value, datetime) or value.utcoffset() is None:
                raise NotOfType
            return value
        case "boolean":
            return _only(value, bool)
        case "choices":
            return [_only(item, str) for item in _only(value, (list, tuple))]
        case "numbers":
            return [_int_in(item) for item in _only(value, (list, tuple))]
        case _:
            return _only(value, str)


def value_out(value: Any, kind: ValueType) -> Any:
    """Turn CEL's value into one of ours."""
    match kind.name:
        case "decimal":
            return Decimal(value).scaleb(-kind.scale)
        case "date":
            return value.astimezone(TOKYO).date()
        case "moment":
            return value.astimezone(TOKYO)
        case _:
            return value


def _only(value: Any, types: type | tuple[type, ...]) -> Any:
    if not isinstance(value, types):
        raise NotOfType
    return value


def _int_in(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -INT_LIMIT <= value < INT_LIMIT:
        raise NotOfType
    return value


def _decimal_in(value: Any, scale: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise NotOfType
    exact = Decimal(value)
    if not exact.is_finite() or abs(exact.adjusted()) > 30:
        raise NotOfType
    scaled = exact.scaleb(scale)
    # A value with more decimals than declared would be rounded behind the author's back.
    if scaled != scaled.to_integral_value():
        raise NotOfType
    return _int_in(int(scaled))
