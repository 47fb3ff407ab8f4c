"""Lists that somebody names: kept for oneself or for one's office, and dropped again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from madoguchi.blocks.registers.actions import NameTaken, list_drop, list_save
from madoguchi.blocks.registers.models import SavedList
from madoguchi.blocks.registers.presentation import masked
from madoguchi.blocks.registers.schema import Schema
from madoguchi.blocks.registers.seeing import fields_seen, schema_seen
from madoguchi.blocks.registers.views.asking import way
from madoguchi.blocks.registers.views.filters import FROM, PREFIX, TO
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.ui.components.tabs import Tab
from madoguchi.ui.forms import HouseForm

KEEP = "registers.keep"
PARAM = "list"
_PLAIN = frozenset({"q", "view", "sort", "office"})


class SaveForm(HouseForm):
    """What a list is called; ``conditions`` are those of the list that is on the screen."""

    conditions = forms.CharField(required=False, widget=forms.HiddenInput())
    name = forms.CharField(
        label=_("一覧の名前"), max_length=60, help_text=_("例：来月までに確かめるもの"),
        widget=forms.TextInput({"autocomplete": "off", "size": "24"}),
    )  # fmt: skip
    shared = forms.BooleanField(label=_("同じ課の人にも見せる"), required=False)

    def __init__(self, *args: Any, sharing: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sharing:
            del self.fields["shared"]


def may_share(viewer: Viewer, schema: Schema) -> bool:
    """Whether the viewer keeps lists for his office."""
    return viewer.office_id is not None and viewer.may(
        KEEP, office_id=viewer.office_id, service=schema.service
    )


def save_form(viewer: Viewer, schema: Schema, conditions: str) -> SaveForm:
    """Give the form that names the list that is on the screen."""
    return SaveForm(sharing=may_share(viewer, schema), initial={"conditions": conditions}, prefix="save")


def conditions_of(query: QueryDict, viewer: Viewer, schema: Schema) -> str:
    """
    Give what narrows and orders a list, as its address says it.

    Pages are left out, and what else stands there: what is masked cannot be asked for, by a saved list either.
    """
    seen = fields_seen(viewer, schema)
    open_keys = [key for key in schema.model.indexes if key in seen and not masked(schema.fields[key])]
    known = _PLAIN | {f"{PREFIX}{key}{end}" for key in open_keys for end in ("", FROM, TO)}
    kept = QueryDict(mutable=True)
    for name in sorted(query):
        if name in known:
            kept.setlist(name, [value for value in query.getlist(name) if value])
    return kept.urlencode()


def lists_seen(viewer: Viewer, schema: Schema) -> list[SavedList]:
    """Give one's own lists of a register and those of one's office; one query."""
    whose = Q(owner=viewer.key)
    if viewer.office_id is not None:
        whose |= Q(office=viewer.office_id)
    return list(SavedList.objects.filter(whose, register=schema.key).order_by("name", "pk")[:50])


def tabs_saved(schema: Schema, lists: Sequence[SavedList], current: SavedList | None) -> list[Tab]:
    """Give a tab for each saved list."""
    here = reverse("registers:list", args=[schema.key])
    return [Tab(one.name, f"{here}?{one.query}&{PARAM}={one.key}", one is current) for one in lists]


def list_current(lists: Sequence[SavedList], query: QueryDict, conditions: str) -> SavedList | None:
    """Give the saved list that is on the screen, as it was saved."""
    return next((one for one in lists if one.key == query.get(PARAM) and one.query == conditions), None)


def may_drop(viewer: Viewer, schema: Schema, one: SavedList) -> bool:
    """Whether a list is the viewer's own, or of an office whose lists he keeps."""
    if one.owner == viewer.key:
        return True
    return one.office_id is not None and viewer.may(KEEP, office_id=one.office_id, service=schema.service)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def save(request: HttpRequest, register: str) -> HttpResponse:
    """Name a list."""
    viewer = viewer_of(request)
    schema = schema_seen(viewer, register)
    sharing = may_share(viewer, schema)
    sent = (request.POST,) if request.method == "POST" else ()
    form = SaveForm(
        *sent,
        sharing=sharing,
        initial={"conditions": conditions_of(request.GET, viewer, schema)},
        prefix="save",
    )
    here = reverse("registers:list", args=[register])
    conditions = conditions_of(QueryDict(form["conditions"].value() or ""), viewer, schema)
    if sent and form.is_valid():
        try:
            made = list_save(
                actor=viewer, register=register, name=form.cleaned_data["name"].strip(), query=conditions,
                office_id=viewer.office_id if form.cleaned_data.get("shared") else None, now=now(),
            )  # fmt: skip
        except Refused as refused:
            form.add_error("name" if isinstance(refused, NameTaken) else None, str(refused.message))
        else:
            messages.success(request, gettext("一覧「%(name)s」を保存しました。") % {"name": made.name})
            return redirect(f"{here}?{conditions}&{PARAM}={made.key}")
    title = gettext("この一覧を保存する")
    context = {
        "schema": schema, "form": form, "title": title, "label": schema.words("label"), "back": f"{here}?{conditions}",
        "breadcrumb": way(schema, (title, "")),
    }  # fmt: skip
    return render(request, "registers/list_save.html", context, status=422 if form.errors else 200)


@require_POST
def drop(request: HttpRequest, register: str, key: str) -> HttpResponse:
    """Drop a saved list; the records stay."""
    viewer = viewer_of(request)
    schema = schema_seen(viewer, register)
    found = next((one for one in lists_seen(viewer, schema) if one.key == key), None)
    if found is None or not may_drop(viewer, schema, found):
        raise NotAllowed(f"list {key}")
    list_drop(actor=viewer, list_key=key, now=now())
    messages.success(
        request, gettext("保存した一覧「%(name)s」を消しました。記録はそのままです。") % {"name": found.name}
    )
    return redirect(f"{reverse('registers:list', args=[register])}?{found.query}")
