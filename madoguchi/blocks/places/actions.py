"""
Changing areas: bring in many from a file, and the single changes of every day.

All of it concerns the whole city, so that a right over some offices is not enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.places.areas import STAMP, areas_read
from madoguchi.blocks.places.constraints import LAST_BLOCK
from madoguchi.blocks.places.models import Area, AreaMembership, AreaName
from madoguchi.blocks.places.rows import (
    AreaIds,
    AreaRowRefused,
    Change,
    Row,
    Rows,
    change_write,
    lives_within,
    row_of,
    rows_changes,
)
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.stamps import stamp_move
from madoguchi.kernel.subjects import Subject

__all__ = [
    "AreaEnded",
    "AreaMissing",
    "AreaRowRefused",
    "AreaTaken",
    "BeginsLater",
    "NothingToChange",
    "StillInside",
    "SuccessorMissing",
    "area_add",
    "area_end",
    "area_place",
    "area_rename",
    "areas_apply",
]

RIGHT = "places.area_edit"


class NothingToChange(Refused):
    """The rows say what is already recorded."""

    message = _("違いがありません。記録は変えていません。")


class AreaTaken(Refused):
    """An area with this key is recorded already."""

    message = _("この区域キーの区域は既にあります。別のキーにしてください。")


class AreaMissing(Refused):
    """The area is not there on the day."""

    message = _("この日には、この区域がありません。日付を直してください。")


class AreaEnded(Refused):
    """The area has an end already."""

    message = _("この区域は、すでに終わりの日が決まっています。")


class BeginsLater(Refused):
    """Something of the area begins on the day of its end or after it."""

    message = _("この日以後に始まる名称か属する区域があります。日付を直してください。")


class StillInside(Refused):
    """Other areas lie in the one that is to end."""

    message = _("この区域に属する区域が残っています。先に移すか、終えてください。")


class SuccessorMissing(Refused):
    """An area that is to carry on is not there on the day."""

    message = _("引き継ぐ区域が、この日にはありません。先に加えてください。")


@action("places.areas_apply")
def areas_apply(*, actor: Viewer, rows: Rows, now: datetime) -> Sequence[Change]:  # noqa: ARG001
    """
    Make the recorded areas say what the rows say, all of it or nothing. Areas not mentioned stay.

    :param rows: by sheet (``rows.SHEETS``), areas by their keys, days as ``date``.
    :raises NotAllowed: the actor does not keep the areas of the whole city.
    :raises AreaRowRefused: a row breaks a rule; the message says what to do.
    :raises NothingToChange: everything is already so.
    """
    actor.must_everywhere(RIGHT)
    return _apply(actor, rows)


@action("places.area_add")
def area_add(
    *,
    actor: Viewer,
    key: str,
    kind: str,
    names: Row,
    on: date,
    within: Iterable[str] = (),
    values: Row | None = None,
    now: datetime,  # noqa: ARG001
) -> Area:
    """
    Record an area that is there from a day on.

    :param names: ``name`` and ``kana``, for a town also ``oaza``, ``chome`` and ``koaza``.
    :param within: keys of the areas in which all of it lies.
    :param values: ``code``, ``postal_code``, ``numbering``, ``order``.
    :raises NotAllowed: the actor does not keep the areas of the whole city.
    :raises AreaTaken: there is one with this key.
    :raises AreaRowRefused: a rule refuses.
    """
    actor.must_everywhere(RIGHT)
    if Area.objects.filter(key=key).exists():
        raise AreaTaken
    _apply(
        actor,
        {
            "areas": [{"key": key, "kind": kind, "starts_on": on, **(values or {})}],
            "names": [{"area": key, "starts_on": on, **names}],
            "memberships": [_member(key, outer, on) for outer in within],
        },
    )
    return Area.objects.get(key=key)


@action("places.area_rename")
def area_rename(*, actor: Viewer, key: str, names: Row, on: date, now: datetime) -> Sequence[Change]:  # noqa: ARG001
    """
    Call an area something else from a day on; a later name that is recorded stays.

    :param names: as in ``area_add``.
    :raises NotAllowed: the actor does not keep the areas of the whole city.
    :raises AreaMissing: the area bears no name on that day.
    :raises NothingToChange: it is called so already.
    """
    actor.must_everywhere(RIGHT)
    current = next(
        (row for row in AreaName.objects.filter(area__key=key).select_related("area") if row.holds(on)), None
    )
    if current is None:
        raise AreaMissing
    parts = {"kana": "", "oaza": "", "chome": "", "koaza": "", **names}
    if all(getattr(current, name) == value for name, value in parts.items()):
        raise NothingToChange
    new = {"area": key, "starts_on": on, "ends_on": current.ends_on, **parts}
    before = [] if current.starts_on == on else [row_of("names", current, ends_on=on)]
    return _apply(actor, {"names": [*before, new]})


@action("places.area_end")
def area_end(
    *,
    actor: Viewer,
    key: str,
    on: date,
    successors: Iterable[str] = (),
    reason: str = "",
    now: datetime,  # noqa: ARG001
) -> Sequence[Change]:
    """
    End an area, and say which areas it went over into: one where it is merged, several where it is split.

    :param on: the first day on which it is no longer there.
    :param reason: one of ``AreaSuccession.Reason``; needed where there are successors.
    :raises NotAllowed: the actor does not keep the areas of the whole city.
    :raises AreaMissing: there is no such area on the day before.
    :raises AreaEnded: it has an end already.
    :raises StillInside: other areas lie in it.
    :raises SuccessorMissing: a successor is not there on that day.
    :raises BeginsLater: a name or membership begins on that day or later.
    """
    actor.must_everywhere(RIGHT)
    area = Area.objects.filter(key=key).first()
    if area is None or area.starts_on >= on:
        raise AreaMissing
    if area.ends_on is not None:
        raise AreaEnded
    there = Q(ends_on=None) | Q(ends_on__gt=on)
    if AreaMembership.objects.filter(there, within=area).exists():
        raise StillInside
    heirs = list(successors)
    if Area.objects.filter(there, key__in=heirs, starts_on__lte=on).count() != len(set(heirs)):
        raise SuccessorMissing
    names = list(area.names.filter(there).select_related("area"))
    memberships = list(area.memberships.filter(there).select_related("area", "within"))
    if any(row.starts_on >= on for row in (*names, *memberships)):
        raise BeginsLater
    return _apply(
        actor,
        {
            "areas": [row_of("areas", area, ends_on=on)],
            "names": [row_of("names", row, ends_on=on) for row in names],
            "memberships": [row_of("memberships", row, ends_on=on) for row in memberships],
            "successions": [
                {"predecessor": key, "successor": heir, "on": on, "reason": reason} for heir in heirs
            ],
        },
    )


@action("places.area_place")
def area_place(
    *,
    actor: Viewer,
    key: str,
    within: str,
    on: date,
    blocks: Iterable[tuple[int, int]] = (),
    now: datetime,  # noqa: ARG001
) -> Sequence[Change]:
    """
    Let an area, or some of its blocks, lie in another from a day on.

    What lay there in whole before gives way: with ranges the other blocks keep the area of that kind that they had.

    :param blocks: ranges of 街区 or 地番, both ends included; left out, the whole area.
    :raises NotAllowed: the actor does not keep the areas of the whole city.
    :raises AreaMissing: one of the two is not there on that day.
    :raises AreaRowRefused: a rule refuses.
    """
    actor.must_everywhere(RIGHT)
    there = Q(starts_on__lte=on) & (Q(ends_on=None) | Q(ends_on__gt=on))
    found = {area.key: area for area in Area.objects.filter(there, key__in=[key, within])}
    if len(found) != len({key, within}):
        raise AreaMissing
    held = AreaMembership.objects.filter(there, area=found[key], within_kind=found[within].kind)
    rows: list[Row] = []
    ranges = sorted(blocks)
    for row in held.select_related("area", "within"):
        if ranges and not row.whole:
            continue
        if row.starts_on == on:
            raise AreaRowRefused(
                _("この日に、もう決めてあります。別の日にしてください。"),
                sheet="memberships",
                identity=(key,),
            )
        rows.append(row_of("memberships", row, ends_on=on))
        rows += [_member(key, row.within.key, on, *rest) for rest in _others(ranges)]
    rows += [_member(key, within, on, *each) for each in ranges] or [_member(key, within, on)]
    return _apply(actor, {"memberships": rows})


def _others(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give the numbers between and around ranges."""
    gaps, start = [], 0
    for first, last in ranges:
        if first > start:
            gaps.append((start, first - 1))
        start = max(start, last + 1)
    return [*gaps, (start, LAST_BLOCK)] if ranges else []


def _member(key: str, within: str, on: date, first: int | None = None, last: int | None = None) -> Row:
    return {"area": key, "within": within, "starts_on": on, "first_block": first, "last_block": last}


def _apply(actor: Viewer, rows: Rows) -> Sequence[Change]:
    changes = rows_changes(rows)
    if not changes:
        raise NothingToChange
    ids = AreaIds()
    for change in changes:
        change_write(change, ids)
        audit_write(actor, _audit_type(change), _subject(change), detail=_detail(change))
    _rules_hold(changes)
    stamp_move(STAMP)
    event_emit(
        "places.areas_changed", Subject("places.areas", "all", page="/office/places/"), {"rows": len(changes)}
    )
    return changes


def _audit_type(change: Change) -> str:
    if change.sheet.name == "areas":
        if change.added:
            return "places.area_added"
        return (
            "places.area_ended"
            if "ends_on" in change.before and change.row["ends_on"]
            else "places.area_changed"
        )
    kinds = {"names": "area_renamed", "memberships": "area_placed", "successions": "area_succeeded"}
    return f"places.{kinds[change.sheet.name]}"


def _subject(change: Change) -> Subject:
    return Area(key=change.area_key).subject(str(change.row.get("name") or ""))


def _detail(change: Change) -> dict[str, Any]:
    def shown(row: Row) -> dict[str, Any]:
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}

    after = {name: value for name, value in change.row.items() if change.added or name in change.before}
    return {"before": shown(change.before), "after": shown(after)}


def _rules_hold(changes: Iterable[Change]) -> None:
    """
    Refuse what no single row shows: a part outside the life of its area, and areas that lie in a ring.

    :raises AreaRowRefused: names the area.
    """
    # Not from the cache: what this transaction sees must not outlive a rollback.
    known = areas_read()
    touched = {change.area_key for change in changes}
    by_key = {area.key: area for area in known.areas.values()}
    for area in known.areas.values():
        parts = [*known.names.get(area.pk, ()), *known.memberships.get(area.pk, ())]
        outer = [(row, known.areas[row.within_id]) for row in known.memberships.get(area.pk, ())]
        wrong = any(not lives_within(row, area) for row in parts) or any(
            not lives_within(row, life) for row, life in outer
        )
        if wrong and (area.key in touched or any(life.key in touched for _row, life in outer)):
            words = _(
                "「%(key)s」の名称か属する区域の期間が、区域そのものの期間からはみ出します。日付を直してください。"
            )
            raise AreaRowRefused(words % {"key": area.key}, sheet="areas", identity=(area.key,))
    outer_ids = {pk: {row.within_id for row in rows} for pk, rows in known.memberships.items()}
    for key in touched:
        if key in by_key and _reaches(by_key[key].pk, outer_ids):
            words = _("「%(key)s」が、めぐりめぐって自分自身に属しています。属する区域を直してください。")
            raise AreaRowRefused(words % {"key": key}, sheet="memberships", identity=(key,))


def _reaches(start: int, outer: dict[int, set[int]]) -> bool:
    seen: set[int] = set()
    todo = list(outer.get(start, ()))
    while todo:
        current = todo.pop()
        if current == start:
            return True
        if current not in seen:
            seen.add(current)
            todo.extend(outer.get(current, ()))
    return False
