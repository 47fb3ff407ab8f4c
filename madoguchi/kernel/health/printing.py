"""Whether documents can be printed as PDF."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from madoguchi.kernel.health import Health, health_check
from madoguchi.kernel.typeset.fonts import FontMissing, font_folders


@health_check(
    "fonts",
    label=gettext_lazy("印刷の書体"),
    meaning=gettext_lazy("PDF の一覧表や資料に使う、日本語の書体です。"),
    order=140,
)
def fonts_there(now: datetime) -> Health:  # noqa: ARG001
    """Name the families that documents are printed with."""
    try:
        _folders, families = font_folders()
    except FontMissing as missing:
        return Health("warn", _("日本語の書体がないので、PDF を作れません。"), str(missing.message))
    return Health("ok", ", ".join(families))
