"""Which files belong to which layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.apps import apps
from django.conf import settings

from madoguchi.kernel.declarations.issues import Issue, LayerName
from madoguchi.kernel.declarations.reading import Node, yaml_read
from madoguchi.kernel.expressions.suggestions import closest

NOT_DECLARATIONS: Final = frozenset(
    {"samples", "sample_city", "static", "templates", "locale", "migrations", "node_modules", "__pycache__"}
)
BINDINGS_FIELDS: Final = {"site", "values", "prefecture"}


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: a name and the folders that are searched for ``*.yaml``."""

    name: LayerName
    folders: tuple[Path, ...]

    def files(self) -> Iterator[Path]:
        """Give the declaration files, in a fixed order."""
        yield from (file for file in self.every_file() if not file.name.startswith("texts."))

    def text_files(self) -> Iterator[tuple[str, Path]]:
        """Give the files of translations with their language."""
        for file in self.every_file():
            if file.name.startswith("texts.") and file.name.count(".") == 2:
                yield file.name.split(".")[1], file

    def every_file(self) -> Iterator[Path]:
        """Give both."""
        for folder in self.folders:
            for file in sorted(folder.rglob("*.yaml")):
                inside = file.relative_to(folder).parts[:-1]
                if not any(part in NOT_DECLARATIONS or part.startswith((".", "_")) for part in inside):
                    yield file


@dataclass(frozen=True, slots=True)
class Bindings:
    """The values of this environment, by name."""

    values: dict[str, Node] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class House:
    """All that declarations are read from: layers from low to high, and the bindings."""

    layers: tuple[Layer, ...]
    bindings: Bindings = field(default_factory=Bindings)


def bindings_field_declare(name: str) -> None:
    """Let a block read a field of its own from ``bindings.yaml``; another one is refused as a slip of the pen."""
    BINDINGS_FIELDS.add(name)


def house_folders() -> House:
    """Find the layers of this installation: the apps of the house, the prefecture's folder, the city's."""
    base = tuple(
        Path(config.path) for config in apps.get_app_configs() if config.name.startswith("madoguchi.")
    )
    city = Path(settings.CITY_DIR)
    bindings, prefecture = _bindings(city)
    layers = [Layer("base", base)]
    if prefecture is not None:
        layers.append(Layer("prefecture", (prefecture,)))
    services = sorted(folder for folder in (city / "services").glob("*") if folder.is_dir())
    layers.append(Layer("city", (city / "declarations", *services)))
    return House(tuple(layers), bindings)


def _bindings(city: Path) -> tuple[Bindings, Path | None]:
    path = city / "bindings.yaml"
    if not path.is_file():
        return Bindings(), None
    root, issues = yaml_read(path, "city")
    if root is None:
        return Bindings(issues=tuple(issues)), None
    for name, node in root.mapping.items():
        if name not in BINDINGS_FIELDS:
            message = f"bindings.yaml に「{name}」は書けません。"
            issues.append(
                Issue(node.place, "bindings-field", message, closest(name, sorted(BINDINGS_FIELDS)))
            )
    prefecture = None
    if written := root.text("prefecture"):
        prefecture = (city / written).resolve()
        if not prefecture.is_dir():
            place = root.mapping["prefecture"].place
            issues.append(Issue(place, "prefecture-missing", f"県のフォルダー {written} がありません。"))
            prefecture = None
    values = root.mapping.get("values")
    return Bindings(values.mapping if values else {}, tuple(issues)), prefecture
