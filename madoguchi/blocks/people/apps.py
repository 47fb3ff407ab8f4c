from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "madoguchi.blocks.people"
    label = "people"
    verbose_name = _("人と組織")

    def ready(self) -> None:
        from madoguchi.blocks.people.signing import signals_connect

        signals_connect()
