"""The house's addresses: every app brings its own file, found by name."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path
from django.views.i18n import set_language

from madoguchi.blocks.people.pages import whose_free


def _rooms(room: str) -> list[str]:
    return [f"{app}.{room}" for app in settings.HOUSE_APPS if find_spec(f"{app}.{room}") is not None]


urlpatterns = [
    path("language/", whose_free(set_language), name="set_language"),
    path("account/", include("allauth.urls")),
    path("office/", include([path("", include(room)) for room in _rooms("urls_staff")])),
    path("", include([path("", include(room)) for room in _rooms("urls_citizen")])),
]
