"""Natural keys: what a declaration is called, in words that mean something."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Annotated, Final

from pydantic import AfterValidator

from madoguchi.kernel.declarations.issues import UnknownDeclaration
from madoguchi.kernel.expressions.suggestions import closest

_PART: Final = r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
NATURAL: Final = re.compile(rf"{_PART}(?:\.{_PART})*")
KEY_LIMIT: Final = 100


def key_fault(key: str) -> str:
    """Say in Japanese why a text is no natural key, or ""."""
    if "://" in key or key.startswith("www."):
        return "URL はキーになりません。環境ごとに変わる値は bindings.yaml に置きます。"
    if key.isdigit() or re.fullmatch(r"[0-9a-f]{8}-[0-9a-f-]{27}", key):
        return "番号や UUID はキーになりません。意味の分かる名前を付けてください。"
    if len(key) > KEY_LIMIT:
        return f"キーが長すぎます（{KEY_LIMIT}字まで）。"
    if re.search(r"(?:[0-9a-f]{16,}|[a-z0-9]{32,})", key) and sum(letter.isdigit() for letter in key) >= 4:
        return "番号や秘密の文字列のように見えます。意味の分かる名前を付けてください。"
    if not NATURAL.fullmatch(key):
        return "キーは小文字の英数字と _ で書き、まとまりを . でつなぎます（例 akiya.house）。"
    return ""


def _natural(key: str) -> str:
    if fault := key_fault(key):
        raise ValueError(fault)
    return key


NaturalKey = Annotated[str, AfterValidator(_natural)]


def key_find(spelling: str, known: Collection[tuple[str, str]]) -> tuple[str, str]:
    """
    Find what ``kind/key``, or a key that only one kind has, names.

    :raises UnknownDeclaration: nothing or several; the message names the nearest or all of them.
    """
    found = [pair for pair in known if spelling in ("/".join(pair), pair[1])]
    if len(found) == 1:
        return found[0]
    if found:
        names = "、".join("/".join(pair) for pair in sorted(found))
        raise UnknownDeclaration(
            f"「{spelling}」は一つに決まりません（{names}）。種類/キー の形で書いてください。"
        )
    near = closest(spelling, ["/".join(pair) for pair in known] + [pair[1] for pair in known])
    raise UnknownDeclaration(f"「{spelling}」という宣言はありません。{near}")
