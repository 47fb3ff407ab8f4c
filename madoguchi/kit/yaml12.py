"""
YAML 1.2, read by libyaml: values with their lines, in a twentieth of the time that a parser in Python takes.

libyaml splits the text; what a plain scalar means is decided here, by the core schema of YAML 1.2
(https://yaml.org/spec/1.2.2/#103-core-schema): ``no`` and ``12:30`` are texts. Aliases are refused, so no small text
unfolds to a large one; so are a second document and nesting beyond any use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import yaml
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

MOST_DEPTH: Final = 100
Meaning = Literal["str", "null", "bool", "int", "float", "day", "merge"]
Why = Literal["syntax", "alias", "deep", "tag", "key", "duplicate"]
_TAG: Final = "tag:yaml.org,2002:"
_MEANINGS: Final[tuple[tuple[Meaning, re.Pattern[str]], ...]] = (
    ("null", re.compile("~|null|Null|NULL|")),
    ("bool", re.compile("true|True|TRUE|false|False|FALSE")),
    ("int", re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")),
    (
        "float",
        re.compile(
            r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
        ),
    ),
    ("day", re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")),
    ("merge", re.compile("<<")),
)
# No other plain scalar means anything but its text: most begin with a letter, and are not looked at further.
_FIRSTS: Final = frozenset("~nNtTfF+-.0123456789<")


class YamlRefused(ValueError):
    """
    The text cannot be read.

    :ivar line: from 1; 0 where none is known.
    :ivar problem: what is wrong; English words of the parser for ``syntax``, the tag or the key for those.
    """

    def __init__(self, why: Why, line: int, problem: str) -> None:
        self.why, self.line, self.problem = why, line, problem
        super().__init__(f"line {line}: {problem}" if line else problem)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text and what it means; ``tag`` is one that was written and is none of the core schema, or ""."""

    line: int
    text: str
    meaning: Meaning
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    line: int
    items: list[YamlNode]
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Entries in their order; whether a name stands twice is for the reader to say."""

    line: int
    entries: list[tuple[YamlNode, YamlNode]]
    tag: str = ""


YamlNode = Scalar | Sequence | Mapping


def yaml_compose(text: str, *, depth: int = MOST_DEPTH) -> YamlNode | None:
    """
    Read the one document of a text; None when it is empty.

    :param depth: how deep it may be nested.
    :raises YamlRefused: it cannot be read, has an alias, is nested deeper, or has a second document.
    """
    try:
        events = yaml.parse(text, Loader=yaml.CSafeLoader)
        next(events)
        first = next(events)
        if not isinstance(first, DocumentStartEvent):
            return None
        root = _node(next(events), events, depth)
        for event in events:
            if isinstance(event, DocumentStartEvent):
                raise YamlRefused("syntax", _line(event), "expected a single document in the stream")
        return root
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlRefused("syntax", mark.line + 1 if mark else 0, str(error.problem)) from error
    except (YAMLError, UnicodeEncodeError) as error:
        raise YamlRefused("syntax", 0, " ".join(str(error).split())) from error


def yaml_load(text: str) -> Any:
    """
    Read a text as plain values: dict, list, str, int, float, bool, None, and date where a day stands without quotes.

    :raises YamlRefused: as ``yaml_compose``; also a tag, a name that is no scalar or stands twice, a day that is none.
    """
    root = yaml_compose(text)
    return None if root is None else _plain(root)


def whole_number(text: str) -> int:
    """Give the number of a scalar that means one: decimal, 0o or 0x."""
    return int(text, 0 if text[:2] in ("0o", "0x") else 10)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _node(event: Any, events: Iterator[Any], room: int) -> YamlNode:
    line = _line(event)
    if isinstance(event, AliasEvent):
        raise YamlRefused("alias", line, f"*{event.anchor}")
    if room < 0:
        raise YamlRefused("deep", line, "nested too deep")
    if isinstance(event, ScalarEvent):
        return _scalar(event, line)
    tag = _other_tag(event.tag)
    if isinstance(event, SequenceStartEvent):
        items: list[YamlNode] = []
        while not isinstance(event := next(events), SequenceEndEvent):
            items.append(_node(event, events, room - 1))
        return Sequence(line, items, tag)
    assert isinstance(event, MappingStartEvent)
    entries: list[tuple[YamlNode, YamlNode]] = []
    while not isinstance(event := next(events), MappingEndEvent):
        name = _node(event, events, room - 1)
        entries.append((name, _node(next(events), events, room - 1)))
    return Mapping(line, entries, tag)


def _scalar(event: Any, line: int) -> Scalar:
    text, plain = event.value, event.implicit[0]
    if event.tag is None or event.tag == "!":
        return Scalar(line, text, _meaning(text) if plain and event.tag is None else "str")
    said = event.tag.removeprefix(_TAG)
    if said in ("str", "null", "bool", "int", "float"):
        return Scalar(line, text, said)
    return Scalar(line, text, "str", event.tag)


def _meaning(text: str) -> Meaning:
    if text and text[0] not in _FIRSTS:
        return "str"
    return next((meaning for meaning, form in _MEANINGS if form.fullmatch(text)), "str")


def _other_tag(tag: str | None) -> str:
    return "" if tag is None or tag in ("!", f"{_TAG}map", f"{_TAG}seq") else tag


def _plain(node: YamlNode) -> Any:
    if node.tag:
        raise YamlRefused("tag", node.line, node.tag)
    if isinstance(node, Scalar):
        return _value(node)
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    found: dict[str, Any] = {}
    for name, value in node.entries:
        if not isinstance(name, Scalar) or name.tag or name.meaning == "merge":
            raise YamlRefused("key", name.line, "a name must be a scalar")
        if (key := _value(name)) in found:
            raise YamlRefused("duplicate", name.line, f"{name.text} stands twice")
        found[key] = _plain(value)
    return found


def _value(node: Scalar) -> Any:
    text = node.text
    try:
        match node.meaning:
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int":
                return whole_number(text)
            case "float":
                return float(text.replace(".inf", "inf").replace(".nan", "nan"))
            case "day":
                return date.fromisoformat(text)
        return text
    except ValueError as error:
        raise YamlRefused("syntax", node.line, f"{text}: {error}") from error
