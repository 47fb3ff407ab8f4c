"""My record: every value with where it came from and how to have it corrected; where my post goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from madoguchi.blocks.people.actions import own_address_put, own_record_read
from madoguchi.blocks.people.citizen.forms import AddressForm
from madoguchi.blocks.people.citizen.showing import delegate_look, signed_in, way
from madoguchi.blocks.people.identity.residents import Resident
from madoguchi.blocks.people.models import Assurance, Birth, PartyAddress, Source
from madoguchi.blocks.people.pages import resident_page
from madoguchi.blocks.people.parties.own import OwnFact, own_facts
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.contacts import contact_bound
from madoguchi.kernel.db.two_times import known_on
from madoguchi.kit.partial_dates import PartialDate
from madoguchi.ui.formats import date_text

LABELS: Final = {
    "name.official": _("氏名"),
    "kana.official": _("フリガナ"),
    "name.former": _("旧氏"),
    "kana.former": _("旧氏のフリガナ"),
    "name.alias": _("通称"),
    "kana.alias": _("通称のフリガナ"),
    "name.latin": _("ローマ字の氏名"),
    "kana.latin": _("ローマ字の氏名の読み"),
    "born": _("生年月日"),
    "sex": _("性別"),
    "address.registered": _("住民登録をしている住所"),
    "address.residence": _("住んでいる所"),
    "address.mailing": _("郵便の送り先"),
    "address.seat": _("所在地"),
    "resident": _("この市の住民になった日"),
    "household": _("世帯での続柄"),
    "member.officer": _("団体の役職"),
    "member.member": _("団体への所属"),
}
CLAIMS: Final = {
    "name": _("氏名"),
    "address": _("住所"),
    "birthdate": _("生年月日"),
    "gender": _("性別"),
}
"""What a card says at a sign-in, by the names of OpenID Connect Core 1.0, section 5.1."""


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """A value, where it came from in words, and where it can be changed ("" where not on this site)."""

    label: str
    value: str
    source: str
    change_url: str = ""


@require_safe
@resident_page(assurance=Assurance.CARD)
def profile(request: HttpRequest) -> HttpResponse:
    """Show what the city knows of me, what my card said at this sign-in, and what I typed."""
    resident = signed_in(request)
    record = resident.viewer.record
    facts: list[OwnFact] = []
    if record is not None:
        own_record_read(
            actor=resident.viewer, page="profile", data=["identity", "address", "household"], now=now()
        )
        facts = own_facts(record.parties, resident.viewer.on)
    lines = [_line(fact) for fact in facts]
    sources = {fact.source for fact in facts}
    context = {
        "lines": lines,
        "hows": [(Source(source).label, how) for source, how in HOW.items() if source in sources],
        "typed_address": any(line.change_url for line in lines),
        "card": [] if resident.acting else _card(resident),
        "contact": contact_bound("general"),
        "known": record is not None,
        "breadcrumb": way((gettext("わたしの記録"), "")),
    }
    return render(request, "people/me/profile.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@resident_page(assurance=Assurance.CARD)
def address(request: HttpRequest) -> HttpResponse:
    """Say where my post is to go, or take it back."""
    viewer = signed_in(request).viewer
    if viewer.record is None:
        return redirect("me:profile")
    delegate_look(viewer, page="address", data=["address"])
    known = PartyAddress.objects.filter(
        known_on(viewer.on), party__in=viewer.record.parties, kind=PartyAddress.Kind.MAILING
    ).first()
    end = request.method == "POST" and "end" in request.POST
    started = {"address": known.written, "postcode": known.postcode} if known else None
    form = AddressForm(request.POST if request.method == "POST" and not end else None, initial=started)
    problem = ""
    if end or (form.is_bound and form.is_valid()):
        typed = {} if end else form.cleaned_data
        try:
            own_address_put(
                actor=viewer, address=typed.get("address", ""), postcode=typed.get("postcode", ""), now=now()
            )
        except Refused as refused:
            problem = str(refused.message)
            if not end:
                form.add_error(None, problem)
        else:
            done = gettext("郵便の送り先をなくしました。") if end else gettext("郵便の送り先を記録しました。")
            messages.success(request, done)
            return redirect("me:profile")
    steps = (gettext("わたしの記録"), reverse("me:profile")), (gettext("郵便の送り先"), "")
    context = {"form": form, "known": known, "breadcrumb": way(*steps)}
    return render(request, "people/me/address.html", context, status=422 if form.errors or problem else 200)


def _line(fact: OwnFact) -> ProfileLine:
    typed = fact.what == "address.mailing" and fact.source == Source.TYPED
    return ProfileLine(
        label=str(LABELS.get(fact.what, fact.what)),
        value=_value(fact),
        source=str(Source(fact.source).label),
        change_url=reverse("me:address") if typed else "",
    )


HOW: Final[Mapping[str, object]] = {
    Source.REGISTER: _("住民票の届出で変わります。まちがいは、窓口に申し出てください。"),
    Source.CARD: _("カードから読んだ内容です。カードの内容を変えると、次のサインインで変わります。"),
    Source.TYPED: _("あなたが入れた内容です。ここで変えられます。"),
    Source.COUNTER: _("窓口で記録した内容です。まちがいは、窓口に申し出てください。"),
}
"""How a value is corrected, by where it came from."""


def _value(fact: OwnFact) -> str:
    if fact.what == "born":
        return _day(fact.text)
    if fact.what == "sex":
        return str(Birth.Sex(fact.text).label)
    if fact.what == "resident":
        return date_text(fact.since) if fact.since else ""
    return fact.text


def _day(text: str) -> str:
    """Write a day of birth as far as it is known."""
    known = PartialDate(text)
    return date_text(known.day) if known.day else known.label()


def _card(resident: Resident) -> list[tuple[str, str]]:
    claims: Mapping[str, str] = resident.session.claims
    said = {name: claims[name] for name in CLAIMS if claims.get(name)}
    if "birthdate" in said:
        said["birthdate"] = _day(said["birthdate"])
    if said.get("gender") in Birth.Sex.values:
        said["gender"] = str(Birth.Sex(said["gender"]).label)
    return [(str(CLAIMS[name]), text) for name, text in said.items()]
