"""Pydantic's findings, turned into issues with file, line, Japanese words and a suggestion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from madoguchi.kernel.declarations.issues import Issue
from madoguchi.kernel.declarations.kinds import Declared, Resolved, kinds
from madoguchi.kernel.expressions.suggestions import closest
from madoguchi.kit.canonical import canonical_json

WORDS: Final = {
    "string_type": "文字列を書いてください。",
    "int_type": "整数を書いてください。",
    "bool_type": "true か false を書いてください。",
    "tuple_type": "「- 」で始まる一覧を書いてください。",
    "list_type": "「- 」で始まる一覧を書いてください。",
    "dict_type": "項目の組（名前: 値）を書いてください。",
    "model_type": "項目の組（名前: 値）を書いてください。",
    "model_attributes_type": "項目の組（名前: 値）を書いてください。",
    "string_too_short": "空にはできません。",
    "too_short": "一つ以上書いてください。",
    "too_long": "多すぎます。{max_length} までです。",
    "string_too_long": "長すぎます。{max_length} 字までです。",
    "string_pattern_mismatch": "書き方が違います（{pattern} の形です）。",
    "greater_than_equal": "{ge} 以上です。",
    "greater_than": "{gt} より大きい数です。",
    "less_than_equal": "{le} 以下です。",
    "less_than": "{lt} より小さい数です。",
    "literal_error": "使えるのは {expected} です。",
    "enum": "使えるのは {expected} です。",
    "decimal_type": '小数は "1.5" のように引用符で囲んで書いてください。',
    "decimal_parsing": '小数は "1.5" のように引用符で囲んで書いてください。',
}


def document_model(kind: str, document: dict[str, Any]) -> Any:
    """
    Give the typed form of a document.

    :raises ValidationError: it does not fit the kind.
    """
    # By way of JSON: strict, and yet days are text and tuples are lists.
    return kinds[kind].model.model_validate_json(canonical_json(document))


def model_of(declaration: Resolved) -> tuple[Declared | None, list[Issue]]:
    """Check a declaration against its kind's model: the typed form, or what does not fit."""
    try:
        return document_model(declaration.kind, declaration.document), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=True)
    places = [detail["loc"] for detail in found]
    issues = {
        _issue(declaration, detail)
        for detail in found
        # Items that are wrong do not count, and the list then seems too short as well.
        if not (detail["type"] == "too_short" and any(_inside(place, detail["loc"]) for place in places))
    }
    return None, sorted(issues, key=lambda issue: (issue.place.line, issue.message))


def _inside(place: tuple[int | str, ...], around: tuple[int | str, ...]) -> bool:
    return len(place) > len(around) and place[: len(around)] == around


def _issue(declaration: Resolved, detail: ErrorDetails) -> Issue:
    location, name = detail["loc"], str(detail["loc"][-1]) if detail["loc"] else ""
    match detail["type"]:
        case "missing":
            return declaration.issue(
                *location[:-1], code="field-missing", message=f"「{name}」がありません。"
            )
        case "extra_forbidden":
            fields = _fields_at(kinds[declaration.kind].model, location[:-1])
            hint = closest(name, fields) or f"使えるのは {'・'.join(sorted(fields))} です。"
            return declaration.issue(
                *location,
                code="field-unknown",
                message=f"「{name}」という項目はありません。",
                suggestion=hint,
            )
    message, suggestion = _words(detail)
    return declaration.issue(
        *location,
        code="field-wrong",
        message=f"「{_path_words(location)}」: {message}",
        suggestion=suggestion,
    )


def _words(detail: ErrorDetails) -> tuple[str, str]:
    context, given = detail.get("ctx", {}), detail.get("input")
    if detail["type"] == "value_error":
        return str(context.get("error", "")), ""
    if detail["type"].startswith("date"):
        return f"「{given}」は日付ではありません。", "2024-04-01 のように書いてください。"
    if detail["type"] == "literal_error" and isinstance(given, str):
        choices = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
        return f"「{given}」は使えません。使えるのは {choices} です。", closest(given, choices.split(", "))
    suggestion = ""
    if detail["type"] == "string_type" and isinstance(given, int):
        suggestion = f'"{str(given).lower()}" のように引用符で囲んでください。'
    template = WORDS.get(detail["type"], "書き方が違います（{raw}）。")
    return template.format(**context, raw=detail["msg"]), suggestion


def _path_words(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part + 1) + "番目" if isinstance(part, int) else part for part in location) or "全体"


def _fields_at(model: type[BaseModel], location: tuple[int | str, ...]) -> set[str]:
    """Name the fields of the part of a model that an error points at."""
    for part in location:
        if isinstance(part, str) and part in model.model_fields:
            model = next(_models_in(model.model_fields[part].annotation), model)
    return set(model.model_fields)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
