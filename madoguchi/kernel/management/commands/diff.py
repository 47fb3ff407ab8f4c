from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from madoguchi.kernel.actions import Refused
from madoguchi.kernel.declarations import (
    House,
    Layer,
    Loaded,
    Published,
    Resolved,
    UnknownDeclaration,
    declaration_diff,
    declarations_load,
    errors_of,
    house_folders,
    key_find,
    published_all,
    published_version,
    size_of,
)
from madoguchi.kernel.declarations.issues import DeclarationsRefused
from madoguchi.kernel.declarations.kinds import kinds
from madoguchi.kernel.management.house_command import HouseCommand

Version = Resolved | Published
SIDE = re.compile(r"(?P<key>[^@]+)@(?P<version>files|\d+)")


class Command(HouseCommand):
    help = "二つの版を比べ、変更の一つ一つが大きいか小さいかを表示します。"

    def arguments(self, parser: CommandParser) -> None:
        words = "種類/キー@版、種類/キー@files、YAML ファイル、またはフォルダー"
        parser.add_argument("a", metavar="A", help=words)
        parser.add_argument("b", metavar="B", help=words)

    def work(self, *, now: datetime, **options: Any) -> Any:  # noqa: ARG002
        before, after = _side(options["a"]), _side(options["b"])
        answers: list[dict[str, Any]] = []
        for pair in sorted(before.keys() | after.keys()):
            old, new = before.get(pair), after.get(pair)
            if old is None or new is None:
                # A whole declaration: nothing under way knows a new one, everything may know one that goes.
                how, size = ("added", "minor") if old is None else ("removed", "major")
                answers.append({"declaration": "/".join(pair), "change": how, "size": size, "changes": []})
            elif changes := declaration_diff(old, new):
                answers.append(
                    {
                        "declaration": "/".join(pair),
                        "change": "changed",
                        "size": size_of(changes),
                        "changes": [change.as_data() for change in changes],
                    }
                )
        sizes = [answer["size"] for answer in answers]
        return {
            "size": "major" if "major" in sizes else "minor" if sizes else "none",
            "declarations": answers,
        }

    def words(self, answer: Any) -> Iterable[str]:
        size_words = {"major": "大きな変更", "minor": "小さな変更"}
        how_words = {"added": "追加", "removed": "削除", "changed": "変更"}
        for found in answer["declarations"]:
            yield f"{found['declaration']} {how_words[found['change']]}（{size_words[found['size']]}）"
            for change in found["changes"]:
                yield f"  {'! ' if change['size'] == 'major' else '  '}{change['words']}"
        if not answer["declarations"]:
            yield "違いはありません。"


def _side(spelling: str) -> Mapping[tuple[str, str], Version]:
    path = Path(spelling)
    if path.exists():
        return _of_path(path)
    found = SIDE.fullmatch(spelling)
    if found is None:
        raise Refused(f"「{spelling}」というファイルはなく、種類/キー@版 の形でもありません。")
    if found["version"] == "files":
        loaded = declarations_load()
        pair = key_find(found["key"], loaded.declarations)
        return {pair: loaded.declarations[pair]}
    known = [(one.kind, one.key) for kind in kinds for one in published_all(kind)]
    kind, key = key_find(found["key"], known)
    return {(kind, key): published_version(kind, key, int(found["version"]))}


def _of_path(path: Path) -> Mapping[tuple[str, str], Version]:
    """Read a file or folder by itself, with the bindings of this installation."""
    folder = path if path.is_dir() else path.parent
    house = House((Layer("base", (folder.resolve(),)),), house_folders().bindings)
    loaded: Loaded = declarations_load(house)
    chosen = {
        pair: declaration
        for pair, declaration in loaded.declarations.items()
        if path.is_dir() or declaration.root.place.file == path.resolve()
    }
    files = {declaration.root.place.file for declaration in chosen.values()} | {path.resolve()}
    if errors := [i for i in errors_of(loaded.issues) if path.is_dir() or i.place.file in files]:
        raise DeclarationsRefused(errors)
    if not chosen:
        raise UnknownDeclaration(f"{path} に宣言がありません。")
    return chosen
