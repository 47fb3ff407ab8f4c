"""The registers there are, the list of one, and that list as a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from madoguchi.blocks.people.queries import office_names
from madoguchi.blocks.registers.deciding import may_request, to_decide
from madoguchi.blocks.registers.exporting import register_export
from madoguchi.blocks.registers.kind.model import SavedView
from madoguchi.blocks.registers.models import ChangeRequest, FileImport, SavedList, Tally
from madoguchi.blocks.registers.presentation import Shown, column_of, links_seen, masked, record_url
from madoguchi.blocks.registers.queries import Asked, records_listed
from madoguchi.blocks.registers.schema import Schema
from madoguchi.blocks.registers.seeing import VIEW, fields_seen, schema_seen, schemas_seen
from madoguchi.blocks.registers.statistics import statistics_seen
from madoguchi.blocks.registers.types import RecordRow
from madoguchi.blocks.registers.views.asking import (
    IMPORT,
    may_ask,
    may_import,
    may_write,
    page_number,
    page_of,
    way,
)
from madoguchi.blocks.registers.views.filters import FilterForm
from madoguchi.blocks.registers.views.saving import (
    conditions_of,
    list_current,
    lists_seen,
    may_drop,
    save_form,
    tabs_saved,
)
from madoguchi.kernel.declarations import UnknownDeclaration, published, text_for
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.kana import search_fold
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.components.tabs import Tab

PER_PAGE = 50
FORMATS: dict[str, tuple[Any, Any, str, str]] = {
    "csv": ("csv", "utf-8", "csv", "text/csv; charset=utf-8"),
    "csv-cp932": ("csv", "cp932", "csv", "text/csv; charset=Shift_JIS"),
    "xlsx": ("xlsx", "utf-8", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "json": ("json", "utf-8", "json", "application/json"),
}


# The registers there are


@require_safe
def registers(request: HttpRequest) -> HttpResponse:
    """List the registers that the viewer may open, by service."""
    viewer = viewer_of(request)
    viewer.must(VIEW)
    every = schemas_seen(viewer)
    words = search_fold(request.GET.get("q", "")[:200]).split()
    found = [schema for schema in every if all(word in _names(schema) for word in words)]
    counts = counts_seen(viewer, found)
    groups: dict[str, list[Any]] = defaultdict(list)
    for schema in sorted(found, key=lambda one: one.words("label")):
        groups[_service_label(schema.service)].append(
            (schema.key, schema.words("label"), schema.words("summary"), counts[schema.key])
        )
    context = {
        "groups": sorted(groups.items()),
        "any": bool(every),
        "count": len(found),
        "q": request.GET.get("q", "")[:200],
        "waiting": waiting_imports(viewer, brought_by=viewer.key),
        "breadcrumb": way(),
    }
    return render(request, "registers/registers.html", context)


def _names(schema: Schema) -> str:
    words = [schema.key, _service_label(schema.service)]
    for language in ("ja", get_language() or "ja"):
        words += [schema.words(path, language) for path in ("label", "summary", "record")]
    return search_fold(" ".join(words))


def _service_label(key: str) -> str:
    try:
        return str(text_for(published("service", key), "label", get_language() or "ja"))
    except UnknownDeclaration:
        return key


def counts_seen(viewer: Viewer, schemas: Iterable[Schema]) -> dict[str, int]:
    """Count the records of registers that a viewer may see, in one query."""
    services = {schema.key: schema.service for schema in schemas}
    counts = dict.fromkeys(services, 0)
    rows = Tally.objects.filter(field="", register__in=list(services)).exclude(office_key=0)
    for register, office_id, count in rows.values_list("register", "office_key", "count"):
        if viewer.may(VIEW, office_id=office_id, service=services[register]):
            counts[register] += count
    return counts


# The list of one


@dataclass(frozen=True, slots=True)
class Sought:
    """What a list is asked for, with the form that says so; ``asked`` is None where the form cannot be read."""

    schema: Schema
    seen: frozenset[str]
    form: FilterForm
    view: SavedView | None
    sort: str
    offices: dict[int, str]
    asked: Asked | None


def sought(request: HttpRequest, viewer: Viewer, schema: Schema) -> Sought:
    """Read a list's address."""
    seen = fields_seen(viewer, schema)
    tallied = Tally.objects.filter(register=schema.key, field="", count__gt=0).exclude(office_key=0)
    ids = [
        pk
        for pk in tallied.values_list("office_key", flat=True)
        if viewer.may(VIEW, office_id=pk, service=schema.service)
    ]
    offices = office_names(office_ids=ids, on=viewer.on)
    named = sorted(offices.items(), key=lambda one: one[1])
    form = FilterForm(request.GET, schema=schema, seen=seen, offices=named, on=viewer.on)
    view = next((one for one in schema.model.views if one.key == request.GET.get("view")), None)
    sort = request.GET.get("sort", "")
    if sort.removeprefix("-") not in sortable(schema, seen):
        sort = ""
    asked = None
    if form.is_valid():
        order = (sort,) if sort else view.order if view is not None else ()
        where = (*(view.where if view is not None else ()), *form.conditions)
        asked = Asked(form.cleaned_data["q"], where, form.office_id, order, page_number(request), PER_PAGE)
    return Sought(schema, seen, form, view, sort, offices, asked)


def sortable(schema: Schema, seen: frozenset[str]) -> frozenset[str]:
    """Name what a list can be sorted by: what has an index and is not masked, and the number."""
    known = {key for key in schema.model.indexes if key in seen and schema.fields[key].sortable}
    return frozenset({"number"} | {key for key in known if not masked(schema.fields[key])})


@never_cache
@require_safe
def records(request: HttpRequest, register: str) -> HttpResponse:
    """List the records of a register."""
    viewer = viewer_of(request)
    schema = schema_seen(viewer, register)
    found = sought(request, viewer, schema)
    table = page = None
    if found.asked is not None:
        listed = records_listed(viewer, schema, found.asked, on=viewer.on)
        page = page_of(request, listed.count, PER_PAGE)
        if not listed.rows and listed.count:
            listed = records_listed(viewer, schema, replace(found.asked, page=page.number), on=viewer.on)
        table = _table(request, viewer, found, listed.rows)
    lists = lists_seen(viewer, schema)
    conditions = conditions_of(request.GET, viewer, schema)
    saved = list_current(lists, request.GET, conditions)
    bare = not (request.GET.get("q") or found.form.narrowed or found.view)
    context = {
        "schema": schema, "key": schema.key, "label": schema.words("label"), "summary": schema.words("summary"),
        "basis": schema.model.basis, "record_word": schema.words("record"), "form": found.form, "page": page,
        "table": table, "bare": bare, "tabs": _tabs(schema, found, lists, saved), "may_add": may_ask(viewer, schema),
        "may_import": may_import(viewer, schema), "exports": _exports(request, schema, found),
        "personal_url": _personal_url(request, schema),
        "counted": bool(statistics_seen(viewer, schema)), "stocktake": schema.model.stocktake,
        "covers": any(masked(schema.fields[key]) for key in found.seen), "view": found.view, "sort": found.sort,
        "waiting": waiting_imports(viewer, register=schema.key) if viewer.may(IMPORT, service=schema.service) else [],
        "saved": saved, "may_drop": saved is not None and may_drop(viewer, schema, saved),
        "save_form": save_form(viewer, schema, conditions) if conditions and found.asked is not None else None,
        "bulk": may_write(viewer, schema) and page is not None and page.paginator.count > 1,
        "requests": _requests(viewer, schema), "approve": schema.model.approve, "breadcrumb": way(schema),
    }  # fmt: skip
    return render(request, "registers/list.html", context, status=422 if found.form.errors else 200)


def _table(request: HttpRequest, viewer: Viewer, found: Sought, rows: list[RecordRow]) -> Table:
    schema = found.schema
    links = links_seen(viewer, schema, (row.payload for row in rows), viewer.on)
    shown = Shown(schema, on=viewer.on, links=links)
    sorts = sortable(schema, found.seen)
    keys = found.view.columns if found.view is not None and found.view.columns else schema.model.listed
    title = schema.model.title
    keys = tuple(key for key in keys if key not in ("number", "retired_on"))
    if title not in keys:
        keys = (title, *keys)

    def url(row: Any) -> str:
        return record_url(schema.key, row.number)

    named = title in found.seen and not shown.covered(title)
    columns = [Column("number", gettext("番号"), link=url, head=not named, sortable=True)]
    for key in keys:
        if key == "office":
            columns.append(
                Column(
                    "office", gettext("持ち主の組織"), value=lambda row: found.offices.get(row.office_id, "")
                )
            )
        elif key in found.seen:
            made = column_of(shown, key, sortable=key in sorts)
            columns.append(replace(made, head=True, link=url) if key == title and named else made)
    return Table(
        columns, rows, caption=gettext("%(label)sの一覧") % {"label": schema.words("label")}, caption_hidden=True,
        sort=found.sort, query=request.GET, key="records",
        empty_title=gettext("見つかりません"), empty_hint=gettext("条件を減らすか、言葉を短くして、もう一度さがしてください。"),
    )  # fmt: skip


def _tabs(schema: Schema, found: Sought, lists: list[SavedList], saved: SavedList | None) -> list[Tab]:
    here = reverse("registers:list", args=[schema.key])
    whole = saved is None
    views = [
        Tab(schema.words(f"views.{view.key}.label"), f"{here}?view={view.key}", whole and view is found.view)
        for view in schema.model.views
    ]
    tabs = [*views, *tabs_saved(schema, lists, saved)]
    return [Tab(gettext("すべて"), here, whole and found.view is None), *tabs] if tabs else []


def _requests(viewer: Viewer, schema: Schema) -> tuple[str, int] | None:
    """Give where the register's requests stand and how many wait for the viewer, where it asks for a second person."""
    if not (schema.model.approve and may_request(viewer, schema)):
        return None
    waiting = ChangeRequest.objects.filter(to_decide(viewer, [schema])).count()
    return reverse("registers:requests", args=[schema.key]), waiting


# As a file


def _exports(request: HttpRequest, schema: Schema, found: Sought) -> list[tuple[str, str]]:
    if found.asked is None or not _exportable(schema, found.asked):
        return []
    labels = {
        "csv": gettext("CSV（UTF-8）"), "csv-cp932": gettext("CSV（シフトJIS）"), "xlsx": gettext("Excel"),
        "json": gettext("JSON"),
    }  # fmt: skip
    query = request.GET.copy()
    query.pop("page", None)
    links = []
    for name, label in labels.items():
        query["format"] = name
        links.append((label, f"{reverse('registers:export', args=[schema.key])}?{query.urlencode()}"))
    return links


def _personal_url(request: HttpRequest, schema: Schema) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return f"{reverse('registers:export_personal', args=[schema.key])}?{query.urlencode()}"


def _exportable(schema: Schema, asked: Asked) -> bool:
    """Whether a file can hold just what the list finds: not where a view asks for what no file may tell."""
    return not any(one.field in schema.fields and masked(schema.fields[one.field]) for one in asked.where)


@never_cache
@require_safe
def export(request: HttpRequest, register: str) -> Any:
    """Give what the list finds as a file, portion by portion."""
    viewer = viewer_of(request)
    schema = schema_seen(viewer, register)
    found = sought(request, viewer, schema)
    if found.asked is None or not _exportable(schema, found.asked):
        return records(request, register)
    fmt, encoding, ending, kind = FORMATS.get(request.GET.get("format", ""), FORMATS["csv"])
    # A file that held personal values would be a look at thousands of people that nobody wrote down.
    personal = {key for key, field in schema.fields.items() if masked(field)}
    written = register_export(
        viewer, schema, fmt, on=viewer.on, asked=found.asked, without=personal, encoding=encoding
    )
    response = StreamingHttpResponse(iter(written), content_type=kind)
    name = f"{schema.words('label', 'ja')}_{viewer.on:%Y%m%d}.{ending}"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


# What waits


def waiting_imports(viewer: Viewer, *, register: str = "", brought_by: str = "") -> list[FileImport]:
    """Give the files that somebody brought and has not applied, those that the viewer may go on with."""
    rows = FileImport.objects.filter(state=FileImport.State.STAGED).defer(
        "content", "readings", "columns", "fixes"
    )
    if register:
        rows = rows.filter(register=register)
    if brought_by:
        rows = rows.filter(brought_by=brought_by)
    services = {schema.key: schema.service for schema in schemas_seen(viewer)}
    return [
        row
        for row in rows.order_by("-brought_at")[:50]
        if row.register in services
        and viewer.may(IMPORT, office_id=row.office_id, service=services[row.register])
    ]
