"""The design system's own page: a gallery of its components."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from madoguchi.ui.gallery import SAMPLES


@dataclass(frozen=True, slots=True)
class _Link:
    label: str
    url: str
    current: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True)
class _SampleViewer:
    """Stands in for a signed-in clerk, so that the office shell can be seen without one."""

    name: str
    office: str
    post: str
    is_signed_in: bool = True


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component with its states, in the portal's shell or, with ``?shell=office``, in the office's."""
    shell = "office" if request.GET.get("shell") == "office" else "portal"
    shown = []
    for sample in SAMPLES:
        template: Any = get_template(sample.template_name)
        html = template.render(sample.values(), request)
        shown.append(
            {"key": sample.key, "title": sample.title, "html": html, "source": template.template.source}
        )
    context = {
        # Not base_office.html: the faces may put their own before it, which need more than a sample has.
        "shell": f"ui/shells/{shell}.html",
        "samples": shown,
        "breadcrumb": [(gettext("ホーム"), "/"), (gettext("部品の見本"), "")],
        "menu": [
            _Link(gettext("市民向けの形"), "?shell=portal", shell == "portal"),
            _Link(gettext("職員向けの形"), "?shell=office", shell == "office"),
            _Link(gettext("申請"), "#table", count=12),
        ],
        "viewer": _SampleViewer("佐藤 恵", gettext("市民課"), gettext("係長")),
    }
    return render(request, "ui/gallery.html", context)
