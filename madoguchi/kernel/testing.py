"""
What every block offers to the tests of the whole house: a scenario per action, a maker per staff page.

A block registers both in its own ``testing.py``.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from madoguchi.kernel.clock import TOKYO
from madoguchi.kernel.declarations import declarations_load
from madoguchi.kernel.models import OutboxDelivery, OutboxEvent
from madoguchi.kernel.rights import system_viewer
from madoguchi.kit.registry import Registry

Scenario = Callable[[], dict[str, Any]]
RouteMaker = Callable[[int], dict[str, Any]]

scenarios: Registry[Scenario] = Registry("action scenario")
makers: Registry[RouteMaker] = Registry("route maker")


def action_scenario(name: str) -> Callable[[Scenario], Scenario]:
    """
    Register how to run one action: the kill tests run it and kill it at each of its writes.

    The function takes nothing, prepares data, and returns the action's keywords with ``actor`` and ``now``.
    """
    return scenarios.registered(name)


def route_maker(route_name: str) -> Callable[[RouteMaker], RouteMaker]:
    """
    Register how to make a real object for one route (``people:office``) that belongs to an office.

    The function takes the office's id and returns ``kwargs`` for ``reverse`` and ``roles``, the roles
    (``service/role``) that may open the page for that office; None for everybody who is signed in. ``scope``
    is "all" for a page over the whole city hall; ``data`` is what a page that only takes POST is sent;
    ``duty`` (``service/duty``) is what whoever opens it says it is for, where a page asks.
    """
    return makers.registered(route_name)


# How to run each action of the kernel itself

NOW = datetime(2026, 5, 12, 10, 0, tzinfo=TOKYO)
_KEEPER = system_viewer(on=NOW.date(), duty="試験")


def delivery_parked() -> int:
    """Make a delivery that is parked, waiting for a person; its number."""
    event = OutboxEvent.objects.create(
        kind="test.happened", subject_kind="test", subject_key="1", action_id=uuid.uuid4(), created_at=NOW
    )
    delivery = OutboxDelivery.objects.create(
        event=event, handler="test.gone", attempts=6, due_at=NOW, parked_at=NOW, error="the far side is away"
    )
    return delivery.pk


@action_scenario("kernel.delivery_retry")
def _retry() -> dict[str, Any]:
    return {"actor": _KEEPER, "delivery_id": delivery_parked(), "now": NOW}


@action_scenario("kernel.delivery_skip")
def _skip() -> dict[str, Any]:
    return {"actor": _KEEPER, "delivery_id": delivery_parked(), "reason": "相手の業務が終わった", "now": NOW}


@action_scenario("kernel.declaration_publish")
def _publish() -> dict[str, Any]:
    one_of_each_kind = {kind: f"{kind}/{key}" for kind, key in declarations_load().declarations}
    return {"actor": _KEEPER, "keys": sorted(one_of_each_kind.values()), "reason": "試験", "now": NOW}
