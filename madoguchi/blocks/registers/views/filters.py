"""What a list can be narrowed by: a register's declared indexes, each asked in its own way; and its saved views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.fields.types import (
    BooleanField,
    ChoiceField,
    ComputedField,
    Ctx,
    DateField,
    FieldPart,
    FigurePart,
    ValueRefused,
)
from madoguchi.blocks.registers.forms import label_of
from madoguchi.blocks.registers.kind.model import Condition
from madoguchi.blocks.registers.presentation import field_codes, masked
from madoguchi.blocks.registers.schema import Schema
from madoguchi.ui.forms import HouseForm, NumberField, WarekiDateField

FROM, TO = "-from", "-to"
PREFIX = "f-"


class _Read(forms.CharField):
    """Text that a declared field reads; nothing stays nothing."""

    def __init__(self, *, field: FieldPart, ctx: Ctx, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=200, **kwargs)
        self._field, self._ctx = field, ctx

    def clean(self, value: Any) -> Any:
        """Read it."""
        text = str(super().clean(value)).strip()
        if not text:
            return None
        try:
            read = self._field.reads(self._ctx)(text).value
        except ValueRefused as refused:
            raise ValidationError(refused.message, code=refused.code) from refused
        return read.get("written") if isinstance(read, dict) else read


class FilterForm(HouseForm):
    """Words, the office, and what the register's indexes allow."""

    marks_hidden = True
    q = forms.CharField(
        label=_("さがす言葉"), required=False, max_length=200, widget=forms.TextInput({"autocomplete": "off"})
    )

    def __init__(
        self, data: Any, *, schema: Schema, seen: frozenset[str], offices: Sequence[tuple[int, str]], on: date
    ) -> None:
        super().__init__(data)
        self.schema = schema
        self._conditions: list[Callable[[], list[Condition]]] = []
        for key in schema.model.indexes:
            field = schema.fields.get(key)
            # A filter on what is masked would tell it, one question after the other.
            if field is not None and key in seen and not masked(field):
                self._add(key, field, Ctx(on=on))
        if len(offices) > 1:
            choices = [("", gettext("すべて")), *((str(pk), name) for pk, name in offices)]
            self.fields["office"] = forms.ChoiceField(
                label=gettext("持ち主の組織"), required=False, choices=choices
            )

    def _add(self, key: str, field: FieldPart, ctx: Ctx) -> None:
        gives = field.gives if isinstance(field, ComputedField) else ""
        if isinstance(field, ChoiceField):
            self._choice(key, field_codes(self.schema, field, ctx))
        elif isinstance(field, BooleanField) or gives == "boolean":
            yes, no = gettext("はい"), gettext("いいえ")
            words = (label_of(self.schema, key, True) or yes, label_of(self.schema, key, False) or no)
            self._choice(key, list(zip(("1", "0"), words, strict=True)), whether=True)
        elif isinstance(field, DateField) or gives == "date":
            cut = {"month": 7, "year": 4}.get(getattr(field, "precision", ""), 10)
            self._range(key, WarekiDateField, lambda day: day.isoformat()[:cut], help_text="")
        elif isinstance(field, FigurePart):
            self._range(key, _Read, lambda value: value, field=field, ctx=ctx)
        elif gives in ("count", "yen"):
            self._range(key, NumberField, lambda value: value)
        else:
            made = _Read(field=field, ctx=Ctx(on=ctx.on, links_trusted=True), label=self.schema.label(key))
            if isinstance(field, ComputedField):
                made = forms.CharField(label=self.schema.label(key), required=False, max_length=200)  # type: ignore[assignment]
            self._one(key, made, lambda value: value)

    def _choice(self, key: str, codes: list[tuple[str, str]], *, whether: bool = False) -> None:
        choices = [("", gettext("すべて")), *codes]
        made = forms.ChoiceField(label=self.schema.label(key), required=False, choices=choices)
        self._one(key, made, (lambda code: code == "1") if whether else (lambda code: code))

    def _one(self, key: str, made: forms.Field, value: Callable[[Any], Any]) -> None:
        name = PREFIX + key
        self.fields[name] = made

        def conditions() -> list[Condition]:
            typed = self.cleaned_data.get(name)
            return [Condition(field=key, op="is", value=value(typed))] if typed not in (None, "") else []

        self._conditions.append(conditions)

    def _range(self, key: str, kind: Any, value: Callable[[Any], Any], **more: Any) -> None:
        ends = (
            (FROM, "at_least", gettext("%(label)s（から）")),
            (TO, "at_most", gettext("%(label)s（まで）")),
        )
        for end, op, words in ends:
            given = {**more} if kind is _Read else {"required": False, **more}
            self.fields[PREFIX + key + end] = kind(label=words % {"label": self.schema.label(key)}, **given)
            self._conditions.append(self._edge(key, end, op, value))

    def _edge(
        self, key: str, end: str, op: Any, value: Callable[[Any], Any]
    ) -> Callable[[], list[Condition]]:
        def conditions() -> list[Condition]:
            typed = self.cleaned_data.get(PREFIX + key + end)
            return [] if typed in (None, "") else [Condition(field=key, op=op, value=value(typed))]

        return conditions

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What the filters come to, after the form is valid."""
        return tuple(one for made in self._conditions for one in made())

    @property
    def office_id(self) -> int | None:
        """The office that was chosen."""
        chosen = self.cleaned_data.get("office")
        return int(chosen) if chosen else None

    @property
    def narrowing(self) -> list[forms.BoundField]:
        """The fields beside the words."""
        return [self[name] for name in self.fields if name != "q"]

    @property
    def narrowed(self) -> bool:
        """Whether any of them holds something."""
        return any(self.data.get(name) for name in self.fields if name != "q")
