from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bench.djbench.models import Application


def listing(request: HttpRequest) -> HttpResponse:
    """List the newest fifty."""
    return render(request, "list.html", {"rows": Application.objects.order_by("-id")[:50]})
