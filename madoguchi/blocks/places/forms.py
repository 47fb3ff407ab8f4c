"""What is typed on the pages of places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.places.areas import areas_known
from madoguchi.blocks.places.models import CITY, TOWN, Area, AreaSuccession
from madoguchi.blocks.places.queries import area_kind_label, area_kinds
from madoguchi.blocks.places.types import AreaOnDay
from madoguchi.kit.addresses import PostalCodeRefused, local_code_fits, postal_code_parse
from madoguchi.kit.kana import is_katakana, katakana
from madoguchi.kit.width import kana_to_full, text_normalise
from madoguchi.ui.formats import refusal_text
from madoguchi.ui.forms import HouseForm, WarekiDateField

_KEY = re.compile(r"[a-z][a-z0-9_]*(?:[.-][a-z0-9_]+)*")
_RANGE = re.compile(r"([0-9]{1,9})(?:\s*[-~〜～－ー]\s*([0-9]{1,9}))?")
_SPACES = re.compile(r"\s+")


def kind_choices(on: date) -> list[tuple[str, str]]:
    """Give the kinds of areas of a day with their labels in the reader's language."""
    language = get_language() or "ja"
    return [(item.code, area_kind_label(kind=item.code, language=language)) for item in area_kinds(on=on)]


def _area_choices(areas: Sequence[AreaOnDay]) -> list[tuple[str, str]]:
    return [(area.key, f"{area.name} ({area.key})") for area in areas]


class AreasForm(HouseForm):
    """Which areas to list."""

    marks_hidden = True
    kind = forms.ChoiceField(label=_("種類"), required=False)
    q = forms.CharField(
        label=_("名称・フリガナ・番号・郵便番号"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    on = WarekiDateField(label=_("いつの区域か"), required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["kind"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", gettext("すべて")), *kind_choices(today)]


class AreaDayForm(HouseForm):
    """On which day to look at one area."""

    marks_hidden = True
    on = WarekiDateField(label=_("いつの区域か"), required=False)


class AddressForm(HouseForm):
    """An address to be looked up."""

    marks_hidden = True
    address = forms.CharField(
        label=_("住所"), max_length=300, help_text=_("例：二丁目5番1号。市の名前は、なくてもかまいません。")
    )
    on = WarekiDateField(label=_("いつの区域で調べるか"), required=False)


class _NamesForm(HouseForm):
    """The name of an area; a town's in its parts."""

    name = forms.CharField(
        label=_("名称"), max_length=120, help_text=_("町字では、大字・町名だけを書きます。")
    )
    chome = forms.CharField(
        label=_("丁目名"), max_length=32, required=False, help_text=_("町字だけ。例：二丁目")
    )
    koaza = forms.CharField(
        label=_("小字名"), max_length=120, required=False, help_text=_("町字だけ。例：字上ノ段")
    )
    kana = forms.CharField(
        label=_("フリガナ"),
        max_length=240,
        required=False,
        help_text=_("カタカナで。大字・町名と丁目・小字の間は空けます。"),
    )

    def clean_kana(self) -> str:
        """Bring the reading to full-width katakana; figures of a 丁目 may stand in it."""
        typed = katakana(kana_to_full(text_normalise(_SPACES.sub(" ", self.cleaned_data["kana"]).strip())))
        if typed and not is_katakana(re.sub("[0-9０-９]", "", typed) or "ア"):
            raise ValidationError(gettext("フリガナはカタカナで入力してください。"))
        return typed

    def names(self, kind: str) -> dict[str, str]:
        """Give the name as the action takes it."""
        parts = {
            name: _SPACES.sub("", text_normalise(self.cleaned_data[name]))
            for name in ("name", "chome", "koaza")
        }
        if kind != TOWN:
            return {"name": parts["name"], "kana": self.cleaned_data["kana"]}
        oaza = parts.pop("name")
        return {
            "name": oaza + parts["chome"] + parts["koaza"],
            "oaza": oaza,
            **parts,
            "kana": self.cleaned_data["kana"],
        }


class AreaAddForm(_NamesForm):
    """A new area."""

    kind = forms.ChoiceField(label=_("種類"))
    key = forms.CharField(
        label=_("区域キー"), max_length=60, help_text=_("小文字の英数字。例：town.0001002、district.chuo")
    )
    code = forms.CharField(
        label=_("公式の番号"),
        max_length=12,
        required=False,
        help_text=_("町字は町字ID（7桁）、市区町村は団体コード（6桁）"),
    )
    postal_code = forms.CharField(label=_("郵便番号"), max_length=20, required=False)
    numbering = forms.ChoiceField(label=_("番号の付け方"), required=False)
    within = forms.MultipleChoiceField(
        label=_("属する区域"), required=False, widget=forms.SelectMultiple(attrs={"size": 10})
    )
    on = WarekiDateField(label=_("この日から"))
    field_order = (
        "kind",
        "key",
        "name",
        "chome",
        "koaza",
        "kana",
        "code",
        "postal_code",
        "numbering",
        "within",
        "on",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day = areas_known().day(today)
        outer = [area for kind, areas in day.by_kind.items() if kind != TOWN for area in areas]
        for name, choices in (
            ("kind", kind_choices(today)),
            ("numbering", [("", gettext("決まっていない")), *Area.Numbering.choices]),
            ("within", _area_choices(outer)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean_key(self) -> str:
        """Take only what an address of a page can hold."""
        key = str(self.cleaned_data["key"]).strip()
        if not _KEY.fullmatch(key):
            raise ValidationError(gettext("区域キーは、小文字の英数字を . か - でつないで書いてください。"))
        return key

    def clean_postal_code(self) -> str:
        """Bring the postal code to seven figures."""
        try:
            return (
                postal_code_parse(self.cleaned_data["postal_code"])
                if self.cleaned_data["postal_code"]
                else ""
            )
        except PostalCodeRefused as refused:
            raise ValidationError(refusal_text(refused)) from refused

    def clean(self) -> dict[str, Any]:
        """Hold the official numbers against their kind."""
        cleaned = super().clean() or self.cleaned_data
        code = cleaned.get("code", "")
        if code and cleaned.get("kind") == CITY and not local_code_fits(code):
            self.add_error("code", gettext("団体コードに間違いがあります。6桁の数字を確かめてください。"))
        if code and cleaned.get("kind") == TOWN and not re.fullmatch(r"[0-9]{7}", code):
            self.add_error("code", gettext("町字IDは7桁の数字です。"))
        return cleaned


class AreaRenameForm(_NamesForm):
    """A new name for an area."""

    on = WarekiDateField(label=_("この日から"))


class AreaEndForm(HouseForm):
    """The end of an area, and what it goes over into."""

    on = WarekiDateField(label=_("この日から、なくなります"))
    successors = forms.MultipleChoiceField(
        label=_("引き継ぐ区域"),
        required=False,
        help_text=_("統合なら一つ、分割なら二つ以上を選びます。新しい区域は、先に加えてください。"),
        widget=forms.SelectMultiple(attrs={"size": 12}),
    )
    reason = forms.ChoiceField(label=_("理由"), required=False)

    def __init__(self, *args: Any, area: AreaOnDay, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = areas_known()
        # Also those that begin later: a renumbering is recorded before its day.
        rivals = [
            other
            for other in known.areas.values()
            if other.kind == area.kind and other.key != area.key and not other.ends_on
        ]
        named = [
            (other.key, f"{known.name(other.pk, other.starts_on)} ({other.key})")
            for other in sorted(rivals, key=lambda one: one.order)
        ]
        for name, choices in (
            ("successors", named),
            ("reason", [("", gettext("選んでください")), *AreaSuccession.Reason.choices]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Ask for the reason where areas carry on."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("successors") and not cleaned.get("reason"):
            self.add_error("reason", gettext("引き継ぐ区域があるときは、理由を選んでください。"))
        return cleaned


class AreaPlaceForm(HouseForm):
    """In which area another lies."""

    within = forms.ChoiceField(label=_("属する区域"))
    blocks = forms.CharField(
        label=_("街区・地番の範囲"),
        required=False,
        max_length=200,
        help_text=_("一部だけのときに書きます。例：1-12、20。書かなければ全部です。"),
    )
    on = WarekiDateField(label=_("この日から"))

    def __init__(self, *args: Any, area: AreaOnDay, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day = areas_known().day(today)
        labels = dict(kind_choices(today))
        choice = self.fields["within"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [
            (labels.get(kind, kind), _area_choices([other for other in areas if other.key != area.key]))
            for kind, areas in day.by_kind.items()
            if kind not in (TOWN, area.kind)
        ]

    def clean_blocks(self) -> list[tuple[int, int]]:
        """Read the ranges."""
        ranges = []
        for piece in re.split(
            r"[,、，\s]+", text_normalise(self.cleaned_data["blocks"]).translate(_FULL_DIGITS).strip()
        ):
            found = _RANGE.fullmatch(piece)
            if piece and found is None:
                raise ValidationError(gettext("範囲は「1-12、20」のように、数字で書いてください。"))
            if found is not None:
                ranges.append((int(found[1]), int(found[2] or found[1])))
        return ranges


_FULL_DIGITS = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)}
