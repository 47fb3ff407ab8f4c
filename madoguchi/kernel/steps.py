"""
Steps that blocks and services add to the first set-up and to the demo, in order.

A step is an ordinary function over the block's own actions; running it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from madoguchi.kernel.rights import Viewer
from madoguchi.kit.registry import Registry

Work = Callable[[Viewer, datetime], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One step; lower ``order`` runs first."""

    name: str
    order: int
    work: Work


set_up_steps: Registry[Step] = Registry("set-up step")
demo_steps: Registry[Step] = Registry("demo step")


def _adder(registry: Registry[Step]) -> Callable[[str, int], Callable[[Work], Work]]:
    def add(name: str, order: int) -> Callable[[Work], Work]:
        def keep(work: Work) -> Work:
            registry.register(name, Step(name, order, work))
            return work

        return keep

    return add


set_up_step = _adder(set_up_steps)
demo_step = _adder(demo_steps)


def steps_run(registry: Registry[Step], *, actor: Viewer, now: datetime) -> None:
    """Run every step of a registry in order."""
    for step in sorted(registry.values(), key=lambda step: (step.order, step.name)):
        step.work(actor, now)
