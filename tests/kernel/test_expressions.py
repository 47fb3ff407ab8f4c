"""Invariants 1 to 5, 8 and 9 of ``madoguchi.kernel.expressions``."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from madoguchi.kernel import expressions as x
from madoguchi.kernel.expressions.functions import Function, functions

NAMES = {
    "amount_yen": "yen",
    "reduced_yen": "yen",
    "rate": "decimal:2",
    "share": "decimal:1",
    "born_on": "date",
    "on": "date",
    "received_at": "moment",
    "district": "choice",
    "needs": "choices",
    "alone": "boolean",
    "house.area": "count",
}


def value_of(text: str, returns: str, **values: Any) -> Any:
    return x.expression_compile(text, variables=NAMES, returns=returns).evaluate(values)


@pytest.mark.parametrize(
    ("text", "returns", "values", "expected"),
    [
        ("amount_yen + 1", "yen", {"amount_yen": 3}, 4),
        ("has(reduced_yen) ? reduced_yen : amount_yen", "yen", {"amount_yen": 3}, 3),
        ("has(reduced_yen) ? reduced_yen : amount_yen", "yen", {"amount_yen": 3, "reduced_yen": 0}, 0),
        ("has( reduced_yen )", "boolean", {"reduced_yen": None}, False),
        ("district == 'has(reduced_yen)' // has(nothing)", "boolean", {"district": "a"}, False),
        ("percent(amount_yen, rate, 2, 'down')", "yen", {"amount_yen": 1_000, "rate": Decimal("8.25")}, 82),
        (
            "rate + rescale(share, 1, 2, 'down')",
            "decimal:2",
            {"rate": 1, "share": Decimal("0.5")},
            Decimal("1.50"),
        ),
        ("'a' in needs && alone", "boolean", {"needs": ["a"], "alone": True}, True),
        ("needs.filter(need, need != 'a')", "choices", {"needs": ["a", "b"]}, ["b"]),
        ("[]", "choices", {}, []),
        ("sum([amount_yen, 2, 3])", "yen", {"amount_yen": 1}, 6),
        ("on", "date", {"on": date(2024, 1, 1)}, date(2024, 1, 1)),
        ("year_of(on) * 100 + month_of(on)", "count", {"on": date(2024, 1, 1)}, 202401),
        ("fiscal_year(on)", "count", {"on": date(2024, 3, 31)}, 2023),
        ("days_add(on, -1) == date('2024-02-29')", "boolean", {"on": date(2024, 3, 1)}, True),
        ("business_days_add(on, 1)", "date", {"on": date(2024, 5, 2)}, date(2024, 5, 7)),
        ("business_days_between(on, days_add(on, 7))", "count", {"on": date(2024, 6, 3)}, 5),
        # 15:00 UTC is midnight in Tokyo: a moment counts for the day in Japan.
        ("fiscal_year(received_at)", "count", {"received_at": datetime(2024, 3, 31, 15, tzinfo=UTC)}, 2024),
        ("has(house.area) && house.area > 50", "boolean", {"house.area": 51}, True),
        ("has(house.area) && house.area > 50", "boolean", {}, False),
    ],
)
def test_an_expression_gives_its_value(
    text: str, returns: str, values: dict[str, Any], expected: Any
) -> None:
    assert x.expression_compile(text, variables=NAMES, returns=returns).evaluate(values) == expected


@pytest.mark.parametrize(
    ("text", "returns", "refusal", "place", "says"),
    [
        ("amount_yen +\n  amunt_yen", "yen", x.UnknownName, (2, 3), "「amount_yen」ではありませんか。"),
        ("has(redused_yen)", "boolean", x.UnknownName, (1, 5), "「reduced_yen」ではありませんか。"),
        (
            "1 + percnt(amount_yen, 1, 'up')",
            "yen",
            x.UnknownFunction,
            (1, 5),
            "「percent」ではありませんか。",
        ),
        ("percent(amount_yen, 1)", "yen", x.TypeWrong, (1, 1), "percent(金額, 10, 'down')"),
        ("age_on(born_on, 3)", "count", x.TypeWrong, (1, 7), "「age_on」は 日付と整数 に使えません。"),
        ("percent(amount_yen, 1, 'dwon')", "yen", x.ConstantWrong, (1, 24), "「down」ではありませんか。"),
        ("date('2023-02-29') < on", "boolean", x.ConstantWrong, (1, 6), "2023-02-29"),
        ("'あ' + amount_yen", "text", x.TypeWrong, (1, 5), "文字列と整数"),
        ("district", "yen", x.TypeWrong, (1, 1), "整数の円"),
        ("dyn(amount_yen)", "yen", x.TypeWrong, (1, 1), "dyn()"),
        ("1u", "count", x.TypeWrong, (1, 1), "符号なし"),
        ("amount_yen = 1", "boolean", x.SyntaxWrong, (1, 12), "=="),
        ("amount_yen +", "yen", x.SyntaxWrong, (1, 13), "途中で終わって"),
        ("甲 + 1", "yen", x.SyntaxWrong, (1, 1), "甲"),
        ("  ", "yen", x.SyntaxWrong, (1, 1), "空です"),
        ("amount_yen * 1.1", "yen", x.FloatRefused, (1, 12), "percent"),
        ("1.0 < 2.0", "boolean", x.FloatRefused, (1, 1), "percent"),
        ("int(1.5)", "yen", x.FloatRefused, (1, 5), "浮動小数点数"),
        ("int(double(amount_yen) * double(3))", "yen", x.FloatRefused, (1, 24), "浮動小数点数"),
        ("rate > 5", "boolean", x.ScaleMismatch, (1, 8), "rescale(5, 0, 2, 'down')"),
        ("rate + share", "decimal:2", x.ScaleMismatch, (1, 6), "2桁と1桁"),
        ("amount_yen * rate", "yen", x.ScaleMismatch, (1, 12), "2 桁"),
        ("alone ? rate : amount_yen", "yen", x.ScaleMismatch, (1, 7), "rescale"),
        (
            "percent(amount_yen, rate, 'down')",
            "yen",
            x.ScaleMismatch,
            (1, 21),
            "percent(金額, 率, 2, 'down')",
        ),
        ("on.getFullYear()", "count", x.DayReadAbroad, (1, 4), "year_of"),
        ("on.getMonth('Asia/Tokyo')", "count", x.DayReadAbroad, (1, 4), "month_of"),
        ("received_at.getHours()", "count", x.DayReadAbroad, (1, 13), "getHours('Asia/Tokyo')"),
        ("string(on)", "text", x.DayReadAbroad, (1, 1), "世界標準時"),
        ("needs.exists(rate, rate == 'a')", "boolean", x.NameShadowed, (1, 13), "rate_each"),
        ("+".join(["amount_yen"] * 40), "yen", x.ExpressionTooLarge, (1, 1), "sum"),
        ("'" + "a" * 4_000 + "'", "text", x.ExpressionTooLarge, (1, 1), "4,000"),
    ],
)
def test_what_is_wrong_is_refused_when_compiled_with_its_place(
    text: str, returns: str, refusal: type[x.ExpressionRefused], place: tuple[int, int], says: str
) -> None:
    with pytest.raises(x.ExpressionRefused) as caught:
        x.expression_compile(text, variables=NAMES, returns=returns)
    assert type(caught.value) is refusal
    assert (caught.value.line, caught.value.column) == place
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "values", "refusal", "says"),
    [
        ("amount_yen", {}, x.ValueAbsent, "has(amount_yen)"),
        ("amount_yen", {"amount_yen": True}, x.ValueWrong, "amount_yen"),
        ("amount_yen", {"amount_yen": 1.0}, x.ValueWrong, "整数の円"),
        ("amount_yen", {"amount_yen": 2**63}, x.ValueWrong, "amount_yen"),
        ("rate", {"rate": Decimal("0.125")}, x.ValueWrong, "rate"),
        ("on", {"on": datetime(2024, 1, 1, tzinfo=UTC)}, x.ValueWrong, "日付"),
        ("needs", {"needs": ["a", 1]}, x.ValueWrong, "needs"),
        ("amount_yen / 0", {"amount_yen": 1}, x.CannotCompute, "0 で割る"),
        ("amount_yen + 1", {"amount_yen": 2**63 - 1}, x.CannotCompute, "大きすぎます"),
        ("percent(amount_yen, 200, 'up')", {"amount_yen": 2**63 - 1}, x.CannotCompute, "大きすぎます"),
        (
            "age_on(born_on, on)",
            {"born_on": date(2024, 1, 2), "on": date.max},
            x.CannotCompute,
            "範囲を超えます",
        ),
        (
            "age_on(on, born_on)",
            {"on": date(2024, 1, 2), "born_on": date(2024, 1, 1)},
            x.CannotCompute,
            "前の日",
        ),
        ("fiscal_year(on)", {"on": date(1868, 1, 1)}, x.CannotCompute, "1867年度は扱えません"),
        ("needs.all(a, needs.all(b, a == b))", {"needs": ["a"] * 200}, x.CannotCompute, "繰り返し"),
        ("date(district)", {"district": "きょう"}, x.CannotCompute, "きょう"),
    ],
)
def test_values_that_do_not_fit_are_refused_by_name(
    text: str, values: dict[str, Any], refusal: type[x.EvaluationRefused], says: str
) -> None:
    compiled = next(
        expression
        for kind in ("yen", "decimal:2", "date", "choices", "boolean", "count")
        if (expression := _compiled_or_none(text, kind)) is not None
    )
    with pytest.raises(refusal) as caught:
        compiled.evaluate(values)
    assert says in caught.value.message


def _compiled_or_none(text: str, kind: str) -> x.Expression | None:
    try:
        return x.expression_compile(text, variables=NAMES, returns=kind)
    except x.ExpressionRefused:
        return None


def test_a_refusal_that_does_not_matter_is_not_raised() -> None:
    text = "percent(amount_yen, 200, 'up') > 0 || alone"
    assert value_of(text, "boolean", amount_yen=2**63 - 1, alone=True) is True
    with pytest.raises(x.CannotCompute, match="0 で割る"):
        value_of(
            "(percent(amount_yen, 200, 'up') > 0 || alone) ? 1 / 0 : 1",
            "count",
            amount_yen=2**63 - 1,
            alone=True,
        )


def test_the_names_used_are_known_and_only_they_are_read() -> None:
    expression = x.expression_compile(
        "has(reduced_yen) && district == 'rate'", variables=NAMES, returns="boolean"
    )
    assert expression.names == {"reduced_yen", "district"}
    assert expression.evaluate({"reduced_yen": 1, "district": "rate", "amount_yen": "not an int"}) is True


def test_a_function_of_a_higher_block_is_answered_by_the_caller() -> None:
    spec = Function(
        "same_roof", (x.value_type("text"), x.value_type("text")), x.value_type("boolean"), None, ""
    )
    with functions.momentarily("same_roof/2", spec):
        expression = x.expression_compile("same_roof(district, 'b')", variables=NAMES, returns="boolean")
        assert expression.needs == {"same_roof"}
        assert expression.evaluate({"district": "b"}, functions={"same_roof": lambda a, b: a == b}) is True
        with pytest.raises(x.FunctionNotHandedIn, match="same_roof"):
            expression.evaluate({"district": "b"})
        with pytest.raises(x.CannotCompute, match="約束した型"):
            expression.evaluate({"district": "b"}, functions={"same_roof": lambda a, b: "yes"})
    with pytest.raises(x.UnknownFunction):
        x.expression_compile("same_roof(district, 'b')", variables=NAMES, returns="boolean")


def test_days_on_which_the_office_is_closed_come_from_the_caller() -> None:
    expression = x.expression_compile("business_days_add(on, 1)", variables=NAMES, returns="date")
    assert expression.evaluate({"on": date(2024, 6, 3)}) == date(2024, 6, 4)
    assert expression.evaluate({"on": date(2024, 6, 3)}, closed_days={date(2024, 6, 4)}) == date(2024, 6, 5)


def test_computed_fields_have_one_order_and_no_loop() -> None:
    def fields(**texts: str) -> dict[str, x.Expression]:
        names = dict.fromkeys(["a", "b", "c", "d"], "yen")
        return {
            key: x.expression_compile(text, variables=names, returns="yen") for key, text in texts.items()
        }

    assert x.computed_order(fields(a="b + c", b="c + d", c="d")) == ("c", "b", "a")
    with pytest.raises(x.ComputedCycle) as caught:
        x.computed_order(fields(a="b", b="c", c="a + d"))
    loop = caught.value.loop
    assert loop[0] == loop[-1]
    assert set(loop) == {"a", "b", "c"}
    with pytest.raises(x.ComputedCycle, match="a → a"):
        x.computed_order(fields(a="has(a) ? 1 : 0"))


@pytest.mark.parametrize("kind", ["float", "decimal", "decimal:0", "yen:2", ""])
def test_there_are_no_other_types(kind: str) -> None:
    with pytest.raises(ValueError, match="no value type"):
        x.value_type(kind)


@pytest.mark.parametrize("name", ["___rate", "has__x", "Rate", "a b", "a."])
def test_a_name_that_could_hide_another_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        x.expression_compile("1", variables={name: "yen"}, returns="yen")
