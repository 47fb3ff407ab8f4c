"""What is typed on the pages that watch the rights."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.models import AccessReviewItem, RoleGrant
from madoguchi.blocks.people.organisation import organisation
from madoguchi.blocks.people.oversight.holders import RoleKnown
from madoguchi.blocks.people.oversight.quarters import quarter_of
from madoguchi.ui.forms import HouseForm, LongTextField, WarekiDateField


class RightsForm(HouseForm):
    """Of which day, and of whom or what."""

    marks_hidden = True
    on = WarekiDateField(label=_("いつの権限か"), required=False)
    q = forms.CharField(label=_("職員番号か氏名"), required=False, max_length=100)
    office = forms.ChoiceField(label=_("組織（その下も）"), required=False)
    service = forms.ChoiceField(label=_("業務"), required=False)
    role = forms.ChoiceField(label=_("役割"), required=False)
    data_class = forms.ChoiceField(label=_("データの区分（これ以上に届くもの）"), required=False)

    def __init__(self, *args: Any, on: date, roles: dict[str, RoleKnown], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offices = [
            (office.key, "　" * (len(office.path) - 1) + office.name)
            for office in organisation().day(on).in_order()
        ]
        services = {role.key.split("/")[0]: role.service for role in roles.values()}
        choices: dict[str, list[tuple[str, Any]]] = {
            "office": offices,
            "service": sorted(services.items()),
            "role": [(role.key, f"{role.service} / {role.label}") for role in roles.values()],
            "data_class": list(RoleGrant.Class.choices),
        }
        for name, known in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", gettext("（すべて）")), *known]


class ReviewOpenForm(HouseForm):
    """Of which quarter, and until when to answer."""

    quarter = forms.ChoiceField(label=_("四半期"))
    due_on = WarekiDateField(label=_("答える期限"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # This quarter, or the one that has just ended: nobody reviews ahead.
        near = dict.fromkeys([quarter_of(today), quarter_of(today - timedelta(days=92))])
        field = self.fields["quarter"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(name, quarter_text(name)) for name in near]
        self.fields["due_on"].initial = today + timedelta(days=14)


class AnswerForm(HouseForm):
    """Is this right still needed?"""

    marks_hidden = True
    answer = forms.ChoiceField(
        label=_("この役割は、まだ要りますか"),
        choices=AccessReviewItem.Answer.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("終える理由（終えるときだけ）"), required=False, max_length=300)

    def __init__(self, *args: Any, title: str, **kwargs: Any) -> None:
        """
        :param title: the right that is asked about; many stand on one page, and a message has to name its own.
        """
        super().__init__(*args, **kwargs)
        self._title = title

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where something ends."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("answer") == "end" and not cleaned.get("reason") and "reason" not in self.errors:
            text = gettext("「%(title)s」を終える理由を書いてください。") % {"title": self._title}
            self.add_error("reason", text)
        return cleaned


class EmergencyForm(HouseForm):
    """Why it cannot wait."""

    reason = LongTextField(
        label=_("理由"),
        max_length=1_000,
        help_text=_("だれの何を見るのか、なぜ待てないのかを、10文字以上で書きます。"),
    )


class EmergencyJudgeForm(HouseForm):
    """Was it one?"""

    proper = forms.ChoiceField(
        label=_("やむを得ない閲覧でしたか"),
        choices=[("yes", _("やむを得なかった")), ("no", _("やむを得ないとは言えない"))],
        widget=forms.RadioSelect,
    )
    judgement = LongTextField(label=_("確かめた内容"), max_length=1_000)


class FindingJudgeForm(HouseForm):
    """What came of a finding."""

    judgement = LongTextField(
        label=_("確かめた内容"),
        max_length=1_000,
        help_text=_("本人か所属長に聞いたこと、業務の記録と合うか、次にすること。"),
    )


class MonthForm(HouseForm):
    """Of which month to make a report."""

    month = forms.ChoiceField(label=_("月"))

    def __init__(self, *args: Any, months: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["month"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(month, month_text(month)) for month in months]


def quarter_text(name: str) -> str:
    """Write a quarter for people: 2026年度 第3四半期（10月〜12月）."""
    year, number = name.split("Q")
    first = (int(number) * 3) % 12 + 1
    return gettext("%(year)s年度 第%(number)s四半期（%(first)d月から%(last)d月）") % {
        "year": year, "number": number, "first": first, "last": first + 2,
    }  # fmt: skip


def month_text(name: str) -> str:
    """Write a month for people: 2026年10月."""
    year, month = name.split("-")
    return gettext("%(year)s年%(month)d月") % {"year": year, "month": int(month)}
