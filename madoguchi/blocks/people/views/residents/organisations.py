"""Organisations: the list, one of them with its people, and what is kept of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext

from madoguchi.blocks.people.actions import (
    PartyGone,
    address_put,
    member_leave,
    member_seat,
    name_put,
    organisation_enter,
    organisation_open,
    organisations_export,
)
from madoguchi.blocks.people.actions.listing import organisation_found
from madoguchi.blocks.people.actions.reading import party_seen
from madoguchi.blocks.people.models import Party, PartyAddress
from madoguchi.blocks.people.parties.organisations import (
    organisation_forms,
    organisation_lines,
    organisations_named,
)
from madoguchi.blocks.people.types import OrganisationLine
from madoguchi.blocks.people.views.asking import page_of, posted
from madoguchi.blocks.people.views.oversight.shown import csv_answer
from madoguchi.blocks.people.views.residents import shown
from madoguchi.blocks.people.views.residents.asking import (
    KEEP,
    change_shown,
    done,
    residents_page,
    show,
    work_now,
)
from madoguchi.blocks.people.views.residents.forms import (
    DayForm,
    MemberForm,
    OrganisationForm,
    OrganisationNameForm,
    OrganisationSearchForm,
    SeatForm,
)
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now, today
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.ui.components.table import Column, Table

LIST = "people:organisations"


@residents_page(KEEP, duty=False)
def organisations(request: HttpRequest) -> HttpResponse:
    """List the organisations, and look for one by its name; none of their people stands here."""
    form = OrganisationSearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    page = page_of(request, _in_order(organisations_named(text)))
    lines = organisation_lines(page.object_list, on=today())
    return show(
        request,
        "organisations",
        {
            "form": form,
            "page": page,
            "table": _table(lines),
            "breadcrumb": [(gettext("団体"), "")],
        },
        tab=LIST,
        status=422 if form.errors else 200,
    )


@residents_page(KEEP, duty=False)
def organisations_csv(request: HttpRequest) -> HttpResponse:
    """Give all organisations as a file."""
    lines = organisation_lines(_in_order(organisations_named("")), on=today())
    kinds = organisation_forms(on=today(), language="ja")
    organisations_export(actor=viewer_of(request), count=len(lines), now=now())
    rows = [
        (
            line.key,
            line.name,
            line.kana,
            line.form,
            kinds.get(line.form, ""),
            line.corporate_number,
            line.address,
        )
        for line in lines
    ]
    headings = ["番号", "名称", "フリガナ", "形の符号", "団体の形", "法人番号", "所在地"]
    return csv_answer(gettext("団体_%(day)s.csv") % {"day": today().isoformat()}, headings, rows)


@residents_page(KEEP, duty=False)
def organisation_new(request: HttpRequest) -> HttpResponse:
    """Record an organisation."""
    viewer = viewer_of(request)
    form = OrganisationForm(*posted(request), kinds=_kinds(), initial={"starts_on": viewer.on})
    entered: list[Party] = []

    def enter(typed: dict[str, Any]) -> None:
        entered.append(organisation_enter(actor=viewer, now=now(), **typed))

    if done(request, form, enter, gettext("団体を記録しました。")):
        return redirect(_page(entered[0].key) if viewer.duty else reverse(LIST))
    return change_shown(
        request,
        form,
        title=gettext("団体を記録する"),
        button=gettext("記録する"),
        back=reverse(LIST),
        steps=[(gettext("団体"), reverse(LIST))],
        tab=LIST,
    )


@residents_page(KEEP)
def organisation_page(request: HttpRequest, key: str) -> HttpResponse:
    """Show an organisation with its people and its history."""
    viewer, party = viewer_of(request), organisation_found(key)
    if party.key != key:
        return redirect("people:organisation_page", key=party.key)
    sheet = organisation_open(actor=viewer, key=key, now=now(), case=work_now(request).case)
    line = sheet.line
    return show(
        request,
        "organisation",
        {
            "line": line,
            "facts": [
                (gettext("番号"), line.key),
                (gettext("団体の形"), _kinds().get(line.form, line.form)),
                (gettext("法人番号"), line.corporate_number or "–"),
                (gettext("所在地"), line.address or "–"),
            ],
            "members": shown.organisation_members_table(
                sheet.members, organisation=key, on=viewer.on, may_end=True
            ),
            "names": shown.names_table(sheet.names, uses_shown=False),
            "addresses": shown.addresses_table(sheet.addresses),
            "breadcrumb": [(gettext("団体"), reverse(LIST)), (line.name, "")],
        },
        tab=LIST,
    )


@residents_page(KEEP, duty=False)
def organisation_name(request: HttpRequest, key: str) -> HttpResponse:
    """Call an organisation something else from a day on."""

    def act(viewer: Viewer, party: Party, typed: dict[str, Any]) -> None:
        name_put(actor=viewer, party_key=party.key, now=now(), **typed)

    return _change(
        request,
        key,
        OrganisationNameForm,
        act,
        title=gettext("名称を変える"),
        said=gettext("名を記録しました。"),
    )


@residents_page(KEEP, duty=False)
def organisation_seat(request: HttpRequest, key: str) -> HttpResponse:
    """Let an organisation sit elsewhere from a day on."""

    def act(viewer: Viewer, party: Party, typed: dict[str, Any]) -> None:
        address_put(actor=viewer, party_key=party.key, kind=PartyAddress.Kind.SEAT, now=now(), **typed)

    return _change(
        request, key, SeatForm, act, title=gettext("所在地を変える"), said=gettext("住所の記録を変えました。")
    )


@residents_page(KEEP)
def member_add(request: HttpRequest, key: str) -> HttpResponse:
    """Let a person or an organisation belong to an organisation."""

    def act(viewer: Viewer, party: Party, typed: dict[str, Any]) -> None:
        try:
            member = _member(viewer, typed.pop("party_key"))
        except NotAllowed as unknown:
            # Whether the number is a protected person's is not told.
            raise PartyGone from unknown
        member_seat(actor=viewer, group_key=party.key, party_key=member.key, now=now(), **typed)

    return _change(
        request, key, MemberForm, act, title=gettext("役員か構成員を記録する"), said=gettext("役員か構成員を記録しました。"),
        refused_at="party_key",
    )  # fmt: skip


@residents_page(KEEP)
def member_end(request: HttpRequest, key: str, kind: str, member: str) -> HttpResponse:
    """Let somebody belong to an organisation no longer."""
    viewer = viewer_of(request)
    found = _member(viewer, member)

    def act(viewer: Viewer, party: Party, typed: dict[str, Any]) -> None:
        try:
            member_leave(
                actor=viewer, group_key=party.key, party_key=found.key, kind=kind, now=now(), **typed
            )
        except PartyGone as gone:
            raise Refused(gettext("この日には、この団体の役員・構成員ではありません。")) from gone

    return _change(
        request, key, DayForm, act, title=gettext("役員か構成員を外す"), said=gettext("外す日を記録しました。"),
        lead=gettext("番号%(key)sの人か団体を外します。これまでの記録は残ります。") % {"key": found.key}, first="on",
    )  # fmt: skip


def _change(
    request: HttpRequest,
    key: str,
    kind: type[forms.Form],
    act: Callable[[Viewer, Party, dict[str, Any]], None],
    *,
    title: str,
    said: str,
    lead: str = "",
    first: str = "starts_on",
    refused_at: str | None = None,
) -> HttpResponse:
    viewer, party = viewer_of(request), organisation_found(key)
    form = kind(request.POST if request.method == "POST" else None, initial={first: viewer.on})
    line = organisation_lines([party], on=viewer.on)[0]
    if done(request, form, lambda typed: act(viewer, party, dict(typed)), said, field=refused_at):
        return redirect(_page(party.key))
    return change_shown(
        request,
        form,
        title=title,
        button=gettext("記録する"),
        back=_page(party.key),
        steps=[(gettext("団体"), reverse(LIST)), (line.name, _page(party.key))],
        lead=lead,
        tab=LIST,
        organisation=line.name,
    )


def _member(viewer: Viewer, key: str) -> Party:
    """
    Find whom a number means: a person of whom the viewer may know, or an organisation.

    :raises NotAllowed: there is none.
    """
    if Party.objects.filter(key=key, kind=Party.Kind.ORGANISATION).exists():
        return organisation_found(key)
    return party_seen(viewer, key, Party.Kind.PERSON)


def _in_order(parties: QuerySet[Party]) -> QuerySet[Party]:
    return parties.order_by("form", "key")


def _kinds() -> dict[str, str]:
    return organisation_forms(on=today(), language=get_language() or "ja")


def _page(key: str) -> str:
    return reverse("people:organisation_page", args=[key])


def _table(lines: list[OrganisationLine]) -> Table:
    kinds = _kinds()
    return Table(
        [
            Column("name", gettext("名称"), head=True, link=lambda line: _page(line.key)),
            Column("kana", gettext("フリガナ")),
            Column("form", gettext("団体の形"), value=lambda line: kinds.get(line.form, line.form)),
            Column("corporate_number", gettext("法人番号")),
            Column("address", gettext("所在地")),
        ],
        lines, caption=gettext("団体の一覧"), caption_hidden=True, key="organisations",
        empty_title=gettext("団体は見つかりませんでした"),
    )  # fmt: skip
