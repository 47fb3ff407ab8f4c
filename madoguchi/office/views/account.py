"""One's own account, and the end of a session."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import rights
from madoguchi.office.views.resume import TIME_UP

# The page's own clock may run a little ahead of the server's note of the last request.
CLOCK_SLACK_SECONDS = 90
# How long after the page handed in what was typed its time is up.
HANDED_IN_SECONDS = 20


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show who one is here and what one may do."""
    viewer = viewer_of(request)
    held = sorted({grant.right for grant in viewer.grants if grant.right in rights})
    rows = [
        (_("氏名"), viewer.name),
        (_("職員番号"), viewer.key.removeprefix("staff:")),
        (_("所属"), viewer.office),
        (_("職"), viewer.post),
        (_("できること"), [rights[name].label for name in held] or _("ありません")),
    ]
    return render(request, "office/account.html", {"rows": rows, "current": "account"})


@require_POST
def extend(request: HttpRequest) -> HttpResponse:
    """Prolong the session: somebody is still there."""
    request.session["seen"] = int(now().timestamp())
    if request.headers.get("Sec-Fetch-Mode") == "navigate" or "text/html" in request.headers.get(
        "Accept", ""
    ):
        return redirect("office:home")
    return HttpResponse()


@require_safe
def account_home(request: HttpRequest) -> HttpResponse:
    """Lead from the bare address to where it makes sense to go."""
    return redirect("office:account" if request.user.is_authenticated else settings.LOGIN_URL)


@never_cache
@require_safe
def ended(request: HttpRequest) -> HttpResponse:
    """
    Say that time ran out, and see to it that it did.

    The page's clock leads here. Whoever comes while the session is still young is not signed out: a link on
    another site could be the way.
    """
    if request.user.is_authenticated:
        moment = int(now().timestamp())
        idle = moment - int(request.session.get("seen", 0))
        handed_in = moment - int(request.session.get(TIME_UP, 0))
        if idle < settings.OFFICE_IDLE_SECONDS - CLOCK_SLACK_SECONDS and handed_in > HANDED_IN_SECONDS:
            return redirect("office:home")
        logout(request)
    return render(request, "office/ended.html", {"minutes": settings.OFFICE_IDLE_SECONDS // 60})
