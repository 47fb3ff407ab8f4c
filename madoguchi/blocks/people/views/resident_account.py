"""A resident's account at the counter: open, link, make the number anew, close; scripts off, papers in hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from madoguchi.blocks.people.actions import (
    counter_account_link,
    counter_account_open,
    counter_account_reset,
    person_open,
    resident_account_close,
)
from madoguchi.blocks.people.actions.cards import account_of_party
from madoguchi.blocks.people.actions.counter import CODE_LASTS, PAPERS, CounterSecret, StartCode, papers_on
from madoguchi.blocks.people.actions.identity import CLOSE_REASONS
from madoguchi.blocks.people.citizen.forms_sign_in import number_typed
from madoguchi.blocks.people.identity.sheet import counter_sheet
from madoguchi.blocks.people.models import Means, Party, ResidentAccount
from madoguchi.blocks.people.types import PersonSheet
from madoguchi.blocks.people.views.asking import posted
from madoguchi.blocks.people.views.residents.asking import residents_page, way
from madoguchi.blocks.people.views.residents.shown import born_text
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import day_of, now
from madoguchi.kernel.declarations import UnknownDeclaration, published, text_for
from madoguchi.kernel.pages import viewer_of
from madoguchi.ui.forms import HouseForm

RIGHT = "people.counter_account"


class PapersForm(HouseForm):
    """Which papers the clerk has looked at."""

    marks_hidden = True
    papers = forms.MultipleChoiceField(
        label=_("見て確かめた本人確認書類"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("確かめた書類を、一つ以上選んでください。")},
    )
    same = forms.BooleanField(
        label=_("書類の氏名・生年月日・住所が、上の記録と同じことを確かめました"),
        error_messages={"required": _("書類と記録を見比べて、印を付けてください。")},
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["papers"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices


class LinkForm(PapersForm):
    """Which account is the person's, by the number that the person's own page shows."""

    number = forms.CharField(
        label=_("アカウントの番号"),
        max_length=40,
        help_text=_(
            "カードなどでサインインした本人の画面に出る、12文字です。「-」は、なくてもかまいません。"
        ),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    field_order = ("number", "papers", "same")

    def clean_number(self) -> str:
        """Read the number; a slip of the finger is told before anything is looked up."""
        return number_typed(self.cleaned_data["number"])


class CloseForm(HouseForm):
    """Why an account is closed."""

    reason = forms.ChoiceField(
        label=_("閉じる理由"), widget=forms.RadioSelect, choices=list(CLOSE_REASONS.items())
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@residents_page(RIGHT)
def resident_account(request: HttpRequest, key: str) -> HttpResponse:
    """Show whose account it is and how it stands; a POST opens it or makes its number anew."""
    viewer = viewer_of(request)
    form = PapersForm(*posted(request), choices=papers_listed())
    if request.method == "POST" and form.is_valid():
        act = counter_account_reset if request.POST.get("do") == "reset" else counter_account_open
        papers, start = form.cleaned_data["papers"], StartCode.make()
        try:
            number = act(actor=viewer, party_key=key, papers=papers, start=start, now=now())
        except Refused as no:
            form.add_error(None, no.message)
        else:
            return given(request, key, number, start.code)
    sheet = person_open(actor=viewer, key=key, now=now())
    account, number_live = _account(sheet)
    context = {
        "form": form,
        "key": key,
        "facts": _facts(sheet, account, number_live),
        "account": account,
        "has_number": number_live is not None,
        "breadcrumb": way((gettext("住民のアカウント"), "")),
    }
    return render(request, "people/resident_account.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@residents_page(RIGHT)
def resident_account_link(request: HttpRequest, key: str) -> HttpResponse:
    """Link an account that is nobody's yet, for a person who has none."""
    viewer = viewer_of(request)
    sheet = person_open(actor=viewer, key=key, now=now())
    account, number = _account(sheet)
    if account is not None:
        return redirect("people:resident_account", key)
    form = LinkForm(*posted(request), choices=papers_listed())
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            counter_account_link(
                actor=viewer, party_key=key, account_key=typed["number"], papers=typed["papers"], now=now()
            )
        except Refused as no:
            form.add_error(None, no.message)
        else:
            messages.success(request, gettext("アカウントを、この人のものとして記録しました。"))
            return redirect("people:resident_account", key)
    context = {
        "form": form,
        "key": key,
        "facts": _facts(sheet, account, number),
        "breadcrumb": way(
            (gettext("住民のアカウント"), reverse("people:resident_account", args=[key])),
            (gettext("結び付ける"), ""),
        ),
    }
    return render(request, "people/resident_account_link.html", context, status=422 if form.errors else 200)


def given(request: HttpRequest, key: str, number: str, code: str) -> HttpResponse:
    """Show number and start code, this once: nobody can look the code up again."""
    context = {
        "key": key,
        "number": number,
        "code": code,
        "until": day_of(now() + CODE_LASTS),
        "breadcrumb": way((gettext("住民のアカウント"), "")),
    }
    return render(request, "people/resident_account_given.html", context)


@never_cache
@require_POST
@residents_page(RIGHT)
def resident_account_sheet(request: HttpRequest, key: str) -> HttpResponse:
    """Print the sheet that is handed over; only for a code that holds."""
    number, code = request.POST.get("number", ""), request.POST.get("code", "")
    party = Party.objects.filter(key=key).first()
    account = account_of_party(party) if party else None
    means = account and account.means.filter(kind=Means.Kind.COUNTER, subject=number, ended_at=None).first()
    secret = CounterSecret.of(means) if means else None
    moment = now()
    if secret is None or not secret.is_start or not secret.opens(code, now=moment):
        raise Http404
    pdf = counter_sheet(
        number=number,
        code=code,
        until=secret.until,
        address=request.build_absolute_uri(reverse("me:sign_in")),
    )
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="sign-in.pdf"'
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@residents_page(RIGHT)
def resident_account_end(request: HttpRequest, key: str) -> HttpResponse:
    """Close the account, after one more question and a reason."""
    viewer = viewer_of(request)
    sheet = person_open(actor=viewer, key=key, now=now())
    account, _number = _account(sheet)
    if account is None:
        raise Http404
    form = CloseForm(*posted(request))
    close: Callable[..., None] = resident_account_close
    if request.method == "POST" and form.is_valid():
        try:
            close(actor=viewer, account_key=account.key, reason=form.cleaned_data["reason"], now=now())
        except Refused as no:
            form.add_error(None, no.message)
        else:
            messages.success(request, gettext("アカウントを閉じました。開いていた画面も終わりました。"))
            return redirect("people:resident_account", key)
    context = {
        "form": form,
        "key": key,
        "name": sheet.card.name,
        "breadcrumb": way(
            (gettext("住民のアカウント"), reverse("people:resident_account", args=[key])),
            (gettext("閉じる"), ""),
        ),
    }
    return render(request, "people/resident_account_close.html", context, status=422 if form.errors else 200)


def papers_listed() -> list[tuple[str, str]]:
    """Give the papers of today, in the reader's language."""
    try:
        declared = published("codelist", PAPERS)
    except UnknownDeclaration:
        return []
    language = get_language() or "ja"
    return [
        (item.code, str(text_for(declared, f"items.{item.code}.label", language)))
        for item in papers_on(day_of(now()))
    ]


def _account(sheet: PersonSheet) -> tuple[ResidentAccount | None, Means | None]:
    account = account_of_party(Party.objects.get(pk=sheet.card.id))
    live = account.means.filter(kind=Means.Kind.COUNTER, ended_at=None).first() if account else None
    return account, live


def _facts(
    sheet: PersonSheet, account: ResidentAccount | None, number: Means | None
) -> list[tuple[str, str]]:
    state = gettext("ありません")
    if account is not None:
        state = gettext("あります（%(how)sで開いた）") % {"how": account.get_opened_by_display()}
    start = number is not None and CounterSecret.of(number).is_start
    given_state = gettext("渡していません")
    if number is not None:
        given_state = gettext("渡しました。合言葉はまだ決めていません。") if start else gettext("使えます")
    return [
        (gettext("氏名"), sheet.card.name),
        (gettext("フリガナ"), sheet.card.kana or "–"),
        (gettext("生年月日"), born_text(sheet.card.born, on=day_of(now()), status=sheet.card.status)),
        (gettext("住所"), sheet.card.address or "–"),
        (gettext("アカウント"), state),
        (gettext("窓口の番号"), given_state),
    ]
