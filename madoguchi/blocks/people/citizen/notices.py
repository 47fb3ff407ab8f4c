"""How the city writes to me: for which purpose by which way, and in which language."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from madoguchi.blocks.people.actions import language_choose, notices_choose
from madoguchi.blocks.people.citizen.forms import LanguageForm, NoticesForm
from madoguchi.blocks.people.citizen.showing import language, signed_in, way
from madoguchi.blocks.people.models import Means
from madoguchi.blocks.people.notices import notice_purposes, ways_chosen
from madoguchi.blocks.people.pages import resident_page
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now


@require_http_methods(["GET", "HEAD", "POST"])
@resident_page(own_only=True)
def notices(request: HttpRequest) -> HttpResponse:
    """Choose the ways for each purpose, and the e-mail address."""
    resident = signed_in(request)
    kept = resident.account.notify_by
    purposes = notice_purposes(resident.viewer.on)
    form = NoticesForm(
        request.POST if request.method == "POST" else None,
        initial={"mail": kept.get("mail", "")},
        purposes=purposes,
        ways={item.code: ways_chosen(kept, item.code) for item in purposes},
        language=language(),
    )
    if form.is_bound and form.is_valid():
        try:
            notices_choose(actor=resident.viewer, mail=form.cleaned_data["mail"], ways=form.ways, now=now())
        except Refused as refused:
            form.add_error("mail", refused.message)
        else:
            messages.success(request, gettext("お知らせの受け取り方を記録しました。"))
            return redirect("me:notices")
    proved = resident.account.means.filter(kind=Means.Kind.MAIL, ended_at=None)
    context = {
        "form": form,
        "fields": [form[f"way_{code}"] for code in form.codes],
        "confirmed": kept.get("mail", "") in set(proved.values_list("subject", flat=True)),
        "breadcrumb": way((gettext("お知らせの受け取り方"), "")),
    }
    return render(request, "people/me/notices.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@resident_page(own_only=True)
def languages(request: HttpRequest) -> HttpResponse:
    """Choose the language of what the city sends; the pages change to it as well."""
    resident = signed_in(request)
    form = LanguageForm(
        request.POST if request.method == "POST" else None, initial={"language": resident.account.language}
    )
    if form.is_bound and form.is_valid():
        chosen = form.cleaned_data["language"]
        language_choose(actor=resident.viewer, language=chosen, now=now())
        with translation.override(chosen):
            messages.success(request, gettext("ことばを変えました。"))
        response = redirect("me:language")
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            httponly=True,
            samesite="Lax",
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
        return response
    context = {"form": form, "breadcrumb": way((gettext("ことば"), ""))}
    return render(request, "people/me/language.html", context, status=422 if form.errors else 200)
