"""The way in by e-mail: ask, type the code or press the link's button, be in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from madoguchi.blocks.people.actions import means_add, resident_sign_in_fail, sign_in_mail_ask
from madoguchi.blocks.people.actions.sign_ins import AttemptOver, mail_means_found, mail_means_open
from madoguchi.blocks.people.citizen.forms_sign_in import CodeForm, MailForm
from madoguchi.blocks.people.citizen.signing import house, next_asked, refused, signed_in
from madoguchi.blocks.people.identity.attempts import (
    TRIES,
    attempt_found,
    attempt_try,
    attempt_use,
    browser_forget,
    browser_of,
    browser_set,
    client_of,
)
from madoguchi.blocks.people.identity.mail import code_fits, link_fits, mail_may_be_asked
from madoguchi.blocks.people.identity.residents import resident_of
from madoguchi.blocks.people.models import Assurance, Means, SignInAttempt
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.rights import Viewer

KIND = Means.Kind.MAIL


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the address; the answer is the same whether somebody is known by it or not."""
    form = MailForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actor = house(now())
        if response := mail_begun(request, form, actor=actor, shared=form.cleaned_data["shared"]):
            return response
    context = {"form": form, "next": next_asked(request)}
    return render(request, "people/me/mail.html", context, status=422 if form.errors else 200)


def mail_begun(
    request: HttpRequest, form: MailForm, *, actor: Viewer, account_key: str = "", shared: bool = False
) -> HttpResponse | None:
    """Let a mail go out and lead to the page for its code; None, with an error in the form, after too many."""
    moment, address = now(), form.cleaned_data["address"]
    if not mail_may_be_asked(address=address, client=client_of(request), now=moment):
        form.add_error(
            "address",
            gettext("続けて何通も頼まれたため、いまは送れません。1時間ほど待って、もう一度お試しください。"),
        )
        return None
    begun = sign_in_mail_ask(
        actor=actor, address=address, origin=f"{request.scheme}://{request.get_host()}",
        language=get_language() or "ja", next_address=next_asked(request), shared=shared,
        account_key=account_key, now=moment,
    )  # fmt: skip
    response = redirect("me:mail_sent")
    browser_set(response, begun)
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sent(request: HttpRequest) -> HttpResponse:
    """Take the code, in the browser that asked for it."""
    moment, browser = now(), browser_of(request)
    if request.method != "POST":
        attempt = attempt_found(kind=KIND, browser=browser, now=moment)
        return _code_page(request, CodeForm()) if attempt else refused(request)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _code_page(request, form)
    attempt = attempt_try(kind=KIND, browser=browser, now=moment)
    if attempt is None:
        return refused(
            request, gettext("番号を続けて間違えたか、時間切れになりました。もう一度メールを頼んでください。")
        )
    if code_fits(attempt, form.cleaned_data["code"]):
        return _proved(request, attempt)
    means = mail_means_found(str(attempt.state.get("address", "")))
    resident_sign_in_fail(actor=house(moment), kind=KIND, means=means, now=moment)
    left = TRIES - attempt.tries
    form.add_error(
        "code",
        ngettext(
            "番号が違います。いちばん新しいメールの番号を入れてください。あと%(left)d回です。",
            "番号が違います。いちばん新しいメールの番号を入れてください。あと%(left)d回です。",
            left,
        )
        % {"left": left},
    )
    return _code_page(request, form)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """
    Show one button; only pressing it signs in.

    Programs that look through mails for bad links open them as well: they use nothing up, and they have not the
    cookie of the browser that asked.
    """
    attempt = attempt_found(kind=KIND, browser=browser_of(request), now=now())
    if attempt is None or not link_fits(attempt, secret):
        return render(
            request, "people/me/mail_elsewhere.html", status=422 if request.method == "POST" else 200
        )
    if request.method == "POST":
        return _proved(request, attempt)
    return render(request, "people/me/mail_link.html", {"adds": attempt.account_id is not None})


def _proved(request: HttpRequest, attempt: SignInAttempt) -> HttpResponse:
    """Use the attempt up: sign in, or add the address to the account whose owner asked."""
    moment, state = now(), attempt.state
    if not attempt_use(attempt_id=attempt.pk, browser=browser_of(request), now=moment):
        return refused(request)
    try:
        if attempt.account is not None:
            return _added(request, attempt)
        means = mail_means_open(
            actor=house(moment), address=state["address"], language=state["language"], now=moment
        )
        return signed_in(request, means=means, next_address=attempt.next, shared=state["shared"], now=moment)
    except Refused as no:
        return refused(request, no.message)


def _added(request: HttpRequest, attempt: SignInAttempt) -> HttpResponse:
    resident = resident_of(request)
    if resident is None or resident.account.pk != attempt.account_id:
        raise AttemptOver
    means_add(
        actor=resident.viewer, account_key=resident.account.key, kind=KIND, subject=attempt.state["address"],
        assurance=Assurance.CONTACT, now=now(),
    )  # fmt: skip
    messages.success(request, gettext("メールアドレスを加えました。次からは、これでもサインインできます。"))
    response = redirect("me:means")
    browser_forget(response)
    return response


def _code_page(request: HttpRequest, form: CodeForm) -> HttpResponse:
    return render(request, "people/me/mail_sent.html", {"form": form}, status=422 if form.errors else 200)
