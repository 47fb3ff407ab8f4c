"""
Health: what the installation can say about itself, for the office's page, ``madoguchi doctor`` and monitors.

A check is a function from the moment to a ``Health``; it answers in milliseconds and changes nothing. Blocks
add their own in ``hooks.py``::

    @health_check("paper.printer", label=_("プリンター"), meaning=_("通知書を印刷できるかどうか"))
    def printer(now):
        return Health("ok", _("つながっています。"))

Invariants (``tests/office/test_health.py``):

1. A check that fails is itself an answer (``bad``), never an error of the page or the command.
2. Whatever is not ``ok`` says what to do.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.utils.translation import gettext as _

from madoguchi.kit.registry import Registry

log = logging.getLogger(__name__)
State = Literal["ok", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Health:
    """The answer of a check: the state, what was found and, where something is wrong, what to do."""

    state: State
    text: Any
    remedy: Any = ""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A registered check; ``essential``: without it nobody can be served, and monitors are told."""

    name: str
    call: Callable[[datetime], Health]
    label: Any
    meaning: Any
    order: int
    essential: bool


@dataclass(frozen=True, slots=True)
class HealthLine:
    """A check and its answer, as pages and commands show it."""

    name: str
    label: Any
    meaning: Any
    state: State
    text: Any
    remedy: Any


health_checks: Registry[HealthCheck] = Registry("health check")


def health_check(
    name: str, *, label: Any = "", meaning: Any = "", order: int = 100, essential: bool = False
) -> Callable[[Callable[[datetime], Health]], Callable[[datetime], Health]]:
    """
    Register a check.

    :param label: what is looked at, in a word or two.
    :param meaning: why it matters, in a sentence for somebody who is no expert.
    :param essential: a ``bad`` answer makes ``/healthz`` say 503.
    """

    def decorate(function: Callable[[datetime], Health]) -> Callable[[datetime], Health]:
        check = HealthCheck(name, function, label or name, meaning, order, essential)
        health_checks.register(name, check)
        return function

    return decorate


def health_run(*, now: datetime, essential_only: bool = False) -> list[HealthLine]:
    """Ask every check, in order; never raises."""
    found = sorted(health_checks.values(), key=lambda check: (check.order, check.name))
    return [_asked(check, now) for check in found if check.essential or not essential_only]


def health_state(lines: list[HealthLine]) -> State:
    """Give the worst state of several answers."""
    states = {line.state for line in lines}
    return "bad" if "bad" in states else "warn" if "warn" in states else "ok"


def _asked(check: HealthCheck, now: datetime) -> HealthLine:
    try:
        health = check.call(now)
    except Exception as error:
        log.warning("health check %s failed", check.name, exc_info=True)
        text = _("調べることができませんでした（%(error)s）。") % {"error": type(error).__name__}
        health = Health(
            "bad", text, _("サーバーのログに詳しい理由があります。`madoguchi doctor` も試してください。")
        )
    return HealthLine(check.name, check.label, check.meaning, health.state, health.text, health.remedy)


# The kernel's own checks register themselves on import; last, because they need what stands above.
from madoguchi.kernel.health import checks as _checks  # noqa: E402, F401
from madoguchi.kernel.health import printing as _printing  # noqa: E402, F401
from madoguchi.kernel.health import verified as _verified  # noqa: E402, F401
