"""The day that comes: what was entered for it is what lists show from now on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q

from madoguchi.blocks.registers.models import Version
from madoguchi.blocks.registers.schema import schema_get
from madoguchi.blocks.registers.writing import counts_move, counts_of
from madoguchi.kernel.actions import action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.db.two_times import believed, valid_on
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.subjects import Subject

PORTION = 500


def stale_records(today: date) -> list[tuple[str, int]]:
    """Give register and record of what lists show wrongly, a portion at a time: two looks at an index each."""
    found: set[tuple[str, int]] = set()
    for wrong in (_over(today), _due(today)):
        found |= set(Version.objects.filter(wrong).values_list("register", "record_id")[:PORTION])
    return sorted(found)[:PORTION]


@action("registers.current_move")
def current_move(*, actor: Viewer, records: Iterable[tuple[str, int]], now: datetime) -> int:  # noqa: ARG001
    """
    Let lists show the versions of today of some records; how many changed.

    :param actor: the house itself; its day is today.
    :raises NotAllowed: a person called this.
    :raises IntegrityError: a value that must stand once would stand twice (told by ``doctor``).
    """
    if actor.kind != "system":
        raise NotAllowed("current_move")
    by_register: dict[str, list[int]] = {}
    for register, record_id in records:
        by_register.setdefault(register, []).append(record_id)
    moved = 0
    for register, ids in sorted(by_register.items()):
        schema = schema_get(register)
        rows = list(Version.objects.filter(_over(actor.on) | _due(actor.on), record__in=ids))
        counts = counts_of(schema, [(row.payload, row.office_id, -1 if row.current else 1) for row in rows])
        ended = [row.pk for row in rows if row.current]
        Version.objects.filter(pk__in=ended).update(current=False, search="", search_personal="")
        for row in rows:
            if not row.current:
                words, whole = schema.searched(row.number, row.payload)
                Version.objects.filter(pk=row.pk).update(current=True, search=words, search_personal=whole)
        counts_move(register, counts)
        moved += len(rows)
    detail = {"records": sum(map(len, by_register.values())), "versions": moved}
    audit_write(
        actor, "registers.current_moved", Subject("registers.day", actor.on.isoformat()), detail=detail
    )
    return moved


def _over(today: date) -> Q:
    """Give the predicate for versions that lists show though they have ended."""
    return Q(current=True, ends_on__lte=today)


def _due(today: date) -> Q:
    """Give the predicate for versions that hold on a day and lists do not show yet."""
    return Q(current=False) & believed() & valid_on(today)
