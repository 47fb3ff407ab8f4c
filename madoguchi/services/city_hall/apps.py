from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CityHallConfig(AppConfig):
    name = "madoguchi.services.city_hall"
    label = "city_hall"
    verbose_name = _("庁内の基盤")
