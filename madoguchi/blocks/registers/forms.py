"""What is typed about records: forms made from the fields of a register, with nothing lost on the way back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.fields.types import (
    BooleanField,
    ChoiceField,
    ComputedField,
    Ctx,
    FieldPart,
    FileField,
    Json,
    MultiField,
)
from madoguchi.blocks.registers.actions import ParentGone, ReasonNeeded
from madoguchi.blocks.registers.filing import FilesField
from madoguchi.blocks.registers.schema import Payload, RecordRefused, Schema
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import TOKYO
from madoguchi.kernel.rights import Viewer
from madoguchi.ui.forms import CounterTextarea, HouseForm, LongTextField, WarekiDateField, choices_set

VALUE = "f_"
"""Stands before the key of a declared field, so that none of them is taken for one of the page's own."""


def label_of(schema: Schema, key: str, code: Any) -> str:
    """Give the words of a code among a field's own options, or of yes and no, in the reader's language; "" for none."""
    field = schema.fields[key]
    if isinstance(field, BooleanField):
        return schema.words(f"fields.{key}.{'yes' if code else 'no'}")
    if isinstance(field, ChoiceField | MultiField) and field.options is not None:
        known = any(option.code == code for option in field.options)
        return schema.words(f"fields.{key}.options.{code}.label") if known and "." not in code else ""
    return ""


class TickBoxes(forms.CheckboxSelectMultiple):
    """Boxes whose ticks are handed to the field's reader as one text, and stay ticked when a form comes back."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        """Join the codes."""
        return "、".join(super().value_from_datadict(data, files, name) or ())

    def format_value(self, value: Any) -> list[str]:
        """Take them apart again."""
        parts = value.split("、") if isinstance(value, str) else value
        return [str(part) for part in parts or () if str(part)]


class RecordForm(HouseForm):
    """
    The values of a record, one field per declared field that somebody types.

    :param keys: the fields whose values the viewer may see and change; all others keep what they hold.
    :param payload: what is there now; empty for a new record.
    """

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput())
    opened = forms.CharField(required=False, widget=forms.HiddenInput())
    basis = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(
        self, *args: Any, schema: Schema, keys: frozenset[str], payload: Payload, ctx: Ctx, viewer: Viewer | None = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        self.schema, self.ctx, self.payload = schema, ctx, payload
        self.keys = tuple(
            key
            for key, field in schema.fields.items()
            if key in keys and not isinstance(field, ComputedField) and key not in schema.totals
        )
        first = kwargs.pop("initial", None) or {}
        super().__init__(*args, initial={**self._typed(payload), **first}, **kwargs)
        for key in self.keys:
            self.fields[VALUE + key] = value_field(schema, key, payload.get(key), ctx, viewer)

    def _typed(self, payload: Payload) -> dict[str, Any]:
        return {VALUE + key: self.schema.fields[key].typed(payload.get(key), self.ctx) for key in self.keys}

    def values(self) -> Payload:
        """Give the whole record as it would be: what was typed, and what this viewer cannot change as it is."""
        kept = {key: value for key, value in self.payload.items() if key not in self.keys}
        typed = {key: self.cleaned_data[VALUE + key] for key in self.keys}
        return kept | {key: value for key, value in typed.items() if value is not None}

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Give the fields that show, by the headings that the register declares."""
        found: dict[str, list[forms.BoundField]] = {}
        for key in self.keys:
            bound = self[VALUE + key]
            if not bound.is_hidden:
                found.setdefault(self.schema.words(f"fields.{key}.group"), []).append(bound)
        return list(found.items())

    def refuse(self, refused: Refused) -> None:
        """Say why an action refused, at the fields that it means."""
        if isinstance(refused, RecordRefused):
            for problem in refused.problems:
                self._refuse_field(problem.field, problem.message)
            return
        by_kind = {ParentGone: "parent", ReasonNeeded: "reason"}
        field = by_kind.get(type(refused))
        self.add_error(field if field in self.fields else None, str(refused.message))

    def _refuse_field(self, key: str, message: str) -> None:
        name = VALUE + key if VALUE + key in self.fields else key
        if name in self.fields:
            self.add_error(name, message)
        elif key in self.schema.fields:
            label = self.schema.label(key)
            self.add_error(None, gettext("%(label)s：%(message)s") % {"label": label, "message": message})
        else:
            self.add_error(None, message)

    @property
    def opened_at(self) -> datetime | None:
        """When the page was opened, as it says itself; None where that cannot be read."""
        try:
            return parse_datetime(str(self.cleaned_data.get("opened") or ""))
        except ValueError:
            return None

    @property
    def basis_on(self) -> date | None:
        """The day whose values the form showed first."""
        try:
            return date.fromisoformat(str(self.cleaned_data.get("basis") or ""))
        except ValueError:
            return None


def value_field(schema: Schema, key: str, value: Json, ctx: Ctx, viewer: Viewer | None = None) -> forms.Field:
    """
    Give the form's field of a declared field, with its words in the reader's language and no kept code left out.

    :param viewer: who sends files; None keeps those that are there.
    """
    field = schema.fields[key]
    words = schema.words(f"fields.{key}.help")
    if isinstance(field, FileField) and viewer is not None:
        made: forms.Field = FilesField(schema, field, viewer, ctx)
        words = f"{words} {made.help_text}".strip()
    else:
        made = field.form_field(ctx)
    made.label = schema.label(key)
    made.help_text = words
    if isinstance(field, MultiField):
        made.widget = TickBoxes(choices=made.widget.choices)
    if isinstance(field, ChoiceField | MultiField):
        _choices_complete(schema, field, made, value)
    return made


def _choices_complete(schema: Schema, field: FieldPart, made: forms.Field, value: Json) -> None:
    """Write choices in the reader's language, and keep a code that may be chosen no more: it is refused, not lost."""
    widget: Any = made.widget
    listed = [(code, label_of(schema, field.key, code) or label) for code, label in widget.choices]
    known = {code for code, _label in listed}
    kept = value if isinstance(value, list) else [value] if value else []
    ctx = Ctx(on=date.max)
    gone = [
        (code, field.show([code] if isinstance(value, list) else code, ctx))
        for code in kept
        if code not in known
    ]
    text = gettext("%(label)s（いまは選べません）")
    widget.choices = [*listed, *((code, text % {"label": label}) for code, label in gone)]


class PlacedForm(RecordForm):
    """A record with whose it is and what it belongs to; ``on`` is the day from which it is so."""

    on = WarekiDateField(label=_("いつから"))
    office = forms.ChoiceField(label=_("持ち主の組織"))
    reason = forms.CharField(
        label=_("理由・根拠"), required=False, max_length=500,
        help_text=_("届出の番号など。あとで見る人に分かるように書きます。"), widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, offices: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_set(self, office=[(str(pk), name) for pk, name in offices])
        # Whoever is asked to agree is told why.
        self.fields["reason"].required = self.schema.model.approve
        above = self.schema.model.parent
        if above is not None:
            label = self.schema.words("parent.label")
            needed = gettext("「%(label)s」の番号を入力してください。") % {"label": label}
            self.fields["parent"] = forms.CharField(
                label=label, required=above.required, max_length=80, help_text=gettext("番号で書きます。"),
                widget=forms.TextInput({"autocomplete": "off", "size": "18"}), error_messages={"required": needed},
            )  # fmt: skip
        self.order_fields([*self.placing, *(VALUE + key for key in self.keys), "reason"])

    @property
    def placing(self) -> list[str]:
        """The names of what stands before the values."""
        return ["on", "office", *(["parent"] if "parent" in self.fields else [])]

    def placed(self) -> dict[str, Any]:
        """Give office and parent as the actions take them."""
        found: dict[str, Any] = {"office_id": int(self.cleaned_data["office"])}
        if "parent" in self.fields:
            found["parent"] = self.cleaned_data["parent"].strip()
        return found


class ReasonField(LongTextField):
    """Why, where nobody may leave it out."""

    def __init__(self, **kwargs: Any) -> None:
        given = {"max_length": 500, "widget": CounterTextarea({"rows": 3}), **kwargs}
        super().__init__(label=_("理由"), help_text=_("あとで確かめる人に分かるように書きます。"), **given)


class CorrectForm(RecordForm):
    """What truly was, for a period; ``last_on`` is its last day, empty where it goes on."""

    starts_on = WarekiDateField(label=_("いつから"))
    last_on = WarekiDateField(
        label=_("いつまで"),
        required=False,
        help_text=_("この日までを直します。いまも続いているときは、空のままにします。"),
    )
    reason = ReasonField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([*self.placing, *(VALUE + key for key in self.keys), "reason"])

    @property
    def placing(self) -> list[str]:
        """The names of what stands before the values."""
        return ["starts_on", "last_on"]

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        typed = super().clean() or self.cleaned_data
        starts_on, last_on = typed.get("starts_on"), typed.get("last_on")
        if starts_on and last_on and last_on < starts_on:
            self.add_error("last_on", gettext("「いつから」より前の日です。日付を確かめてください。"))
        return typed

    def period(self) -> dict[str, date | None]:
        """Give the period as the action takes it: its end is a day that is no part of it."""
        last_on = self.cleaned_data["last_on"]
        return {
            "starts_on": self.cleaned_data["starts_on"],
            "ends_on": last_on + timedelta(days=1) if last_on else None,
        }


class EndForm(HouseForm):
    """From which day there is no such thing, and why."""

    revision = forms.IntegerField(widget=forms.HiddenInput())
    on = WarekiDateField(
        label=_("いつから無いか"), help_text=_("この日から無いものとします。例：令和8年4月1日、2026-04-01")
    )
    reason = ReasonField()


class ReviveForm(HouseForm):
    """Why the end was recorded wrongly."""

    revision = forms.IntegerField(widget=forms.HiddenInput())
    reason = ReasonField()


class AsOfForm(HouseForm):
    """Of which day a record is asked for, and as it was known when."""

    marks_hidden = True
    on = WarekiDateField(label=_("この日の内容を見る"), required=False)
    at = WarekiDateField(
        label=_("この時点で分かっていた内容"),
        required=False,
        help_text=_("空なら、いま分かっている内容です。その日の終わりの時点で見ます。"),
    )

    @property
    def moment(self) -> datetime | None:
        """The moment that is asked for; None for what is known now."""
        day = self.cleaned_data.get("at")
        return None if day is None else datetime.combine(day, time.max, TOKYO)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A field that somebody else changed while a form was open; ``kept`` is whether one's own input stays in the form."""

    key: str
    before: Json
    theirs: Json
    mine: Json

    @property
    def kept(self) -> bool:
        """Both changed it, to different values."""
        return self.mine not in (self.before, self.theirs)


def meetings_of(form: RecordForm, before: Mapping[str, Json], theirs: Mapping[str, Json]) -> list[Meeting]:
    """Give what somebody else changed among the fields of a valid form, beside what was typed."""
    mine = form.values()
    return [
        Meeting(key, before.get(key), theirs.get(key), mine.get(key))
        for key in form.keys
        if before.get(key) != theirs.get(key)
    ]


def values_met(form: RecordForm, meetings: Iterable[Meeting]) -> dict[str, Any]:
    """Give what the form shows next: what was typed, and the others' values where nothing else was typed."""
    values = form.values()
    values |= {one.key: one.theirs for one in meetings if not one.kept}
    return {VALUE + key: form.schema.fields[key].typed(values.get(key), form.ctx) for key in form.keys}


class FileForm(HouseForm):
    """A file to be brought in: whose its records are, and from which day they are so."""

    file = forms.FileField(
        label=_("ファイル"), help_text=_("Excel（.xlsx）、CSV、JSON。100 MBまで。見出しの行がある表にします。"),
        widget=forms.FileInput({"accept": ".xlsx,.csv,.tsv,.txt,.json,.jsonl"}),
    )  # fmt: skip
    on = WarekiDateField(label=_("いつからの内容か"))
    office = forms.ChoiceField(
        label=_("持ち主の組織"), help_text=_("ファイルに組織の列がないとき、新しい記録の持ち主になります。")
    )

    def __init__(self, *args: Any, offices: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices_set(self, office=[(str(pk), name) for pk, name in offices])

    def clean_file(self) -> Any:
        """Refuse an empty file here: the reader could only say that it is no table."""
        file = self.cleaned_data["file"]
        if not file.size:
            raise ValidationError(gettext("ファイルが空です。中身のあるファイルを選んでください。"))
        return file
