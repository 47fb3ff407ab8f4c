"""
What is published: the versions that the running house works by.

Every process keeps the newest versions until somebody publishes (``kernel/stamps``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from madoguchi.kernel.declarations.issues import UnknownDeclaration
from madoguchi.kernel.declarations.validation import document_model
from madoguchi.kernel.models import PublishedDeclaration
from madoguchi.kernel.stamps import Stamped, stamp_move, stamp_read
from madoguchi.kit.canonical import canonical_hash

_STAMP = "kernel.declarations"


@dataclass(frozen=True)
class Published:
    """One published version; ``document`` and ``texts`` as they were resolved that day, ``model`` typed."""

    kind: str
    key: str
    version: int
    sha256: str
    published_at: datetime
    body: str = field(repr=False)

    @property
    def name(self) -> str:
        """``kind/key``."""
        return f"{self.kind}/{self.key}"

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The declaration itself."""
        document: dict[str, Any] = json.loads(self.body)["declaration"]
        return document

    @cached_property
    def texts(self) -> Mapping[str, Mapping[str, str]]:
        """The translations, by language and path."""
        texts: dict[str, dict[str, str]] = json.loads(self.body)["texts"]
        return texts

    @cached_property
    def model(self) -> Any:
        """The typed form: an instance of the kind's model."""
        return document_model(self.kind, dict(self.document))


class _Shelf:
    """The newest version of everything, as of one moment."""

    def __init__(self) -> None:
        rows = PublishedDeclaration.objects.order_by("kind", "key", "version")
        newest = {(row.kind, row.key): row for row in rows.defer("body")}
        bodies = dict(rows.filter(pk__in=[row.pk for row in newest.values()]).values_list("pk", "body"))
        self.declarations = {pair: published_of(row, bodies[row.pk]) for pair, row in newest.items()}

    @cached_property
    def roles(self) -> dict[str, frozenset[str]]:
        """Rights by ``service/role``."""
        services = (found for (kind, _key), found in self.declarations.items() if kind == "service")
        return {
            f"{service.key}/{role['key']}": frozenset(role["rights"])
            for service in services
            for role in service.document.get("roles", ())
        }


_shelf: Stamped[_Shelf] = Stamped(_STAMP, _Shelf)


def publishing_stamp() -> int:
    """Give a number that is another one after each publishing."""
    return stamp_read(_STAMP)


def publishing_moves() -> None:
    """Say that something is being published; publishers wait here for each other."""
    stamp_move(_STAMP)


def published(kind: str, key: str) -> Published:
    """
    Give the newest published version.

    :raises UnknownDeclaration: nothing of that kind and key is published.
    """
    try:
        return _shelf.get().declarations[kind, key]
    except KeyError:
        raise UnknownDeclaration(f"{kind}/{key} は公開されていません。") from None


def published_all(kind: str) -> list[Published]:
    """Give the newest versions of every declaration of a kind, by key."""
    return [found for (known, _key), found in _shelf.get().declarations.items() if known == kind]


def published_version(kind: str, key: str, version: int) -> Published:
    """
    Give one version, for what keeps the version that it began with.

    :raises UnknownDeclaration: there is no such version.
    """
    newest = _shelf.get().declarations.get((kind, key))
    if newest is not None and newest.version == version:
        return newest
    row = PublishedDeclaration.objects.filter(kind=kind, key=key, version=version).first()
    if row is None:
        raise UnknownDeclaration(f"{kind}/{key} の {version} 版は公開されていません。")
    return published_of(row)


def roles_published() -> dict[str, frozenset[str]]:
    """Give the rights of every role of every published service, by ``service/role``; the same object until it changes."""
    return _shelf.get().roles


def document_by_sha256(kind: str, key: str, sha256: str) -> dict[str, Any] | None:
    """Find a published document by the hash of the document alone (an overlay's ``base_sha256``)."""
    for body in PublishedDeclaration.objects.filter(kind=kind, key=key).values_list("body", flat=True):
        document: dict[str, Any] = json.loads(body)["declaration"]
        if canonical_hash(document) == sha256:
            return document
    return None


def published_of(row: PublishedDeclaration, body: str | None = None) -> Published:
    """
    Give the version that a row holds.

    :param body: its body, where the row was read without.
    """
    body = row.body if body is None else body
    return Published(row.kind, row.key, row.version, row.sha256, row.published_at, body)
