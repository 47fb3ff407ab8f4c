"""From a request to its viewer: the session, the idle time, the second factor, and what a refusal looks like."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import SimpleLazyObject

from madoguchi.blocks.people.accounts import second_factor_missing
from madoguchi.blocks.people.identity.residents import resident_of
from madoguchi.blocks.people.models import User
from madoguchi.blocks.people.sessions import key_is_ours
from madoguchi.blocks.people.viewers import viewer_for
from madoguchi.blocks.people.work import DUTY, viewer_at_work
from madoguchi.kernel.actions import Unavailable
from madoguchi.kernel.clock import day_of, now
from madoguchi.kernel.rights import NotAllowed, Viewer, anonymous_viewer

GetResponse = Callable[[HttpRequest], HttpResponse]
# The session is written again at most this often: a write per page would make every reader a writer.
SEEN_EVERY_SECONDS = 60


def _viewer_found(request: HttpRequest) -> Viewer:
    """Give the viewer of a request: the resident on the portal, else staff; without a post today, nobody."""
    moment = now()
    on = day_of(moment)
    resident = resident_of(request)
    if resident is not None:
        return resident.viewer
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return anonymous_viewer(on=on)
    viewer = viewer_at_work(viewer_for(user=user, on=on), request.session.get(DUTY), moment)
    seen = int(request.session.get("seen", 0))
    if moment.timestamp() - seen > SEEN_EVERY_SECONDS:
        request.session["seen"] = int(moment.timestamp())
    return viewer


class ViewerMiddleware:
    """Puts ``request.viewer`` there, and turns refusals into pages."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = SimpleLazyObject(lambda: _viewer_found(request))  # type: ignore[attr-defined]
        if self._from_elsewhere(request):
            response = render(request, "404.html", status=404)
            response.delete_cookie(settings.SESSION_COOKIE_NAME, samesite="Lax")
            return response
        if request.path.startswith("/office/"):
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if second_factor_missing(request):
                return redirect("mfa_activate_totp")
            if not request.viewer.is_signed_in:  # type: ignore[attr-defined]
                # The last post has ended: whoever left yesterday is signed out today.
                logout(request)
                return redirect("account_login")
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer "not yours" like "not there", and what is unavailable (a store, a font) with words."""
        if isinstance(exception, NotAllowed):
            raise Http404 from exception
        if isinstance(exception, Unavailable):
            return render(request, "503.html", {"message": exception.message}, status=503)
        return None

    @staticmethod
    def _from_elsewhere(request: HttpRequest) -> bool:
        """A session cookie that this installation did not make opens nothing, not even the sign-in."""
        cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        return (
            bool(cookie)
            and not key_is_ours(str(cookie))
            and request.path.startswith(("/office/", "/account/"))
        )
