"""Forms of the workbooks: what to read, and why a published plan is corrected."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.measures.models import Edition
from madoguchi.ui.forms import HouseForm

_XLSX = ".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_YAML = ".yaml,.yml,application/yaml,text/yaml"


class PlanWorkbookForm(HouseForm):
    """A workbook to read, and how its columns are read where it is not our template."""

    file = forms.FileField(
        label=_("計画の表（.xlsx）"),
        widget=forms.FileInput(attrs={"accept": _XLSX}),
        allow_empty_file=True,
        max_length=200,
    )
    mapping = forms.FileField(
        label=_("列の対応表（.yaml）"),
        help_text=_("ひな形でない様式を初めて読み込むときだけ選びます。一度取り込むと、次からは要りません。"),
        widget=forms.FileInput(attrs={"accept": _YAML}),
        required=False,
        allow_empty_file=True,
        max_length=200,
    )


class ImportApplyForm(HouseForm):
    """Why a published plan is corrected; not asked for a plan that is not published."""

    reason = forms.CharField(
        label=_("訂正の理由"), max_length=300, help_text=_("公表済みの計画なので、理由が記録に残ります。")
    )

    def __init__(self, *args: Any, published: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not published:
            del self.fields["reason"]


class _EditionField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of plans, by city and title."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.city} {obj.title}"


class TemplateForm(HouseForm):
    """Which plan the template is filled with."""

    of = _EditionField(
        label=_("計画"),
        queryset=Edition.objects.order_by("city", "first_year", "key"),
        to_field_name="key",
        empty_label=None,
    )
