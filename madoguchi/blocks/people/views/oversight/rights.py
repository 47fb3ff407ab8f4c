"""Who may do what on a day: for the auditor, as a list and as a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext

from madoguchi.blocks.people import presentation as show
from madoguchi.blocks.people.actions import oversight_export
from madoguchi.blocks.people.actions.oversight import rights_subject
from madoguchi.blocks.people.models import RoleGrant
from madoguchi.blocks.people.organisation import Organisation, organisation
from madoguchi.blocks.people.oversight.forms import RightsForm
from madoguchi.blocks.people.oversight.holders import (
    RightsAsked,
    RightsLine,
    RoleKnown,
    rights_lines,
    rights_on,
    roles_known,
)
from madoguchi.blocks.people.views.asking import PER_PAGE
from madoguchi.blocks.people.views.oversight.shown import RIGHTS, csv_answer, oversight_tabs, role_text
from madoguchi.kernel.clock import now, today
from madoguchi.kernel.pages import viewer_of
from madoguchi.ui.components.table import Column, Table


def rights(request: HttpRequest) -> HttpResponse:
    """List who has which role by which post on a day."""
    viewer = viewer_of(request)
    viewer.must_everywhere(RIGHTS)
    form, on, asked = _asked(request)
    rows = rights_on(asked, on=on)
    page: Any = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    lines = list(rights_lines(page.object_list))
    return render(
        request,
        "people/oversight/rights.html",
        {
            "form": form,
            "on": on,
            "page": page,
            "table": _table(lines, organisation(), on, roles_known(get_language() or "ja")),
            "query": request.GET.urlencode(),
            "tabs": oversight_tabs(viewer, "people:rights"),
        },
        status=422 if form.errors else 200,
    )


def rights_csv(request: HttpRequest) -> HttpResponse:
    """Give the same list, whole, as a file."""
    viewer = viewer_of(request)
    viewer.must_everywhere(RIGHTS)
    form, on, asked = _asked(request)
    if form.errors:
        raise Http404
    known, roles = organisation(), roles_known()
    scopes, classes = dict(RoleGrant.Scope.choices), dict(RoleGrant.Class.choices)
    rows = [
        (
            on, line.staff_key, line.staff_name, known.name(line.office_id, on), line.post_key, line.post_title,
            line.role, role_text(line.role, roles), scopes[line.scope], classes[_reach(line, roles)],
            line.starts_on, line.ends_on,
        )
        for line in rights_lines(rights_on(asked, on=on))
    ]  # fmt: skip
    oversight_export(actor=viewer, subject=rights_subject(on), form="csv", count=len(rows), now=now())
    headings = [
        "基準日", "職員番号", "氏名", "所属", "職キー", "職", "役割", "役割の名", "範囲", "届くデータの区分", "開始日",
        "終了日の翌日",
    ]  # fmt: skip
    return csv_answer(gettext("権限の一覧_%(day)s.csv") % {"day": on.isoformat()}, headings, rows)


def _asked(request: HttpRequest) -> tuple[RightsForm, date, RightsAsked]:
    roles = roles_known(get_language() or "ja")
    form = RightsForm(request.GET or None, on=today(), roles=roles, initial={"on": today()})
    if not form.is_bound or not form.is_valid():
        return form, today(), RightsAsked()
    given = form.cleaned_data
    on = given["on"] or today()
    asked = RightsAsked(given["q"].strip(), None, given["service"], given["role"], given["data_class"])
    if given["office"]:
        day = organisation().day(on)
        ids = [office.id for office in day.offices.values() if office.key == given["office"]]
        # Of an office that is not there on that day nobody holds a post.
        asked = replace(asked, office_ids=day.below(ids[0]) if ids else frozenset())
    return form, on, asked


def _reach(line: RightsLine, roles: dict[str, RoleKnown]) -> str:
    """The class of data that the line really reaches: the role's own, under the cap of the grant."""
    order = RoleGrant.Class.values
    top = roles[line.role].top if line.role in roles else order[0]
    return order[min(order.index(top), order.index(line.upto))]


def _table(lines: list[RightsLine], known: Organisation, on: date, roles: dict[str, RoleKnown]) -> Table:
    scopes, classes = dict(RoleGrant.Scope.choices), dict(RoleGrant.Class.choices)
    return Table(
        [
            Column("staff", gettext("職員"), head=True, value=lambda line: f"{line.staff_name}（{line.staff_key}）"),
            Column("post", gettext("所属と職"),
                   value=lambda line: f"{known.name(line.office_id, on)} {line.post_title}"),
            Column("role", gettext("業務 / 役割"), value=lambda line: role_text(line.role, roles)),
            Column("scope", gettext("範囲"), value=lambda line: scopes[line.scope]),
            Column("class", gettext("届くデータの区分"), value=lambda line: classes[_reach(line, roles)]),
            Column("period", gettext("期間"), value=lambda line: show.period_text(line.starts_on, line.ends_on)),
        ],
        lines, caption=gettext("だれが何をできるか"), caption_hidden=True, key="rights",
        empty_title=gettext("当てはまる権限はありません"),
    )  # fmt: skip
