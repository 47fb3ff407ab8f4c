"""What is typed on the pages of signing in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.actions.counter import passphrase_fold
from madoguchi.blocks.people.identity.mail import address_fold
from madoguchi.kit.check_characters import receipt_number_parse
from madoguchi.kit.refusals import Refused as TextRefused
from madoguchi.ui.forms import HouseForm

MOST_LETTERS = 200


class _SharedForm(HouseForm):
    """Every way asks whether others use the device as well."""

    marks_hidden = True
    shared = forms.BooleanField(
        label=_("みんなで使う端末です"),
        required=False,
        help_text=_("図書館や窓口の端末では、印を付けてください。3分使わないと終わります。"),
    )


class CardForm(_SharedForm):
    """Nothing but the device."""


class PasskeyForm(_SharedForm):
    """The device's answer, put there by the script."""

    answer = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)


class MailForm(_SharedForm):
    """Where the mail goes."""

    address = forms.CharField(
        label=_("メールアドレス"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"}),
    )
    field_order = ("address", "shared")

    def clean_address(self) -> str:
        """Fold the address, and refuse what cannot be one."""
        address = address_fold(self.cleaned_data["address"])
        try:
            validate_email(address)
        except ValidationError as wrong:
            raise ValidationError(
                _("メールアドレスの形が違います。「@」の前と後を確かめてください。")
            ) from wrong
        return address


class CodeForm(HouseForm):
    """The figures of the mail."""

    marks_hidden = True
    code = forms.CharField(
        label=_("メールに書いてある6桁の番号"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "size": "12"}),
    )


class CounterForm(_SharedForm):
    """Number and passphrase; the first time the start code."""

    number = forms.CharField(
        label=_("番号"),
        max_length=40,
        help_text=_("窓口で受け取った紙に書いてある12文字です。「-」は、なくてもかまいません。"),
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    passphrase = forms.CharField(
        label=_("合言葉"),
        max_length=MOST_LETTERS,
        strip=False,
        help_text=_("はじめてのときは、紙に書いてある「はじめの合言葉」を入れます。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("number", "passphrase", "shared")

    def clean_number(self) -> str:
        """Read the number; a slip of the finger is told before anything is tried."""
        return number_typed(self.cleaned_data["number"])


class PassphraseForm(HouseForm):
    """A new passphrase, typed twice."""

    marks_hidden = True
    passphrase = forms.CharField(
        label=_("新しい合言葉"),
        max_length=MOST_LETTERS,
        strip=False,
        help_text=_(
            "12文字以上。関係のない言葉を三つ四つつなげると、覚えやすく破られにくくなります。ひらがなも使えます。"
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("新しい合言葉（もう一度）"),
        max_length=MOST_LETTERS,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_passphrase(self) -> str:
        """Judge it as it will be kept."""
        folded = passphrase_fold(self.cleaned_data["passphrase"])
        validate_password(folded)
        return folded

    def clean(self) -> dict[str, Any]:
        """Refuse two different ones."""
        cleaned = super().clean() or self.cleaned_data
        known = cleaned.get("passphrase")
        if known and passphrase_fold(cleaned.get("again", "")) != known:
            self.add_error("again", _("二つの合言葉が違います。もう一度入力してください。"))
        return cleaned


class LabelForm(HouseForm):
    """What its owner calls a means."""

    marks_hidden = True
    label = forms.CharField(label=_("名前"), max_length=60, required=False)


class NewPasskeyForm(HouseForm):
    """A name, and the device's answer, put there by the script."""

    marks_hidden = True
    label = forms.CharField(
        label=_("名前"), max_length=60, required=False, help_text=_("例：自分のスマートフォン")
    )
    answer = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)


def number_typed(text: str) -> str:
    """
    Read the number of an account as somebody typed it.

    :raises ValidationError: its check character does not fit.
    """
    try:
        return receipt_number_parse(text)
    except TextRefused as wrong:
        raise ValidationError(
            _("番号に打ち間違いがあります。元の番号ともう一度見比べてください。")
        ) from wrong
