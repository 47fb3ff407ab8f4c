"""Makers for the office's own routes, so that the tests of the whole house can open each of them."""

from __future__ import annotations

import uuid
from typing import Any

from madoguchi.kernel.clock import now
from madoguchi.kernel.models import OutboxDelivery, OutboxEvent
from madoguchi.kernel.testing import route_maker

# Pages over the whole city hall: no office has its own.
SYSTEM = {"roles": {"city_hall/system"}, "scope": "all"}
AUDITOR = {"roles": {"city_hall/auditor"}, "scope": "all"}


def delivery_make(
    key: str = "1", handler: str = "testing.answer", *, parked: bool = False, **fields: Any
) -> OutboxDelivery:
    """Make a delivery as it lies in the outbox; a parked one has failed as often as it may."""
    moment = now()
    event = OutboxEvent.objects.create(
        kind="testing.happened",
        subject_kind="testing.thing",
        subject_key=key,
        action_id=uuid.uuid4(),
        created_at=moment,
    )
    if parked:
        error = "Traceback (most recent call last):\n  File x\nValueError: <b>postbox</b> full"
        fields = {"parked_at": moment, "attempts": 6, "error": error, **fields}
    return OutboxDelivery.objects.create(event=event, handler=handler, **{"due_at": moment, **fields})


@route_maker("office:home")
@route_maker("office:account")
@route_maker("office:extend")
@route_maker("office:resume")
def _everybody(office_id: int) -> dict[str, Any]:  # noqa: ARG001 - the page shows the viewer's own
    return {"kwargs": {}}


@route_maker("office:resume_keep")
def _keep(office_id: int) -> dict[str, Any]:  # noqa: ARG001
    return {"kwargs": {}, "data": {"_path": "/office/", "reason": "書きかけ"}}


@route_maker("office:resume_send")
@route_maker("office:resume_drop")
def _kept(office_id: int) -> dict[str, Any]:  # noqa: ARG001 - what is kept belongs to a browser
    return {"kwargs": {"kept_id": 1}}


@route_maker("office:health")
@route_maker("office:events")
def _system(office_id: int) -> dict[str, Any]:  # noqa: ARG001
    delivery_make(parked=True)
    return {"kwargs": {}, **SYSTEM}


@route_maker("office:event_retry")
@route_maker("office:event_skip")
def _stuck(office_id: int) -> dict[str, Any]:  # noqa: ARG001
    delivery = delivery_make(parked=True)
    return {
        "kwargs": {"delivery_id": delivery.pk},
        "data": {f"d{delivery.pk}-reason": "二重に届いたため"},
        **SYSTEM,
    }


@route_maker("office:audit")
@route_maker("office:audit_verify")
def _auditor(office_id: int) -> dict[str, Any]:  # noqa: ARG001
    return {"kwargs": {}, **AUDITOR}
