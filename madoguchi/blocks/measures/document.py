"""The plan of an edition as one document, kept per process until an action changes one."""

from __future__ import annotations

import json

from madoguchi.blocks.measures.models import Edition, EditionDocument
from madoguchi.blocks.measures.spec import EditionSpec
from madoguchi.kernel.stamps import StampedMany, stamp_move

STAMP = "measures"
# A plan of 150 items is about 2 MB in memory; a city looks at a few.
_plans: StampedMany[int, EditionSpec] = StampedMany(STAMP, most=30)


def plans_changed() -> None:
    """Say, inside an action, that a plan, a figure or a judgement has changed."""
    stamp_move(STAMP)


def plan_of(edition: Edition) -> EditionSpec:
    """Give the plan that an edition holds now."""
    return _plans.get(edition.pk, lambda: _read(edition))


def document_newest(edition: Edition) -> EditionDocument | None:
    """Give the newest document of an edition; None before the first."""
    return EditionDocument.objects.filter(edition=edition).order_by("-version").first()


def _read(edition: Edition) -> EditionSpec:
    newest = document_newest(edition)
    if newest is None:
        raise LookupError(f"{edition.key} has no document")
    return EditionSpec.model_validate(json.loads(newest.body))
