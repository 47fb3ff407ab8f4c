"""
Forms of the house: one look and one wiring for every Django form, ours and those of other packages.

``settings.FORM_RENDERER`` names ``HouseFormRenderer``; nothing else is needed. ``HouseForm`` and
``HouseModelForm`` add messages that name the field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import django.forms
from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import DjangoTemplates
from django.template.backends.django import DjangoTemplates as TemplateBackend
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.kit.check_characters import my_number_find
from madoguchi.kit.numbers import FigureRefused, Nothing, figure_parse
from madoguchi.kit.wareki import DateRefused, date_parse
from madoguchi.ui.formats import date_text, date_typed, refusal_text

_CHOICES = (
    forms.Select,
    forms.RadioSelect,
    forms.CheckboxSelectMultiple,
    forms.ClearableFileInput,
    forms.FileInput,
)


class HouseBoundField(forms.BoundField):
    """A bound field that knows its mark (必須 / 任意), its counter and a file that has to be sent again."""

    @property
    def marked(self) -> bool:
        """Whether the label says 必須 or 任意."""
        return not self.field.disabled and not getattr(self.form, "marks_hidden", False)

    @property
    def lost_file(self) -> str:
        """Give the name of the file that was sent with a form that came back: a browser cannot send it again."""
        if not (self.form.is_bound and self.form.errors):
            return ""
        sent = self.form.files.get(self.html_name)
        return str(sent.name) if sent else ""

    @property
    def aria_describedby(self) -> str | None:
        """Name the elements that explain this field: help, error, unit, counter."""
        if self.field.widget.attrs.get("aria-describedby"):
            return None
        parts = [str(super().aria_describedby or "")]
        if self.auto_id:
            parts += [f"{self.auto_id}_{part}" for part in getattr(self.field.widget, "described_by", ())]
        return " ".join(part for part in parts if part)

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """Add the wiring; a group of choices carries ``aria-invalid`` itself, its members do not."""
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        if self.use_fieldset:
            built.pop("aria-invalid", None)
        elif described := self.aria_describedby:
            built.setdefault("aria-describedby", described)
        return built


class HouseFormRenderer(DjangoTemplates):
    """Renders forms with the house's templates, whatever shape the page asks for."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"
    formset_template_name = "ui/forms/formset.html"
    bound_field_class = HouseBoundField
    # Other packages write {{ form.as_p }} or {{ form.as_div }}: they get the same fields.
    _replaced: Mapping[str, str] = {
        "django/forms/p.html": "ui/forms/form.html",
        "django/forms/div.html": "ui/forms/form.html",
        "django/forms/field.html": "ui/forms/field.html",
        "django/forms/formsets/p.html": "ui/forms/formset.html",
        "django/forms/formsets/div.html": "ui/forms/formset.html",
    }

    def get_template(self, template_name: str) -> Any:
        """Load a template, ours where Django's own was meant."""
        return super().get_template(self._replaced.get(template_name, template_name))

    @cached_property
    def engine(self) -> TemplateBackend:
        """The template engine of forms, which knows the component tags."""
        return TemplateBackend(
            {
                "APP_DIRS": True,
                "DIRS": [Path(django.forms.__file__).parent / "templates"],
                "NAME": "houseforms",
                "OPTIONS": {"builtins": ["madoguchi.ui.templatetags.ui"]},
            }
        )


class UnitInput(forms.TextInput):
    """A text input for a number, with its unit behind; no spinner that a mouse wheel could turn."""

    template_name = "ui/widgets/unit.html"
    described_by = ("unit",)

    def __init__(self, *, unit: Any = "", attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "numeric", "autocomplete": "off", "size": "12", **(attrs or {})})
        self.unit = unit

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the unit."""
        context = super().get_context(name, value, attrs)
        context["widget"]["unit"] = self.unit
        return context

    def format_value(self, value: Any) -> Any:
        """Group the digits of a number that comes from us; leave what somebody typed."""
        if isinstance(value, int | Decimal):
            return f"{value:,}"
        return super().format_value(value)


class CounterTextarea(forms.Textarea):
    """A text area that says how much may be written; it never cuts a text off."""

    template_name = "ui/widgets/textarea.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 6, **(attrs or {})})

    @property
    def described_by(self) -> tuple[str, ...]:
        """The counter, where there is a limit."""
        return ("count",) if self.attrs.get("maxlength") else ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Turn ``maxlength``, at which browsers cut pasted text silently, into a counter."""
        context = super().get_context(name, value, attrs)
        limit = context["widget"]["attrs"].pop("maxlength", None)
        if limit:
            context["widget"]["attrs"]["data-counter"] = limit
        context["widget"]["limit"] = limit
        return context


class WarekiDateInput(forms.DateInput):
    """One text input for a day in either calendar; ui.js shows beside it which day was understood."""

    template_name = "ui/widgets/date.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "size": "18", "data-date": True, **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        """Write a day in the reader's calendar; leave what somebody typed."""
        if isinstance(value, date):
            return date_typed(value)
        return str(value) if value not in (None, "") else None


class HouseFileInput(forms.ClearableFileInput):
    """A file input that shows in words what was chosen."""

    template_name = "ui/widgets/file.html"


class LongTextField(forms.CharField):
    """Text of several lines; a line break counts as one character."""

    widget = CounterTextarea

    def to_python(self, value: Any) -> str:
        """Normalise line breaks before the length is checked."""
        return str(super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")


def _unit_show(widget: object, unit: Any, *, inputmode: str = "numeric") -> None:
    if isinstance(widget, UnitInput):
        widget.unit = unit or widget.unit
        widget.attrs["inputmode"] = inputmode


class _FigureMixin:
    """Reads a figure as an office writes it: full-width digits, digit groups, △ for minus, the unit behind."""

    unit: Any
    error_messages: dict[str, Any]

    def figure_read(self, text: str) -> Decimal:
        try:
            figure = figure_parse(text)
        except FigureRefused as refused:
            raise ValidationError(refusal_text(refused), code=refused.code) from refused
        if figure is Nothing.WRITTEN or figure.unit not in ("", str(self.unit)):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return figure.value


class NumberField(_FigureMixin, forms.IntegerField):
    """
    A whole number typed as people type it.

    :param unit: what is counted, shown behind the input.
    """

    widget = UnitInput
    default_error_messages = {"invalid": _("整数で入力してください。例：1200")}

    def __init__(self, *, unit: Any = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.unit = unit
        _unit_show(self.widget, unit)

    def to_python(self, value: Any) -> int | None:
        """Read the number."""
        if isinstance(value, str) and value.strip():
            value = self.figure_read(value)
            if value != int(value):
                raise ValidationError(self.error_messages["invalid"], code="invalid")
            return int(value)
        return super().to_python(value)


class YenField(NumberField):
    """An amount in whole yen."""

    default_error_messages = {"invalid": _("金額を円単位の整数で入力してください。例：12000")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"unit": _("円"), **kwargs})

    def figure_read(self, text: str) -> Decimal:
        """Read the amount; 円 is understood in every language of the page."""
        return super().figure_read(text.strip().removesuffix("円").lstrip("¥￥"))


class DecimalNumberField(_FigureMixin, forms.DecimalField):
    """
    A number with decimals, such as a rate, typed as people type it.

    :param unit: shown behind the input.
    """

    widget = UnitInput
    default_error_messages = {"invalid": _("数字で入力してください。例：12.5")}

    def __init__(self, *, unit: Any = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.unit = unit
        _unit_show(self.widget, unit, inputmode="decimal")

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override] # as DecimalField does
        """Read the number."""
        if isinstance(value, str) and value.strip():
            return self.figure_read(value)
        return super().to_python(value)


class WarekiDateField(forms.DateField):
    """
    A day, typed in the Japanese or the western calendar in one field.

    :param earliest: first day that is accepted.
    :param latest: last day that is accepted.
    """

    widget = WarekiDateInput
    default_error_messages = {
        "earliest": _("%(day)s以後の日付を入力してください。"),
        "latest": _("%(day)s以前の日付を入力してください。"),
    }

    def __init__(self, *, earliest: date | None = None, latest: date | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("例：令和8年4月1日、R8.4.1、2026-04-01"))
        super().__init__(**kwargs)
        self.earliest = earliest
        self.latest = latest

    def to_python(self, value: Any) -> date | None:
        """Read the day in either calendar."""
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        try:
            return date_parse(str(value))
        except DateRefused as refused:
            raise ValidationError(refusal_text(refused), code=refused.code) from refused

    def validate(self, value: date | None) -> None:
        """Check the limits."""
        super().validate(value)
        if value is None:
            return
        if self.earliest and value < self.earliest:
            self._refuse("earliest", self.earliest)
        if self.latest and value > self.latest:
            self._refuse("latest", self.latest)

    def _refuse(self, code: str, day: date) -> None:
        raise ValidationError(self.error_messages[code], code=code, params={"day": date_text(day)})


class HouseFormMixin:
    """Messages that name the field and say what to do."""

    fields: dict[str, forms.Field]
    cleaned_data: dict[str, Any]
    add_error: Callable[[str | None, Any], None]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if str(field.error_messages.get("required")) == str(
                forms.Field.default_error_messages["required"]
            ):
                label = field.label if field.label is not None else name
                field.error_messages["required"] = self._required(field) % {"label": label}

    def _clean_fields(self) -> None:
        """Refuse a My Number in any text: the house never stores one (ARCHITECTURE: truth, My Number)."""
        super()._clean_fields()  # type: ignore[misc]
        for name, value in list(self.cleaned_data.items()):
            if isinstance(value, str) and my_number_find(value):
                self.add_error(
                    name,
                    gettext(
                        "マイナンバー（12桁の番号）のような数字があります。マイナンバーは書かずに、その部分を消してください。"
                    ),
                )

    @staticmethod
    def _required(field: forms.Field) -> str:
        if isinstance(field.widget, forms.CheckboxInput):
            return gettext("「%(label)s」にチェックを入れてください。")
        if isinstance(field.widget, _CHOICES):
            return gettext("「%(label)s」を選んでください。")
        return gettext("「%(label)s」を入力してください。")


class HouseForm(HouseFormMixin, forms.Form):
    """A form of the house; ``{{ form }}`` gives summary and fields, ``{% field form.name %}`` one of them."""


class HouseModelForm(HouseFormMixin, forms.ModelForm):  # type: ignore[type-arg]
    """A model form of the house."""


def choices_set(form: forms.Form, /, **choices: Iterable[Any]) -> None:
    """
    Give fields of a form the choices that only its maker knows: ``choices_set(self, grade=grades)``.

    :raises TypeError: a field is none to choose from.
    """
    for name, values in choices.items():
        field = form.fields[name]
        if not isinstance(field, forms.ChoiceField):
            raise TypeError(f"{name} is no field of choices")
        field.choices = list(values)
