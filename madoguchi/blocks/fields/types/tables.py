"""Fields of fields: a sub-table, and a value that is computed from the others."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Literal

from django import forms
from pydantic import Discriminator, Field

from madoguchi.blocks.fields.types.accounts import BankAccountField
from madoguchi.blocks.fields.types.choices import BooleanField, ChoiceField, MultiField
from madoguchi.blocks.fields.types.days import DateField, TimeField
from madoguchi.blocks.fields.types.figures import NumberField, RateField, YenField
from madoguchi.blocks.fields.types.links import FileField, PartyField, RecordField
from madoguchi.blocks.fields.types.part import FieldPart
from madoguchi.blocks.fields.types.places import AddressField, PointField, ShapeField
from madoguchi.blocks.fields.types.reading import Ctx, Json, Read, Reader
from madoguchi.blocks.fields.types.refusing import Repair, ValueRefused
from madoguchi.blocks.fields.types.texts import (
    EmailField,
    KanaField,
    NameField,
    PhoneField,
    TextField,
    UrlField,
)
from madoguchi.blocks.fields.widgets import ReadField, TableWidget

Simple = Annotated[
    TextField | KanaField | NameField | PhoneField | EmailField | UrlField | NumberField | YenField | RateField
    | DateField | TimeField | ChoiceField | MultiField | BooleanField | AddressField | PointField | ShapeField
    | BankAccountField | RecordField | PartyField | FileField,
    Discriminator("type"),
]  # fmt: skip
MOST_ROWS = 500


class TableField(FieldPart):
    """
    A sub-table: rows of the same columns. Kept as a list of objects.

    In a cell it is JSON with the texts of its cells by label; on a page rows of inputs.
    """

    type: Literal["table"]
    columns: tuple[Simple, ...] = Field(min_length=1)
    most: int = Field(default=100, ge=1, le=MOST_ROWS)
    sortable = False

    def reads(self, ctx: Ctx) -> Reader:
        """Read the JSON that ``writes`` gave, or that a page made of its inputs."""
        readers = {column.key: column.reader(ctx) for column in self.columns}

        def read(typed: str) -> Read:
            try:
                rows = json.loads(typed)
            except (ValueError, RecursionError) as error:
                raise ValueRefused("table") from error
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise ValueRefused("table")
            if len(rows) > self.most:
                raise ValueRefused("many", limit=self.most)
            repairs: set[Repair] = set()
            found = [self._row(row, number, readers, repairs) for number, row in enumerate(rows, start=1)]
            return Read(found or None, tuple(sorted(repairs, key=str)))

        return read

    def _row(
        self, row: dict[str, Any], number: int, readers: dict[str, Reader], repairs: set[Repair]
    ) -> dict[str, Json]:
        by_label = {column.label: column.key for column in self.columns}
        texts = {by_label.get(name, name): text for name, text in row.items()}
        if unknown := set(texts) - set(readers):
            raise ValueRefused("table_row", row=number, field=min(unknown), why=ValueRefused("table").message)
        found: dict[str, Json] = {}
        for column in self.columns:
            try:
                one = readers[column.key](str(texts.get(column.key) or ""))
            except ValueRefused as refused:
                raise ValueRefused(
                    "table_row", row=number, field=column.label, why=refused.message
                ) from refused
            repairs |= set(one.repairs)
            if one.value is not None:
                found[column.key] = one.value
        return found

    def checks(self, value: Json, ctx: Ctx) -> None:
        """A list of rows, each of values of its columns."""
        if not isinstance(value, list) or not 0 < len(value) <= self.most:
            raise ValueRefused("shape")
        by_key = {column.key: column for column in self.columns}
        for row in value:
            if not isinstance(row, dict) or set(row) - set(by_key) or None in row.values():
                raise ValueRefused("shape")
            for key, column in by_key.items():
                column.check(row.get(key), ctx)

    def writes(self, value: Json, ctx: Ctx) -> str:
        """JSON: rows of texts by label."""
        rows = [
            {column.label: column.write(row[column.key], ctx) for column in self.columns if column.key in row}
            for row in value
        ]
        return json.dumps(rows, ensure_ascii=False)

    def shows(self, value: Json, ctx: Ctx) -> str:
        """Row by row."""
        return "\n".join(
            "　".join(column.show(row[column.key], ctx) for column in self.columns if column.key in row)
            for row in value
        )

    def searched(self, value: Json) -> str:
        """The words of its cells."""
        words = [
            column.searched(row[column.key]) for row in value for column in self.columns if column.key in row
        ]
        return " ".join(word for word in words if word)

    def value_schema(self) -> dict[str, Any]:
        """A list of objects."""
        row = {
            "type": "object",
            "properties": {column.key: column.value_schema() for column in self.columns},
            "required": [column.key for column in self.columns if column.required],
            "additionalProperties": False,
        }
        return {"type": "array", "items": row, "minItems": 1, "maxItems": self.most}

    def widget(self, ctx: Ctx) -> forms.Widget:
        """Rows of inputs."""
        return TableWidget(
            [(column.key, column.label, column.widget(ctx), column.required) for column in self.columns]
        )

    def typed(self, value: Json, ctx: Ctx) -> Any:
        """Rows of texts by column."""
        by_key = {column.key: column for column in self.columns}
        return [{key: by_key[key].typed(inner, ctx) for key, inner in row.items()} for row in value or []]

    def form_field(self, ctx: Ctx) -> forms.Field:
        """Rows of inputs come as JSON to the one reader."""
        read = self.reader(ctx)
        return _RowsField(
            read, widget=self.widget(ctx), required=self.required, label=self.label, help_text=self.help or ""
        )


class _RowsField(ReadField):
    def clean(self, value: Any) -> Any:
        """Hand the rows over as JSON."""
        return super().clean(json.dumps(value, ensure_ascii=False) if value else "")


class ComputedField(FieldPart):
    """
    A value made from the record's other fields by an expression, at every write; nobody types it.

    It cannot know today: what depends on the day is asked when it is shown, not kept.
    """

    type: Literal["computed"]
    gives: Literal["text", "count", "yen", "boolean", "date"]
    expression: str = Field(
        min_length=1, max_length=4_000, description="CEL の式。ほかの項目のキーを名で使う"
    )

    facet = "text"

    @property
    def cel_type(self) -> str:
        """What the expression gives."""
        return self.gives

    def cel_value(self, value: Json) -> Any:
        """A day as a day."""
        return date.fromisoformat(value) if value and self.gives == "date" else value

    def reads(self, ctx: Ctx) -> Reader:  # noqa: ARG002
        """Nobody writes it."""

        def read(typed: str) -> Read:
            raise ValueRefused("computed", text=typed)

        return read

    def checks(self, value: Json, ctx: Ctx) -> None:  # noqa: ARG002
        """Of the type that the expression gives."""
        wanted = {"text": str, "date": str, "count": int, "yen": int, "boolean": bool}[self.gives]
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            raise ValueRefused("shape")

    def cell(self, value: Json, ctx: Ctx) -> Any:
        """As it is; yes and no in words."""
        return self.writes(value, ctx) if isinstance(value, bool) else value

    def writes(self, value: Json, ctx: Ctx) -> str:  # noqa: ARG002
        """Plain."""
        if isinstance(value, bool):
            return "はい" if value else "いいえ"
        return str(value)

    def shows(self, value: Json, ctx: Ctx) -> str:
        """As a field of that type would."""
        shown: dict[str, type[FieldPart]] = {"yen": YenField, "count": NumberField, "date": DateField}
        kind = shown.get(self.gives)
        if kind is None:
            return self.writes(value, ctx)
        name = {"yen": "yen", "count": "number", "date": "date"}[self.gives]
        return kind(key=self.key, label=self.label, type=name).shows(value, ctx)  # type: ignore[call-arg]

    def value_schema(self) -> dict[str, Any]:
        """By what it gives."""
        return {"type": {"text": "string", "date": "string", "boolean": "boolean"}.get(self.gives, "integer")}


AnyField = Annotated[
    TextField | KanaField | NameField | PhoneField | EmailField | UrlField | NumberField | YenField | RateField
    | DateField | TimeField | ChoiceField | MultiField | BooleanField | AddressField | PointField | ShapeField
    | BankAccountField | RecordField | PartyField | FileField | TableField | ComputedField,
    Discriminator("type"),
]  # fmt: skip
