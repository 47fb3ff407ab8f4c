from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madoguchi.ui.forms import DecimalNumberField, HouseForm, LongTextField, WarekiDateField, choices_set


class ActualForm(HouseForm):
    """The figure reached in a year."""

    value = DecimalNumberField(label=_("実績値"), required=False)
    provisional = forms.BooleanField(label=_("見込みの値"), required=False)
    as_of = WarekiDateField(
        label=_("いつ時点の値か"), required=False, help_text=_("見込みのときだけ書きます。")
    )
    note = LongTextField(label=_("備考"), required=False, max_length=500)
    after = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean(self) -> dict[str, Any]:
        """A provisional figure needs its day."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("provisional") and not cleaned.get("as_of") and "as_of" not in self.errors:
            self.add_error("as_of", _("見込みの値には、いつ時点かを書いてください。"))
        value = cleaned.get("value")
        cleaned["value"] = Decimal(value) if value is not None else None
        return cleaned


class GradeForm(HouseForm):
    """The judgement on an item."""

    grade = forms.ChoiceField(label=_("自己評価"), widget=forms.RadioSelect)
    after = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, grades: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_set(self, grade=grades)
