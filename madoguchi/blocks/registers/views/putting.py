"""What the forms that write come to: done at once or, where a second person has to agree, asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from madoguchi.blocks.registers.actions import change_ask, change_tried
from madoguchi.blocks.registers.actions.requests import WRITES
from madoguchi.blocks.registers.models import ChangeRequest, Record
from madoguchi.blocks.registers.presentation import record_url
from madoguchi.blocks.registers.schema import Schema
from madoguchi.kernel.clock import now
from madoguchi.kernel.rights import Viewer

What = ChangeRequest.What


def put(viewer: Viewer, schema: Schema, what: str, *, office_id: int, asked: Mapping[str, Any]) -> Record | ChangeRequest:  # fmt: skip
    """
    Do what a form asks for; where the register asks for a second person, ask that person for it.

    :param asked: the action's keywords apart from ``actor``, ``register`` and ``now``.
    :raises Refused: it cannot be recorded; then nobody is asked for it either.
    """
    if not schema.model.approve:
        return WRITES[what](actor=viewer, register=schema.key, now=now(), **asked)
    change_tried(actor=viewer, register=schema.key, what=what, asked=asked, now=now())
    made: ChangeRequest = change_ask(
        actor=viewer, register=schema.key, what=what, asked=asked, office_id=office_id, reason=asked["reason"], now=now()
    )  # fmt: skip
    return made


def answered(request: HttpRequest, schema: Schema, made: Record | ChangeRequest, said: str) -> HttpResponse:
    """Say what was done, and lead to it."""
    if isinstance(made, ChangeRequest):
        messages.success(request, gettext("承認を求めました。認められるまで、台帳は変わりません。"))
        return redirect(request_url(made))
    messages.success(request, said)
    return redirect(record_url(schema.key, made.number))


def button_for(schema: Schema, words: str) -> str:
    """Give the words of the button that sends a form."""
    return gettext("承認を求める") if schema.model.approve else words


def request_url(found: ChangeRequest) -> str:
    """Give the address of a request."""
    return reverse("registers:request", args=[found.register, found.key])
