"""
One action = one transaction: the only way in which anything in the house changes.

Invariants, each held by a test:

1. All or nothing: rows, audit rows and outbox rows of one call are committed together (the kill tests run
   every registered action in a child process and kill it at each of its writes).
2. An action that wrote no audit row is refused (``NotAudited``): there is no silent change.
3. A constraint that refuses becomes the exception that the action names for it; one it does not name becomes
   ``ConstraintRefused``. The database's own words never reach a person.
4. A store that cannot write (full, read-only, busy) becomes ``StoreUnavailable`` and nothing is half done.
"""

from __future__ import annotations

import functools
import inspect
import re
import uuid
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from django.apps import apps
from django.db import IntegrityError, InternalError, OperationalError, models, transaction
from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.db.columns import column_of
from madoguchi.kit.registry import Registry

P = ParamSpec("P")
R = TypeVar("R")


class Refused(Exception):
    """
    An action said no. ``message`` is a lazy interface text that says what to do; subclasses state the fact.
    """

    message: Any = _("この操作はできません。")

    def __init__(self, message: Any = None, **details: Any) -> None:
        if message is not None:
            self.message = message
        self.details = details
        super().__init__(str(self.message))


class ConstraintRefused(Refused):
    """A rule of the database refused, and the action has no name for it."""

    message = _("ほかの記録と矛盾するため保存できません。画面を開き直して、もう一度確かめてください。")


class Unavailable(Refused):
    """Something the house needs is not there at the moment; pages answer it with the message and 503."""


class StoreUnavailable(Unavailable):
    """The database cannot write at the moment; nothing was changed."""

    message = _(
        "いま記録を保存できません。入力した内容はこの画面に残っています。しばらくしてからもう一度押してください。"
    )


class NotAudited(Exception):
    """An action changed something and left no audit row: a fault in the action."""


class NoActionRunning(Exception):
    """Audit rows, events and numbers belong to an action; none is running."""


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """A registered action: its name, the function under its transaction, and its named refusals."""

    name: str
    call: Callable[..., Any]
    raises: Mapping[str, type[Refused]]


@dataclass(slots=True)
class RunningAction:
    """The call under way in this thread."""

    name: str
    id: uuid.UUID
    now: datetime
    audit_rows: int = 0


actions: Registry[ActionSpec] = Registry("action")
_running: ContextVar[RunningAction | None] = ContextVar("running_action", default=None)


def running_action() -> RunningAction:
    """
    Give the action under way.

    :raises NoActionRunning: there is none.
    """
    running = _running.get()
    if running is None:
        raise NoActionRunning
    return running


def action(
    name: str, *, raises: Mapping[str, type[Refused]] | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """
    Register a function that changes the world and put it in a transaction.

    The function takes keywords only, among them ``actor`` and ``now``.

    :param name: ``<block>.<thing>_<verb>``.
    :param raises: the exception for each constraint by which the database may refuse.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        parameters = inspect.signature(function).parameters
        if not {"actor", "now"} <= set(parameters):
            raise TypeError(f"{name}: an action takes `actor` and `now` as keywords")

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            now = kwargs["now"]
            assert isinstance(now, datetime)
            running = RunningAction(name=name, id=uuid.uuid4(), now=now)
            token = _running.set(running)
            try:
                with transaction.atomic():
                    result = function(*args, **kwargs)
                    if not running.audit_rows:
                        raise NotAudited(name)
                return result
            except IntegrityError as error:
                constraint = constraint_of(error)
                raise spec.raises.get(constraint, ConstraintRefused)(constraint=constraint) from error
            except (OperationalError, InternalError) as error:
                # A PostgreSQL that may only be read says so as an internal error (SQLSTATE 25006).
                raise StoreUnavailable(reason=str(error)) from error
            finally:
                _running.reset(token)

        spec = ActionSpec(name, call, dict(raises or {}))
        actions.register(name, spec)
        return call

    return decorate


def constraint_of(error: IntegrityError) -> str:
    """Name the constraint behind an integrity error, the same name on both databases."""
    diagnostics = getattr(error.__cause__, "diag", None)
    if diagnostics is not None:
        return str(diagnostics.constraint_name or "")
    text = str(error)
    if found := re.search(r"UNIQUE constraint failed: (?!index)(.+)", text):
        table, _dot, _column = found[1].partition(".")
        columns = tuple(column.split(".")[1] for column in found[1].split(", "))
        return _unique_names().get((table, columns), found[1])
    if found := re.search(r"(?:CHECK constraint failed: |index ')(\w+)|constraint (?!failed)(\w+)", text):
        return found[1] or found[2]
    return text


@functools.cache
def _unique_names() -> dict[tuple[str, tuple[str, ...]], str]:
    """SQLite names the columns of a unique constraint, not the constraint."""
    names: dict[tuple[str, tuple[str, ...]], str] = {}
    for model in apps.get_models(include_auto_created=True):
        for constraint in model._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint) and constraint.fields:
                columns = tuple(column_of(model, field) for field in constraint.fields)
                names[model._meta.db_table, columns] = constraint.name
    return names
