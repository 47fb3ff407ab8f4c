"""The gallery of components."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component with its states."""
    return render(request, "ui/gallery.html", {})
