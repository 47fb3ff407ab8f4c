"""Where something stands in the text of an expression, and ``has(name)`` made readable for CEL."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from madoguchi.kernel.expressions.refusals import UnknownName
from madoguchi.kernel.expressions.suggestions import closest

NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*(?:\.[a-z][a-z0-9]*(?:_[a-z0-9]+)*)*")
# Strings and comments are stepped over, so that `'has(x)'` stays text.
_PARTS: Final = re.compile(
    r"""
      [rR][bB]?(?:'''[\s\S]*?'''|\"\"\"[\s\S]*?\"\"\"|'[^'\n]*'|"[^"\n]*")
    | (?:'''(?:\\[\s\S]|[^\\])*?'''|\"\"\"(?:\\[\s\S]|[^\\])*?\"\"\"|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")
    | //[^\n]*
    | (?<![\w.])has\([ \t]*(?P<name>[A-Za-z_][\w.]*)[ \t]*\)
    | \w+
    """,
    re.VERBOSE,
)


def place_of(text: str, offset: int) -> tuple[int, int]:
    """Give line and column, both from 1, of an offset in code points."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def offset_of(text: str, line: int, column: int) -> int:
    """Give the offset of a line and column."""
    lines = text.split("\n")
    return sum(len(earlier) + 1 for earlier in lines[: line - 1]) + column - 1


def presence_name(name: str) -> str:
    """Name the hidden boolean that says whether a value is there; never longer than ``has(name)``."""
    return "___" + name.replace(".", "__")


def has_rewritten(text: str, names: Collection[str]) -> str:
    """
    Write ``has(name)`` as the hidden boolean, at the same length, so that every place stays right.

    CEL knows ``has`` for members only, and our fields are plain names.

    :raises UnknownName: has() asks for a name that is not declared.
    """

    def rewrite(part: re.Match[str]) -> str:
        name = part["name"]
        if name is None:
            return part[0]
        if name not in names:
            line, column = place_of(text, part.start("name"))
            raise UnknownName(
                f"「{name}」という項目はありません。",
                line=line,
                column=column,
                suggestion=closest(name, names),
            )
        return presence_name(name).ljust(len(part[0]))

    return _PARTS.sub(rewrite, text)
