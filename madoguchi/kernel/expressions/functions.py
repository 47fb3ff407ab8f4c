"""
The functions that an expression may call besides CEL's own.

A higher block adds one at start-up, in its ``hooks.py``::

    function_declare("same_household", ("text", "text"), "boolean")

Without ``call`` it is answered by whoever evaluates (``expression.evaluate(values, functions={...})``), so
that an expression never reaches a database by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from cel_expr_python.cel import FunctionDecl, Overload

from madoguchi.kernel.expressions.refusals import CannotCompute, FunctionNotHandedIn
from madoguchi.kernel.expressions.types import INT_LIMIT, ValueType, value_in, value_out, value_type
from madoguchi.kit import ages, fiscal, numbers, workdays
from madoguchi.kit.registry import Registry

ROUND_MODES: Final = ("down", "up", "half_up")


@dataclass(frozen=True, slots=True)
class Function:
    """One way to call a function; the same name may be declared once per number of arguments."""

    name: str
    params: tuple[ValueType, ...]
    returns: ValueType
    call: Callable[..., Any] | None
    usage: str

    @property
    def id(self) -> str:
        """Its name in the registry and in CEL."""
        return f"{self.name}/{len(self.params)}"


@dataclass(slots=True)
class Surroundings:
    """What an evaluation was handed besides its values."""

    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    closed_days: Container[date] = frozenset()
    refusal: Exception | None = None


functions: Registry[Function] = Registry("expression function")
surroundings: ContextVar[Surroundings] = ContextVar("expression_surroundings")


def function_declare(
    name: str,
    params: Sequence[str | ValueType],
    returns: str | ValueType,
    call: Callable[..., Any] | None = None,
    *,
    usage: str = "",
) -> None:
    """
    Make a function callable from expressions.

    :param call: gets and gives values of the vocabulary (a day is a ``date``); it is pure, and raises
        ``CannotCompute`` to refuse. None when only the caller of ``evaluate`` can answer.
    :param usage: how it is written, for messages.
    :raises AlreadyRegistered: there is one of that name with as many arguments.
    """
    types = tuple(value_type(param) for param in params)
    usage = usage or f"{name}({', '.join(str(kind) for kind in types)})"
    function = Function(name, types, value_type(returns), call, usage)
    functions.register(function.id, function)


def cel_declarations() -> list[Any]:
    """Give every function as CEL takes it."""
    overloads: dict[str, list[Any]] = {}
    for function in functions.values():
        overload = Overload(
            function.id,
            return_type=function.returns.cel,
            parameters=[param.cel for param in function.params],
            impl=_crossing(function),
        )
        overloads.setdefault(function.name, []).append(overload)
    return [FunctionDecl(name, list(ways)) for name, ways in overloads.items()]


def _crossing(function: Function) -> Callable[..., Any]:
    def call(*args: Any) -> Any:
        around = surroundings.get()
        try:
            inside = function.call or around.functions.get(function.name)
            if inside is None:
                raise FunctionNotHandedIn(function.name)
            values = [value_out(_plain(arg), kind) for arg, kind in zip(args, function.params, strict=True)]
            return value_in(inside(*values), function.returns)
        except Exception as error:
            # CEL keeps only the text of an exception, and may yet find that it does not matter (`x || true`).
            around.refusal = error
            raise

    return call


def _plain(arg: Any) -> Any:
    return (
        [item.plain_value() if hasattr(item, "plain_value") else item for item in arg]
        if isinstance(arg, list)
        else arg
    )


# Our own


def _mode(mode: str) -> Any:
    if mode not in ROUND_MODES:
        raise CannotCompute(f"端数処理「{mode}」はありません。{'・'.join(ROUND_MODES)} のどれかです。")
    return mode


def _fits(value: int) -> int:
    if not -INT_LIMIT <= value < INT_LIMIT:
        raise CannotCompute("計算の結果が大きすぎます。")
    return value


def _percent(amount: int, rate: int, mode: str) -> int:
    return _fits(numbers.percent(amount, rate, _mode(mode)))


def _percent_scaled(amount: int, rate: int, scale: int, mode: str) -> int:
    if not 0 <= scale <= 9:
        raise CannotCompute("率の小数の桁数は 0 から 9 までです。")
    return _fits(numbers.yen_div(amount * rate, 100 * 10**scale, _mode(mode)))


def _yen_div(amount: int, divisor: int, mode: str) -> int:
    if divisor == 0:
        raise CannotCompute("0 で割ることはできません。")
    return _fits(numbers.yen_div(amount, divisor, _mode(mode)))


def _rescale(value: int, from_scale: int, to_scale: int, mode: str) -> int:
    if not (0 <= from_scale <= 9 and 0 <= to_scale <= 9):
        raise CannotCompute("小数の桁数は 0 から 9 までです。")
    if to_scale >= from_scale:
        return _fits(value * 10 ** (to_scale - from_scale))
    return numbers.yen_div(value, 10 ** (from_scale - to_scale), _mode(mode))


def _age(count: Callable[[date, date], int], birth: date, day: date) -> int:
    try:
        return count(birth, day)
    except ages.AgeRefused as refused:
        raise CannotCompute(refused.message) from None


def _days_add(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise CannotCompute("扱える日付の範囲を超えます。") from None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CannotCompute(f"「{text}」は日付ではありません。2024-04-01 のように書いてください。") from None


def _business_days_add(day: date, days: int) -> date:
    if abs(days) > 3_660:
        raise CannotCompute("開庁日の計算は 3,660 日までです。")
    with _calendar_known():
        return workdays.business_days_add(day, days, closed_days=surroundings.get().closed_days)


def _business_days_between(start: date, end: date) -> int:
    if abs((end - start).days) > 36_600:
        raise CannotCompute("開庁日の計算は 100 年までです。")
    with _calendar_known():
        return workdays.business_days_between(start, end, closed_days=surroundings.get().closed_days)


@contextmanager
def _calendar_known() -> Iterator[None]:
    try:
        yield
    except workdays.HolidaysUnknown:
        raise CannotCompute("祝日の分からない年の開庁日は計算できません。") from None
    except (workdays.NoBusinessDay, OverflowError):
        raise CannotCompute("開庁日が見つかりません。") from None


def _fiscal_year(day: date) -> int:
    return fiscal.fiscal_year_of(day).year


function_declare("percent", ("yen", "count", "text"), "yen", _percent, usage="percent(金額, 10, 'down')")
function_declare(
    "percent",
    ("yen", "count", "count", "text"),
    "yen",
    _percent_scaled,
    usage="percent(金額, 率, 桁数, 'down')",
)
function_declare("yen_div", ("yen", "count", "text"), "yen", _yen_div, usage="yen_div(金額, 12, 'down')")
function_declare(
    "rescale",
    ("count", "count", "count", "text"),
    "count",
    _rescale,
    usage="rescale(値, 元の桁数, 先の桁数, 'half_up')",
)
function_declare("sum", ("numbers",), "count", lambda values: _fits(sum(values)), usage="sum([甲, 乙, 丙])")
function_declare("date", ("text",), "date", _date, usage="date('2024-04-01')")
function_declare(
    "age_on", ("date", "date"), "count", partial(_age, ages.age_on), usage="age_on(生年月日, 基準日)"
)
function_declare(
    "full_years",
    ("date", "date"),
    "count",
    partial(_age, ages.full_years),
    usage="full_years(起算日, 基準日)",
)
function_declare("fiscal_year", ("date",), "count", _fiscal_year, usage="fiscal_year(日)")
function_declare("year_of", ("date",), "count", lambda day: day.year, usage="year_of(日)")
function_declare("month_of", ("date",), "count", lambda day: day.month, usage="month_of(日)")
function_declare("day_of_month", ("date",), "count", lambda day: day.day, usage="day_of_month(日)")
function_declare(
    "days_between", ("date", "date"), "count", lambda a, b: (b - a).days, usage="days_between(始, 終)"
)
function_declare("days_add", ("date", "count"), "date", _days_add, usage="days_add(日, 14)")
function_declare("business_days_between", ("date", "date"), "count", _business_days_between)
function_declare("business_days_add", ("date", "count"), "date", _business_days_add)
