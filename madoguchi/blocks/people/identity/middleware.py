"""The resident of a request; forms made for another record are not carried out; nothing is kept by the browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from madoguchi.blocks.people.identity.residents import COOKIE, Resident, resident_found, resident_of
from madoguchi.blocks.people.identity.whose import whose_differs
from madoguchi.kernel.clock import now

STAFF_ADDRESSES = ("/office/", "/account/")
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


class ResidentMiddleware:
    """Puts ``request.resident`` there on every page of the portal; before ``ViewerMiddleware``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.resident = self._resident(request)  # type: ignore[attr-defined]
        response = self.get_response(request)
        if resident_of(request) is not None:
            # Back, a restored tab, a shared cache: none may show a record after its session.
            patch_cache_control(response, no_store=True, private=True)
        elif COOKIE in request.COOKIES and not response.cookies.get(COOKIE):
            response.delete_cookie(COOKIE, samesite="Lax")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Refuse a form that was made for another record, and say whose record is open."""
        if request.method in SAFE or request.path.startswith(STAFF_ADDRESSES):
            return None
        if getattr(view, "whose_free", False) or not whose_differs(request):
            return None
        return render(request, "people/record_changed.html", {"resident": resident_of(request)}, status=409)

    @staticmethod
    def _resident(request: HttpRequest) -> Resident | None:
        token = request.COOKIES.get(COOKIE)
        if not token or request.path.startswith(STAFF_ADDRESSES):
            return None
        return resident_found(token, now())
