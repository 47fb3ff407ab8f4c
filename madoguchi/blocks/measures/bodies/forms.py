"""What is typed about bodies, seats, meetings and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.measures.models import Membership
from madoguchi.ui.forms import HouseForm, LongTextField, NumberField, WarekiDateField, choices_set

Choices = Sequence[tuple[str, Any]]


class BodyForm(HouseForm):
    """A body and its rules."""

    key = forms.CharField(
        label=_("キー"),
        max_length=60,
        help_text=_("画面の住所に使います。英小文字・数字・ハイフン。例：dx-hombu"),
    )
    name = forms.CharField(label=_("名称"), max_length=100)
    purpose = LongTextField(label=_("所掌"), required=False, max_length=500)
    rules = forms.CharField(
        label=_("設置の根拠"), required=False, max_length=200, help_text=_("設置要綱などの名前。")
    )
    above = forms.ChoiceField(label=_("上の会議体"), required=False)
    starts_on = WarekiDateField(label=_("設置した日"))
    order = NumberField(label=_("並び順"), required=False, min_value=0, max_value=9999, initial=0)
    per_office = forms.BooleanField(label=_("委員は、部署から一人ずつ"), required=False)
    office_levels = forms.MultipleChoiceField(
        label=_("委員を出す組織の階層"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("部署から一人ずつのときだけ使います。選ばなければ、すべての階層です。"),
    )

    def __init__(self, *args: Any, above: Choices, levels: Sequence[str], new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not new:
            del self.fields["key"]
        choices_set(self, above=[("", _("なし")), *above], office_levels=[(level, level) for level in levels])

    def clean_order(self) -> int:
        """Read an empty place as the first."""
        return int(self.cleaned_data["order"] or 0)


class BodyEndForm(HouseForm):
    """The end of a body."""

    on = WarekiDateField(
        label=_("この日には、もうありません"), help_text=_("最後の日の翌日。例：3月31日までなら、4月1日")
    )


class MemberForm(HouseForm):
    """A post that takes a seat."""

    post_key = forms.ChoiceField(
        label=_("職"),
        help_text=_("人ではなく職を選びます。異動のあとは、新しくその職についた人が委員になります。"),
    )
    role = forms.ChoiceField(label=_("役割"), choices=Membership.Role.choices, initial=Membership.Role.MEMBER)
    office_key = forms.ChoiceField(
        label=_("どの部署の委員か"), required=False, help_text=_("選ばなければ、その職のある部署です。")
    )
    starts_on = WarekiDateField(label=_("この日から"))
    ends_on = WarekiDateField(
        label=_("この日には、もういません"),
        required=False,
        help_text=_("終わりが決まっているときだけ、最後の日の翌日を書きます。"),
    )

    def __init__(self, *args: Any, posts: Choices, offices: Choices | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_set(self, post_key=[("", _("選んでください")), *posts])
        if offices is None:
            del self.fields["office_key"]
        else:
            choices_set(self, office_key=[("", _("その職のある部署")), *offices])


class LeaveForm(HouseForm):
    """The end of a seat."""

    on = WarekiDateField(
        label=_("この日には、もういません"), help_text=_("最後の日の翌日。例：3月31日までなら、4月1日")
    )


class MeetingForm(HouseForm):
    """A meeting to come."""

    title = forms.CharField(label=_("会議の名称"), max_length=200, help_text=_("例：令和8年度 第1回"))
    held_on = WarekiDateField(label=_("開催日"))
    place = forms.CharField(label=_("場所"), required=False, max_length=200)


class AgendaForm(HouseForm):
    """A subject and its papers. ``report`` is an edition's key and a fiscal year."""

    title = forms.CharField(label=_("議題"), max_length=200)
    paper = LongTextField(label=_("資料"), required=False, max_length=20_000)
    report = forms.ChoiceField(
        label=_("資料にする計画の結果"),
        required=False,
        help_text=_(
            "選ぶと、その年度の実績と評価の表が資料になります。表の数字は、開くたびに新しくなります。"
        ),
    )

    def __init__(self, *args: Any, reports: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_set(self, report=[("", _("なし")), *reports])


class DecisionForm(HouseForm):
    """What was decided, and what is left to do."""

    decision = LongTextField(label=_("決まったこと"), required=False, max_length=5000)
    decided_on = WarekiDateField(label=_("決まった日"), required=False)
    owed_by = forms.ChoiceField(label=_("対応する職"), required=False)
    owed_what = forms.CharField(label=_("対応事項"), required=False, max_length=300)
    owed_until = WarekiDateField(label=_("対応の期限"), required=False)

    def __init__(self, *args: Any, posts: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_set(self, owed_by=[("", _("なし")), *posts])


class DoneForm(HouseForm):
    """The day on which something owed was done."""

    on = WarekiDateField(label=_("終えた日"))


class MinutesForm(HouseForm):
    """What was said."""

    minutes = LongTextField(label=_("議事の要旨"), required=False, max_length=20_000)


class MembersDayForm(HouseForm):
    """On which day to look at the members."""

    marks_hidden = True
    on = WarekiDateField(label=_("いつの委員か"), required=False)
