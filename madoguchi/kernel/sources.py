"""
Sources: what a block offers to be counted, by a name and typed facets, without showing its tables.

An indicator names a source, a measure and conditions on facets; nothing else of a block's data can be reached
from a declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from django.db.models import QuerySet

from madoguchi.kernel.rights import DataClass, Viewer
from madoguchi.kit.registry import Registry

FacetType = Literal["text", "int", "decimal", "bool", "date", "office"]


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing to filter, group or sum by: the query path behind it and its type."""

    path: str
    type: FacetType
    label: Any = ""


@dataclass(frozen=True, slots=True)
class Source:
    """
    Rows that may be counted.

    ``rows`` gives the rows that a viewer may see; ``title`` and ``page`` are query paths (or "") from which a
    drill-down row takes its words and its link.
    """

    name: str
    label: Any
    data_class: DataClass
    rows: Callable[[Viewer], QuerySet[Any]]
    facets: Mapping[str, Facet]
    describe: Callable[[Any], tuple[str, str]]


sources: Registry[Source] = Registry("source")


def source_declare(
    name: str,
    *,
    label: Any,
    rows: Callable[[Viewer], QuerySet[Any]],
    facets: Mapping[str, Facet],
    describe: Callable[[Any], tuple[str, str]],
    data_class: DataClass = "internal",
) -> None:
    """
    Offer rows to be counted; called from a block's ``hooks.py``.

    :param rows: from a viewer to the rows that viewer may see (the system viewer sees all).
    :param facets: what a declaration may filter, group, date and sum by.
    :param describe: from a row to its title and page, for the drill-down.
    """
    sources.register(name, Source(name, label, data_class, rows, dict(facets), describe))


class SourceMaker(Protocol):
    """
    Makes the sources of things that are themselves declared (a register); their names begin with the maker's.

    ``context`` holds declarations that are not published yet, for lints; None asks for what is published.
    """

    def __call__(self, rest: str, context: Any, /) -> Source | None: ...


source_makers: Registry[SourceMaker] = Registry("maker of sources")


def source_find(name: str, context: Any = None) -> Source | None:
    """Give a source by its name, declared in code or made of a declaration; None where there is none."""
    if name in sources:
        return sources[name]
    maker, _dot, rest = name.partition(".")
    return source_makers[maker](rest, context) if maker in source_makers else None


def source_get(name: str) -> Source:
    """
    Give a source by its name.

    :raises NotRegistered: there is none.
    """
    return source_find(name) or sources[name]
