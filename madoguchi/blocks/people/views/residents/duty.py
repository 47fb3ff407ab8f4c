"""Naming the duty before anybody's record is opened, and ending it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from madoguchi.blocks.people.models import User
from madoguchi.blocks.people.parties.duties import CHOOSE, Duty, duties_of
from madoguchi.blocks.people.viewers import viewer_for
from madoguchi.blocks.people.views.asking import posted
from madoguchi.blocks.people.views.residents.asking import next_of, show, way, work_now
from madoguchi.blocks.people.views.residents.forms import DutyForm
from madoguchi.blocks.people.work import DUTY_LASTS, work_begin, work_end
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of


@never_cache
def duty(request: HttpRequest) -> HttpResponse:
    """Ask what somebody wants to look at records for, and lead on to where he wanted to go."""
    viewer = viewer_of(request)
    viewer.must(CHOOSE)
    work = work_now(request)
    known = _duties(request)
    form = DutyForm(*posted(request), duties=known, initial={"duty": work.duty, "case": work.case})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        work_begin(request, duty=typed["duty"], case=typed["case"], moment=now())
        return redirect(next_of(request))
    return show(
        request,
        "duty",
        {
            "form": form,
            "next": next_of(request),
            "hours": int(DUTY_LASTS.total_seconds() // 3600),
            "breadcrumb": way((gettext("用務を選ぶ"), "")),
        },
        status=422 if form.errors else 200,
    )


@require_POST
def duty_end(request: HttpRequest) -> HttpResponse:
    """Name no duty any more."""
    viewer_of(request).must(CHOOSE)
    work_end(request)
    messages.success(request, gettext("用務を終えました。記録を見るには、もう一度選びます。"))
    return redirect("people:duty")


def _duties(request: HttpRequest) -> list[Duty]:
    """The duties that the roles allow; the viewer of the request has only the rights of the one that is named."""
    user, viewer = request.user, viewer_of(request)
    assert isinstance(user, User)
    return duties_of(viewer_for(user=user, on=viewer.on), get_language() or "ja")
