"""YAML 1.2 into plain values that remember their line; what could be read in two ways is refused."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from madoguchi.kernel.declarations.issues import Issue, LayerName, Place

SIZE_LIMIT: Final = 1_000_000
DEPTH_LIMIT: Final = 20
TAG: Final = "tag:yaml.org,2002:"


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
            root = YAML(typ="safe", pure=True).compose(text)
            known = (text, None if root is None else _Reader(path, layer).node(root, 0))
            _read_before[path, layer] = known
        return known[1], []
    except OSError as error:
        refusal = _Refusal(1, "file-unreadable", f"ファイルを読めません（{error.strerror}）。")
    except UnicodeDecodeError:
        refusal = _Refusal(1, "file-not-utf8", "文字コードが UTF-8 ではありません。")
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        refusal = _Refusal(
            mark.line + 1 if mark else 1, "yaml-syntax", f"YAML として読めません（{error.problem}）。"
        )
    except YAMLError as error:
        refusal = _Refusal(1, "yaml-syntax", f"YAML として読めません（{error}）。")
    except _Refusal as error:
        refusal = error
    place = Place(layer, path, refusal.line)
    return None, [Issue(place, refusal.code, refusal.message, refusal.suggestion)]


class _Reader:
    def __init__(self, path: Path, layer: LayerName) -> None:
        self._path = path
        self._layer = layer
        self._seen: set[int] = set()

    def node(self, node: Any, depth: int, line: int | None = None) -> Node:
        line = line or node.start_mark.line + 1
        if depth > DEPTH_LIMIT:
            raise _Refusal(line, "yaml-deep", f"入れ子が深すぎます（{DEPTH_LIMIT}段まで）。")
        if not isinstance(node, ScalarNode) and id(node) in self._seen:
            raise _Refusal(line, "yaml-alias", "別名（&・*）は使えません。", "同じ内容を書いてください。")
        self._seen.add(id(node))
        place = Place(self._layer, self._path, line)
        if isinstance(node, MappingNode):
            return Node(self._mapping(node, depth), place)
        if isinstance(node, SequenceNode):
            return Node([self.node(item, depth + 1) for item in node.value], place)
        return Node(self._scalar(node), place)

    def _mapping(self, node: MappingNode, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        for name, value in node.value:
            line = name.start_mark.line + 1
            if not isinstance(name, ScalarNode) or name.tag == f"{TAG}merge":
                raise _Refusal(line, "yaml-key", "項目の名前は文字列だけです。")
            key = str(name.value)
            if key in entries:
                first = entries[key].place.line
                raise _Refusal(
                    line, "yaml-duplicate-key", f"「{key}」が二度あります（{first}行目にもあります）。"
                )
            # The line of the name: a block of text starts on the line after it.
            entries[key] = self.node(value, depth + 1, line)
        return entries

    @staticmethod
    def _scalar(node: ScalarNode) -> str | int | bool | None:
        line, text = node.start_mark.line + 1, str(node.value)
        match str(node.tag).removeprefix(TAG):
            case "str" | "timestamp":
                return text
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int":
                # 007 is a code somebody forgot to quote, not the number seven.
                if text.lstrip("+-").startswith("0") and text.lstrip("+-") != "0":
                    raise _Refusal(
                        line,
                        "yaml-number",
                        f"{text} は数か符号か分かりません。",
                        f'符号なら "{text}" と書いてください。',
                    )
                return int(text.replace("_", ""))
            case "float":
                raise _Refusal(
                    line, "yaml-float", f"小数 {text} は引用符で囲みます。", f'"{text}" と書いてください。'
                )
        raise _Refusal(line, "yaml-tag", f"タグ {node.tag} は使えません。")
