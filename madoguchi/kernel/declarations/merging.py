"""Layer upon layer: deep merge of overlays, by key where things have keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from madoguchi.kernel.declarations.issues import Issue
from madoguchi.kernel.declarations.reading import Node
from madoguchi.kernel.expressions.suggestions import closest

REMOVE: Final = "~remove"


def identities(items: Sequence[Any]) -> list[str] | None:
    """
    Name the items of a list by ``key`` or ``code`` (with ``valid_from`` where a code comes several times).

    None when the list is not one of keyed things.
    """
    names: list[str] = []
    for item in items:
        name = (item.get("key") or item.get("code")) if isinstance(item, dict) else None
        if not isinstance(name, str):
            return None
        names.append(name)
    often = {name for name, count in Counter(names).items() if count > 1}
    return [
        f"{name}@{item.get('valid_from') or ''}" if name in often else name
        for name, item in zip(names, items, strict=True)
    ]


def merge(base: Node, over: Node, issues: list[Issue], declaration: str) -> Node:
    """Lay a value over another: mappings and keyed lists are merged, everything else is replaced."""
    if isinstance(base.value, dict) and isinstance(over.value, dict):
        return Node(_mappings(base.value, over.value, issues, declaration), base.place)
    if isinstance(base.value, list) and isinstance(over.value, list):
        merged = _lists(base, over, issues, declaration)
        return over if merged is None else Node(merged, base.place)
    return over


def _mappings(
    base: dict[str, Node], over: dict[str, Node], issues: list[Issue], declaration: str
) -> dict[str, Node]:
    entries = dict(base)
    for name, node in over.items():
        if name == REMOVE:
            for gone in _removed(node, list(base), issues, declaration):
                entries.pop(gone, None)
        else:
            entries[name] = merge(base[name], node, issues, declaration) if name in base else node
    return entries


def _lists(base: Node, over: Node, issues: list[Issue], declaration: str) -> list[Node] | None:
    assert isinstance(base.value, list)
    assert isinstance(over.value, list)
    removals = [item for item in over.value if REMOVE in item.mapping]
    changes = [item for item in over.value if REMOVE not in item.mapping]
    names, new_names = identities(base.plain), identities([item.plain for item in changes])
    if names is None or new_names is None or not (names or removals):
        return None
    entries = dict(zip(names, base.value, strict=True))
    for item in removals:
        for gone in _removed(item.mapping[REMOVE], names, issues, declaration):
            entries.pop(gone, None)
    for name, item in zip(new_names, changes, strict=True):
        dated = f"{name}@{item.text('valid_from')}"
        name = dated if dated in entries else name
        if any(known.startswith(f"{name}@") for known in entries):
            message = f"「{name}」は期間ごとにいくつもあります。valid_from も書いて、どれかを示してください。"
            issues.append(Issue(item.place, "overlay-ambiguous", message, declaration=declaration))
            continue
        entries[name] = merge(entries[name], item, issues, declaration) if name in entries else item
    return list(entries.values())


def _removed(node: Node, known: list[str], issues: list[Issue], declaration: str) -> list[str]:
    names = node.plain
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        issues.append(
            Issue(
                node.place, "overlay-remove", f"{REMOVE} には名前の一覧を書きます。", declaration=declaration
            )
        )
        return []
    for name in names:
        if name not in known:
            message = f"{REMOVE}: 「{name}」は下の層にありません。"
            issues.append(
                Issue(node.place, "overlay-remove", message, closest(name, known), declaration=declaration)
            )
    return names
