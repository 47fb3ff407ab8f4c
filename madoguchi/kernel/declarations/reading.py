"""YAML 1.2 into plain values that remember their line; what could be read in two ways is refused."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from madoguchi.kernel.declarations.issues import Issue, LayerName, Place
from madoguchi.kit.yaml12 import Mapping, Scalar, Sequence, YamlNode, YamlRefused, whole_number, yaml_compose

SIZE_LIMIT: Final = 1_000_000
DEPTH_LIMIT: Final = 20


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a declaration and the place that it came from; days are ISO text, floats do not exist."""

    value: dict[str, Node] | list[Node] | str | int | bool | None
    place: Place

    @property
    def plain(self) -> Any:
        """The value without its places."""
        if isinstance(self.value, dict):
            return {key: node.plain for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain for node in self.value]
        return self.value

    @property
    def mapping(self) -> dict[str, Node]:
        """Its entries; empty when it is no mapping."""
        return self.value if isinstance(self.value, dict) else {}

    def text(self, name: str) -> str:
        """Give an entry that is a text, or ""."""
        entry = self.mapping.get(name)
        return entry.value if entry is not None and isinstance(entry.value, str) else ""


class _Refusal(Exception):
    def __init__(self, line: int, code: str, message: str, suggestion: str = "") -> None:
        self.line, self.code, self.message, self.suggestion = line, code, message, suggestion


# Parsing takes far longer than reading: a file that says what it said before is not parsed again. Nodes never change.
_read_before: dict[tuple[Path, LayerName], tuple[str, Node | None]] = {}


def yaml_read(path: Path, layer: LayerName) -> tuple[Node | None, list[Issue]]:
    """Read one file: its content, or why it cannot be read. An empty file has neither."""
    try:
        text = path.read_text(encoding="utf-8")
        if len(text) > SIZE_LIMIT:
            raise _Refusal(1, "file-too-large", "ファイルが大きすぎます（100万字まで）。")
        known = _read_before.get((path, layer))
        if known is None or known[0] != text:
            root = yaml_compose(text, depth=DEPTH_LIMIT)
            known = (text, None if root is None else _Reader(path, layer).node(root))
            _read_before[path, layer] = known
        return known[1], []
    except OSError as error:
        refusal = _Refusal(1, "file-unreadable", f"ファイルを読めません（{error.strerror}）。")
    except UnicodeDecodeError:
        refusal = _Refusal(1, "file-not-utf8", "文字コードが UTF-8 ではありません。")
    except YamlRefused as error:
        refusal = _refusal(error)
    except _Refusal as error:
        refusal = error
    place = Place(layer, path, refusal.line)
    return None, [Issue(place, refusal.code, refusal.message, refusal.suggestion)]


def _refusal(error: YamlRefused) -> _Refusal:
    if error.why == "alias":
        words, hint = "別名（&・*）は使えません。", "同じ内容を書いてください。"
    elif error.why == "deep":
        words, hint = f"入れ子が深すぎます（{DEPTH_LIMIT}段まで）。", ""
    else:
        words, hint = f"YAML として読めません（{error.problem}）。", ""
    return _Refusal(error.line or 1, f"yaml-{error.why}", words, hint)


class _Reader:
    def __init__(self, path: Path, layer: LayerName) -> None:
        self._path = path
        self._layer = layer

    def node(self, node: YamlNode, line: int | None = None) -> Node:
        place = Place(self._layer, self._path, line or node.line)
        if node.tag:
            raise _Refusal(place.line, "yaml-tag", f"タグ {node.tag} は使えません。")
        if isinstance(node, Mapping):
            return Node(self._mapping(node), place)
        if isinstance(node, Sequence):
            return Node([self.node(item) for item in node.items], place)
        return Node(_scalar(node), place)

    def _mapping(self, node: Mapping) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        for name, value in node.entries:
            if not isinstance(name, Scalar) or name.meaning == "merge":
                raise _Refusal(name.line, "yaml-key", "項目の名前は文字列だけです。")
            if name.text in entries:
                first = entries[name.text].place.line
                message = f"「{name.text}」が二度あります（{first}行目にもあります）。"
                raise _Refusal(name.line, "yaml-duplicate-key", message)
            # The line of the name: a block of text starts on the line after it.
            entries[name.text] = self.node(value, name.line)
        return entries


def _scalar(node: Scalar) -> str | int | bool | None:
    text = node.text
    match node.meaning:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            # 007 is a code somebody forgot to quote, not the number seven.
            if text.lstrip("+-").startswith("0") and text.lstrip("+-") != "0":
                hint = f'符号なら "{text}" と書いてください。'
                raise _Refusal(node.line, "yaml-number", f"{text} は数か符号か分かりません。", hint)
            return whole_number(text)
        case "float":
            hint = f'"{text}" と書いてください。'
            raise _Refusal(node.line, "yaml-float", f"小数 {text} は引用符で囲みます。", hint)
    return text
