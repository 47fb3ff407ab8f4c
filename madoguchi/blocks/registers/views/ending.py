"""Ending a record, and taking an end back."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from madoguchi.blocks.registers.actions import (
    ReasonNeeded,
    RecordChangedMeanwhile,
)
from madoguchi.blocks.registers.forms import EndForm, ReviveForm
from madoguchi.blocks.registers.models import ChangeRequest, Record
from madoguchi.blocks.registers.presentation import Shown, record_url
from madoguchi.blocks.registers.schema import Schema
from madoguchi.blocks.registers.seeing import fields_seen
from madoguchi.blocks.registers.views.asking import record_writable, version_near, way
from madoguchi.blocks.registers.views.putting import answered, button_for, put
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.pages import viewer_of

page = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@page
def retire(request: HttpRequest, register: str, number: str) -> HttpResponse:
    """Let a record end."""
    viewer = viewer_of(request)
    schema, record = record_writable(viewer, register, number)
    lead = gettext(
        "なくなったもの、使わなくなったものを終わりにします。記録と履歴は残り、あとで終わりを取り消せます。"
    )
    return _page(
        request, schema, record, EndForm, ChangeRequest.What.RETIRE, first={"on": viewer.on}, danger=True, lead=lead,
        title=gettext("%(number)s を終わりにする") % {"number": number}, button=gettext("終わりにする"),
        said=gettext("終わりを記録しました。"), wrong=record.retired_on is not None,
    )  # fmt: skip


@never_cache
@page
def revive(request: HttpRequest, register: str, number: str) -> HttpResponse:
    """Take an end back."""
    viewer = viewer_of(request)
    schema, record = record_writable(viewer, register, number)
    lead = gettext(
        "終わりの記録がまちがいだったときに使います。終わる前の内容のまま、続いていたことになります。"
    )
    return _page(
        request, schema, record, ReviveForm, ChangeRequest.What.REVIVE, first={}, danger=False, lead=lead,
        title=gettext("%(number)s の終わりを取り消す") % {"number": number}, button=gettext("終わりを取り消す"),
        said=gettext("終わりを取り消しました。"), wrong=record.retired_on is None,
    )  # fmt: skip


def _page(
    request: HttpRequest, schema: Schema, record: Record, kind: Any, what: str, *,
    first: dict[str, Any], danger: bool, lead: str, title: str, button: str, said: str, wrong: bool,
) -> HttpResponse:  # fmt: skip
    """
    Ask why, and do it.

    :param wrong: the record is not in the state that this is for: the page leads back to it.
    """
    viewer = viewer_of(request)
    back = record_url(schema.key, record.number)
    sent = request.method == "POST"
    if wrong and not sent:
        return redirect(back)
    form = kind(*((request.POST,) if sent else ()), initial={**first, "revision": record.revision})
    if sent and form.is_valid():
        try:
            asked = {"number": record.number, **form.cleaned_data}
            done = put(viewer, schema, what, office_id=record.office_id, asked=asked)
        except RecordChangedMeanwhile as refused:
            # What was typed stays; the form is now that of the record as it is.
            form.data = form.data.copy()
            form.data["revision"] = str(Record.objects.get(pk=record.pk).revision)
            form.add_error(None, str(refused.message))
        except Refused as refused:
            form.add_error("reason" if isinstance(refused, ReasonNeeded) else None, str(refused.message))
        else:
            return answered(request, schema, done, said)
    version = version_near(record, viewer.on)
    seen = fields_seen(viewer, schema, office_id=record.office_id)
    shown = Shown(schema, on=viewer.on)
    named = shown.title(version.payload) if schema.model.title in seen else ""
    context = {
        "schema": schema, "form": form, "title": title, "button_label": button_for(schema, button), "back": back, "lead": lead,
        "danger": danger, "who": f"{record.number} {named}".strip(), "holds": record.holds if danger else 0,
        "approve": schema.model.approve, "breadcrumb": way(schema, (record.number, back), (title, "")),
    }  # fmt: skip
    return render(request, "registers/end.html", context, status=422 if form.errors else 200)
