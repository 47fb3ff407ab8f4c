from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from cel_expr_python import cel

from madoguchi.kernel.expressions.cel_errors import compile_refusal, evaluation_refusal, type_words
from madoguchi.kernel.expressions.checks import Checked, house_rules
from madoguchi.kernel.expressions.functions import Surroundings, cel_declarations, functions, surroundings
from madoguchi.kernel.expressions.places import NAME, has_rewritten, presence_name
from madoguchi.kernel.expressions.refusals import (
    CannotCompute,
    EvaluationRefused,
    ExpressionTooLarge,
    FunctionNotHandedIn,
    SyntaxWrong,
    TypeWrong,
    ValueWrong,
)
from madoguchi.kernel.expressions.tree import Node, tree_read
from madoguchi.kernel.expressions.types import NotOfType, ValueType, value_in, value_out, value_type
from madoguchi.kit import refusals as kit_refusals

CHARACTER_LIMIT: Final = 4_000


@dataclass(frozen=True, slots=True)
class Expression:
    """
    A checked expression.

    ``names`` are the declared names that it reads or tests, ``needs`` the functions that the caller of
    ``evaluate`` must hand in.
    """

    text: str
    names: frozenset[str]
    needs: frozenset[str]
    returns: ValueType
    variables: Mapping[str, ValueType] = field(repr=False)
    compiled: Any = field(repr=False, compare=False)

    def evaluate(
        self,
        values: Mapping[str, Any],
        *,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        closed_days: Container[date] = frozenset(),
    ) -> Any:
        """
        Compute the value, of the type that was asked for.

        :param values: by name; None or missing is absent; names that it does not read are ignored.
        :param functions: an answer for each name in ``needs``, given and giving values of the vocabulary.
        :param closed_days: days on which this office is closed besides the usual ones.
        :raises ValueAbsent: a value that is read without has() is absent.
        :raises ValueWrong: a value is not of its declared type.
        :raises CannotCompute: division by zero, overflow, a refusal of a function.
        :raises FunctionNotHandedIn: an answer for one of ``needs`` is missing.
        """
        around = Surroundings(functions=functions or {}, closed_days=closed_days)
        if missing := self.needs - around.functions.keys():
            raise FunctionNotHandedIn(min(missing))
        token = surroundings.set(around)
        try:
            result = self.compiled.eval(data=self._data(values))
        except RuntimeError as error:
            raise evaluation_refusal(str(error)) from error
        finally:
            surroundings.reset(token)
        if result.type().name() == "ERROR":
            self._raise(str(result.plain_value()), around.refusal)
        return value_out(result.plain_value(), self.returns)

    def _data(self, values: Mapping[str, Any]) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for name in self.names:
            value = values.get(name)
            data[presence_name(name)] = value is not None
            if value is None:
                continue
            kind = self.variables[name]
            try:
                data[name] = value_in(value, kind)
            except NotOfType:
                raise ValueWrong(name, kind.words) from None
        return data

    @staticmethod
    def _raise(error: str, refusal: Exception | None) -> None:
        # A function's refusal may have been overruled (`x || true`): only the one that CEL reports counts.
        if refusal is None or str(refusal) not in error:
            raise evaluation_refusal(error)
        if isinstance(refusal, kit_refusals.Refused):
            raise CannotCompute(refusal.message) from refusal
        if isinstance(refusal, EvaluationRefused):
            raise refusal
        if isinstance(refusal, NotOfType):
            raise CannotCompute("関数の答えが約束した型ではありません。") from refusal
        raise refusal


def expression_compile(
    text: str, *, variables: Mapping[str, str | ValueType], returns: str | ValueType
) -> Expression:
    """
    Check an expression and make it ready.

    :param variables: the names that it may read, each with its type (``yen``, ``decimal:2``, ``date`` …).
    :param returns: the type that it must give.
    :raises ExpressionRefused: what is wrong, with line, column and a suggestion.
    :raises ValueError: a name or type in ``variables`` or ``returns`` is none (a fault of the caller).
    """
    kinds = {_name(name): value_type(kind) for name, kind in variables.items()}
    wanted = value_type(returns)
    if len(text) > CHARACTER_LIMIT:
        raise ExpressionTooLarge(
            f"式が長すぎます（{len(text):,}字、{CHARACTER_LIMIT:,}字まで）。",
            suggestion="計算項目に分けてください。",
        )
    if not text.strip():
        raise SyntaxWrong("式が空です。")
    declared = {name: kind.cel for name, kind in kinds.items()}
    declared |= {presence_name(name): cel.Type.BOOL for name in kinds}
    environment = cel.NewEnv(variables=declared, functions=cel_declarations())
    try:
        compiled = environment.compile(has_rewritten(text, kinds))
    except RuntimeError as error:
        raise compile_refusal(str(error), text, kinds) from None
    root = tree_read(compiled.serialize())
    checked = Checked(text, root, kinds)
    house_rules(checked, wanted)
    _result_fits(checked, compiled, wanted)
    return Expression(text, _names(root, kinds), _needs(root), wanted, kinds, compiled)


def _name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name for an expression: snake_case, parts joined by dots")
    return name


def _result_fits(checked: Checked, compiled: Any, wanted: ValueType) -> None:
    given = compiled.return_type().name()
    empty_list = given == "LIST<DYN>" and wanted.name in ("choices", "numbers")
    if given != wanted.cel.name() and not empty_list:
        raise checked.refuse(
            TypeWrong,
            checked.root,
            f"この式の答えは{type_words(given)}です。{wanted.words}でなければなりません。",
        )


def _names(root: Node, kinds: Mapping[str, ValueType]) -> frozenset[str]:
    hidden = {presence_name(name): name for name in kinds}
    read = {node.name for node in root.walk() if node.form == "name"}
    return frozenset({hidden.get(name, name) for name in read} & kinds.keys())


def _needs(root: Node) -> frozenset[str]:
    calls = {f"{node.name}/{len(node.children)}" for node in root.walk() if node.form == "call"}
    return frozenset(
        functions[call].name for call in calls if call in functions and functions[call].call is None
    )
