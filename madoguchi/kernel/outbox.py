"""
The outbox: what happened is told to handlers after the commit, each exactly once in its effect.

Invariants (``tests/kernel/test_outbox.py``, both databases, two processes on PostgreSQL):

1. Event and deliveries are committed with the change, or not at all.
2. A handler's rows and the mark "done" are one transaction: killed anywhere, it is done once or not yet.
3. A handler that reaches outside (mail) holds a lease instead, and gets a key that stays the same over all
   tries, so that the far side can drop the repeat.
4. After the last try a delivery is parked with its error; an officer retries it or skips it with a reason.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.actions import Refused, action, running_action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.models import OutboxDelivery, OutboxEvent
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.subjects import Subject
from madoguchi.kit.registry import Registry

log = logging.getLogger(__name__)
TRIES = 6
FIRST_WAIT = timedelta(seconds=10)
LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Event:
    """What a handler is told; ``key`` is the same at every try."""

    key: str
    kind: str
    subject_kind: str
    subject_key: str
    payload: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Handler:
    """A function that answers to one kind of event."""

    name: str
    kind: str
    call: Callable[[Event, datetime], None]
    outside: bool


event_kinds: Registry[str] = Registry("event kind")
handlers: Registry[Handler] = Registry("handler")


class DeliveryGone(Refused):
    """The delivery is done already or was never parked."""

    message = _("この処理はもう止まっていません。一覧を開き直してください。")


def event_declare(kind: str, payload: str) -> None:
    """Make an event kind known; ``payload`` documents its keys."""
    event_kinds.register(kind, payload)


def handler(
    kind: str, name: str, *, outside: bool = False
) -> Callable[[Callable[[Event, datetime], None]], Callable[[Event, datetime], None]]:
    """
    Register a function for one kind of event, in a block's ``tasks.py``.

    :param outside: the handler reaches beyond the database and runs outside a transaction, under a lease.
    """

    def decorate(function: Callable[[Event, datetime], None]) -> Callable[[Event, datetime], None]:
        handlers.register(name, Handler(name, kind, function, outside))
        return function

    return decorate


def event_emit(kind: str, subject: Subject, payload: dict[str, Any] | None = None) -> None:
    """
    Tell, from inside an action, that something happened.

    :raises NotRegistered: nobody declares this kind.
    :raises NoActionRunning: called outside an action.
    """
    running = running_action()
    event_kinds[kind]  # a declared kind, or NotRegistered
    event = OutboxEvent.objects.create(
        kind=kind,
        subject_kind=subject.kind,
        subject_key=subject.key,
        payload=payload or {},
        action_id=running.id,
        created_at=running.now,
    )
    OutboxDelivery.objects.bulk_create(
        OutboxDelivery(event=event, handler=known.name, due_at=running.now)
        for known in handlers.values()
        if known.kind == kind
    )


def outbox_run(*, now: datetime, limit: int = 100) -> int:
    """Deliver what is due; the number of deliveries done. Called by the worker, safe from several at once."""
    due = OutboxDelivery.objects.filter(done_at=None, parked_at=None, due_at__lte=now).order_by("pk")
    return sum(_deliver(pk, now) for pk in list(due.values_list("pk", flat=True)[:limit]))


def _deliver(pk: int, now: datetime) -> bool:
    try:
        found = handlers[OutboxDelivery.objects.values_list("handler", flat=True).get(pk=pk)]
        return _deliver_outside(pk, found, now) if found.outside else _deliver_inside(pk, found, now)
    except Exception:
        log.warning("delivery %s failed", pk, exc_info=True)
        _failed(pk, traceback.format_exc(limit=-3), now)
        return False


def _deliver_inside(pk: int, found: Handler, now: datetime) -> bool:
    with transaction.atomic():
        waiting = OutboxDelivery.objects.filter(pk=pk, done_at=None, parked_at=None)
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        delivery = waiting.first()
        if delivery is None or not OutboxDelivery.objects.filter(pk=pk, done_at=None).update(
            done_at=now, attempts=F("attempts") + 1, error=""
        ):
            return False
        found.call(_event(delivery), now)
        return True


def _deliver_outside(pk: int, found: Handler, now: datetime) -> bool:
    leased = OutboxDelivery.objects.filter(pk=pk, done_at=None, parked_at=None, due_at__lte=now)
    if not leased.update(due_at=now + LEASE):
        return False
    delivery = OutboxDelivery.objects.select_related("event").get(pk=pk)
    found.call(_event(delivery), now)
    OutboxDelivery.objects.filter(pk=pk, done_at=None).update(
        done_at=now, attempts=F("attempts") + 1, error="", parked_at=None
    )
    return True


def _failed(pk: int, error: str, now: datetime) -> None:
    attempts = OutboxDelivery.objects.values_list("attempts", flat=True).get(pk=pk) + 1
    OutboxDelivery.objects.filter(pk=pk, done_at=None).update(
        attempts=attempts,
        error=error[-2_000:],
        due_at=now + FIRST_WAIT * 4 ** (attempts - 1),
        parked_at=now if attempts >= TRIES else None,
    )


def _event(delivery: OutboxDelivery) -> Event:
    event = delivery.event
    return Event(
        key=f"{event.action_id}:{event.pk}:{delivery.handler}",
        kind=event.kind,
        subject_kind=event.subject_kind,
        subject_key=event.subject_key,
        payload=event.payload,
        created_at=event.created_at,
    )


@action("kernel.delivery_retry")
def delivery_retry(*, actor: Viewer, delivery_id: int, now: datetime) -> None:
    """
    Let a parked delivery be tried again at once.

    :raises NotAllowed: the actor does not run the events.
    :raises DeliveryGone: it is not parked.
    """
    actor.must("kernel.events_run")
    changed = OutboxDelivery.objects.filter(pk=delivery_id, parked_at__isnull=False).update(
        parked_at=None, attempts=0, due_at=now
    )
    if not changed:
        raise DeliveryGone
    audit_write(actor, "kernel.delivery_retried", Subject("kernel.delivery", str(delivery_id)))


@action("kernel.delivery_skip")
def delivery_skip(*, actor: Viewer, delivery_id: int, reason: str, now: datetime) -> None:
    """
    Give up on a parked delivery, with a reason that stays.

    :raises NotAllowed: the actor does not run the events.
    :raises DeliveryGone: it is not parked.
    """
    actor.must("kernel.events_run")
    changed = OutboxDelivery.objects.filter(pk=delivery_id, parked_at__isnull=False).update(
        parked_at=None, done_at=now, skipped_reason=reason
    )
    if not changed:
        raise DeliveryGone
    subject = Subject("kernel.delivery", str(delivery_id))
    audit_write(actor, "kernel.delivery_skipped", subject, detail={"reason": reason})
