import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from hashlib import sha256
from types import MappingProxyType
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kit.canonical import NotCanonical, canonical_hash, canonical_json, decimal_text

# The zones of the last test must not push a moment out of the calendar.
MOMENTS = [datetime.fromisoformat(text) for text in ("0002-01-01", "9998-12-31")]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    LOW = 1


class Kind(Enum):
    DAY = date(2024, 4, 1)


def test_the_spelling():
    value = {
        "b": [1, True, None, '窓口\n"<é'],
        "a": Decimal("1.50"),
        "day": date(2024, 4, 1),
        "moment": datetime(2024, 4, 1, 9, 0, tzinfo=timezone(timedelta(hours=9))),
        "id": UUID(int=1),
        "enums": (Colour.RED, Level.LOW, Kind.DAY),
        Colour.RED: MappingProxyType({}),
    }
    assert canonical_json(value).decode() == (
        '{"a":"1.5","b":[1,true,null,"窓口\\n\\"<é"],"day":"2024-04-01","enums":["red",1,"2024-04-01"],'
        '"id":"00000000-0000-0000-0000-000000000001","moment":"2024-04-01T00:00:00.000000Z","red":{}}'
    )
    assert canonical_hash(value) == sha256(canonical_json(value)).hexdigest()


def test_a_known_hash():
    # printf '{}' | sha256sum
    assert canonical_hash({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@given(values)
def test_plain_json_is_read_back(value):
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(texts, values, max_size=6), st.randoms())
def test_the_order_of_keys_does_not_matter(value, source):
    items = list(value.items())
    source.shuffle(items)
    assert canonical_json(dict(items)) == canonical_json(value)


@given(st.datetimes(MOMENTS[0], MOMENTS[1], timezones=st.just(UTC)), st.integers(-12, 14))
def test_one_moment_has_one_spelling(aware, hours):
    assert canonical_json(aware) == canonical_json(aware.astimezone(timezone(timedelta(hours=hours))))
    assert len(canonical_json(aware)) == 29


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1.50", "1.5"),
        ("100", "100"),
        ("1E+2", "100"),
        ("-0.0", "0"),
        ("0E-9", "0"),
        ("1E-7", "0.0000001"),
        ("-12.340", "-12.34"),
        ("10.0", "10"),
        ("1234567890123456789012345678901234567890.10", "1234567890123456789012345678901234567890.1"),
    ],
)
def test_decimals_have_one_fixed_form(value, text):
    assert decimal_text(Decimal(value)) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20))
def test_equal_decimals_have_one_spelling(value):
    try:
        text = decimal_text(value)
    except NotCanonical:
        assert abs(value.as_tuple().exponent) > 1_000
        return
    assert Decimal(text) == value
    assert "E" not in text
    sign, digits, exponent = value.as_tuple()
    assert decimal_text(Decimal((sign, (*digits, 0), exponent - 1))) == text


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [0.5]}, r"\$\.a\[0\]: float has no canonical spelling; use a Decimal"),
        (datetime(2024, 4, 1, tzinfo=UTC).replace(tzinfo=None), "without time zone"),
        ({1: "a"}, "the key 1 is no text"),
        ({Colour.RED: 1, "red2": object()}, r"\$\.red2: object"),
        (b"bytes", "bytes"),
        ({1, 2}, "set"),
        (time(9), "time"),
        ("\ud800", "UTF-8"),
        (Decimal("NaN"), "no finite number"),
        (Decimal("Infinity"), "no finite number"),
        (Decimal("1E+999999"), "absurd"),
    ],
)
def test_what_has_no_canonical_spelling(value, message):
    with pytest.raises(NotCanonical, match=message):
        canonical_json(value)
