"""My ways to sign in: which there are, adding one, naming one, taking one off."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from madoguchi.blocks.people.actions import counter_passphrase_choose, means_end, means_name
from madoguchi.blocks.people.actions.counter import passphrase_hash
from madoguchi.blocks.people.citizen.card import card_begun
from madoguchi.blocks.people.citizen.forms_sign_in import LabelForm, MailForm, PassphraseForm
from madoguchi.blocks.people.citizen.mail import mail_begun
from madoguchi.blocks.people.citizen.passkey import FRESH
from madoguchi.blocks.people.identity.card import card_way
from madoguchi.blocks.people.identity.passkeys import passkeys_offered
from madoguchi.blocks.people.identity.residents import Resident, resident_of
from madoguchi.blocks.people.models import Assurance, Means
from madoguchi.blocks.people.pages import resident_page, sign_in_address
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now


@never_cache
@require_safe
@resident_page(own_only=True)
def means(request: HttpRequest) -> HttpResponse:
    """List the ways into my account."""
    resident = _resident(request)
    live = list(resident.account.means.filter(ended_at=None).order_by("added_at"))
    kinds = {one.kind for one in live}
    context = {
        "means": live,
        "last": len(live) == 1,
        "current": resident.session.means_id,
        "may_card": card_way() is not None and Means.Kind.CARD not in kinds,
        "may_passkey": passkeys_offered(request),
    }
    return render(request, "people/me/means.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@resident_page(own_only=True, fresh_minutes=FRESH)
def means_mail(request: HttpRequest) -> HttpResponse:
    """Add an e-mail address."""
    resident = _resident(request)
    form = MailForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        key = resident.account.key
        if response := mail_begun(request, form, actor=resident.viewer, account_key=key):
            return response
    return render(request, "people/me/means_mail.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@resident_page(own_only=True, fresh_minutes=FRESH)
def means_card(request: HttpRequest) -> HttpResponse:
    """Add the card."""
    if card_way() is None:
        raise Http404
    resident = _resident(request)
    if request.method == "POST":
        return card_begun(request, shared=resident.session.shared, account=resident.account)
    # The card will make an account of nobody its owner's: he must see that it is the one he opened himself.
    mails = resident.account.means.filter(kind=Means.Kind.MAIL, ended_at=None).order_by("added_at")
    addresses = list(mails.values_list("subject", flat=True)) if resident.account.party_id is None else []
    return render(request, "people/me/means_card.html", {"addresses": addresses})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@resident_page(own_only=True, assurance=Assurance.IN_PERSON, fresh_minutes=FRESH)
def means_passphrase(request: HttpRequest) -> HttpResponse:
    """Choose another passphrase for the number from the counter."""
    resident = _resident(request)
    found = resident.account.means.filter(kind=Means.Kind.COUNTER, ended_at=None).first()
    if found is None:
        raise Http404
    form = PassphraseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        hashed = passphrase_hash(form.cleaned_data["passphrase"])
        try:
            counter_passphrase_choose(
                actor=resident.viewer, means_id=found.pk, known=found.secret, hashed=hashed, now=now()
            )
        except Refused as no:
            form.add_error(None, no.message)
        else:
            messages.success(request, gettext("合言葉を変えました。"))
            return redirect("me:means")
    context = {"form": form, "changes": True}
    return render(request, "people/me/passphrase.html", context, status=422 if form.errors else 200)


@never_cache
@require_POST
@resident_page(own_only=True)
def means_label(request: HttpRequest, means_id: int) -> HttpResponse:
    """Name one of them."""
    form = LabelForm(request.POST)
    label = form.cleaned_data["label"] if form.is_valid() else ""
    means_name(actor=_resident(request).viewer, means_id=means_id, label=label, now=now())
    messages.success(request, gettext("名前を保存しました。"))
    return redirect("me:means")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@resident_page(own_only=True, fresh_minutes=FRESH)
def means_off(request: HttpRequest, means_id: int) -> HttpResponse:
    """Take one of them off, after one more question; never the last one."""
    resident = _resident(request)
    found = resident.account.means.filter(pk=means_id, ended_at=None).first()
    if found is None:
        raise Http404
    if resident.viewer.assurance < found.assurance:
        return redirect(sign_in_address(request, demand=found.assurance))
    no: object = ""
    if request.method == "POST":
        try:
            means_end(actor=resident.viewer, means_id=means_id, reason="owner", now=now())
        except Refused as refused:
            no = refused.message
        else:
            messages.success(request, gettext("外しました。この方法では、もうサインインできません。"))
            return redirect("me:means")
    context = {"means": found, "refused": no, "current": resident.session.means_id}
    return render(request, "people/me/means_off.html", context, status=422 if no else 200)


def _resident(request: HttpRequest) -> Resident:
    resident = resident_of(request)
    assert resident is not None
    return resident
