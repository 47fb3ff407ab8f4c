"""What a clerk types to register and to end by papers that somebody acts for another."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.actions.mandates_counter import END_REASONS
from madoguchi.blocks.people.mandates.offers import EVERY_SERVICE, service_labels
from madoguchi.blocks.people.models import Mandate, Party
from madoguchi.kit.check_characters import ReceiptNumberRefused, receipt_number_parse
from madoguchi.ui.formats import refusal_text
from madoguchi.ui.forms import HouseForm, WarekiDateField, choices_set


class MandateForm(HouseForm):
    """Who acts, in what, from when to when, and by which papers."""

    kind = forms.ChoiceField(label=_("種類"), widget=forms.RadioSelect)
    delegate = forms.CharField(
        label=_("代わりの人の番号"),
        max_length=20,
        help_text=_("人をさがす画面に出る番号です。例：K7M4-90XW-H2PC"),
    )
    services = forms.MultipleChoiceField(label=_("できること"), widget=forms.CheckboxSelectMultiple)
    papers = forms.CharField(
        label=_("確かめた書類"),
        max_length=200,
        help_text=_("例：登記事項証明書（後見）令和8年4月10日発行、委任状（令和8年5月1日付け）"),
    )
    starts_on = WarekiDateField(label=_("いつから"))
    last_on = WarekiDateField(
        label=_("いつまで"), required=False, help_text=_("決まっていないときは、空のままにします。")
    )

    def __init__(self, *args: Any, party_kind: str, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        officer = party_kind == Party.Kind.ORGANISATION
        kinds = [
            (kind.value, kind.label) for kind in Mandate.Kind if (kind is Mandate.Kind.OFFICER) == officer
        ]
        every = (EVERY_SERVICE, gettext("すべての手続き（これから増えるものも）"))
        choices_set(self, kind=kinds, services=[every, *sorted(service_labels(language).items())])

    def clean_delegate(self) -> str:
        """Give the number as it was printed."""
        try:
            return receipt_number_parse(str(self.cleaned_data["delegate"]))
        except ReceiptNumberRefused as refused:
            raise forms.ValidationError(refusal_text(refused), code=refused.code) from refused


class MandateEndForm(HouseForm):
    """Why a mandate is ended."""

    reason = forms.ChoiceField(
        label=_("終える理由"), widget=forms.RadioSelect, choices=list(END_REASONS.items())
    )
