"""Fields of every type, and values that each accepts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from hypothesis import strategies as st
from pydantic import TypeAdapter

from madoguchi.blocks.fields.types import AnyField, Ctx, FieldPart

DAY = date(2026, 5, 12)
CTX = Ctx(on=DAY, found={("address", ""): {}})
_ADAPTER: TypeAdapter[FieldPart] = TypeAdapter(AnyField)


def field(kind: str, **more: Any) -> Any:
    """Make a field as a declaration does, by way of JSON."""
    return _ADAPTER.validate_json(
        json.dumps({"key": "one", "label": "項目", "type": kind, **more}, ensure_ascii=False)
    )


OPTIONS = [
    {"code": "a", "label": "あり"}, {"code": "b", "label": "なし・その他"}, {"code": "c", "label": "同じ"},
    {"code": "d", "label": "同じ"}, {"code": "e", "label": "a"},
]  # fmt: skip


def line(points: Iterable[str]) -> str:
    """Write a line as GeoJSON."""
    return '{"type":"LineString","coordinates":[' + ",".join(points) + "]}"


_plain = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Co", "Cn")),
    min_size=1,
    max_size=20,
)
_days = st.dates(date(1873, 1, 1), date(2100, 12, 31)).map(date.isoformat)
_times = st.tuples(st.integers(0, 29), st.integers(0, 59)).map(lambda one: f"{one[0]:02d}:{one[1]:02d}")
_kana = st.text("アイウカガパミナモハッン", min_size=1, max_size=8).filter(
    lambda text: not text.startswith("ン")
)
_degrees = st.decimals("24", "45", places=12, allow_nan=False)

FIELDS: Mapping[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "text": (field("text"), _plain),
    "lines": (field("text", lines=True), st.lists(_plain, min_size=1, max_size=3).map("\n".join)),
    "code": (field("text", pattern="[0-9]{5}", zeros=5), st.text("0123456789", min_size=5, max_size=5)),
    "kana": (field("kana"), _kana),
    "name": (field("name"), st.text("山田太郎花子髙﨑𠮷", min_size=1, max_size=10)),
    "phone": (field("phone"), st.text("0123456789", min_size=9, max_size=9).map(lambda t: f"0{t[:2]}-{t[2:5]}-{t[5:]}")),
    "email": (field("email"), st.text("abcdefg.x", min_size=1, max_size=8).map(lambda t: f"x{t}x@example.jp".replace("..", ".").replace("..", "."))),
    "url": (field("url"), st.text("abc/?=", max_size=8).map(lambda t: f"https://example.jp/{t}")),
    "number": (field("number"), st.integers(-(10**14), 10**14)),
    "decimals": (field("number", decimals=3), st.integers(-(10**14), 10**14)),
    "yen": (field("yen"), st.integers(-(10**14), 10**14)),
    "rate": (field("rate", decimals=2), st.integers(0, 10_000)),
    "date": (field("date"), _days),
    "month": (field("date", precision="month"), st.one_of(_days, _days.map(lambda day: day[:7]))),
    "year": (field("date", precision="year"), st.one_of(_days, _days.map(lambda day: day[:4]))),
    "time": (field("time", past_midnight=True), _times),
    "choice": (field("choice", options=OPTIONS), st.sampled_from("abcde")),
    "multi": (field("multi", options=OPTIONS), st.lists(st.sampled_from("abcde"), unique=True, min_size=1).map(sorted)),
    "boolean": (field("boolean", yes="有", no="無"), st.booleans()),
    "address": (field("address"), _plain.map(lambda text: {"written": text})),
    "point": (
        field("point"),
        st.tuples(_degrees, st.decimals("123", "153", places=11)).map(lambda one: {"lat": _text(one[0]), "lon": _text(one[1])}),
    ),
    "shape": (
        field("shape"),
        st.lists(st.tuples(_degrees, _degrees), min_size=2, max_size=4).map(
            lambda points: line(f"[{_text(a)},{_text(b)}]" for a, b in points)
        ),
    ),
    "bank_account": (
        field("bank_account"),
        st.tuples(st.integers(0, 9999), st.integers(0, 999), st.sampled_from("124"), st.integers(0, 9_999_999)).map(
            lambda one: {"bank": f"{one[0]:04d}", "branch": f"{one[1]:03d}", "kind": one[2], "number": f"{one[3]:07d}", "holder": "ﾐﾅﾓ ﾊﾅｺ"}
        ),
    ),
    "file": (field("file", most=3), st.lists(st.sampled_from(["7K3M-XXXX", "9P2R-YYYY"]), min_size=1, max_size=2)),
}  # fmt: skip
_table = field(
    "table",
    columns=[
        {"key": "what", "label": "品名", "type": "text", "required": True},
        {"key": "count", "label": "数", "type": "number"},
        {"key": "since", "label": "から", "type": "date"},
    ],
)
FIELDS = {
    **FIELDS,
    "table": (
        _table,
        st.lists(
            st.fixed_dictionaries({"what": _plain.filter(str.strip)}, optional={"count": st.integers(0, 99), "since": _days}), min_size=1, max_size=4
        ),
    ),
}  # fmt: skip


def _text(value: Any) -> str:
    text = f"{value:f}".rstrip("0").rstrip(".")
    return text or "0"
