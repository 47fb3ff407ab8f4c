"""The design system as a Django app."""

from __future__ import annotations

import logging

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from madoguchi.ui.texts import TextsUnwritable, texts_compile

log = logging.getLogger(__name__)


class UiConfig(AppConfig):
    """Base pages, components, forms and interface texts of the house."""

    name = "madoguchi.ui"
    label = "ui"
    verbose_name = _("デザインシステム")

    def ready(self) -> None:
        """Compile the catalogues that are missing or older than their sources."""
        try:
            texts_compile()
        except TextsUnwritable as refused:
            # Pages still work, in Japanese: a city hall must not stay shut for want of a translation.
            log.warning("%s", refused)
