from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DxPlanConfig(AppConfig):
    name = "madoguchi.services.dx_plan"
    label = "dx_plan"
    verbose_name = _("DX推進計画")
