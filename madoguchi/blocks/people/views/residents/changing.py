"""What the office keeps of persons by hand, beside the resident register; protections too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.actions import (
    PartyGone,
    address_put,
    birth_put,
    name_put,
    person_enter,
    person_glance,
    protection_begin,
    protection_end,
)
from madoguchi.blocks.people.actions.reading import party_seen
from madoguchi.blocks.people.models import Birth, Party
from madoguchi.blocks.people.views.asking import posted
from madoguchi.blocks.people.views.residents.asking import (
    KEEP,
    PROTECT,
    change_shown,
    done,
    residents_page,
    way,
    work_now,
)
from madoguchi.blocks.people.views.residents.forms import (
    AddressPutForm,
    BirthForm,
    DayForm,
    NamePutForm,
    PersonForm,
    ProtectionForm,
)
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.db.two_times import believed
from madoguchi.kernel.pages import viewer_of


@dataclass(frozen=True, slots=True)
class Change:
    """One change at a person: its words, its form, and the action that carries it out."""

    title: Any
    button: Any
    lead: Any
    said: Any
    form: type[forms.Form]
    act: Callable[..., object]
    day_first: str = ""


NAME = Change(
    _("氏名・通称などを記録する"),
    _("記録する"),
    _(
        "住民記録から来た名は変えられません。その日に同じ種類の名があるときは、その名を取り消して、この名にします。"
    ),
    _("名を記録しました。"),
    NamePutForm,
    name_put,
    "starts_on",
)
BIRTH = Change(
    _("生年月日などを直す"),
    _("記録する"),
    _("住民記録にない人だけ直せます。前の内容は、取り消した記録として残ります。"),
    _("生年月日などを直しました。"),
    BirthForm,
    birth_put,
)
PROTECTION = Change(
    _("支援措置を始める"),
    _("支援措置を始める"),
    _("始めると、「支援措置の人を見る」権限のない職員のさがす画面・一覧・世帯に、この人は出なくなります。"),
    _("支援措置を始めました。"),
    ProtectionForm,
    protection_begin,
    "starts_on",
)


@residents_page(KEEP)
def resident_enter(request: HttpRequest) -> HttpResponse:
    """Enter a person whom the resident register does not know."""
    viewer = viewer_of(request)
    form = PersonForm(*posted(request), initial={"starts_on": viewer.on})
    entered: list[Party] = []
    said = gettext("記録しました。番号は下にあります。")
    if done(
        request, form, lambda typed: entered.append(person_enter(actor=viewer, now=now(), **typed)), said
    ):
        return redirect("people:resident", key=entered[0].key)
    return change_shown(
        request,
        form,
        title=gettext("住民記録にない人を記録する"),
        button=gettext("記録する"),
        back=reverse("people:residents"),
        steps=way(),
        lead=gettext(
            "市外の人など、住民記録から来ない人だけを記録します。先に、もう記録がないか、さがしてください。"
        ),
    )


@residents_page(KEEP)
def name(request: HttpRequest, key: str) -> HttpResponse:
    """Let a person bear a name from a day on."""
    return _change(request, key, NAME)


@residents_page(KEEP)
def birth(request: HttpRequest, key: str) -> HttpResponse:
    """Correct when a person was born or died."""
    viewer = viewer_of(request)
    party = party_seen(viewer, key, Party.Kind.PERSON)
    known = Birth.objects.filter(believed(), party=party).values("born", "died", "sex").first()
    return _change(request, key, BIRTH, initial=dict(known or {}))


@residents_page(PROTECT)
def protection(request: HttpRequest, key: str) -> HttpResponse:
    """Hide a person from a day."""
    viewer_of(request).must("people.protected_view")
    return _change(request, key, PROTECTION)


@residents_page(KEEP)
def address(request: HttpRequest, key: str) -> HttpResponse:
    """Let a person have an address beside the registered one, or end it."""

    def act(*, address: str, what: str, **typed: Any) -> None:
        ends = what == "end"
        try:
            address_put(address="" if ends else address, **typed)
        except PartyGone as gone:
            # The person was found a moment ago: what is not there is an address to end.
            raise Refused(gettext("この日には、その種類の住所は記録されていません。")) from gone

    change = Change(
        gettext("送付先・居所を記録する"),
        gettext("記録する"),
        gettext("住民登録地は住民記録から来るので、ここでは変えられません。"),
        gettext("住所の記録を変えました。"),
        AddressPutForm,
        act,
        "starts_on",
    )
    return _change(request, key, change)


@residents_page(PROTECT)
def protection_finish(request: HttpRequest, key: str) -> HttpResponse:
    """End the protection of a person on a day."""
    viewer_of(request).must("people.protected_view")

    def act(**typed: Any) -> None:
        try:
            protection_end(**typed)
        except PartyGone as gone:
            raise Refused(gettext("この日には、この人の支援措置はありません。")) from gone

    change = Change(
        gettext("支援措置を終える"),
        gettext("支援措置を終える"),
        gettext(
            "この日から、ほかの職員のさがす画面・一覧・世帯に、この人が出るようになります。住民記録から来た支援措置は、住民記録の側で終えてください。"
        ),
        gettext("支援措置を終える日を記録しました。"),
        DayForm,
        act,
        "on",
    )
    return _change(request, key, change, danger=True)


def _change(
    request: HttpRequest,
    key: str,
    change: Change,
    *,
    initial: dict[str, Any] | None = None,
    danger: bool = False,
) -> HttpResponse:
    viewer = viewer_of(request)
    party = party_seen(viewer, key, Party.Kind.PERSON)
    first = {change.day_first: viewer.on} if change.day_first else {}
    form = change.form(
        request.POST if request.method == "POST" else None, initial={**first, **(initial or {})}
    )
    back = reverse("people:resident", args=[party.key])

    def act(typed: dict[str, Any]) -> object:
        return change.act(actor=viewer, party_key=party.key, now=now(), **typed)

    if done(request, form, act, str(change.said)):
        return redirect(back)
    # The head of the form says whose record it is: a look, and written down as one.
    card = person_glance(actor=viewer, key=party.key, now=now(), case=work_now(request).case)
    return change_shown(
        request,
        form,
        title=str(change.title),
        button=str(change.button),
        back=back,
        steps=way((gettext("個人の記録"), back)),
        lead=str(change.lead),
        card=card,
        danger=danger,
    )
