"""
What every block offers to the tests of the whole house: a scenario per action, a maker per staff page.

A block registers both in its own ``testing.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
    (``service/role``) that may open the page for that office.
    """
    return makers.registered(route_name)
