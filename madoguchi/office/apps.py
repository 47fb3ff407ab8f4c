from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OfficeConfig(AppConfig):
    name = "madoguchi.office"
    label = "office"
    verbose_name = _("庁内")

    def ready(self) -> None:
        # Listens for a removed second factor.
        import_module("madoguchi.office.sign_in")
