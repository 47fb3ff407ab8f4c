from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeasuresConfig(AppConfig):
    name = "madoguchi.blocks.measures"
    label = "measures"
    verbose_name = _("計画と指標")
