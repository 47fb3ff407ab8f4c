from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacesConfig(AppConfig):
    name = "madoguchi.blocks.places"
    label = "places"
    verbose_name = _("町と地区")
