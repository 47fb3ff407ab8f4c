"""What is typed on the pages over residents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.models import Birth, FeedDelivery, Membership, PartyAddress, PartyName
from madoguchi.blocks.people.parties.duties import Duty
from madoguchi.blocks.people.parties.search import Asked
from madoguchi.blocks.places.queries import address_beginning
from madoguchi.kernel.clock import TOKYO
from madoguchi.kit.check_characters import corporate_number_parse, receipt_number_parse
from madoguchi.kit.names import kana_normalise, name_normalise
from madoguchi.kit.partial_dates import partial_date_parse
from madoguchi.kit.refusals import Refused
from madoguchi.ui.formats import refusal_text
from madoguchi.ui.forms import HouseForm, LongTextField, NumberField, WarekiDateField, choices_set

# A reference of a case, never a name: figures, half-width letters and what stands between them.
_CASE = re.compile(r"[0-9A-Za-z][0-9A-Za-z ./_-]*")
_NUMBER = re.compile(r"[0-9A-Za-z-]+")


class ReadField(forms.CharField):
    """
    Text that one of the kit's readers takes; what the reader refuses stands under the field.

    :param read: from what was typed to what is kept.
    """

    def __init__(self, *, read: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._read = read

    def clean(self, value: Any) -> str:
        """Read what was typed; nothing stays nothing."""
        typed = str(super().clean(value))
        if not typed:
            return ""
        try:
            return self._read(typed)
        except Refused as refused:
            raise ValidationError(refusal_text(refused), code=refused.code) from refused


class NameField(ReadField):
    """A written name, or its beginning."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{"read": name_normalise, "max_length": 200, "label": _("氏名（漢字など）"), **kwargs}
        )


class KanaField(ReadField):
    """A reading, or its beginning."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"read": kana_normalise, "max_length": 200, "label": _("フリガナ"), **kwargs})


class PartialDateField(ReadField):
    """A day of birth as far as it is known, in either calendar; the value is ISO text."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("例：昭和25年4月1日、S25.4.1、1950、昭和25年"))
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "size": "18"}))
        super().__init__(read=lambda typed: partial_date_parse(typed).iso, max_length=60, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show the day as it was typed, or as it is kept."""
        return value


class PartyKeyField(ReadField):
    """The number of a person or an organisation, as their pages show it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read=receipt_number_parse, max_length=30, **kwargs)


class DutyForm(HouseForm):
    """What for, and for which case."""

    duty = forms.ChoiceField(label=_("何のために見ますか"), widget=forms.RadioSelect)
    case = forms.CharField(
        label=_("何の件か（受付番号など）"),
        required=False,
        max_length=40,
        help_text=_("例：R8-123。氏名など、人のことは書きません。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": "18"}),
    )

    def __init__(self, *args: Any, duties: Sequence[Duty], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_set(self, duty=[(duty.key, _duty_label(duty)) for duty in duties])

    def clean_case(self) -> str:
        """Take a number, and nothing that could be somebody's name."""
        typed = unicodedata.normalize("NFKC", self.cleaned_data["case"]).strip()
        if typed and not _CASE.fullmatch(typed):
            raise ValidationError(gettext("英字・数字と - . / _ だけで書いてください。例：R8-123"))
        return typed


class SearchForm(HouseForm):
    """Whom to look for; ``asked`` after it is valid."""

    marks_hidden = True
    kana = KanaField(
        label=_("フリガナ（はじめの部分でもよい）"),
        required=False,
        help_text=_("ひらがな・半角カナでも読めます。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    born = PartialDateField(label=_("生年月日"), required=False)
    name = NameField(
        label=_("氏名（漢字など。はじめの部分でもよい）"),
        required=False,
        help_text=_("旧氏・通称・異体字でもさがします。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    address = forms.CharField(
        label=_("住所"),
        required=False,
        max_length=200,
        help_text=_("町名や丁目まででもよい。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    number = forms.CharField(
        label=_("宛名番号など"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "size": "18"}),
    )

    def __init__(self, *args: Any, on: date, by_address: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._on = on
        if not by_address:
            del self.fields["address"]
        if self.is_bound:
            # The focus is for the first who was found.
            self.fields["kana"].widget.attrs.pop("autofocus", None)

    def clean_number(self) -> str:
        """Take a whole number in any width."""
        typed = unicodedata.normalize("NFKC", self.cleaned_data["number"]).strip()
        if typed and not _NUMBER.fullmatch(typed):
            raise ValidationError(gettext("番号は数字と英字で入力してください。"))
        return typed

    @property
    def asked(self) -> Asked:
        """The question."""
        typed = self.cleaned_data
        address = typed.get("address", "")
        key = address_beginning(text=address, on=self._on) if address else ""
        return Asked(typed["kana"], typed["name"], typed["born"], key, typed["number"])


class AsOfForm(HouseForm):
    """Of which day a record is asked for, and as it was known when."""

    marks_hidden = True
    on = WarekiDateField(label=_("いつの記録か"), required=False)
    at = WarekiDateField(
        label=_("いつの時点で分かっていた内容か"),
        required=False,
        help_text=_("書かなければ、いま分かっている内容"),
    )
    clock = forms.TimeField(
        label=_("時刻"),
        required=False,
        input_formats=["%H:%M", "%H時%M分", "%H"],
        help_text=_("例：9:30。書かなければ、その日の終わり"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": "6", "inputmode": "numeric"}),
        error_messages={"invalid": _("時刻を「9:30」のように入力してください。")},
    )

    @property
    def moment(self) -> datetime | None:
        """The moment that is asked for; None for what is known now."""
        day = self.cleaned_data.get("at")
        if day is None:
            return None
        return datetime.combine(day, self.cleaned_data.get("clock") or time.max, TOKYO)


class PersonForm(HouseForm):
    """Somebody whom the resident register does not know."""

    name = NameField(label=_("氏名"))
    kana = KanaField(required=False)
    born = PartialDateField(label=_("生年月日"), required=False)
    sex = forms.ChoiceField(
        label=_("性別"), required=False, choices=[("", _("記録しない")), *Birth.Sex.choices]
    )
    address = forms.CharField(label=_("居所（いま住んでいるところ）"), required=False, max_length=300)
    starts_on = WarekiDateField(label=_("この日から"))


class NamePutForm(HouseForm):
    """A name that a person bears from a day on."""

    use = forms.ChoiceField(label=_("名の種類"), choices=PartyName.Use.choices, initial=PartyName.Use.ALIAS)
    name = NameField(label=_("名"))
    kana = KanaField(required=False)
    starts_on = WarekiDateField(label=_("この日から"))


class AddressPutForm(HouseForm):
    """Where a person is to be written to from a day on, or that he is no longer."""

    kind = forms.ChoiceField(
        label=_("住所の種類"),
        choices=[
            (kind.value, kind.label) for kind in (PartyAddress.Kind.MAILING, PartyAddress.Kind.RESIDENCE)
        ],
    )
    what = forms.ChoiceField(
        label=_("すること"),
        choices=[("put", _("この住所にする")), ("end", _("この種類の住所を終える"))],
        initial="put",
        widget=forms.RadioSelect,
    )
    address = forms.CharField(
        label=_("住所"), required=False, max_length=300, help_text=_("終えるときは書きません。")
    )
    starts_on = WarekiDateField(label=_("この日から"))

    def clean(self) -> dict[str, Any]:
        """Ask for an address where one begins."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("what") == "put" and not cleaned.get("address") and "address" not in self.errors:
            self.add_error("address", gettext("「住所」を入力してください。"))
        return cleaned


class BirthForm(HouseForm):
    """When a person was born and died, and the sex."""

    born = PartialDateField(label=_("生年月日"), required=False)
    died = PartialDateField(label=_("死亡日"), required=False)
    sex = forms.ChoiceField(
        label=_("性別"), required=False, choices=[("", _("記録しない")), *Birth.Sex.choices]
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a death before the birth, as far as both are known."""
        cleaned = super().clean() or self.cleaned_data
        born, died = cleaned.get("born") or "", cleaned.get("died") or ""
        known = min(len(born), len(died))
        if known and died[:known] < born[:known]:
            self.add_error("died", gettext("死亡日が生年月日より前です。"))
        return cleaned


class ProtectionForm(HouseForm):
    """From when to when somebody is hidden."""

    starts_on = WarekiDateField(label=_("この日から"))
    ends_on = WarekiDateField(
        label=_("この日には、もう保護しません"),
        required=False,
        help_text=_("ふつうは1年後の同じ日。延長は、終わる前に改めて受け付けます。"),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last <= first:
            self.add_error("ends_on", gettext("開始日より後の日を書いてください。"))
        return cleaned


class DayForm(HouseForm):
    """From which day."""

    on = WarekiDateField(label=_("この日には、もうありません"))


class ReasonForm(HouseForm):
    """Why."""

    reason = LongTextField(
        label=_("理由"), max_length=500, help_text=_("氏名は書かず、何を見て判断したかを書きます。")
    )


class PairForm(HouseForm):
    """One person or two, and which record stands for both."""

    verdict = forms.ChoiceField(label=_("同じ人ですか"), widget=forms.RadioSelect)
    note = LongTextField(
        label=_("理由"), max_length=500, help_text=_("氏名は書かず、何を見て判断したかを書きます。")
    )

    def __init__(self, *args: Any, keys: tuple[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        one, other = keys
        choices_set(
            self,
            verdict=[
                (one, gettext("同じ人。Aの記録（%(key)s）にまとめる") % {"key": one}),
                (other, gettext("同じ人。Bの記録（%(key)s）にまとめる") % {"key": other}),
                ("different", gettext("別の人")),
            ],
        )


class OrganisationSearchForm(HouseForm):
    """Which organisation to look for: its name is public, so that it may stand in an address."""

    marks_hidden = True
    q = forms.CharField(
        label=_("名称かフリガナ"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )


class OrganisationForm(HouseForm):
    """An organisation that is not recorded yet."""

    name = NameField(label=_("名称"))
    kana = KanaField(required=False)
    form = forms.ChoiceField(label=_("団体の形"))
    corporate_number = ReadField(
        label=_("法人番号"),
        read=corporate_number_parse,
        required=False,
        max_length=30,
        help_text=_("13桁。ないときは書きません。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "size": "18"}),
    )
    address = forms.CharField(label=_("所在地"), required=False, max_length=300)
    starts_on = WarekiDateField(label=_("この日から"))

    def __init__(self, *args: Any, kinds: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_set(self, form=list(kinds.items()))


class OrganisationNameForm(HouseForm):
    """What an organisation is called from a day on."""

    name = NameField(label=_("新しい名称"))
    kana = KanaField(required=False)
    starts_on = WarekiDateField(label=_("この日から"))


class SeatForm(HouseForm):
    """Where an organisation sits from a day on."""

    address = forms.CharField(label=_("新しい所在地"), max_length=300)
    starts_on = WarekiDateField(label=_("この日から"))


class MemberForm(HouseForm):
    """Who belongs to an organisation from a day on, as what."""

    party_key = PartyKeyField(
        label=_("人か団体の番号"), help_text=_("その人の画面にある番号。例：K7M4-90XW-H2PC")
    )
    kind = forms.ChoiceField(
        label=_("区分"),
        choices=[(kind.value, kind.label) for kind in (Membership.Kind.OFFICER, Membership.Kind.MEMBER)],
    )
    relation = forms.CharField(label=_("役職"), required=False, max_length=60, help_text=_("例：会長、会計"))
    head = forms.BooleanField(label=_("この団体の代表者である"), required=False)
    starts_on = WarekiDateField(label=_("この日から"))


class FeedForm(HouseForm):
    """A file of the resident register."""

    layout_key = forms.ChoiceField(label=_("様式"))
    extent = forms.ChoiceField(label=_("範囲"), choices=FeedDelivery.Extent.choices, widget=forms.RadioSelect)
    as_of = WarekiDateField(label=_("基準日（いつの記録か）"))
    sequence = NumberField(
        label=_("通番"),
        required=False,
        min_value=1,
        max_value=2_147_483_647,
        help_text=_(
            "差分は、そのファイルの通番です。全件は、どの差分まで含むか分かるときだけ、最後の通番を入れます。"
        ),
    )
    file = forms.FileField(
        label=_("ファイル（.csv）"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        allow_empty_file=True,
        max_length=200,
    )

    def __init__(self, *args: Any, layouts: Mapping[str, str], wanted: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_set(self, layout_key=list(layouts.items()))
        if wanted:
            # Beside the field, not in it: a number that stands there would also be said of a full file.
            sequence = self.fields["sequence"]
            sequence.help_text = f"{sequence.help_text}{wanted}"

    def clean(self) -> dict[str, Any]:
        """Ask for the number of a difference; a full file may say up to which it includes them."""
        cleaned = super().clean() or self.cleaned_data
        difference = cleaned.get("extent") == FeedDelivery.Extent.DIFFERENCE
        if difference and cleaned.get("sequence") is None and "sequence" not in self.errors:
            self.add_error("sequence", gettext("差分のファイルには通番が要ります。"))
        return cleaned


class AcceptForm(HouseForm):
    """Why a file that changes much is right."""

    reason = LongTextField(
        label=_("確認した相手と内容"),
        max_length=500,
        help_text=_("例：送り元の担当に電話で、件数が合うことを確かめた。"),
    )


def _duty_label(duty: Duty) -> str:
    """The duty with its legal basis beneath; the basis is the name of a law, and stays Japanese."""
    return format_html(
        '<span>{}<span class="pe-basis">{}<span lang="ja">{}</span></span></span>',
        duty.label,
        gettext("根拠："),
        duty.basis,
    )
