"""The kind ``codelist``: codes with labels, each valid for a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from madoguchi.kernel.declarations.issues import Issue
from madoguchi.kernel.declarations.kinds import (
    Context,
    Declared,
    Part,
    Resolved,
    Sample,
    SampleRefused,
    Words,
    kind_declare,
)
from madoguchi.kernel.expressions.suggestions import closest

Code = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$")]


class CodeItem(Part):
    """One code; it may be used from ``valid_from`` up to and including ``valid_to``."""

    code: Code
    label: Words
    valid_from: date | None = None
    valid_to: date | None = Field(default=None, description="使える最後の日")
    order: int = 0
    parent: Code | None = Field(default=None, description="上位の符号")

    def is_valid(self, on: date) -> bool:
        """Say whether the code may be used on a day."""
        return (self.valid_from or date.min) <= on <= (self.valid_to or date.max)


class CodeSample(Sample):
    """A code that is accepted or refused on a day."""

    code: str
    on: date


class Codelist(Declared):
    """Codes with labels."""

    kind: Literal["codelist"]
    items: tuple[CodeItem, ...] = Field(min_length=1)
    samples: tuple[CodeSample, ...] = ()

    def items_on(self, on: date) -> list[CodeItem]:
        """List the codes of a day in their order."""
        return sorted(
            (item for item in self.items if item.is_valid(on)), key=lambda item: (item.order, item.code)
        )

    def item_on(self, code: str, on: date) -> CodeItem | None:
        """Find a code on a day."""
        return next((item for item in self.items if item.code == code and item.is_valid(on)), None)

    def refusal(self, code: str, on: date) -> str:
        """Say in Japanese why a code cannot be used on a day, or "" when it can."""
        if self.item_on(code, on) is not None:
            return ""
        same = [item for item in self.items if item.code == code]
        if not same:
            return f"「{code}」という符号はありません。{closest(code, [item.code for item in self.items_on(on)])}"
        coming = [item.valid_from for item in same if item.valid_from and item.valid_from > on]
        if coming:
            return f"「{same[0].label}」（{code}）は {min(coming).isoformat()} から使えます。"
        last = max(item.valid_to for item in same if item.valid_to)
        return f"「{same[0].label}」（{code}）は {last.isoformat()} までで使えなくなりました。"


def _lint(declaration: Resolved, context: Context) -> Iterator[Issue]:  # noqa: ARG001
    codelist: Codelist = declaration.model
    parents = {item.code: item.parent for item in codelist.items}
    seen: dict[str, list[CodeItem]] = {}
    for index, item in enumerate(codelist.items):
        if item.valid_from and item.valid_to and item.valid_to < item.valid_from:
            message = f"「{item.code}」の終わりの日が始まりの日より前です。"
            yield declaration.issue("items", index, "valid_to", code="code-period", message=message)
        if any(_overlap(earlier, item) for earlier in seen.setdefault(item.code, [])):
            message = f"「{item.code}」が同じ日に二度あります。"
            yield declaration.issue("items", index, code="code-twice", message=message)
        seen[item.code].append(item)
        if item.parent is not None and item.parent not in parents:
            message, hint = f"上位の符号「{item.parent}」がありません。", closest(item.parent, parents)
            yield declaration.issue(
                "items", index, "parent", code="code-parent", message=message, suggestion=hint
            )
        elif _loops(item.code, parents):
            message = f"「{item.code}」の上位をたどると元に戻ります。"
            yield declaration.issue("items", index, "parent", code="code-parent-loop", message=message)


def _overlap(one: CodeItem, other: CodeItem) -> bool:
    starts = max(one.valid_from or date.min, other.valid_from or date.min)
    return starts <= min(one.valid_to or date.max, other.valid_to or date.max)


def _loops(code: str, parents: dict[str, str | None]) -> bool:
    seen, at = {code}, parents[code]
    while at is not None and at not in seen:
        seen.add(at)
        at = parents.get(at)
    return at is not None


def _try(codelist: Codelist, sample: CodeSample, context: Context) -> None:  # noqa: ARG001
    if refusal := codelist.refusal(sample.code, sample.on):
        raise SampleRefused(refusal)


kind_declare(
    "codelist",
    Codelist,
    label=_("コード表"),
    lint=_lint,
    try_sample=_try,
    major=["-items.*", "~items.*.valid_from", "items.*.valid_to", "items.*.parent"],
)
