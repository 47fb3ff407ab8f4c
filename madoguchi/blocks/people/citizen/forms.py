"""What residents type about themselves and about those who act for them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.citizen.words import kind_word
from madoguchi.blocks.people.mandates.offers import EVERY_SERVICE, OWN_WORD
from madoguchi.blocks.people.models import Party
from madoguchi.blocks.people.notices import WAYS, NoticeWays, notice_purpose_label
from madoguchi.kernel.declarations import CodeItem
from madoguchi.kit.addresses.postal_codes import PostalCodeRefused, postal_code_parse
from madoguchi.ui.formats import refusal_text
from madoguchi.ui.forms import HouseForm, LongTextField, choices_set

PERIODS: Final = {"3": _("3か月"), "12": _("1年"), "24": _("2年"), "36": _("3年")}
WAY_WORDS: Final = {"portal": _("このサイトで"), "mail": _("メールで"), "letter": _("郵便で")}


class OfferForm(HouseForm):
    """Who may do what in one's name, and for how long."""

    marks_hidden = True
    kind = forms.ChoiceField(label=_("どんな人に頼みますか"), widget=forms.RadioSelect)
    services = forms.MultipleChoiceField(
        label=_("何を頼みますか"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("頼む相手は、選んだ手続きであなたの記録を見て、あなたの代わりに申し込めます。"),
    )
    months = forms.ChoiceField(
        label=_("いつまで頼みますか"),
        widget=forms.RadioSelect,
        choices=list(PERIODS.items()),
        help_text=_("途中でも、いつでも終えられます。"),
    )

    def __init__(
        self,
        *args: Any,
        grantor_kind: str = Party.Kind.PERSON,
        services: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("initial", {"months": "12"})
        super().__init__(*args, **kwargs)
        every = (EVERY_SERVICE, gettext("すべての手続き（これから増えるものも）"))
        kinds = [(kind, kind_word(kind)) for kind in OWN_WORD[grantor_kind]]
        choices_set(self, kind=kinds, services=[*services, every])


class CodeForm(HouseForm):
    """The code that somebody handed over."""

    marks_hidden = True
    code = forms.CharField(
        label=_("受け取った番号"),
        max_length=20,
        help_text=_("8文字です。大文字と小文字、ハイフンの有無は気にしなくてかまいません。例：K7M4-90XW"),
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "size": "12"}
        ),
    )


class ClaimForm(HouseForm):
    """The word of somebody who claims to be a parent or to head an association."""

    marks_hidden = True
    party = forms.CharField(widget=forms.HiddenInput)
    declared = forms.BooleanField(label=_("私は、この子の親権者か、この団体の代表者です。"))


class AddressForm(HouseForm):
    """Where post is to go."""

    postcode = forms.CharField(
        label=_("郵便番号"),
        required=False,
        max_length=10,
        help_text=_("例：770-8571"),
        widget=forms.TextInput({"autocomplete": "postal-code", "inputmode": "numeric", "size": "10"}),
    )
    address = LongTextField(
        label=_("住所"),
        max_length=300,
        widget=forms.Textarea({"rows": 3, "autocomplete": "street-address"}),
        help_text=_("都道府県から書いてください。建物の名前と部屋の番号、「○○様方」も書けます。"),
    )

    def clean_postcode(self) -> str:
        """Give seven figures, however they were typed."""
        typed = str(self.cleaned_data["postcode"])
        try:
            return postal_code_parse(typed) if typed.strip() else ""
        except PostalCodeRefused as refused:
            raise forms.ValidationError(refusal_text(refused), code=refused.code) from refused

    def clean_address(self) -> str:
        """Give one line."""
        return " ".join(str(self.cleaned_data["address"]).split())


class NoticesForm(HouseForm):
    """By which ways the city writes, for each purpose; and to which e-mail address."""

    marks_hidden = True
    mail = forms.EmailField(
        label=_("メールアドレス"),
        required=False,
        help_text=_("メールを使わないときは、空のままにしてください。例：hanako@example.jp"),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )

    def __init__(
        self,
        *args: Any,
        purposes: Sequence[CodeItem],
        ways: dict[str, NoticeWays],
        language: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.codes = [item.code for item in purposes]
        for item in purposes:
            known = ways[item.code]
            chosen = {"portal": known.portal, "mail": bool(known.mail), "letter": known.letter}
            self.fields[f"way_{item.code}"] = forms.MultipleChoiceField(
                label=notice_purpose_label(item.code, language),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                choices=[(way, WAY_WORDS[way]) for way in WAYS],
                initial=[way for way in WAYS if chosen[way]],
            )

    @property
    def ways(self) -> dict[str, list[str]]:
        """What was chosen, by purpose."""
        return {code: list(self.cleaned_data[f"way_{code}"]) for code in self.codes}


class LanguageForm(HouseForm):
    """The language in which the city writes."""

    marks_hidden = True
    language = forms.ChoiceField(
        label=_("市からのお知らせのことば"), widget=forms.RadioSelect, choices=settings.LANGUAGES
    )


class YearForm(HouseForm):
    """Of which year the looks are listed."""

    marks_hidden = True
    year = forms.TypedChoiceField(label=_("いつ見たか"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, years: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: list[tuple[object, str]] = [("", gettext("すべて"))]
        choices += [(year, gettext("%(year)d年") % {"year": year}) for year in years]
        choices_set(self, year=choices)


def months_later(day: date, months: int) -> date:
    """Give the same day so many months later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
