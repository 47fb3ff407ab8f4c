"""A button that prints the page; it appears only where scripts run."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.ui.components.button import button


def print_button(label: object = "") -> SafeString:
    """Render the print button, hidden until ui.js shows it."""
    return button(
        label or gettext("印刷する"),
        kind="secondary",
        type="button",
        icon="print",
        data_print=True,
        hidden=True,
    )
