"""What these pages ask of a request: which register, whose office, which record, and what stands over every page."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from madoguchi.blocks.people.queries import office_names, offices_on
from madoguchi.blocks.registers.models import Record, Version
from madoguchi.blocks.registers.schema import Schema
from madoguchi.blocks.registers.seeing import VIEW, schema_seen
from madoguchi.kernel.db.two_times import known_on
from madoguchi.kernel.rights import NotAllowed, Viewer

EDIT, IMPORT = "registers.edit", "registers.import"
Way = list[tuple[str, str]]


def way(schema: Schema | None = None, *steps: tuple[str, str]) -> Way:
    """Give the breadcrumb below the list of registers."""
    found: Way = [(gettext("台帳"), reverse("registers:registers"))]
    if schema is not None:
        found.append((schema.words("label"), reverse("registers:list", args=[schema.key])))
    return [*found, *steps]


def may_write(viewer: Viewer, schema: Schema, *, office_id: int | None = None) -> bool:
    """Whether the page offers to write: with the right, where no second person has to agree first."""
    return not schema.model.approve and viewer.may(EDIT, office_id=office_id, service=schema.service)


def may_ask(viewer: Viewer, schema: Schema, *, office_id: int | None = None) -> bool:
    """Whether the page offers to write or, where a second person has to agree first, to ask for that."""
    return viewer.may(EDIT, office_id=office_id, service=schema.service)


def may_import(viewer: Viewer, schema: Schema) -> bool:
    """Whether the page offers to bring files in."""
    return may_write(viewer, schema) and viewer.may(IMPORT, service=schema.service)


def offices_for(
    viewer: Viewer, schema: Schema, *rights: str, keep: int | None = None
) -> list[tuple[int, str]]:
    """
    Give the offices of the viewer's day for which all of some rights are held, in the order of the tree.

    :param keep: an office that stands in the list too, where it is not one of today: a record's own.
    """
    listed = [
        (office.id, office.name)
        for office in offices_on(on=viewer.on)
        if all(viewer.may(right, office_id=office.id, service=schema.service) for right in rights)
    ]
    if keep is not None and keep not in dict(listed):
        listed.append((keep, office_names(office_ids=[keep], on=viewer.on).get(keep, str(keep))))
    return listed


def record_seen(viewer: Viewer, register: str, number: str) -> tuple[Schema, Record]:
    """
    Give a record that a viewer may open, with its register.

    :raises NotAllowed: there is none, or not for this viewer.
    """
    schema = schema_seen(viewer, register)
    record = Record.objects.select_related("parent").filter(register=register, number=number).first()
    if record is None or not viewer.may(VIEW, office_id=record.office_id, service=schema.service):
        raise NotAllowed(f"{register} {number}")
    return schema, record


def record_writable(viewer: Viewer, register: str, number: str) -> tuple[Schema, Record]:
    """
    Give a record that a viewer may change.

    :raises NotAllowed: there is none, or not for this viewer.
    """
    schema, record = record_seen(viewer, register, number)
    viewer.must(EDIT, office_id=record.office_id, service=schema.service)
    return schema, record


def version_shown(record: Record, on: date, at: datetime | None = None) -> Version | None:
    """Give what a record was on a day, as known at a moment (None: now)."""
    return Version.objects.filter(known_on(on, at), record=record).first()


def version_near(record: Record, on: date) -> Version:
    """Give what a record is on a day; where it is not, the nearest that is believed, or that ever was."""
    rows = Version.objects.filter(record=record).order_by("-starts_on")
    near = version_shown(record, on) or rows.filter(withdrawn_at=None).first()
    return near or rows.order_by("-entered_at", "-starts_on")[0]


def page_of(request: HttpRequest, count: int, size: int, param: str = "page") -> Page[Any]:
    """Give the page of a list that is asked for, its rows only counted."""
    page: Page[Any] = Paginator(range(count), size).get_page(request.GET.get(param))
    return page


def page_number(request: HttpRequest) -> int:
    """Give the number of the page that is asked for; 1 where it cannot be read."""
    text = request.GET.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 8 else 1
