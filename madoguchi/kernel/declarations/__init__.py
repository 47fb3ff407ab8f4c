"""
Declarations: what the city hall does, written as data, checked, layered, versioned and published.

Files (YAML) → layers (base, prefecture, city) → resolved → lint and samples → published versions. The house
works by published versions only; files are what the next version will be. ``docs/declarations.md`` is the
guide for those who write declarations and for blocks that own a kind.

Invariants (``tests/kernel/test_declarations*.py``):

1. What YAML could mean in two ways is refused: duplicate keys, aliases, floats, numbers with leading zeros.
2. Every issue has file, line, a stable code and Japanese words, and names the nearest key when one is unknown.
3. Layers merge in one order, keyed lists by key; every value knows the line that it came from.
4. A base that changed under an overlay stops the overlay until somebody has looked; nothing goes through
   by itself.
5. A translation of words that a higher layer replaced is not shown.
6. Every declaration carries an accepted and a refused sample, and they come out as they say, or it is not
   published.
7. A published version never changes: no update, no delete, one row per version, its SHA-256 over the
   canonical JSON.
8. Publishing what is published writes nothing; a refused publication writes nothing.
9. A major change needs an ``upgrade:`` that names the very version it upgrades.
10. A new version is seen by the next request of every process; within one request the version stays.
11. ``verified: false`` is never ready.
"""

from madoguchi.kernel.declarations import codelist_kind, service_kind
from madoguchi.kernel.declarations.changes import Change, declaration_diff, size_of
from madoguchi.kernel.declarations.codelist_kind import CodeItem, Codelist
from madoguchi.kernel.declarations.folders import (
    Bindings,
    House,
    Layer,
    bindings_field_declare,
    house_folders,
)
from madoguchi.kernel.declarations.issues import (
    DeclarationsRefused,
    Issue,
    MajorChangeNeedsUpgrade,
    NothingToPublish,
    Place,
    PublishedMeanwhile,
    UnknownDeclaration,
    errors_of,
)
from madoguchi.kernel.declarations.keys import NaturalKey, key_find
from madoguchi.kernel.declarations.kinds import (
    Context,
    Declared,
    Kind,
    Part,
    Resolved,
    Sample,
    SampleRefused,
    Words,
    kind_declare,
    kinds,
    touch_declare,
)
from madoguchi.kernel.declarations.linting import declarations_lint
from madoguchi.kernel.declarations.loading import Loaded, declarations_load
from madoguchi.kernel.declarations.published import (
    Published,
    document_by_sha256,
    published,
    published_all,
    published_version,
    publishing_stamp,
    roles_published,
)
from madoguchi.kernel.declarations.publishing import (
    PlannedVersion,
    PublishPlan,
    declarations_publish,
    publish_plan,
)
from madoguchi.kernel.declarations.schema import declarations_schema
from madoguchi.kernel.declarations.service_kind import Role, Service
from madoguchi.kernel.declarations.texts import Text, text_for

__all__ = [
    "Bindings",
    "Change",
    "CodeItem",
    "Codelist",
    "Context",
    "DeclarationsRefused",
    "Declared",
    "House",
    "Issue",
    "Kind",
    "Layer",
    "Loaded",
    "MajorChangeNeedsUpgrade",
    "NaturalKey",
    "NothingToPublish",
    "Part",
    "Place",
    "PlannedVersion",
    "PublishPlan",
    "Published",
    "PublishedMeanwhile",
    "Resolved",
    "Role",
    "Sample",
    "SampleRefused",
    "Service",
    "Text",
    "UnknownDeclaration",
    "Words",
    "bindings_field_declare",
    "codelist_kind",
    "declaration_diff",
    "declarations_lint",
    "declarations_load",
    "declarations_publish",
    "declarations_schema",
    "document_by_sha256",
    "errors_of",
    "house_folders",
    "key_find",
    "kind_declare",
    "kinds",
    "publish_plan",
    "published",
    "published_all",
    "published_version",
    "publishing_stamp",
    "roles_published",
    "service_kind",
    "size_of",
    "text_for",
    "touch_declare",
]
