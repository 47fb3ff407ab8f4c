"""The registers there are, and the list of one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def registers(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError


def records(request: HttpRequest, register: str) -> HttpResponse:
    raise NotImplementedError
