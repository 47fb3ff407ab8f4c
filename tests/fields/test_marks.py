"""Dashes, marks between choices, and blanks in addresses, as tables of city offices have them."""

from __future__ import annotations

from typing import Any

import pytest

from madoguchi.blocks.fields.types import Ctx, Read, Repair, ValueRefused
from tests.fields.values import CTX, field

DAYS = field(
    "multi",
    options=[{"code": code, "label": label} for code, label in zip("mtwrf", "月火水木金", strict=True)],
)
NAMES = [
    {"code": "in", "label": "内科"}, {"code": "sur", "label": "乳腺・内分泌外科"}, {"code": "en", "label": "内分泌外科"},
    {"code": "di", "label": "消化器内科"},
]  # fmt: skip
DEPARTMENTS = field("multi", options=NAMES)


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("月火水木金", "mtwrf"), ("金月", "mf"), ("月・水、金", "mwf"), ("月水・金", "mwf"), ("月", "m"),
    ],
)  # fmt: skip
def test_days_of_the_week_need_no_marks(typed: str, codes: str) -> None:
    assert DAYS.read(typed, CTX) == Read(list(codes))


@pytest.mark.parametrize("typed", ["平日", "月火祝", "土日祝以外"])
def test_what_is_no_option_is_refused_as_it_stands(typed: str) -> None:
    with pytest.raises(ValueRefused) as caught:
        DAYS.read(typed, CTX)
    assert caught.value.code == "choice"
    assert typed in caught.value.message


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("乳腺・内分泌外科", ["sur"]),
        ("内科、乳腺･内分泌外科", ["in", "sur"]),
        ("内科・内分泌外科", ["in", "en"]),
        ("内科／消化器内科、", ["in", "di"]),
    ],
)
def test_a_name_with_a_mark_in_it_stays_whole(typed: str, codes: list[str]) -> None:
    found = DEPARTMENTS.read(typed, CTX).value
    assert found == codes
    assert DEPARTMENTS.read(DEPARTMENTS.write(found, CTX), CTX) == Read(codes)


def test_the_repair_of_one_choice_keeps_the_others() -> None:
    typed = "内科、消化器ｋ内科、内分泌外課"
    with pytest.raises(ValueRefused) as caught:
        DEPARTMENTS.read(typed, CTX)
    assert caught.value.proposal is not None
    assert caught.value.proposal.text == "内科、消化器内科、内分泌外課"
    chosen = DEPARTMENTS.read(typed, Ctx(on=CTX.on, repairs=frozenset({Repair.CLOSEST})))
    assert chosen.value == ["in", "en", "di"]
    assert set(chosen.repairs) == {Repair.CLOSEST}


@pytest.mark.parametrize("dash", ["-", "－", "−", "―", "ー", "--"])
@pytest.mark.parametrize("kind", ["phone", "choice", "multi", "boolean", "number", "date"])
def test_a_dash_alone_says_that_there_is_none(kind: str, dash: str) -> None:
    more: dict[str, Any] = {"options": NAMES} if kind in ("choice", "multi") else {}
    assert field(kind, **more).read(dash, CTX) == Read(None, (Repair.NOTHING,))
    with pytest.raises(ValueRefused):
        field(kind, required=True, **more).read(dash, CTX)


def test_a_dash_that_is_an_option_is_that_option() -> None:
    marks = [{"code": "yes", "label": "○"}, {"code": "none", "label": "－"}]
    assert field("choice", options=marks).read("－", CTX) == Read("none")
    assert field("choice", options=marks).read("-", CTX).value in ("none", None)


def test_a_wide_blank_in_an_address_is_encoded_and_told() -> None:
    page = field("url")
    assert page.read("https://example.jp/小　保育/", CTX) == Read(
        "https://example.jp/小%E3%80%80保育/", (Repair.BLANK,)
    )
    for typed, code in [
        ("https://example.jp/ a", "url"),
        ("https://a.example/　https://b.example/", "url_two"),
    ]:
        with pytest.raises(ValueRefused) as caught:
            page.read(typed, CTX)
        assert caught.value.code == code


def test_what_is_no_day_is_not_called_a_day_of_birth() -> None:
    with pytest.raises(ValueRefused) as caught:
        field("date").read("8月23日(日)", CTX)
    assert caught.value.code == "date_unreadable"
    assert caught.value.message == "「8月23日(日)」は日付として読めません。例：令和8年4月1日、2026-04-01"
