"""One record."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def record(request: HttpRequest, register: str, number: str) -> HttpResponse:
    raise NotImplementedError
