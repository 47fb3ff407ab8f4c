"""Changes that wait for a second person: who may open which, and who decides."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q

from madoguchi.blocks.registers.models import ChangeRequest
from madoguchi.blocks.registers.schema import Schema
from madoguchi.blocks.registers.seeing import VIEW, schemas_seen
from madoguchi.kernel.rights import NO_ROW, Viewer

APPROVE, EDIT = "registers.approve", "registers.edit"
State = ChangeRequest.State


def may_request(viewer: Viewer, schema: Schema) -> bool:
    """Whether the register's requests are this viewer's business."""
    return any(viewer.may(right, service=schema.service) for right in (APPROVE, EDIT))


def requests_seen(viewer: Viewer, schema: Schema) -> Q:
    """Give the predicate for the requests that a viewer may open: his own, and of offices for which he judges or writes."""
    judged, written, seen = (viewer.where(right, service=schema.service) for right in (APPROVE, EDIT, VIEW))
    return Q(register=schema.key) & (Q(asked_by=viewer.key) | ((judged | written) & seen))


def to_decide(viewer: Viewer, schemas: Iterable[Schema]) -> Q:
    """Give the predicate for the requests that wait for this viewer; nobody decides on his own."""
    by_service: dict[str, list[str]] = {}
    for schema in schemas:
        by_service.setdefault(schema.service, []).append(schema.key)
    found = NO_ROW
    for service, keys in by_service.items():
        rights = viewer.where(APPROVE, service=service) & viewer.where(VIEW, service=service)
        found = found | (Q(register__in=keys) & rights)
    return Q(state=State.WAITING) & ~Q(asked_by=viewer.key) & found


def waiting_counts(viewer: Viewer) -> dict[str, int]:
    """Count the requests that wait for this viewer, by register; one query."""
    if not viewer.may(APPROVE):
        return {}
    rows = ChangeRequest.objects.filter(to_decide(viewer, schemas_seen(viewer)))
    return dict(rows.values("register").annotate(count=Count("pk")).values_list("register", "count"))
