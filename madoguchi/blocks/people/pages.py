"""What pages of the portal ask of whoever opens them: signed in, certain enough, a record that is open."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from madoguchi.blocks.people.identity.residents import Resident, resident_of
from madoguchi.blocks.people.models import Assurance
from madoguchi.kernel.clock import now
from madoguchi.kernel.rights import NotAllowed

P = ParamSpec("P")
AnyView = TypeVar("AnyView", bound=Callable[..., HttpResponseBase])
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def resident_page(
    *,
    assurance: int = Assurance.NONE,
    service: str = "",
    own_only: bool = False,
    every_mandate: bool = False,
    fresh_minutes: int = 0,
) -> Callable[[View[P]], View[P]]:
    """
    Guard a page for signed-in residents; ``resident_of(request)`` gives the resident inside.

    :param assurance: how certain it must be who it is; whoever is less certain is asked to prove more.
    :param service: the service that the page belongs to; who acts for another needs a mandate that reaches it.
    :param own_only: the page is about the account itself: closed while another's record is open.
    :param every_mandate: open under every mandate, whatever it reaches: the page itself asks what may be shown.
    :param fresh_minutes: the proof must be this young at most, for what cannot be undone.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            resident = resident_of(request)
            if resident is None:
                return redirect(sign_in_address(request))
            if resident.viewer.assurance < assurance or _stale(resident, fresh_minutes):
                return redirect(sign_in_address(request, demand=assurance))
            record = resident.viewer.record
            reached = every_mandate or (record is not None and record.reaches(service))
            if record is not None and record.mandate and (own_only or not reached):
                raise NotAllowed(f"{request.path} under mandate {record.mandate}")
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def sign_in_address(request: HttpRequest, *, demand: int = 0) -> str:
    """Give the address of the sign-in that leads back to this page; a form's page after a POST is its own address."""
    asked = {"next": request.get_full_path()} | ({"demand": str(int(demand))} if demand else {})
    return f"{reverse('me:sign_in')}?{urlencode(asked)}"


def next_safe(request: HttpRequest, address: str) -> str:
    """Give an address to go on to after a sign-in: only one of this house, else the front page of the account."""
    if url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return address
    return reverse("me:home")


def _stale(resident: Resident, minutes: int) -> bool:
    return bool(minutes) and (now() - resident.session.proved_at).total_seconds() > 60 * minutes


def whose_free(view: AnyView) -> AnyView:
    """Mark a view whose form says nothing of a person (the choice of a language), or that only leads away from one."""
    view.whose_free = True  # type: ignore[attr-defined]
    return view
