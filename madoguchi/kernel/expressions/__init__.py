"""
Expressions in declarations: CEL (Common Expression Language), checked when loaded, exact in money.

This package is the only one that knows ``cel_expr_python``. A block says which names an expression may read,
each with a type of our vocabulary, and which type it must give::

    due = expression_compile(
        "has(reduced_yen) ? amount_yen - reduced_yen : percent(amount_yen, 10, 'down')",
        variables={"amount_yen": "yen", "reduced_yen": "yen"},
        returns="yen",
    )
    due.names                              # {"amount_yen", "reduced_yen"}
    due.evaluate({"amount_yen": 12_345})   # 1234

Types: ``yen`` and ``count`` (int), ``decimal:N`` (a Decimal with N decimals, an int of that scale inside the
expression), ``date`` (00:00 in Tokyo), ``moment``, ``text`` and ``choice`` (string), ``choices``
(list of strings), ``numbers`` (list of int), ``boolean``. A value that is None or not there is absent:
``has(name)`` tests it.

Invariants (``tests/kernel/test_expressions*.py``):

1. Nothing is evaluated that was not checked: names, types and constants (round modes, days) are refused when
   compiled, each by its own exception with line and column, and the nearest name when one is unknown.
2. No floating-point number stands anywhere in an expression, not even on the way to an int.
3. Two scales never meet unsaid: yen and a ``decimal:2`` are neither added nor compared.
4. A day is a day in Japan: what would read it in another zone, or count months from 0, is refused.
5. An absent value that is not tested by ``has`` is an exception that names it, never zero or "".
6. ``percent`` and ``yen_div`` are exact for every 64-bit int; overflow is an exception, never a wrap.
7. One grows older at the end of the day before the birthday (年齢計算ニ関スル法律, 民法第143条).
8. Computed fields have one order, and a loop is refused by naming it.
9. Size and work are bounded: 4,000 characters, 32 levels, 10,000 steps.
"""

from madoguchi.kernel.expressions.compiling import Expression, expression_compile
from madoguchi.kernel.expressions.functions import function_declare, functions
from madoguchi.kernel.expressions.ordering import computed_order
from madoguchi.kernel.expressions.refusals import (
    CannotCompute,
    ComputedCycle,
    ConstantWrong,
    DayReadAbroad,
    EvaluationRefused,
    ExpressionRefused,
    ExpressionTooLarge,
    FloatRefused,
    FunctionNotHandedIn,
    NameShadowed,
    ScaleMismatch,
    SyntaxWrong,
    TypeWrong,
    UnknownFunction,
    UnknownName,
    ValueAbsent,
    ValueWrong,
)
from madoguchi.kernel.expressions.types import ValueType, value_type

__all__ = [
    "CannotCompute",
    "ComputedCycle",
    "ConstantWrong",
    "DayReadAbroad",
    "EvaluationRefused",
    "Expression",
    "ExpressionRefused",
    "ExpressionTooLarge",
    "FloatRefused",
    "FunctionNotHandedIn",
    "NameShadowed",
    "ScaleMismatch",
    "SyntaxWrong",
    "TypeWrong",
    "UnknownFunction",
    "UnknownName",
    "ValueAbsent",
    "ValueType",
    "ValueWrong",
    "computed_order",
    "expression_compile",
    "function_declare",
    "functions",
    "value_type",
]
