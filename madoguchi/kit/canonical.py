"""One spelling of a value, so that equal contents have equal hashes."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from uuid import UUID

EXPONENT_LIMIT = 1_000
"""A Decimal further from the point than this is a mistake, and would be written out zero by zero."""


class NotCanonical(TypeError):
    """A value has no canonical spelling; the message says where it stands and what to hand in instead."""


def canonical_json(value: object) -> bytes:
    """
    Write a value as canonical JSON in UTF-8.

    Keys are sorted by code point, there are no blanks, letters stand as themselves. A Decimal becomes a
    string without exponent and without trailing zeros ("1.5" for 1.50), a day "2024-04-01", a moment its
    UTC time with microseconds and Z, a UUID its usual text, an enum its value. Text is not normalised:
    the hash is of what was stored. Follows RFC 8785 except that keys sort by code point, integers keep all
    their digits, and floats do not exist.

    :raises NotCanonical: a float, a moment without zone, a key that is no text, a lone surrogate, or a
        value of another type.
    """
    plain = _plain(value, "$")
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonical(f"text that UTF-8 cannot carry: {error.reason}") from error


def canonical_hash(value: object) -> str:
    """
    Give the SHA-256 of the canonical JSON as 64 hex letters.

    :raises NotCanonical: as for `canonical_json`.
    """
    return sha256(canonical_json(value)).hexdigest()


def decimal_text(value: Decimal) -> str:
    """
    Write a Decimal in its one fixed form: no exponent, no trailing zeros, no minus before zero.

    :raises NotCanonical: no number, an infinite one, or one with an absurd exponent.
    """
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise NotCanonical(f"{value} is no finite number")
    if value.is_zero():
        return "0"
    if abs(exponent) > EXPONENT_LIMIT:
        raise NotCanonical("a Decimal with an absurd exponent")
    # Not normalize(): that rounds to the precision of the current context.
    kept = len(digits)
    while exponent < 0 and digits[kept - 1] == 0:
        kept, exponent = kept - 1, exponent + 1
    return format(Decimal((sign, digits[:kept], exponent)), "f")


def _plain(value: object, at: str) -> object:
    if isinstance(value, Enum):
        return _plain(value.value, at)
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, Mapping):
        return _plain_mapping(value, at)
    if isinstance(value, list | tuple):
        return [_plain(item, f"{at}[{index}]") for index, item in enumerate(value)]
    return _plain_text(value, at)


def _plain_mapping(value: Mapping[object, object], at: str) -> dict[str, object]:
    plain: dict[str, object] = {}
    for key, item in value.items():
        text = key.value if isinstance(key, Enum) else key
        if not isinstance(text, str):
            raise NotCanonical(f"{at}: the key {key!r} is no text")
        if text in plain:
            raise NotCanonical(f"{at}: two keys are written {text!r}")
        plain[text] = _plain(item, f"{at}.{text}")
    return plain


def _plain_text(value: object, at: str) -> str:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise NotCanonical(f"{at}: a moment without time zone; which moment is it?")
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    hint = "; use a Decimal" if isinstance(value, float) else ""
    raise NotCanonical(f"{at}: {type(value).__name__} has no canonical spelling{hint}")
