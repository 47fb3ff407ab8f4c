"""
The checked tree of an expression, read from CEL's own serialisation (``cel.expr.CheckedExpr``).

The library gives no access to the tree but this, and the tree is what our own rules look at: which names are
read, where a float hides, which constants a function gets. Only the fields that we use are decoded
(https://github.com/google/cel-spec, ``proto/cel/expr/{syntax,checked}.proto``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

DOUBLE, STRING = "double", "string"
_PRIMITIVES = {1: "bool", 2: "int", 3: "uint", 4: DOUBLE, 5: STRING, 6: "bytes"}
_CONSTANTS = {2: "bool", 3: "int", 4: "uint", 5: DOUBLE, 6: STRING, 7: "bytes"}
_WELL_KNOWN = {2: "timestamp", 3: "duration"}


@dataclass(slots=True)
class Node:
    """One step of an expression: what it is, its type, and its place (code points from 0)."""

    id: int
    form: str = ""
    name: str = ""
    value: Any = None
    children: list[Node] = field(default_factory=list)
    type: str = ""
    offset: int = 0

    def walk(self) -> Iterator[Node]:
        """Give this node and all beneath it."""
        yield self
        for child in self.children:
            yield from child.walk()


def tree_read(serialized: bytes) -> Node:
    """Decode a checked expression as ``cel_expr_python`` serialises it."""
    message = next(value for number, value in _fields(serialized) if number == 2)
    types: dict[int, str] = {}
    offsets: dict[int, int] = {}
    root = Node(0)
    for number, value in _fields(message):
        if number == 3:
            entry = dict(_fields(value))
            types[entry.get(1, 0)] = _type_name(entry.get(2, b""))
        elif number == 4:
            root = _expr(value)
        elif number == 5:
            entries = (dict(_fields(item)) for place, item in _fields(value) if place == 4)
            offsets |= {entry.get(1, 0): entry.get(2, 0) for entry in entries}
    for node in root.walk():
        node.type = types.get(node.id, "")
        node.offset = offsets.get(node.id, 0)
    return root


def _expr(data: bytes) -> Node:
    node = Node(0)
    for number, value in _fields(data):
        if number == 2:
            node.id = value
        elif number == 3:
            node.form = "constant"
            for kind, constant in _fields(value):
                node.name, node.value = _CONSTANTS.get(kind, ""), _constant(kind, constant)
        elif number == 4:
            node.form, node.name = "name", _text(value, 1)
        elif number == 5:
            node.form, node.name = "select", _text(value, 2)
            node.children += [_expr(item) for place, item in _fields(value) if place == 1]
        elif number == 6:
            node.form, node.name = "call", _text(value, 2)
            node.children += [_expr(item) for place, item in _fields(value) if place in (1, 3)]
        elif number in (7, 8):
            node.form = "list" if number == 7 else "map"
            node.children += [child for place, item in _fields(value) for child in _part(number, place, item)]
        elif number == 9:
            node.form, node.name = "loop", _text(value, 1)
            node.children += [_expr(item) for place, item in _fields(value) if place in (2, 4, 5, 6, 7)]
    return node


def _part(form: int, place: int, item: Any) -> list[Node]:
    if form == 7:
        return [_expr(item)] if place == 1 else []
    return [_expr(value) for number, value in _fields(item) if number in (3, 4)] if place == 2 else []


def _text(data: bytes, wanted: int) -> str:
    return next((value.decode() for number, value in _fields(data) if number == wanted), "")


def _constant(kind: int, value: Any) -> Any:
    if kind == 6:
        return value.decode()
    if kind == 3 and value >= 2**63:
        return value - 2**64
    return value


def _type_name(data: bytes) -> str:
    for number, value in _fields(data):
        match number:
            case 1:
                return "dyn"
            case 2:
                return "null"
            case 3 | 4:
                return _PRIMITIVES.get(value, "")
            case 5:
                return _WELL_KNOWN.get(value, "any")
            case 6:
                return f"list({_type_name(next((v for n, v in _fields(value) if n == 1), b''))})"
            case 7:
                return "map"
    return ""


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Give the fields of one protobuf message: (number, int or bytes)."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        match tag & 7:
            case 0:
                value: Any
                value, at = _varint(data, at)
            case 2:
                length, at = _varint(data, at)
                value, at = data[at : at + length], at + length
            case width:
                length = 8 if width == 1 else 4
                value, at = data[at : at + length], at + length
        yield tag >> 3, value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
