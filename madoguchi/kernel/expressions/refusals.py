"""What may be wrong with an expression, and with the values handed to it."""

from __future__ import annotations

from typing import ClassVar


class ExpressionRefused(Exception):
    """
    An expression that does not compile.

    ``code`` is stable, ``message`` is Japanese, ``line`` and ``column`` count from 1 within the expression,
    ``suggestion`` is the name or spelling that was probably meant.
    """

    code: ClassVar[str] = "expression-refused"

    def __init__(self, message: str, *, line: int = 1, column: int = 1, suggestion: str = "") -> None:
        self.message = message
        self.line = line
        self.column = column
        self.suggestion = suggestion
        super().__init__(f"{self.where}: {message}" + (f" {suggestion}" if suggestion else ""))

    @property
    def where(self) -> str:
        """The place within the expression, in words."""
        return f"式の{self.line}行{self.column}字目"


class SyntaxWrong(ExpressionRefused):
    """It cannot be read as an expression."""

    code = "expression-syntax"


class UnknownName(ExpressionRefused):
    """It reads a name that nobody declared."""

    code = "expression-name"


class UnknownFunction(ExpressionRefused):
    """It calls a function that does not exist."""

    code = "expression-function"


class TypeWrong(ExpressionRefused):
    """Types do not fit each other, a function, or what the expression must give."""

    code = "expression-type"


class FloatRefused(ExpressionRefused):
    """A floating-point number stands in it."""

    code = "expression-float"


class ScaleMismatch(ExpressionRefused):
    """Numbers of different scales meet."""

    code = "expression-scale"


class DayReadAbroad(ExpressionRefused):
    """A day would be read in another time zone, or its months counted from 0."""

    code = "expression-day"


class ConstantWrong(ExpressionRefused):
    """A constant (round mode, day, scale) is none that the function knows."""

    code = "expression-constant"


class NameShadowed(ExpressionRefused):
    """A loop variable takes the name of a declared one."""

    code = "expression-shadow"


class ExpressionTooLarge(ExpressionRefused):
    """Too many characters or levels."""

    code = "expression-large"


class ComputedCycle(Exception):
    """Computed fields that need each other; ``loop`` names them in order, the first again at the end."""

    code: ClassVar[str] = "expression-cycle"

    def __init__(self, loop: tuple[str, ...]) -> None:
        self.loop = loop
        self.message = f"計算項目が互いを必要としています: {' → '.join(loop)}"
        super().__init__(self.message)


class EvaluationRefused(Exception):
    """An expression that compiled, but not with these values."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class ValueAbsent(EvaluationRefused):
    """A value was needed and is not there; ``name`` says which."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"「{name}」の値がありません。空でもよい項目は has({name}) で確かめてください。")


class ValueWrong(EvaluationRefused):
    """A value handed in is not of its declared type."""

    def __init__(self, name: str, type_words: str) -> None:
        self.name = name
        super().__init__(f"「{name}」の値が{type_words}ではありません。")


class CannotCompute(EvaluationRefused):
    """Division by zero, overflow, a refusal of a function."""


class FunctionNotHandedIn(EvaluationRefused):
    """The expression calls a function that only the caller can answer, and the caller handed in none."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"関数「{name}」は呼び出す側が渡してください。")
