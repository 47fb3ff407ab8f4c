"""What is typed on the pages of the organisation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.models import Holding, Office, Post, RoleGrant, StaffMember
from madoguchi.blocks.people.organisation import organisation
from madoguchi.blocks.people.rows import SHEETS, Column, row_clean, row_faults, value_clean
from madoguchi.kernel.db.two_times import valid_on
from madoguchi.ui.forms import HouseForm, NumberField, WarekiDateField

_HTML_FILES = ".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class OfficesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several offices, each shown by its name on a day."""

    on = date.min

    def label_from_instance(self, obj: Any) -> str:
        """Give the name, or the first one of an office that begins later."""
        return f"{organisation().name(obj.pk, max(self.on, obj.starts_on))} ({obj.key})"


class PostField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A post, shown with its office's name on a day."""

    on = date.min

    def label_from_instance(self, obj: Any) -> str:
        """Give the office's name and the title."""
        return f"{organisation().name(obj.office_id, self.on)} {obj.title} ({obj.key})"


class DayForm(HouseForm):
    """Which day to look at."""

    marks_hidden = True
    on = WarekiDateField(label=_("いつの組織か"), required=False)


class PostDayForm(HouseForm):
    """On which day to ask who held a post."""

    marks_hidden = True
    on = WarekiDateField(label=_("だれがこの職にいたか調べる日"), required=False)


class StaffSearchForm(HouseForm):
    """Whom to look for."""

    marks_hidden = True
    q = forms.CharField(
        label=_("氏名・ふりがな・職員番号"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )


class RenameForm(HouseForm):
    """A new name for an office."""

    name = forms.CharField(label=_("新しい名称"), max_length=100)
    on = WarekiDateField(label=_("この日から"))

    def clean_name(self) -> str:
        """Bring the name to its normal form, and refuse what no name may hold."""
        return _text_clean("office_names", "name", self.cleaned_data["name"])


class OfficeEndForm(HouseForm):
    """The end of an office, and who carries on."""

    on = WarekiDateField(label=_("この日から、なくなります"))
    successors = OfficesField(
        Office.objects.none(),
        label=_("仕事を引き継ぐ組織"),
        required=False,
        help_text=_("統合先・分割先を選びます。新しい組織は、先に組織表（Excel）で足してください。"),
        widget=forms.SelectMultiple(attrs={"size": 12}),
    )

    def __init__(self, *args: Any, office: Office, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._office = office
        choice = self.fields["successors"]
        assert isinstance(choice, OfficesField)
        choice.on = today
        choice.queryset = Office.objects.exclude(pk=office.pk).exclude(ends_on__lte=today).order_by("key")

    def clean(self) -> dict[str, Any]:
        """Let only offices carry on that are there on that day."""
        cleaned = super().clean() or self.cleaned_data
        on = cleaned.get("on")
        for successor in cleaned.get("successors") or ():
            if on and not (
                successor.starts_on <= on and (successor.ends_on is None or on < successor.ends_on)
            ):
                name = organisation().name(successor.pk, on)
                text = gettext("「%(name)s」は、この日にはありません。") % {"name": name}
                self.add_error("successors", text)
        return cleaned


class HoldingStartForm(HouseForm):
    """Somebody takes up a post."""

    staff = forms.CharField(label=_("職員番号"), max_length=60, help_text=_("次の画面で氏名を確かめます。"))
    kind = forms.ChoiceField(label=_("区分"), choices=Holding.Kind.choices, initial=Holding.Kind.MAIN)
    on = WarekiDateField(label=_("この日から"))
    until = WarekiDateField(
        label=_("この日には、もういません"),
        required=False,
        help_text=_("終わりが決まっているときだけ、最後の日の翌日を書きます。"),
    )
    ends_holder = forms.BooleanField(label=_("いまこの職にいる人は、同じ日に外れる"), required=False)
    ends_main = forms.BooleanField(label=_("本人のいまの本務は、同じ日に終わる"), required=False)

    def clean_staff(self) -> StaffMember:
        """Find the person."""
        key = value_clean(_column("staff", "key"), self.cleaned_data["staff"])
        found = StaffMember.objects.filter(key=key).first()
        if found is None:
            raise ValidationError(
                gettext("職員番号「%(key)s」の職員がいません。番号を確かめてください。") % {"key": key}
            )
        return found

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start."""
        return _period_clean(self, super().clean() or self.cleaned_data)


class DeputyForm(HouseForm):
    """A post that decides while another's holder is away."""

    deputy = PostField(Post.objects.none(), label=_("代決する職"))
    order = NumberField(label=_("順位"), initial=1, min_value=1, max_value=99)
    on = WarekiDateField(label=_("この日から"))
    until = WarekiDateField(label=_("この日には、もう代決しません"), required=False)

    def __init__(self, *args: Any, post: Post, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["deputy"]
        assert isinstance(choice, PostField)
        choice.on = today
        near = _near(post.office_id, organisation().day(today))
        posts = Post.objects.filter(valid_on(today), office_id__in=near).exclude(pk=post.pk)
        choice.queryset = posts.order_by("-rank", "key")

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start."""
        return _period_clean(self, super().clean() or self.cleaned_data)


class GrantForm(HouseForm):
    """A role for a post, how far it reaches, and over which data."""

    role = forms.ChoiceField(label=_("役割"))
    scope = forms.ChoiceField(label=_("範囲"), choices=RoleGrant.Scope.choices)
    upto = forms.ChoiceField(
        label=_("データの区分の上限"),
        choices=RoleGrant.Class.choices,
        initial=RoleGrant.Class.RESTRICTED,
        help_text=_("これより上の区分のデータには、役割にあっても届きません。"),
    )
    on = WarekiDateField(label=_("この日から"))
    until = WarekiDateField(label=_("この日には、もうありません"), required=False)

    def __init__(self, *args: Any, roles: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["role"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = list(roles)

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start."""
        return _period_clean(self, super().clean() or self.cleaned_data)


class EndForm(HouseForm):
    """From which day something is no longer so."""

    on = WarekiDateField(
        label=_("この日には、もうありません"), help_text=_("最後の日の翌日。例：3月31日までなら、4月1日")
    )


class PasswordForm(HouseForm):
    """A first password, typed twice."""

    password = forms.CharField(
        label=_("パスワード"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    password_again = forms.CharField(
        label=_("パスワード（もう一度）"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean(self) -> dict[str, Any]:
        """Refuse two different passwords."""
        cleaned = super().clean() or self.cleaned_data
        again = cleaned.get("password_again")
        if again and cleaned.get("password") and again != cleaned["password"]:
            self.add_error(
                "password_again", gettext("二つのパスワードが違います。もう一度入力してください。")
            )
        return cleaned


class WorkbookForm(HouseForm):
    """A workbook to read."""

    file = forms.FileField(
        label=_("組織表（.xlsx）"),
        widget=forms.FileInput(attrs={"accept": _HTML_FILES}),
        allow_empty_file=True,
        max_length=200,
    )


def _near(office_id: int, day: Any) -> set[int]:
    """An office, those above it, and those beside any of them."""
    found: set[int] = {office_id} | set(day.children.get(office_id, ()))
    current = office_id
    while (office := day.offices.get(current)) is not None and office.parent_id not in found | {None}:
        found |= {office.parent_id, *day.children.get(office.parent_id, ())}
        current = office.parent_id
    return found


def _column(sheet: str, name: str) -> Column:
    return next(column for column in SHEETS[sheet].columns if column.name == name)


def _text_clean(sheet: str, name: str, value: str) -> str:
    whole = row_clean(SHEETS[sheet], {name: value})
    for column, text in row_faults(SHEETS[sheet], whole):
        if column == name:
            raise ValidationError(text)
    return str(whole[name])


def _period_clean(form: forms.Form, cleaned: dict[str, Any]) -> dict[str, Any]:
    on, until = cleaned.get("on"), cleaned.get("until")
    if on and until and until <= on:
        form.add_error("until", gettext("開始日より後の日を書いてください。"))
    return cleaned
