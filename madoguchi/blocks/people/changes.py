"""Single changes of every day, as rows for ``organisation_apply``: rename, end, start, stand in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.models import Deputy, Holding, Office, OfficePlace, Post, RoleGrant, StaffMember
from madoguchi.blocks.people.rows import CANCEL, SHEETS, Rows
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.db.two_times import valid_on


class NotThereThatDay(Refused):
    """The thing to change does not exist on the day."""

    message = _("この日には、この組織がありません。日付を直してください。")


class StillUnder(Refused):
    """Offices stand under the one that is to end."""

    message = _("下に組織が残っています。先に移すか、終えてください。")


class BeginsLater(Refused):
    """Something of the office begins on the day of its end or after it."""

    message = _("この日以後に始まる行があります。先に組織表（Excel）で直してください。")


def office_rename_rows(*, office: Office, name: str, on: date) -> Rows:
    """
    Call an office something else from a day on; a later renaming that is recorded stays.

    :raises NotThereThatDay: the office bears no name on that day.
    """
    current = office.names.filter(valid_on(on)).first()
    if current is None:
        raise NotThereThatDay
    new = {"office": office.key, "name": name, "starts_on": on, "ends_on": current.ends_on}
    if current.starts_on == on:
        return {"office_names": [new]}
    return {"office_names": [_row("office_names", current, ends_on=on), new]}


def office_end_rows(*, office: Office, on: date, successors: Iterable[Office]) -> Rows:
    """
    End an office on a day, with its posts, and say who carries on its work.

    :param on: the first day on which it is no longer there.
    :raises StillUnder: offices stand under it.
    :raises BeginsLater: a name, a post or a holder of it begins on that day or later.
    """
    if OfficePlace.objects.filter(_after(on), parent=office).exists():
        raise StillUnder
    posts = Post.objects.filter(_after(on), office=office)
    keys = list(posts.values_list("pk", flat=True))
    ending: dict[str, Any] = {
        "offices": Office.objects.filter(pk=office.pk),
        "office_names": office.names.filter(_after(on)).select_related("office"),
        "office_places": office.places.filter(_after(on)).select_related("office", "parent"),
        "posts": posts.select_related("office"),
        "holdings": Holding.objects.filter(_after(on), post__in=keys).select_related("post", "staff"),
        "deputies": Deputy.objects.filter(_after(on), Q(post__in=keys) | Q(deputy__in=keys)).select_related(
            "post", "deputy"
        ),
        "grants": RoleGrant.objects.filter(_after(on), post__in=keys).select_related("post"),
    }
    rows: dict[str, list[dict[str, Any]]] = {}
    for sheet, found in ending.items():
        held = list(found)
        if any(row.starts_on >= on for row in held):
            raise BeginsLater
        rows[sheet] = [_row(sheet, row, ends_on=on) for row in held]
    rows["successions"] = [
        {"predecessor": office.key, "successor": successor.key, "on": on} for successor in successors
    ]
    return rows


def holding_start_rows(
    *,
    post: Post,
    staff: StaffMember,
    kind: str,
    on: date,
    until: date | None = None,
    ends_holder: bool = False,
    ends_main: bool = False,
) -> Rows:
    """
    Let a person hold a post from a day on.

    :param ends_holder: whoever holds the post on that day leaves it on that day.
    :param ends_main: the person's main post of that day ends on that day.
    """
    new = {"post": post.key, "staff": staff.key, "kind": kind, "starts_on": on, "ends_on": until}
    leaving = Q(pk__in=[])
    if ends_holder:
        leaving |= Q(post=post)
    if ends_main:
        leaving |= Q(staff=staff, kind=Holding.Kind.MAIN)
    before = (
        Holding.objects.filter(leaving, valid_on(on)).exclude(starts_on=on).select_related("post", "staff")
    )
    return {"holdings": [*(_row("holdings", row, ends_on=on) for row in before), new]}


def deputy_add_rows(*, post: Post, deputy: Post, order: int, on: date, until: date | None = None) -> Rows:
    """Let a post decide for another from a day on, as the first, second … deputy."""
    new = {"post": post.key, "deputy": deputy.key, "order": order, "starts_on": on, "ends_on": until}
    return {"deputies": [new]}


def holding_end_rows(*, holding: Holding, on: date) -> Rows:
    """Let a person leave a post; ``on`` is the first day without it."""
    return {"holdings": [_row("holdings", holding, ends_on=on)]}


def deputy_end_rows(*, deputy: Deputy, on: date) -> Rows:
    """Let a post no longer decide for another; ``on`` is the first day without it."""
    return {"deputies": [_row("deputies", deputy, ends_on=on)]}


def grant_add_rows(
    *, post: Post, role: str, scope: str, upto: str, on: date, until: date | None = None
) -> Rows:
    """Give a post a role from a day on."""
    new = {"post": post.key, "role": role, "scope": scope, "upto": upto, "starts_on": on, "ends_on": until}
    return {"grants": [new]}


def grant_end_rows(*, grants: Iterable[RoleGrant], on: date) -> Rows:
    """Take roles from their posts; ``on`` is the first day without them. What would only begin then never does."""
    return {
        "grants": [
            _row("grants", grant) | {CANCEL: True}
            if grant.starts_on >= on
            else _row("grants", grant, ends_on=on)
            for grant in grants
        ]
    }


def _after(on: date) -> Q:
    """What holds on a day or begins after it."""
    return Q(ends_on=None) | Q(ends_on__gt=on)


def _row(sheet: str, found: Any, **values: Any) -> dict[str, Any]:
    """A recorded thing as a row, with some values put in their place."""
    columns = SHEETS[sheet].columns
    row = {c.name: getattr(found, c.name).key if c.to else getattr(found, c.name) for c in columns}
    return row | values
