"""The forms of notices. ``NoticeForm`` also is the rule for what may be sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.messages.models import TITLE_LENGTH
from madoguchi.blocks.messages.types import Ask, AudienceKind, NoticeTyped, Urgency
from madoguchi.blocks.people.queries import offices_on
from madoguchi.blocks.people.types import OfficeOnDay
from madoguchi.kernel.calendar import business_day_from, is_business_day
from madoguchi.ui.formats import date_text
from madoguchi.ui.forms import HouseForm, LongTextField, WarekiDateField

BODY_LENGTH = 10_000
REASON_LENGTH = 300
DEADLINE_DAYS = 730


@dataclass(frozen=True, slots=True)
class OfficeNode:
    """An office of the picker, with those under it."""

    office: OfficeOnDay
    number: int
    checked: bool
    under: tuple[OfficeNode, ...]

    @property
    def is_open(self) -> bool:
        """Whether something under it is chosen, so that the branch has to be seen."""
        return any(node.checked or node.is_open for node in self.under)


class OfficeTree(forms.CheckboxSelectMultiple):
    """Checkboxes in the shape of the organisation; a branch folds without any script."""

    template_name = "messages/widgets/offices.html"
    offices: tuple[OfficeOnDay, ...] = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the tree."""
        context = super().get_context(name, value, attrs)
        context["nodes"] = self._nodes({str(key) for key in value or ()})
        return context

    def _nodes(self, chosen: set[str]) -> tuple[OfficeNode, ...]:
        # The offices come in tree order: their number is the one that the error summary's link counts.
        children: dict[int | None, list[tuple[int, OfficeOnDay]]] = {}
        for number, office in enumerate(self.offices):
            children.setdefault(office.parent_id, []).append((number, office))

        def branch(parent: int | None) -> Iterator[OfficeNode]:
            for number, office in children.get(parent, ()):
                yield OfficeNode(office, number, office.key in chosen, tuple(branch(office.id)))

        return tuple(branch(None))


class OfficesField(forms.MultipleChoiceField):
    """Offices of a day by their keys."""

    widget = OfficeTree
    default_error_messages = {
        "invalid_choice": _("選んだ組織「%(value)s」は、いまはありません。選び直してください。"),
    }

    def offices_set(self, offices: Iterable[OfficeOnDay]) -> None:
        """Say which offices stand."""
        standing = tuple(offices)
        self.choices = [(office.key, office.name) for office in standing]
        widget: Any = self.widget
        widget.offices = standing


class NoticeForm(HouseForm):
    """A notice as typed; valid means that it may be sent on that day."""

    title = forms.CharField(label=_("件名"), max_length=TITLE_LENGTH)
    body = LongTextField(
        label=_("本文"),
        max_length=BODY_LENGTH,
        help_text=_("空の行で段落が分かれます。https:// で始まるアドレスは押せるようになります。"),
    )
    urgency = forms.ChoiceField(label=_("緊急度"), choices=Urgency.choices, widget=forms.RadioSelect)
    ask = forms.ChoiceField(label=_("受け取った人がすること"), choices=Ask.choices, widget=forms.RadioSelect)
    deadline = WarekiDateField(label=_("期限"), required=False)
    audience = forms.ChoiceField(label=_("あて先"), choices=AudienceKind.choices, widget=forms.RadioSelect)
    offices = OfficesField(label=_("あて先の組織"), required=False)
    with_under = forms.BooleanField(label=_("選んだ組織の下にある組織にも送る"), required=False)

    def __init__(self, data: Any = None, *, on: date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.on = on
        offices = self.fields["offices"]
        assert isinstance(offices, OfficesField)
        offices.offices_set(offices_on(on=on))

    @classmethod
    def of(cls, typed: NoticeTyped, *, on: date) -> NoticeForm:
        """Give the form that judges what was typed."""
        return cls(typed_as_data(typed), on=on)

    @classmethod
    def showing(cls, typed: NoticeTyped, *, on: date) -> NoticeForm:
        """Give the form that shows what was typed without judging it yet."""
        return cls(on=on, initial={**typed.as_json(), "offices": list(typed.offices)})

    def clean_deadline(self) -> date | None:
        """Refuse a day that has passed, a closed day, and one too far away."""
        day: date | None = self.cleaned_data["deadline"]
        if day is None:
            return None
        if day < self.on:
            raise ValidationError(
                gettext("期限が過ぎた日です。今日（%(day)s）以後の日付を入力してください。")
                % {"day": date_text(self.on)}
            )
        if day > self.on + timedelta(days=DEADLINE_DAYS):
            raise ValidationError(gettext("期限が遠すぎます。2年以内の日付を入力してください。"))
        if not is_business_day(day):
            raise ValidationError(
                gettext("%(day)sは閉庁日です。開庁日を入力してください（次の開庁日は%(next)s）。")
                % {"day": date_text(day), "next": date_text(business_day_from(day))}
            )
        return day

    def clean(self) -> dict[str, Any]:
        """Refuse a notice for nobody."""
        values = self.cleaned_data
        if values.get("audience") == AudienceKind.OFFICES and "offices" in values and not values["offices"]:
            self.add_error("offices", gettext("あて先の組織を一つ以上選ぶか、「全職員」にしてください。"))
        return values


class WithdrawForm(HouseForm):
    """Why a sent notice is taken back."""

    reason = LongTextField(
        label=_("取消しの理由"),
        max_length=REASON_LENGTH,
        help_text=_("受け取った人に、この理由が表示されます。お知らせと確認の記録は残ります。"),
    )


def typed_from_post(post: QueryDict) -> NoticeTyped:
    """Read a notice from a request as it was typed, judging nothing."""

    def text(name: str) -> str:
        # PostgreSQL stores no NUL; nobody types one.
        return str(post.get(name, "")).replace("\x00", "").replace("\r\n", "\n")

    return NoticeTyped(
        title=text("title"),
        body=text("body"),
        urgency=text("urgency"),
        ask=text("ask"),
        deadline=text("deadline"),
        audience=text("audience"),
        offices=tuple(dict.fromkeys(str(key).replace("\x00", "") for key in post.getlist("offices"))),
        with_under=bool(post.get("with_under")),
    )


def typed_as_data(typed: NoticeTyped) -> MultiValueDict[str, Any]:
    """Give what was typed in the shape of a request's data."""
    data: Mapping[str, list[Any]] = {
        "title": [typed.title],
        "body": [typed.body],
        "urgency": [typed.urgency],
        "ask": [typed.ask],
        "deadline": [typed.deadline],
        "audience": [typed.audience],
        "offices": list(typed.offices),
        "with_under": ["on"] if typed.with_under else [],
    }
    return MultiValueDict(data)
