"""What changed between two versions of a declaration, in words, and whether it is minor or major."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from madoguchi.kernel.declarations.kinds import kinds
from madoguchi.kernel.declarations.merging import REMOVE, identities

Size = Literal["minor", "major"]
How = Literal["added", "removed", "changed", "reordered"]
SIGNS: Final[dict[str, How]] = {"+": "added", "-": "removed", "~": "changed"}
HOW_WORDS: Final[dict[How, str]] = {
    "added": "追加",
    "removed": "削除",
    "changed": "変更",
    "reordered": "並べ替え",
}
SIZE_WORDS: Final[dict[Size, str]] = {"minor": "小さな変更", "major": "大きな変更"}
NEVER_MAJOR: Final = frozenset({"samples", "upgrade", "texts"})
MISSING: Final = object()


class Document(Protocol):
    """A version of a declaration: resolved from files, or published."""

    @property
    def kind(self) -> str: ...

    @property
    def document(self) -> Mapping[str, Any]: ...

    @property
    def texts(self) -> Mapping[str, Mapping[str, str]]: ...


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where, how, from and to (plain values; None where there is nothing), and its size."""

    path: tuple[str, ...]
    how: How
    before: Any
    after: Any
    size: Size

    @property
    def words(self) -> str:
        """The change in one Japanese line."""
        where = ".".join(self.path)
        if self.how in ("changed", "reordered"):
            return f"{HOW_WORDS[self.how]} {where}: {_shown(self.before)} → {_shown(self.after)}"
        return f"{HOW_WORDS[self.how]} {where}: {_shown(self.after if self.how == 'added' else self.before)}"

    def as_data(self) -> dict[str, Any]:
        """Give it as plain data for ``--json``."""
        return {
            "path": ".".join(self.path),
            "change": self.how,
            "size": self.size,
            "from": self.before,
            "to": self.after,
            "words": self.words,
        }


def declaration_diff(before: Document, after: Document) -> list[Change]:
    """List what changed from one version to the next, each change minor or major by the rules of the kind."""
    changes = document_diff(after.kind, before.document, after.document)
    texts = _differences(dict(before.texts), dict(after.texts), ("texts",))
    return changes + [Change(path, how, old, new, "minor") for path, how, old, new in texts]


def document_diff(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """List what changed between two plain documents."""
    rules = kinds[kind].major if kind in kinds else ()
    return [
        Change(path, how, old, new, "major" if _is_major(path, how, rules) else "minor")
        for path, how, old, new in _differences(dict(before), dict(after), ())
    ]


def size_of(changes: list[Change]) -> Size:
    """Say how large a list of changes is as a whole."""
    return "major" if any(change.size == "major" for change in changes) else "minor"


Difference = tuple[tuple[str, ...], How, Any, Any]


def _differences(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _entries(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _items(before, after, path)
    elif before != after or type(before) is not type(after):
        yield path, "changed", before, after


def _entries(before: dict[str, Any], after: dict[str, Any], path: tuple[str, ...]) -> Iterator[Difference]:
    for name in [*before, *(name for name in after if name not in before)]:
        old, new = before.get(name, MISSING), after.get(name, MISSING)
        if old is MISSING:
            yield (*path, name), "added", None, new
        elif new is MISSING:
            yield (*path, name), "removed", old, None
        else:
            yield from _differences(old, new, (*path, name))


def _items(before: list[Any], after: list[Any], path: tuple[str, ...]) -> Iterator[Difference]:
    if before == after:
        return
    names, new_names = identities(before), identities(after)
    if names is None or new_names is None:
        if not all(isinstance(item, str) for item in [*before, *after]):
            yield path, "changed", before, after
            return
        names, new_names = before, after
    if sorted(names) != sorted(set(names)) or sorted(new_names) != sorted(set(new_names)):
        yield path, "changed", before, after
        return
    old, new = dict(zip(names, before, strict=True)), dict(zip(new_names, after, strict=True))
    yield from _entries(old, new, path)
    kept = [name for name in names if name in new]
    if kept != [name for name in new_names if name in old]:
        yield path, "reordered", names, new_names


def _is_major(path: tuple[str, ...], how: How, rules: tuple[str, ...]) -> bool:
    # The order of things says nothing about what is under way.
    if path[0] in NEVER_MAJOR or how == "reordered":
        return False
    return any(_matches(rule, path, how) for rule in rules)


def _matches(rule: str, path: tuple[str, ...], how: How) -> bool:
    sign, parts = SIGNS.get(rule[0]), rule.lstrip("+-~").split(".")
    if not all(part in ("*", given) for part, given in zip(parts, path, strict=False)):
        return False
    if len(path) > len(parts):  # something inside it changed, so it changed
        return sign in (None, "changed")
    if len(path) < len(parts):  # what stands around it went, or was replaced as a whole
        return how == "changed" or (how == "removed" and sign in (None, "removed"))
    return sign in (None, how)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"「{value}」" if len(value) <= 60 else f"「{value[:60]}…」"
    if value is None:
        return "なし"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        name = value.get("label") or value.get("key") or value.get("code")
        return f"「{name}」" if name else f"{len(value)}項目"
    if isinstance(value, list):
        return (
            "・".join(str(item) for item in value)
            if all(isinstance(i, str) for i in value)
            else f"{len(value)}件"
        )
    return str(value)


def three_way(kind: str, then: dict[str, Any] | None, now: dict[str, Any], overlay: dict[str, Any]) -> str:
    """
    Put the base an overlay was written against, the base of today and the overlay side by side.

    :param then: the old base, or None where it is no longer known.
    """
    touched = _touched(overlay)
    if then is None:
        return f"書いた当時の内容は残っていません。重ね書きが触れる項目: {'・'.join(sorted(touched))}。"
    lines = []
    for change in document_diff(kind, then, now):
        both = any(_within(".".join(change.path), name) for name in touched)
        lines.append(change.words + ("（重ね書きもここを変えています）" if both else ""))
    return f"下の宣言の変更: {' ／ '.join(lines)}。"


def _within(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def _touched(overlay: Any, path: tuple[str, ...] = ()) -> set[str]:
    """Name the paths that an overlay sets or removes."""
    if isinstance(overlay, dict) and overlay:
        gone = {".".join((*path, str(name))) for name in overlay.get(REMOVE) or ()}
        rest = ((name, value) for name, value in overlay.items() if name != REMOVE)
        return gone.union(*(_touched(value, (*path, name)) for name, value in rest))
    if isinstance(overlay, list):
        removals = [item for item in overlay if isinstance(item, dict) and REMOVE in item]
        changes = [item for item in overlay if item not in removals]
        if (names := identities(changes)) is not None:
            found = set().union(*(_touched(item, path) for item in removals))
            pairs = zip(names, changes, strict=True)
            return found.union(*(_touched(_without_name(item), (*path, name)) for name, item in pairs))
    return {".".join(path)}


def _without_name(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in ("key", "code")}
