"""What was typed when the session had already ended: look at it, send it again, or drop it."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from madoguchi.kernel.clock import now
from madoguchi.office.kept import (
    Browser,
    TooMuchToKeep,
    browser_of,
    form_drop,
    form_keep,
    form_kept,
    forms_kept,
)

SHOWN_CHARACTERS = 400
TIME_UP = "time_up"


@never_cache
@require_safe
def resume(request: HttpRequest) -> HttpResponse:
    """List what was kept for this person in this browser."""
    browser = _mine(request)
    kept = forms_kept(browser=browser, now=now()) if browser else []
    dropped = bool(getattr(request, "kept_dropped", 0))
    lost = request.GET.get("lost", "")
    if not (kept or dropped or lost):
        return redirect("office:home")
    forms = [
        {
            "id": one.id,
            "path": urlsplit(one.path).path,
            "kept_at": one.kept_at,
            "fields": one.fields,
            "files": one.files,
            "rows": [(name, _shown(value)) for name, value in one.fields if value.strip()],
        }
        for one in kept
    ]
    return render(request, "office/resume.html", {"forms": forms, "dropped": dropped, "lost": lost})


@require_POST
def send(request: HttpRequest, kept_id: int) -> HttpResponse:
    """Pass the form on to the page that it was meant for; the browser sends it there itself (307)."""
    browser = _mine(request)
    kept = form_kept(browser=browser, kept_id=kept_id, now=now()) if browser else None
    if browser is None or kept is None:
        return redirect(f"{reverse('office:resume')}?lost=gone")
    form_drop(browser=browser, kept_id=kept_id)
    response = HttpResponse(status=307)
    response["Location"] = kept.path
    return response


@require_POST
def drop(request: HttpRequest, kept_id: int) -> HttpResponse:
    """Forget one kept form."""
    browser = _mine(request)
    if browser is not None:
        form_drop(browser=browser, kept_id=kept_id)
    return redirect("office:resume")


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep a half-filled form shortly before time runs out; the page's script sends it."""
    browser = _mine(request)
    path = request.POST.get("_path", "")
    if browser is None or not path.startswith("/office/"):
        raise Http404
    # This very request counts as activity; the page's clock, which knows better, has all but run out.
    request.session[TIME_UP] = int(now().timestamp())
    fields = [(name, str(v)) for name, values in request.POST.lists() for v in values if name != "_path"]
    try:
        form_keep(browser=browser, path=path, fields=fields, files=[], now=now())
    except TooMuchToKeep:
        return HttpResponse(status=413)
    return HttpResponse()


def _mine(request: HttpRequest) -> Browser | None:
    browser = browser_of(request)
    return browser if browser is not None and browser.account == str(request.user.pk) else None


def _shown(value: str) -> list[str]:
    text = value if len(value) <= SHOWN_CHARACTERS else value[:SHOWN_CHARACTERS] + "…"
    return text.splitlines()
