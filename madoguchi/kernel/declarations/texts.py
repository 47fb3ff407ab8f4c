"""
Other languages: ``texts.<lang>.yaml`` beside the declarations, one line per text, keyed by path.

``dx_plan.label: DX plan`` translates ``label`` of the declaration ``dx_plan``; things in lists are named by
their key or code (``dx_plan.roles.editor.label``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final, Protocol, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from madoguchi.kernel.declarations.issues import RANK, Issue
from madoguchi.kernel.declarations.kinds import TRANSLATED, Resolved
from madoguchi.kernel.declarations.merging import identities
from madoguchi.kernel.declarations.reading import Node
from madoguchi.kernel.expressions.suggestions import closest

LANGUAGES: Final = ("en", "ja-easy")
Path = tuple[str | int, ...]


class HasTexts(Protocol):
    """A declaration, resolved or published."""

    @property
    def document(self) -> Mapping[str, Any]: ...

    @property
    def texts(self) -> Mapping[str, Mapping[str, str]]: ...


@dataclass(frozen=True, slots=True)
class Text:
    """A text and the language that it really is in; they differ from what was asked where it is missing."""

    value: str
    lang: str

    def __str__(self) -> str:
        return self.value


def text_for(declaration: HasTexts, path: str, lang: str) -> Text:
    """
    Give a text of a declaration in a language, or the Japanese, marked as such.

    :param path: ``label``, ``roles.editor.label``.
    :raises KeyError: the declaration has no text there.
    """
    translated = declaration.texts.get(lang, {}).get(path)
    if translated is not None and lang != "ja":
        return Text(translated, lang)
    value: Any = declaration.document
    for part in path.split("."):
        if isinstance(value, list):
            names = identities(value)
            value = value[names.index(part) if names and part in names else int(part)]
        else:
            value = value[part]
    if not isinstance(value, str):
        raise KeyError(path)
    return Text(value, "ja")


def translatable(model: BaseModel, root: Node) -> Iterator[tuple[str, Path]]:
    """Give every text of a declaration that other languages translate: its path in words and in the tree."""
    for name, marked in _marks(type(model)):
        yield from _walk(getattr(model, name), root.mapping.get(name), (name,), (name,), marked=marked)


def _walk(
    value: Any, node: Node | None, words: tuple[str, ...], path: Path, *, marked: bool
) -> Iterator[Any]:
    if node is None or not value:
        return
    if isinstance(value, BaseModel):
        for name, marks in _marks(type(value)):
            inner = getattr(value, name), node.mapping.get(name), (*words, name), (*path, name)
            yield from _walk(*inner, marked=marks)
    elif isinstance(value, tuple | list) and isinstance(node.value, list):
        names = identities(node.plain) or [str(index) for index in range(len(value))]
        for index, (item, part) in enumerate(zip(value, node.value, strict=True)):
            yield from _walk(item, part, (*words, names[index]), (*path, index), marked=marked)
    elif isinstance(value, str) and marked:
        yield ".".join(words), path


@cache
def _marks(model: type[BaseModel]) -> tuple[tuple[str, bool], ...]:
    """Give the fields of a model, and whether each is, or holds, a text for people."""
    return tuple((name, _marked(info)) for name, info in model.model_fields.items())


def _marked(info: FieldInfo) -> bool:
    return TRANSLATED in info.metadata or _marked_inside(info.annotation)


def _marked_inside(annotation: Any) -> bool:
    if TRANSLATED in getattr(annotation, "__metadata__", ()):
        return True
    return any(_marked_inside(argument) for argument in get_args(annotation))


@dataclass(slots=True)
class TextShelf:
    """Every translation that the layers give, by language and full path."""

    nodes: dict[tuple[str, str], list[Node]] = field(default_factory=dict)
    missing: list[tuple[Resolved, str, str, Path]] = field(default_factory=list)
    used: set[tuple[str, str]] = field(default_factory=set)

    def add(self, language: str, root: Node | None) -> list[Issue]:
        """Take in one file."""
        if root is None:
            return []
        if language not in LANGUAGES:
            known = "・".join(LANGUAGES)
            return [Issue(root.place, "text-language", f"言語「{language}」は使えません（{known}）。")]
        issues = []
        for path, node in root.mapping.items():
            if isinstance(node.value, str) and node.value:
                self.nodes.setdefault((language, path), []).append(node)
            else:
                issues.append(Issue(node.place, "text-empty", f"「{path}」に文字列がありません。"))
        return issues

    def attach(self, declarations: dict[tuple[str, str], Resolved]) -> None:
        """Give every declaration its translations; remember what is missing."""
        for pair, declaration in declarations.items():
            if declaration.model is None:
                self.used |= {known for known in self.nodes if known[1].startswith(f"{declaration.key}.")}
                continue
            texts: dict[str, dict[str, str]] = {}
            paths = list(translatable(declaration.model, declaration.root))
            for language in LANGUAGES:
                for words, path in paths:
                    node = self._find(language, f"{declaration.key}.{words}", declaration, path)
                    if node is None:
                        self.missing.append((declaration, language, words, path))
                    else:
                        texts.setdefault(language, {})[words] = str(node.value)
            declarations[pair] = replace(declaration, texts=texts)

    def _find(self, language: str, full: str, declaration: Resolved, path: Path) -> Node | None:
        nodes = self.nodes.get((language, full), [])
        self.used.add((language, full))
        best = max(nodes, key=lambda node: RANK[node.place.layer], default=None)
        # A translation from a lower layer than the Japanese translates words that are no longer there.
        if best is None or RANK[best.place.layer] < RANK[declaration.place(*path).layer]:
            return None
        return best

    def lint(self) -> Iterator[Issue]:
        """Say what is missing, and which translations translate nothing."""
        for declaration, language, words, path in self.missing:
            own = declaration.place(*path).layer == "base"
            yield declaration.issue(
                *path,
                code="text-missing",
                message=f"{language} の訳がありません: {declaration.key}.{words}",
                suggestion=f" → texts.{language}.yaml",
                level="error" if own else "warning",
            )
        wanted = {full for _language, full in self.used}
        for (language, full), nodes in self.nodes.items():
            if (language, full) not in self.used:
                for node in nodes:
                    message = f"「{full}」という文はどの宣言にもありません。"
                    yield Issue(node.place, "text-unknown", message, closest(full, wanted))
