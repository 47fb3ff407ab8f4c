"""The doors of the office: which sign-in routes there are, and what happens to a form that comes too late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from madoguchi.kernel.clock import now
from madoguchi.office.kept import (
    Browser,
    TooMuchToKeep,
    browser_new,
    browser_of,
    browser_set,
    form_keep,
    forms_drop,
)

GetResponse = Callable[[HttpRequest], HttpResponse]
OFFICE = "/office/"
ACCOUNT = "/account/"
# Accounts are opened by the personnel office and there is no mail to staff: whatever the sign-in package
# offers beyond these, now or after an upgrade, is not there.
OFFERED = frozenset(
    {
        "account_home",
        "account_ended",
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "account_change_password",
        "account_inactive",
        "mfa_index",
        "mfa_authenticate",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_edit_webauthn",
        "mfa_remove_webauthn",
        "mfa_reauthenticate_webauthn",
        "usersessions_list",
    }
)


class OfferedRoutes:
    """Answers 404 for every sign-in route that the house does not offer, and ends sessions that must end."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "session_must_end", False):
            logout(request)
        return response

    @staticmethod
    def process_view(request: HttpRequest, *args: Any) -> None:  # noqa: ARG004
        """Look at the route before anything of it runs."""
        match = request.resolver_match
        if request.path.startswith(ACCOUNT) and match is not None and match.url_name not in OFFERED:
            raise Http404


class KeepTyped:
    """
    Keeps a form that arrives at the office without a session, and leads to the sign-in.

    Stands before the middleware that guards the office, and after those that know the session and the token.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(OFFICE):
            return self.get_response(request)
        browser = browser_of(request)
        if not request.user.is_authenticated:
            late = request.method == "POST" and browser is not None and _from_our_page(request)
            if late and browser is not None and (page := _kept(request, browser)):
                return _to_sign_in(request, page)
            response = self.get_response(request)
            if response.status_code == 302 and response["Location"].startswith(reverse(settings.LOGIN_URL)):
                # After a POST that was not kept, only the front page is a place to go back to.
                back = (
                    request.get_full_path() if request.method in ("GET", "HEAD") else reverse("office:home")
                )
                return _to_sign_in(request, back)
            return response
        account = str(request.user.pk)
        other = browser is not None and browser.account != account
        if browser is not None and other:
            # Somebody else works here now: what the other person typed is nobody's business any more.
            request.kept_dropped = forms_drop(browser=browser)  # type: ignore[attr-defined]
        response = self.get_response(request)
        if browser is None or other:
            browser_set(response, browser_new(account))
        return response


def _kept(request: HttpRequest, browser: Browser) -> str:
    """Keep what was sent and give the page that shows it; "" where nothing was typed."""
    fields = [(name, str(value)) for name, values in request.POST.lists() for value in values]
    files = [str(file.name) for _name, several in request.FILES.lists() for file in several]
    page = reverse("office:resume")
    try:
        kept = form_keep(browser=browser, path=request.get_full_path(), fields=fields, files=files, now=now())
    except TooMuchToKeep:
        return f"{page}?{urlencode({'lost': 'size'})}"
    return page if kept else ""


def _from_our_page(request: HttpRequest) -> bool:
    """The token check that every form gets, made here because the guard would answer first."""
    form_content = (request.content_type or "").startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    )
    if not form_content:
        return False
    check = CsrfViewMiddleware(lambda _request: HttpResponse())
    return check.process_view(request, _any_view, (), {}) is None


def _any_view(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return HttpResponse()


def _to_sign_in(request: HttpRequest, next_page: str) -> HttpResponse:
    """Lead to the sign-in; a fragment that was asked for must not become a sign-in page inside a page."""
    # Only pages of the office are places to go back to: a fragment is none.
    asked_by_htmx = request.headers.get("HX-Request") == "true"
    current = urlsplit(request.headers.get("HX-Current-URL", "")).path
    if asked_by_htmx and next_page == request.get_full_path() and current.startswith(OFFICE):
        next_page = current
    url = f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': next_page})}"
    if asked_by_htmx:
        whole = HttpResponse()
        whole["HX-Redirect"] = url
        return whole
    return redirect(url)
