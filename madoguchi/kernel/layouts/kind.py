"""The kind ``layout``: the columns of a file that another system sends, and how it proves that it is whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import Field

from madoguchi.kernel.declarations.issues import Issue
from madoguchi.kernel.declarations.kinds import (
    Context,
    Declared,
    Part,
    Resolved,
    Sample,
    Words,
)
from madoguchi.kernel.declarations.published import Published, published

Type = Literal["text", "name", "kana", "day", "partial_day", "number", "code", "flag"]


class Column(Part):
    """
    One column: its name in the file, and what it becomes.

    ``target`` is the field that the reader gets; ``codes`` turns the sender's codes into ours.
    """

    name: str = Field(min_length=1)
    target: str = Field(pattern=r"^[a-z][a-z_]*$")
    type: Type = "text"
    required: bool = False
    length: int = Field(default=300, ge=1, le=4_000, description="最大の文字数")
    pattern: str | None = Field(default=None, description="値がまるごと合うべき正規表現")
    codes: Mapping[str, str] | None = Field(default=None, description="相手の符号 → こちらの符号")


class Trailer(Part):
    """The last line: it begins with ``mark``, then the number of lines, then the sums of the named columns."""

    mark: str = Field(min_length=1)
    sums: tuple[str, ...] = Field(default=(), description="合計する列（number 型）の target")


class Limits(Part):
    """How much a file may change before somebody has to look, in percent of what was there."""

    fewer_percent: int = Field(default=3, ge=0, le=100)
    changed_percent: int = Field(default=10, ge=0, le=100)


class LayoutSample(Sample):
    """The lines of a file below its headings, without the last line, which the sample run adds itself."""

    rows: tuple[tuple[str, ...], ...] = Field(min_length=1)


class Layout(Declared):
    """A file of another system: comma-separated text (RFC 4180)."""

    kind: Literal["layout"]
    source: Words = Field(description="どの仕様・どの相手の様式か")
    encoding: Literal["utf-8", "cp932"] = "utf-8"
    delimiter: Literal[",", "\t"] = ","
    largest_mib: int = Field(default=500, ge=1, le=4_000, description="ファイルの最大の大きさ（MiB）")
    columns: tuple[Column, ...] = Field(min_length=1)
    names: tuple[str, ...] = Field(min_length=1, description="一行を名指す列の target")
    trailer: Trailer
    limits: Limits = Limits()
    samples: tuple[LayoutSample, ...] = ()


def layout_published(key: str) -> Published:
    """
    Give the newest published layout of a key; its ``model`` is a ``Layout``.

    :raises UnknownDeclaration: there is none.
    """
    return published("layout", key)


def layout_lint(declaration: Resolved, context: Context) -> Iterator[Issue]:  # noqa: ARG001
    layout: Layout = declaration.model
    for part in ("name", "target"):
        seen: set[str] = set()
        for index, column in enumerate(layout.columns):
            value = getattr(column, part)
            if value in seen:
                message = f"列の「{value}」が二度あります。"
                yield declaration.issue("columns", index, part, code="layout-column-twice", message=message)
            seen.add(value)
    targets = {column.target: column for column in layout.columns}
    for index, target in enumerate(layout.names):
        if target not in targets:
            message = f"「{target}」という列はありません。"
            yield declaration.issue("names", index, code="layout-column-unknown", message=message)
    for index, target in enumerate(layout.trailer.sums):
        if target not in targets or targets[target].type != "number":
            message = f"合計できるのは number 型の列です。「{target}」は違います。"
            yield declaration.issue("trailer", "sums", index, code="layout-sum", message=message)
