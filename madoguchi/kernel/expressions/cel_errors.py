"""CEL's own messages, turned into our exceptions: Japanese, with place and suggestion."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from madoguchi.kernel.expressions.checks import float_words
from madoguchi.kernel.expressions.functions import functions
from madoguchi.kernel.expressions.places import offset_of
from madoguchi.kernel.expressions.refusals import (
    CannotCompute,
    EvaluationRefused,
    ExpressionRefused,
    ExpressionTooLarge,
    FloatRefused,
    SyntaxWrong,
    TypeWrong,
    UnknownFunction,
    UnknownName,
    ValueAbsent,
)
from madoguchi.kernel.expressions.suggestions import closest

_ERROR: Final = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.+)")
_UNDECLARED: Final = re.compile(r"undeclared reference to '([^']*)'")
_OVERLOAD: Final = re.compile(r"found no matching overload for '([^']*)' applied to '([^']*)'")
_CEL_FUNCTIONS: Final = (
    "size", "contains", "startsWith", "endsWith", "matches", "int", "string", "bool", "duration", "all",
    "exists", "exists_one", "filter", "map", "has",
)  # fmt: skip
_TYPE_WORDS: Final = {
    "int": "整数",
    "uint": "符号なし整数",
    "string": "文字列",
    "bool": "真偽",
    "timestamp": "日付",
    "duration": "時間の長さ",
    "list(string)": "文字列の一覧",
    "list(int)": "整数の一覧",
    "list(dyn)": "空の一覧",
    "null_type": "null",
    "dyn": "型の決まらない値",
    "double": "浮動小数点数",
}
_REASONS: Final = {
    "divide by zero": "0 で割ることはできません。",
    "modulus by zero": "0 で割った余りは求められません。",
    "overflow": "計算の結果が大きすぎます。",
    "out of bounds": "一覧にない番号を読みました。",
    "Iteration budget": "繰り返しが多すぎます（10,000 回まで）。",
    "no such key": "ない項目を読みました。",
    "Key not found": "ない項目を読みました。",
    "invalid regular expression": "正規表現が正しくありません。",
}


def type_words(cel_name: str) -> str:
    """Name a CEL type for people."""
    plain = cel_name.lower().replace("<", "(").replace(">", ")").replace("google.protobuf.", "")
    return _TYPE_WORDS.get(plain, plain)


def compile_refusal(error: str, text: str, names: Collection[str]) -> ExpressionRefused:
    """Read the first error that CEL gives for a text."""
    if "recursion" in error:
        return ExpressionTooLarge(
            "式の入れ子が深すぎます（32段まで）。",
            suggestion="計算項目に分けるか、sum([…]) を使ってください。",
        )
    found = _ERROR.search(error)
    if found is None:
        return SyntaxWrong(f"式として読めません: {error[:200]}")
    line, column, words = int(found[1]), int(found[2]), found[3]
    if undeclared := _UNDECLARED.match(words):
        return _undeclared(undeclared[1], text, line, column, names)
    if overload := _OVERLOAD.match(words):
        return _overload(overload[1], overload[2], line, column)
    if words.startswith("has() argument"):
        return SyntaxWrong("has() には項目の名前を一つだけ書きます。", line=line, column=column)
    if "cannot be the operand of a select" in words:
        return TypeWrong("この値に「.」で読める項目はありません。", line=line, column=column)
    return SyntaxWrong("式として読めません。" + _syntax_hint(text, line, column), line=line, column=column)


def _syntax_hint(text: str, line: int, column: int) -> str:
    offset = offset_of(text, line, column)
    rest = text[offset : offset + 1]
    if not rest.strip():
        return "途中で終わっています。"
    if rest == "=" and text[offset + 1 : offset + 2] != "=":
        return "等しいかどうかは == と書きます。"
    if not rest.isascii():
        return f"「{rest}」は使えません。日本語の文字は引用符で囲んでください。"
    return f"「{rest}」の前後を確かめてください。"


def _undeclared(
    name: str, text: str, line: int, column: int, names: Collection[str]
) -> UnknownName | UnknownFunction | TypeWrong:
    offset = offset_of(text, line, column)
    if text[offset : offset + 1] != "(":
        return UnknownName(
            f"「{name}」という項目はありません。", line=line, column=column, suggestion=closest(name, names)
        )
    # CEL points at the parenthesis; people look for the name.
    start = text.rfind(name, 0, offset + 1)
    column = max(1, column - (offset - start)) if start >= 0 else column
    usages = [function.usage for function in functions.values() if function.name == name]
    if usages:
        return TypeWrong(
            f"関数「{name}」の引数の数が違います。",
            line=line,
            column=column,
            suggestion=f"{' か '.join(usages)} と書きます。",
        )
    known = {function.name for function in functions.values()} | {*_CEL_FUNCTIONS}
    return UnknownFunction(
        f"「{name}」という関数はありません。", line=line, column=column, suggestion=closest(name, known)
    )


def _overload(function: str, types: str, line: int, column: int) -> ExpressionRefused:
    if "double" in types:
        message, suggestion = float_words()
        return FloatRefused(message, line=line, column=column, suggestion=suggestion)
    given = "と".join(type_words(name) for name in re.findall(r"[\w.]+(?:\([^()]*\))?", types))
    if function == "_?_:_":
        return TypeWrong(f"条件の型か、二つの答えの型がそろいません（{given}）。", line=line, column=column)
    usages = [known.usage for known in functions.values() if known.name == function]
    sign = function.replace("_", " ").strip() if not usages and not function.isidentifier() else function
    suggestion = f"{' か '.join(usages)} と書きます。" if usages else ""
    return TypeWrong(f"「{sign}」は {given} に使えません。", line=line, column=column, suggestion=suggestion)


def evaluation_refusal(error: str) -> EvaluationRefused:
    """Read the error of an evaluation."""
    if absent := re.search(r'No value with name "([^"]*)"', error):
        return ValueAbsent(absent[1])
    for sign, words in _REASONS.items():
        if sign in error:
            return CannotCompute(words)
    return CannotCompute(f"計算できません: {error[:200]}")
