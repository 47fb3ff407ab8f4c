"""
Kinds of declarations, and what the owner of a kind writes.

A block owns a kind by declaring it in its ``declarations.py`` (see ``docs/declarations.md``)::

    class Sensor(Declared):
        unit: Words
        highest: int
        samples: tuple[SensorSample, ...] = ()

    class SensorSample(Sample):
        value: int

    def sensor_try(sensor: Sensor, sample: SensorSample, context: Context) -> None:
        if sample.value > sensor.highest:
            raise SampleRefused(f"{sensor.highest} を超える値は受け付けません。")

    kind_declare("sensor", Sensor, label=_("センサー"), try_sample=sensor_try, major=["~unit"])
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final, Protocol

from pydantic import BaseModel, ConfigDict, Field

from madoguchi.kernel.declarations.issues import Issue, Level, Place
from madoguchi.kernel.declarations.keys import NaturalKey
from madoguchi.kernel.declarations.reading import Node
from madoguchi.kit.registry import Registry


class Translated:
    """Marks a text that people read, and that other languages therefore translate."""


TRANSLATED: Final = Translated()
Words = Annotated[str, Field(min_length=1), TRANSLATED]
"""A Japanese text for people; ``texts.<lang>.yaml`` must translate it."""


class Part(BaseModel):
    """Base of everything inside a declaration: strict types, no unknown fields, never changed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Sample(Part):
    """One example that runs as a test; ``refused`` is the message it must be refused with."""

    refused: str | None = Field(
        default=None, description="断られるときに出るべき文。受け付けられる例では書かない"
    )


class Upgrade(Part):
    """Leave for a major change: from which published version, and what happens to what is under way."""

    from_version: int = Field(ge=1, description="どの版からの変更か")
    explain: str = Field(min_length=1, description="動いているものがどうなるか")


class Declared(Part):
    """Base of a kind's model; the kind adds its own fields and the shape of its samples."""

    kind: str
    key: NaturalKey
    label: Words
    verified: bool = Field(default=True, description="公式の様式・条文を手元で確かめたか")
    upgrade: Upgrade | None = None
    samples: tuple[Sample, ...] = ()


class SampleRefused(Exception):
    """What a kind's ``try_sample`` raises when the declaration refuses a sample, with the message for people."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Resolved:
    """
    One declaration after all layers: ``document`` as it is published, ``model`` its typed form (None when it
    does not fit its kind), ``texts`` by language and path, ``root`` with the place of every value.
    """

    kind: str
    key: str
    root: Node
    document: dict[str, Any]
    base_sha256: str
    model: Any = None
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """``kind/key``."""
        return f"{self.kind}/{self.key}"

    def place(self, *path: str | int) -> Place:
        """Give the place of a value; of the nearest value around it where there is none."""
        node = self.root
        for part in path:
            if isinstance(node.value, dict) and part in node.value:
                node = node.value[str(part)]
            elif isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
        return node.place

    def issue(
        self, *path: str | int, code: str, message: str, suggestion: str = "", level: Level = "error"
    ) -> Issue:
        """Make an issue at a value: ``declaration.issue("roles", 0, "rights", code=…, message=…)``."""
        return Issue(self.place(*path), code, message, suggestion, level, self.name)


@dataclass(frozen=True, slots=True)
class Context:
    """All declarations of a load, for lints and samples that look at others."""

    declarations: Mapping[tuple[str, str], Resolved]

    def get(self, kind: str, key: str) -> Resolved | None:
        """Find a declaration."""
        return self.declarations.get((kind, key))

    def keys(self, kind: str) -> list[str]:
        """List the keys of a kind."""
        return sorted(key for found, key in self.declarations if found == kind)


class Lint(Protocol):
    """Looks at one declaration that fits its model and yields what is wrong with it."""

    def __call__(self, declaration: Resolved, context: Context, /) -> Iterable[Issue]: ...


class TrySample(Protocol):
    """Does with a sample what the world would do; raises ``SampleRefused`` when the declaration refuses it."""

    def __call__(self, model: Any, sample: Any, context: Context, /) -> None: ...


class OnPublish(Protocol):
    """Does in the publishing transaction what a new version needs at once (an index); it is given the version."""

    def __call__(self, published: Any, now: datetime, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A registered kind."""

    name: str
    model: type[Declared]
    label: Any
    try_sample: TrySample
    lint: Lint | None
    major: tuple[str, ...]
    on_publish: OnPublish | None = None


kinds: Registry[Kind] = Registry("declaration kind")


def kind_declare(
    name: str,
    model: type[Declared],
    *,
    label: Any,
    try_sample: TrySample,
    lint: Lint | None = None,
    major: Sequence[str] = (),
    on_publish: OnPublish | None = None,
) -> None:
    """
    Make a kind of declaration known; called from the owning block's ``declarations.py``.

    :param label: lazy interface text that names the kind.
    :param major: which changes are major: ``-roles.*`` removed, ``+…`` added, ``~unit`` changed, ``unit`` any
        of the three; ``*`` stands for one part of the path, keyed lists count by their key or code.
    :param on_publish: what each new version needs in the transaction that publishes it.
    :raises AlreadyRegistered: another block owns the kind.
    """
    kinds.register(name, Kind(name, model, label, try_sample, lint, tuple(major), on_publish))


@dataclass(frozen=True, slots=True)
class Touched:
    """What an upgrade would touch: a lazy label and a count."""

    label: Any
    count: int


CountTouched = Callable[[str, int], int]
touches: Registry[tuple[str, Any, CountTouched]] = Registry("thing touched by an upgrade")


def touch_declare(name: str, *, kind: str, label: Any, count: CountTouched) -> None:
    """
    Say what of yours holds on to published versions of a kind, so that ``publish --dry-run`` can count it.

    :param name: ``<block>.<things>``.
    :param count: gets key and version, gives how many things hold that version.
    """
    touches.register(name, (kind, label, count))
