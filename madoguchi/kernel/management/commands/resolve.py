from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from madoguchi.kernel.declarations import declarations_load, key_find
from madoguchi.kernel.declarations.merging import identities
from madoguchi.kernel.declarations.reading import Node
from madoguchi.kernel.management.house_command import HouseCommand

LAYER_WORDS = {"base": "標準", "prefecture": "県", "city": "市"}


class Command(HouseCommand):
    help = "宣言の値を、それぞれがどの層のどの行から来たかとともに表示します。"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", metavar="KEY", help="種類/キー。一つの種類にしかなければキーだけでも")

    def work(self, *, now: datetime, **options: Any) -> Any:  # noqa: ARG002
        loaded = declarations_load()
        declaration = loaded.declarations[key_find(options["key"], loaded.declarations)]
        return {
            "kind": declaration.kind,
            "key": declaration.key,
            "base_sha256": declaration.base_sha256,
            "values": list(_values(declaration.root, ())),
        }

    def words(self, answer: Any) -> Iterable[str]:
        yield f"{answer['kind']}/{answer['key']}  base_sha256: {answer['base_sha256']}"
        for value in answer["values"]:
            layer = LAYER_WORDS[value["layer"]]
            yield f"{value['path']} = {value['value']}  [{layer} {value['file']}:{value['line']}]"


def _values(node: Node, path: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    if isinstance(node.value, dict) and node.value:
        for name, entry in node.value.items():
            yield from _values(entry, (*path, name))
    elif isinstance(node.value, list) and node.value:
        names = identities(node.plain) or [str(index) for index in range(len(node.value))]
        for name, item in zip(names, node.value, strict=True):
            yield from _values(item, (*path, name))
    else:
        file, _colon, line = node.place.shown.rpartition(":")
        yield {
            "path": ".".join(path), "value": node.plain,
            "layer": node.place.layer, "file": file, "line": int(line),
        }  # fmt: skip
