"""Small forms of what is entered for a year outside a collection round, and of publishing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.measures.models import ImprovementCheck
from madoguchi.blocks.measures.rounds.forms import Choices
from madoguchi.ui.forms import HouseForm, LongTextField, WarekiDateField, choices_set


class _After(HouseForm):
    after = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class TextForm(_After):
    """A text of a year; empty takes it back."""

    text = LongTextField(label=_("文"), required=False, max_length=8000)


class ProgressForm(_After):
    """How far an item or one of its rows has come."""

    status = forms.ChoiceField(label=_("進み具合"), widget=forms.RadioSelect)
    note = LongTextField(label=_("備考"), required=False, max_length=500)

    def __init__(self, *args: Any, phases: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_set(self, status=phases)


class CheckForm(_After):
    """What became of the improvement that the year before promised."""

    outcome = forms.ChoiceField(
        label=_("前の年度の改善策は、どうなりましたか"),
        choices=ImprovementCheck.Outcome.choices,
        widget=forms.RadioSelect,
    )
    note = LongTextField(label=_("点検のことば"), required=False, max_length=500)


class MissForm(_After):
    """Why a target was missed."""

    cause = forms.ChoiceField(label=_("目標に届かなかった理由"), widget=forms.RadioSelect)
    budget_request = forms.CharField(
        label=_("関係する予算要求"), required=False, max_length=200,
        help_text=_("予算で直すときは、予算要求の番号か事業名を書きます。"),
    )  # fmt: skip

    def __init__(self, *args: Any, causes: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_set(self, cause=causes)


class CoordinatorForm(HouseForm):
    """Which office brings an item's answers together."""

    office_name = forms.ChoiceField(label=_("取りまとめの部署"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, offices: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_set(self, office_name=[("", _("決めない")), *((name, name) for name in offices)])


class PublishForm(HouseForm):
    """Giving the results of a year to the public."""

    provisional = forms.BooleanField(label=_("見込みの値として公表する"), required=False)
    as_of = WarekiDateField(
        label=_("いつ時点の値か"), required=False, help_text=_("見込みのときだけ書きます。")
    )

    def clean(self) -> dict[str, Any]:
        """Provisional results need their day."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("provisional") and not cleaned.get("as_of") and "as_of" not in self.errors:
            self.add_error("as_of", _("見込みの値には、いつ時点かを書いてください。"))
        return cleaned
