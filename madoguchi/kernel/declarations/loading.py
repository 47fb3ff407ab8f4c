"""From files to resolved declarations: read, sort out, merge layer upon layer, bind, and check against the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from madoguchi.kernel.declarations.changes import three_way
from madoguchi.kernel.declarations.folders import Bindings, House, Layer, house_folders
from madoguchi.kernel.declarations.issues import RANK, Issue, LayerName
from madoguchi.kernel.declarations.keys import key_fault
from madoguchi.kernel.declarations.kinds import Context, Resolved, kinds
from madoguchi.kernel.declarations.merging import merge
from madoguchi.kernel.declarations.reading import Node, yaml_read
from madoguchi.kernel.declarations.texts import TextShelf
from madoguchi.kernel.declarations.validation import model_of
from madoguchi.kernel.expressions.suggestions import closest
from madoguchi.kit.canonical import canonical_hash

OldBase = Callable[[str, str, str], dict[str, Any] | None]
Pair = tuple[str, str]


@dataclass(slots=True)
class Loaded:
    """What the files say: every declaration that could be resolved, and every issue found on the way."""

    declarations: dict[Pair, Resolved] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    shelf: TextShelf = field(default_factory=TextShelf)

    @property
    def context(self) -> Context:
        """The declarations, as lints and samples see them."""
        return Context(self.declarations)


@dataclass(frozen=True, slots=True)
class _Overlay:
    target: Pair
    changes: Node
    base_sha256: str
    layer: LayerName


def declarations_load(house: House | None = None, *, old_base: OldBase | None = None) -> Loaded:
    """
    Read and resolve every declaration of an installation; what is wrong is collected, never raised.

    :param house: layers and bindings; this installation's by default.
    :param old_base: finds the document behind the SHA-256 that an overlay was written against.
    """
    return _Loading(house or house_folders(), old_base).run()


class _Loading:
    def __init__(self, house: House, old_base: OldBase | None) -> None:
        self._house = house
        self._old_base = old_base
        self._loaded = Loaded()
        self._roots: dict[Pair, Node] = {}
        self._overlays: list[_Overlay] = []
        self._below: dict[tuple[Pair, LayerName], Node] = {}

    def run(self) -> Loaded:
        self._loaded.issues.extend(self._house.bindings.issues)
        for layer in self._house.layers:
            self._read(layer)
        for overlay in sorted(self._overlays, key=lambda overlay: RANK[overlay.layer]):
            self._lay_over(overlay)
        for pair, root in sorted(self._roots.items()):
            self._loaded.declarations[pair] = self._resolved(pair, root)
        self._loaded.shelf.attach(self._loaded.declarations)
        return self._loaded

    def _read(self, layer: Layer) -> None:
        for file in layer.files():
            root, issues = yaml_read(file, layer.name)
            self._loaded.issues.extend(issues)
            if root is not None:
                for entry in _entries(root, self._loaded.issues):
                    self._keep(entry, layer.name)
        for language, file in layer.text_files():
            root, issues = yaml_read(file, layer.name)
            self._loaded.issues.extend([*issues, *self._loaded.shelf.add(language, root)])

    def _keep(self, entry: Node, layer: LayerName) -> None:
        if "overlay" in entry.mapping:
            self._keep_overlay(entry, layer)
            return
        kind, key = entry.text("kind"), entry.text("key")
        if kind not in kinds:
            place = entry.mapping["kind"].place if "kind" in entry.mapping else entry.place
            message = f"「{kind}」という種類はありません。" if kind else "宣言には kind: が要ります。"
            self._issue(Issue(place, "kind-unknown", message, closest(kind, kinds.keys())))
            return
        if fault := key_fault(key) if key else "宣言には key: が要ります。":
            place = entry.mapping["key"].place if "key" in entry.mapping else entry.place
            self._issue(Issue(place, "key-not-natural", fault))
            return
        if (kind, key) in self._roots:
            first = self._roots[kind, key].place
            message = f"{kind}/{key} はすでに {first.shown} で宣言されています。"
            hint = f"変えるなら overlay: {kind}/{key} と書いてください。" if first.layer != layer else ""
            self._issue(Issue(entry.place, "declaration-twice", message, hint, declaration=f"{kind}/{key}"))
            return
        self._roots[kind, key] = entry

    def _keep_overlay(self, entry: Node, layer: LayerName) -> None:
        kind, _slash, key = entry.text("overlay").partition("/")
        changes = {
            name: node for name, node in entry.mapping.items() if name not in ("overlay", "base_sha256")
        }
        place = entry.mapping["overlay"].place
        for name in ("kind", "key"):
            if changes.pop(name, None):
                self._issue(Issue(place, "overlay-shape", f"overlay では {name}: を変えられません。"))
        sha = entry.text("base_sha256")
        self._overlays.append(_Overlay((kind, key), Node(changes, place), sha, layer))

    def _lay_over(self, overlay: _Overlay) -> None:
        base = self._roots.get(overlay.target)
        name = "/".join(overlay.target)
        if base is None:
            known = ["/".join(pair) for pair in self._roots]
            message = f"重ねる先の宣言 {name} がありません。"
            self._issue(Issue(overlay.changes.place, "overlay-unknown", message, closest(name, known)))
            return
        below = self._below.setdefault((overlay.target, overlay.layer), base)
        self._base_changed(overlay, below.plain)
        self._roots[overlay.target] = merge(base, overlay.changes, self._loaded.issues, name)

    def _base_changed(self, overlay: _Overlay, base: dict[str, Any]) -> None:
        now = canonical_hash(base)
        if not overlay.base_sha256 or overlay.base_sha256 == now:
            return
        kind, key = overlay.target
        then = self._old_base(kind, key, overlay.base_sha256) if self._old_base else None
        preview = three_way(kind, then, base, overlay.changes.plain)
        message = f"この重ね書きのあとで下の宣言が変わりました。{preview}"
        hint = f"見直したら base_sha256: {now} と書き換えてください。"
        name = f"{kind}/{key}"
        self._issue(Issue(overlay.changes.place, "overlay-base-changed", message, hint, declaration=name))

    def _resolved(self, pair: Pair, root: Node) -> Resolved:
        bound = _bind(root, self._house.bindings, self._loaded.issues, "/".join(pair))
        below = self._below.get((pair, "city"), root)
        resolved = Resolved(*pair, root=bound, document=bound.plain, base_sha256=canonical_hash(below.plain))
        model, issues = model_of(resolved)
        self._loaded.issues.extend(issues)
        return replace(resolved, model=model)

    def _issue(self, issue: Issue) -> None:
        self._loaded.issues.append(issue)


def _entries(root: Node, issues: list[Issue]) -> Iterator[Node]:
    listed = root.mapping.get("declarations")
    if listed is None:
        if isinstance(root.value, dict):
            yield root
        else:
            issues.append(Issue(root.place, "declaration-shape", "宣言は kind: と key: のある項目の組です。"))
        return
    for name in root.mapping.keys() - {"declarations"}:
        place = root.mapping[name].place
        issues.append(Issue(place, "declaration-shape", f"declarations: と並べて「{name}」は書けません。"))
    if not isinstance(listed.value, list):
        issues.append(Issue(listed.place, "declaration-shape", "declarations: には宣言の一覧を書きます。"))
        return
    for entry in listed.value:
        if isinstance(entry.value, dict):
            yield entry
        else:
            issues.append(
                Issue(entry.place, "declaration-shape", "宣言は kind: と key: のある項目の組です。")
            )


def _bind(node: Node, bindings: Bindings, issues: list[Issue], declaration: str) -> Node:
    if isinstance(node.value, list):
        return Node([_bind(item, bindings, issues, declaration) for item in node.value], node.place)
    if not isinstance(node.value, dict):
        return node
    if set(node.value) != {"binding"}:
        entries = {name: _bind(item, bindings, issues, declaration) for name, item in node.value.items()}
        return Node(entries, node.place)
    name = node.text("binding")
    if name in bindings.values:
        return bindings.values[name]
    message = f"bindings.yaml の values: に「{name}」がありません。"
    issues.append(
        Issue(node.place, "binding-missing", message, closest(name, bindings.values), declaration=declaration)
    )
    return node
