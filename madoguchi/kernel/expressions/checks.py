"""The house's own rules on a checked expression: what CEL allows and we do not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from madoguchi.kernel.expressions.functions import ROUND_MODES
from madoguchi.kernel.expressions.places import place_of
from madoguchi.kernel.expressions.refusals import (
    ConstantWrong,
    DayReadAbroad,
    ExpressionRefused,
    FloatRefused,
    NameShadowed,
    ScaleMismatch,
    TypeWrong,
)
from madoguchi.kernel.expressions.suggestions import closest
from madoguchi.kernel.expressions.tree import DOUBLE, STRING, Node
from madoguchi.kernel.expressions.types import ValueType

DAY_READERS: Final = {
    "getFullYear": "year_of(日)",
    "getMonth": "month_of(日)（1 から 12）",
    "getDate": "day_of_month(日)",
    "getDayOfMonth": "day_of_month(日)",
}
# Positions from the end: the last argument is the mode in every overload.
MODE_FUNCTIONS: Final = frozenset({"percent", "yen_div", "rescale"})
SAME_SCALE: Final = frozenset({"_+_", "_-_", "_%_", "_<_", "_<=_", "_>_", "_>=_", "_==_", "_!=_"})
COMPARISONS: Final = frozenset({"_<_", "_<=_", "_>_", "_>=_", "_==_", "_!=_"})


@dataclass(frozen=True, slots=True)
class Checked:
    """What the rules look at."""

    text: str
    root: Node
    variables: Mapping[str, ValueType]

    def refuse(
        self, refusal: type[ExpressionRefused], node: Node, message: str, suggestion: str = ""
    ) -> ExpressionRefused:
        """Make an exception at the place of a node."""
        # CEL places a call at its parenthesis; people look for the name.
        back = (
            len(node.name) if self.text[node.offset : node.offset + 1] == "(" and node.form == "call" else 0
        )
        line, column = place_of(self.text, max(0, node.offset - back))
        return refusal(message, line=line, column=column, suggestion=suggestion)


def house_rules(checked: Checked, returns: ValueType) -> None:
    """
    Apply every rule.

    :raises ExpressionRefused: the first that is broken, with its place.
    """
    for node in checked.root.walk():
        for rule in RULES:
            rule(checked, node)
    scale = _scale(checked, checked.root)
    if returns.is_number and scale is not None and scale != returns.scale:
        raise checked.refuse(
            ScaleMismatch,
            checked.root,
            f"結果の小数の桁数が {scale} 桁で、求められている {returns.scale} 桁と違います。",
            f"rescale(…, {scale}, {returns.scale}, 'half_up') でそろえてください。",
        )


def _no_float(checked: Checked, node: Node) -> None:
    if DOUBLE in node.type:
        raise checked.refuse(FloatRefused, node, *float_words())


def float_words() -> tuple[str, str]:
    """Say why there are no floats, and what to write."""
    return (
        "浮動小数点数は使えません（金額に誤差が出ます）。",
        "率は percent(金額, 10, 'down')、割り算は yen_div(金額, 12, 'down') と書いてください。",
    )


def _no_dynamic(checked: Checked, node: Node) -> None:
    if node.form == "call" and node.name in ("dyn", "type"):
        raise checked.refuse(TypeWrong, node, f"{node.name}() は型の検査を外すため使えません。")
    if node.type == "uint":
        raise checked.refuse(
            TypeWrong, node, "符号なし整数は使えません。", "数字のあとの u を消してください。"
        )


def _day_in_japan(checked: Checked, node: Node) -> None:
    if node.form != "call" or not node.children or node.children[0].type != "timestamp":
        return
    if node.name in ("string", "int"):
        raise checked.refuse(DayReadAbroad, node, f"{node.name}(日) は世界標準時で読まれるため使えません。")
    if node.name.startswith("get") and (node.name in DAY_READERS or len(node.children) == 1):
        raise checked.refuse(
            DayReadAbroad,
            node,
            f"{node.name}() は日本の日付として読めません（世界標準時か、0 からの月になります）。",
            DAY_READERS.get(node.name, f"{node.name}('Asia/Tokyo')"),
        )


def _constants_known(checked: Checked, node: Node) -> None:
    if node.form != "call":
        return
    if node.name in MODE_FUNCTIONS and (mode := _text_constant(node.children[-1])) is not None:
        if mode not in ROUND_MODES:
            raise checked.refuse(
                ConstantWrong,
                node.children[-1],
                f"端数処理「{mode}」はありません。{'・'.join(ROUND_MODES)} のどれかです。",
                closest(mode, ROUND_MODES),
            )
    elif node.name == "date" and (text := _text_constant(node.children[0])) is not None:
        try:
            date.fromisoformat(text)
        except ValueError:
            raise checked.refuse(
                ConstantWrong,
                node.children[0],
                f"「{text}」という日付はありません。",
                "2024-04-01 のように書いてください。",
            ) from None


def _text_constant(node: Node) -> str | None:
    return node.value if node.form == "constant" and node.name == STRING else None


def _no_shadow(checked: Checked, node: Node) -> None:
    if node.form == "loop" and node.name in checked.variables:
        raise checked.refuse(
            NameShadowed,
            node,
            f"繰り返しの名前「{node.name}」は項目の名前と同じです。",
            f"{node.name}_each など別の名前にしてください。",
        )


RULES: Final[tuple[Callable[[Checked, Node], None], ...]] = (
    _no_float,
    _no_dynamic,
    _day_in_japan,
    _constants_known,
    _no_shadow,
)


# Scales: how many decimals the ints of an expression stand for. None: a literal, or not a number.


def _scale(checked: Checked, node: Node) -> int | None:
    scales = [_scale(checked, child) for child in node.children]
    if node.form == "name":
        kind = checked.variables.get(node.name)
        return kind.scale if kind is not None and kind.is_number else None
    if node.form == "list":
        return _one_scale(checked, node, node.children, scales)
    if node.form != "call":
        return None
    if node.name in SAME_SCALE:
        scale = _one_scale(checked, node, node.children, scales)
        return None if node.name in COMPARISONS else scale
    if node.name == "_?_:_":
        return _one_scale(checked, node, node.children[1:], scales[1:])
    if node.name in ("_*_", "_/_"):
        known = [scale for scale in scales if scale is not None]
        if len(known) < 2:
            # A literal divided by a rate has no scale that we could know.
            return None if node.name == "_/_" and scales[0] is None else next(iter(known), None)
        return known[0] + known[1] if node.name == "_*_" else known[0] - known[1]
    return _scale_of_call(checked, node, scales)


def _one_scale(checked: Checked, node: Node, parts: list[Node], scales: list[int | None]) -> int | None:
    known = [scale for scale in scales if scale is not None]
    if len(set(known)) > 1:
        raise checked.refuse(
            ScaleMismatch,
            node,
            f"小数の桁数が違う数（{known[0]}桁と{known[1]}桁）を一緒にしています。",
            f"rescale(…, {known[1]}, {known[0]}, 'half_up') でそろえてください。",
        )
    for part, scale in zip(parts, scales, strict=True):
        if known and known[0] and scale is None and part.form == "constant" and part.value:
            raise checked.refuse(
                ScaleMismatch,
                part,
                f"小数{known[0]}桁の数に {part.value} をそのまま比べたり足したりできません。",
                f"rescale({part.value}, 0, {known[0]}, 'down')",
            )
    return known[0] if known else None


def _scale_of_call(checked: Checked, node: Node, scales: list[int | None]) -> int | None:
    if node.name in ("-_", "sum", "yen_div"):
        return scales[0]
    if node.name == "percent":
        rate = scales[1]
        said = 0 if len(scales) == 3 else node.children[2].value
        if rate is not None and said != rate:
            raise checked.refuse(
                ScaleMismatch,
                node.children[1],
                f"この率は小数{rate}桁です。",
                f"percent(金額, 率, {rate}, 'down') と書いてください。",
            )
        return scales[0]
    if node.name == "rescale":
        said, target = node.children[1].value, node.children[2].value
        if scales[0] is not None and said != scales[0]:
            raise checked.refuse(
                ScaleMismatch,
                node.children[1],
                f"この数は小数{scales[0]}桁です。",
                f"元の桁数に {scales[0]} と書いてください。",
            )
        return target if isinstance(target, int) else None
    return None
