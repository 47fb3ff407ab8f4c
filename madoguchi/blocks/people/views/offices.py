"""The tree of offices on a day, and one office over time."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from madoguchi.blocks.people import presentation as show
from madoguchi.blocks.people.changes import office_end_rows, office_rename_rows
from madoguchi.blocks.people.forms import OfficeEndForm, RenameForm
from madoguchi.blocks.people.models import Holding, Office, Post
from madoguchi.blocks.people.organisation import Organisation, OrganisationDay, holds, organisation
from madoguchi.blocks.people.views.asking import (
    EDIT,
    VIEW,
    change_page,
    day_asked,
    page_of,
    posted,
    reach,
    section_tabs,
    way,
)
from madoguchi.kernel.clock import today
from madoguchi.kernel.db.two_times import valid_on
from madoguchi.kernel.pages import viewer_of


def tree(request: HttpRequest) -> HttpResponse:
    """Show the offices of a day as a tree."""
    viewer = viewer_of(request)
    viewer.must(VIEW)
    on, form = day_asked(request)
    day = organisation().day(on)
    # Persons, not posts: who holds two posts of an office is one of its people.
    people = Count("staff", distinct=True)
    counted = (
        Holding.objects.filter(valid_on(on), valid_on(on, "post__"))
        .values_list("post__office_id")
        .annotate(people)
    )
    html = show.tree_html(day, dict(counted), linked=reach(viewer), query=show.day_query(on, today()))
    return render(
        request,
        "people/tree.html",
        {
            "form": form,
            "on": on,
            "tree": html,
            "count": len(day.offices),
            "tabs": section_tabs(viewer, "people:tree"),
        },
        status=422 if form.errors else 200,
    )


def office_page(request: HttpRequest, key: str) -> HttpResponse:
    """Show an office: its posts and people of a day, and what became of it over time."""
    viewer, office = viewer_of(request), _office(key)
    viewer.must(VIEW, office_id=office.pk)
    on, form = day_asked(request)
    known = organisation()
    day = known.day(on)
    posts = list(Post.objects.filter(valid_on(on), office=office).order_by("-rank", "key"))
    holdings = (
        Holding.objects.filter(valid_on(on), post__in=posts)
        .select_related("staff")
        .order_by("kind", "staff__key")
    )
    page = page_of(request, show.post_lines(posts, holdings))
    query = show.day_query(on, today())
    linked = reach(viewer)
    return render(
        request,
        "people/office.html",
        {
            "form": form,
            "on": on,
            "office": office,
            "name": known.name(office.pk, on),
            "alive": holds(office, on),
            "facts": _facts(office, day),
            "posts": show.posts_table(list(page), query),
            "page": page,
            "names": show.names_table(known, office.pk),
            "places": show.places_table(known, office.pk),
            "under": [_link(day.offices[one], linked, query) for one in day.children.get(office.pk, ())],
            "before": _succession(office, known, linked, forward=False),
            "after": _succession(office, known, linked, forward=True),
            "may_edit": viewer.may_everywhere(EDIT),
            "breadcrumb": way(*_above(office, day, linked, query), (known.name(office.pk, on), "")),
        },
        status=422 if form.errors else 200,
    )


def rename(request: HttpRequest, key: str) -> HttpResponse:
    """Call an office something else from a day on."""
    viewer_of(request).must_everywhere(EDIT)
    office = _office(key)
    name = organisation().name(office.pk, today())
    return change_page(
        request,
        form=RenameForm(*posted(request)),
        rows_of=lambda typed: office_rename_rows(office=office, name=typed["name"], on=typed["on"]),
        title=gettext("%(name)sの名称を変える") % {"name": name},
        back=show.office_url(key),
        breadcrumb=way((name, show.office_url(key)), (gettext("名称を変える"), "")),
        lead=gettext("組織は同じままです。それまでの名称は、記録に残ります。"),
    )


def end(request: HttpRequest, key: str) -> HttpResponse:
    """End an office, with its posts, and say who carries on."""
    viewer_of(request).must_everywhere(EDIT)
    office = _office(key)
    name = organisation().name(office.pk, today())
    return change_page(
        request,
        form=OfficeEndForm(*posted(request), office=office, today=today()),
        rows_of=lambda typed: office_end_rows(office=office, on=typed["on"], successors=typed["successors"]),
        title=gettext("%(name)sをなくす") % {"name": name},
        back=show.office_url(key),
        breadcrumb=way((name, show.office_url(key)), (gettext("組織をなくす"), "")),
        lead=gettext("この組織の職と、その職にいる人の記録も、同じ日に終わります。記録は消えません。"),
    )


def _office(key: str) -> Office:
    office = Office.objects.filter(key=key).first()
    if office is None:
        raise Http404
    return office


def _facts(office: Office, day: OrganisationDay) -> list[tuple[str, Any]]:
    found = day.offices.get(office.pk)
    return [
        (gettext("組織キー"), office.key),
        (gettext("階層"), office.level or "–"),
        (gettext("位置"), " ＞ ".join(found.path) if found else gettext("この日にはありません")),
        (gettext("期間"), show.period_text(office.starts_on, office.ends_on)),
    ]


def _link(office: Any, linked: frozenset[int] | None, query: str) -> tuple[str, str]:
    return office.name, show.office_url(office.key, query) if linked is None or office.id in linked else ""


def _above(
    office: Office, day: OrganisationDay, linked: frozenset[int] | None, query: str
) -> list[tuple[str, str]]:
    found, steps = day.offices.get(office.pk), list[tuple[str, str]]()
    while found is not None and found.parent_id is not None and len(steps) < len(day.offices):
        found = day.offices[found.parent_id]
        steps.append(_link(found, linked, query))
    return [step for step in reversed(steps) if step[1]]


def _succession(
    office: Office, known: Organisation, linked: frozenset[int] | None, *, forward: bool
) -> list[dict[str, Any]]:
    """The offices before or after this one, each with the day of the change and its page on that side of it."""
    rows = (
        office.successions.select_related("successor")
        if forward
        else office.inheritances.select_related("predecessor")
    )
    found = []
    for row in rows.order_by("on"):
        other = row.successor if forward else row.predecessor
        day = row.on if forward else max(other.starts_on, row.on.fromordinal(row.on.toordinal() - 1))
        url = (
            show.office_url(other.key, f"?on={day.isoformat()}")
            if linked is None or other.pk in linked
            else ""
        )
        found.append({"name": known.name(other.pk, day), "on": row.on, "url": url})
    return found
