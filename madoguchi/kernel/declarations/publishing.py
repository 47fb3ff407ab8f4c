"""Publishing: from the files of today to the next immutable versions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from madoguchi.kernel.actions import action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.declarations.changes import Change, Size, declaration_diff, size_of
from madoguchi.kernel.declarations.issues import (
    DeclarationsRefused,
    Issue,
    MajorChangeNeedsUpgrade,
    NothingToPublish,
    PublishedMeanwhile,
    UnknownDeclaration,
    errors_of,
)
from madoguchi.kernel.declarations.keys import key_find
from madoguchi.kernel.declarations.kinds import Resolved, Touched, kinds, touches
from madoguchi.kernel.declarations.linting import declarations_lint
from madoguchi.kernel.declarations.loading import Loaded, declarations_load
from madoguchi.kernel.declarations.published import (
    Published,
    document_by_sha256,
    published_all,
    published_of,
    publishing_moves,
)
from madoguchi.kernel.models import PublishedDeclaration
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.subjects import Subject
from madoguchi.kit.canonical import canonical_json

RIGHT = "kernel.declaration_publish"


@dataclass(frozen=True, slots=True)
class PlannedVersion:
    """The next version of one declaration: what changes, how large that is, and what an upgrade would touch."""

    declaration: Resolved
    version: int
    body: str
    sha256: str
    changes: tuple[Change, ...]
    size: Size
    touched: tuple[Touched, ...]

    @property
    def lacks_upgrade(self) -> bool:
        """Whether it is a major change that no ``upgrade:`` of this very version explains."""
        if self.size == "minor":
            return False
        upgrade = self.declaration.document.get("upgrade")
        return upgrade is None or upgrade["from_version"] != self.version - 1


@dataclass(frozen=True, slots=True)
class PublishPlan:
    """What publishing would do now: new versions, and every issue of the declarations asked for."""

    versions: tuple[PlannedVersion, ...]
    issues: tuple[Issue, ...]
    unchanged: int

    def must_be_allowed(self) -> None:
        """
        Refuse what may not be published.

        :raises DeclarationsRefused: lint or a sample found an error.
        :raises MajorChangeNeedsUpgrade: a major change without an upgrade.
        """
        if errors := errors_of(self.issues):
            raise DeclarationsRefused(errors)
        if lacking := [version for version in self.versions if version.lacks_upgrade]:
            lines = [str(MajorChangeNeedsUpgrade.message)]
            for planned in lacking:
                majors = [change.words for change in planned.changes if change.size == "major"]
                lines.append(
                    f"{planned.declaration.name}（今は {planned.version - 1} 版）: {' ／ '.join(majors)}"
                )
            raise MajorChangeNeedsUpgrade("\n".join(lines))


def publish_plan(keys: Sequence[str] | None = None, *, loaded: Loaded | None = None) -> PublishPlan:
    """
    Work out what publishing would do, and change nothing.

    :param keys: ``kind/key`` or a key that only one kind has; None for everything.
    :raises UnknownDeclaration: a key that no file declares.
    :raises DeclarationsRefused: a key that is not there, perhaps because a file cannot be read.
    """
    loaded = loaded or declarations_load(old_base=document_by_sha256)
    known = loaded.declarations
    chosen = set(known) if keys is None else _chosen(keys, loaded)
    names = {"/".join(pair) for pair in chosen}
    issues = [
        issue
        for issue in declarations_lint(loaded, only=names)
        if not issue.declaration or issue.declaration in names
    ]
    newest = {
        (found.kind, found.key): found for kind in {k for k, _key in chosen} for found in published_all(kind)
    }
    fit = [known[pair] for pair in sorted(chosen) if known[pair].model is not None]
    planned = [_planned(declaration, newest.get((declaration.kind, declaration.key))) for declaration in fit]
    versions = tuple(version for version in planned if version is not None)
    return PublishPlan(versions, tuple(issues), len(fit) - len(versions))


def _chosen(keys: Sequence[str], loaded: Loaded) -> set[tuple[str, str]]:
    try:
        return {key_find(key, loaded.declarations) for key in keys}
    except UnknownDeclaration:
        if unreadable := [issue for issue in errors_of(loaded.issues) if not issue.declaration]:
            raise DeclarationsRefused(unreadable) from None
        raise


def _planned(declaration: Resolved, last: Published | None) -> PlannedVersion | None:
    body = canonical_json({"declaration": declaration.document, "texts": declaration.texts})
    sha256 = hashlib.sha256(body).hexdigest()
    if last is None:
        return PlannedVersion(declaration, 1, body.decode(), sha256, (), "minor", ())
    if last.sha256 == sha256:
        return None
    changes = tuple(declaration_diff(last, declaration))
    size = size_of(list(changes))
    touched = tuple(_touched(last)) if size == "major" else ()
    return PlannedVersion(declaration, last.version + 1, body.decode(), sha256, changes, size, touched)


def _touched(last: Published) -> Iterable[Touched]:
    for kind, label, count in touches.values():
        if kind == last.kind and (found := count(last.key, last.version)):
            yield Touched(label, found)


def declarations_publish(
    *, actor: Viewer, keys: Sequence[str] | None, reason: str, now: datetime
) -> list[Published]:
    """
    Publish what the files say now; gives the new versions, none when everything is published already.

    :param keys: ``kind/key`` or a key that only one kind has; None for everything.
    :param reason: why, for the record.
    :raises NotAllowed: the actor may not publish.
    :raises UnknownDeclaration: a key that no file declares.
    :raises DeclarationsRefused: lint or a sample found an error; the messages say where.
    :raises MajorChangeNeedsUpgrade: a major change without ``upgrade:``.
    :raises PublishedMeanwhile: somebody else published the same at the same moment.
    """
    actor.must(RIGHT)
    try:
        return declarations_publish_now(actor=actor, keys=keys, reason=reason, now=now)
    except NothingToPublish:
        return []


@action("kernel.declaration_publish", raises={"declaration_version_once": PublishedMeanwhile})
def declarations_publish_now(
    *, actor: Viewer, keys: Sequence[str] | None, reason: str, now: datetime
) -> list[Published]:
    """
    Publish, and refuse when there is nothing to publish.

    :raises NothingToPublish: everything is published as it stands; the rest as ``declarations_publish``.
    """
    actor.must(RIGHT)
    # Taken before anything is read: publishers wait here for each other, so versions are numbered in order.
    publishing_moves()
    plan = publish_plan(keys)
    plan.must_be_allowed()
    if not plan.versions:
        raise NothingToPublish
    fresh = [_version_write(planned, actor=actor, reason=reason, now=now) for planned in plan.versions]
    for one in fresh:
        if on_publish := kinds[one.kind].on_publish:
            on_publish(one, now)
    return fresh


def _version_write(planned: PlannedVersion, *, actor: Viewer, reason: str, now: datetime) -> Published:
    declaration = planned.declaration
    row = PublishedDeclaration(
        kind=declaration.kind,
        key=declaration.key,
        version=planned.version,
        body=planned.body,
        sha256=planned.sha256,
        change=planned.size,
        reason=reason[:300],
        published_at=now,
        published_by=actor.key,
    )
    row.save(force_insert=True)
    detail: dict[str, Any] = {
        "version": planned.version,
        "sha256": planned.sha256,
        "change": planned.size,
        "reason": reason,
    }
    subject = Subject("kernel.declaration", declaration.name, str(declaration.document.get("label", "")))
    audit_write(actor, "kernel.declaration_published", subject, detail=detail)
    return published_of(row)
