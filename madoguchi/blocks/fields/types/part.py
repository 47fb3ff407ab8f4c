"""What every field has: a key, words, a class of data, and the ways of its values."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar

from django import forms
from pydantic import ConfigDict, Field

from madoguchi.blocks.fields.types.reading import Ctx, Json, Read, Reader
from madoguchi.blocks.fields.types.refusing import ValueRefused
from madoguchi.blocks.fields.widgets import ReadField
from madoguchi.kernel.declarations.kinds import Part, Words
from madoguchi.kernel.rights import DataClass
from madoguchi.kernel.sources import FacetType
from madoguchi.kit.check_characters import my_number_find
from madoguchi.kit.width import HYPHENS

MOST_KNOWN = 4_096
FieldKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class FieldPart(Part):
    """
    One field.

    ``data_class`` (``class`` in the file) says who may see its values: open, internal, personal, restricted.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=True)

    key: FieldKey
    label: Words
    help: Words | None = Field(default=None, description="入力する人への説明")
    group: Words | None = Field(default=None, description="画面と帳票での見出し")
    required: bool = Field(default=False, description="必ず要る")
    data_class: DataClass = Field(default="internal", alias="class", description="見せてよい範囲")
    names: tuple[str, ...] = Field(
        default=(), description="取り込むファイルで使われる別の見出し（英語名、旧称）"
    )

    cel: ClassVar[str] = ""
    facet: ClassVar[FacetType | None] = None
    """How its values can be filtered, grouped and summed; None where they cannot."""
    sortable: ClassVar[bool] = True

    @property
    def cel_type(self) -> str:
        """The type of its values in expressions; "" where they cannot stand in one."""
        return self.cel

    def cel_value(self, value: Json) -> Any:
        """Give a kept value as an expression reads it."""
        return value

    # Reading

    def reader(self, ctx: Ctx) -> Reader:
        """
        Give the function that reads what stands in a cell or was typed; made once for a column.

        It strips blanks around, gives None for nothing, and refuses what is left out but required.
        """
        read = self.reads(ctx)
        # The same few texts come again and again down a column.
        known: dict[str, Read] = {}

        def outer(typed: str) -> Read:
            found = known.get(typed)
            if found is None:
                found = first(typed)
                if len(known) < MOST_KNOWN:
                    known[typed] = found
            return found

        def first(typed: str) -> Read:
            text = typed.strip()
            if not text:
                if self.required:
                    raise ValueRefused("required")
                return Read(None)
            try:
                return read(text)
            except ValueRefused as refused:
                proposal = refused.proposal
                if proposal is None or proposal.repair not in ctx.repairs:
                    raise
                again = outer(proposal.text)
                return Read(again.value, (proposal.repair, *again.repairs))

        return outer

    def reads(self, ctx: Ctx) -> Reader:
        """Give the reader of a text that is not empty."""
        raise NotImplementedError

    def read(self, typed: str, ctx: Ctx) -> Read:
        """
        Read one text.

        :raises ValueRefused: it cannot be taken.
        """
        return self.reader(ctx)(typed)

    def check(self, value: Json, ctx: Ctx) -> None:
        """
        Say whether a kept value is one of this field.

        :raises ValueRefused: it is not.
        """
        if value is None:
            if self.required:
                raise ValueRefused("required")
            return
        self.checks(value, ctx)

    def checks(self, value: Json, ctx: Ctx) -> None:
        """Check a value that is there; by writing it and reading it again, where nothing shorter will do."""
        try:
            text = self.writes(value, ctx)
            read = self.reads(ctx)(text)
        except (TypeError, AttributeError, KeyError, IndexError) as error:
            raise ValueRefused("shape") from error
        # Blanks around are never kept: who reads the text again would not find them.
        if read.value != value or not text or text != text.strip():
            raise ValueRefused("shape")

    # Writing

    def write(self, value: Json, ctx: Ctx) -> str:
        """Write a value as text that ``read`` reads again; "" for nothing."""
        return "" if value is None else self.writes(value, ctx)

    def writes(self, value: Json, ctx: Ctx) -> str:  # noqa: ARG002
        """Write a value that is there."""
        return str(value)

    def cell(self, value: Json, ctx: Ctx) -> Any:
        """Give what stands in a cell of a workbook: a number where one can reckon with it, else text."""
        return None if value is None else self.writes(value, ctx)

    def show(self, value: Json, ctx: Ctx) -> str:
        """Write a value for people; "" for nothing."""
        return "" if value is None else self.shows(value, ctx)

    def shows(self, value: Json, ctx: Ctx) -> str:
        """Write a value that is there for people."""
        return self.writes(value, ctx)

    def searched(self, value: Json) -> str:
        """Give the words by which a value is found; "" where it is not."""
        return value if isinstance(value, str) else ""

    # Shape and asking

    def value_schema(self) -> dict[str, Any]:
        """Give the JSON Schema of a value that is there."""
        return {"type": "string"}

    def widget(self, ctx: Ctx) -> forms.Widget:  # noqa: ARG002
        """Give the widget that asks for a value."""
        return forms.TextInput({"autocomplete": "off"})

    def typed(self, value: Json, ctx: Ctx) -> Any:
        """Write a value as its widget shows it to be changed."""
        return self.write(value, ctx)

    def form_field(self, ctx: Ctx) -> forms.Field:
        """Give the form's field that asks for a value; its cleaned value is the value as it is kept."""
        return ReadField(
            self.reader(ctx), widget=self.widget(ctx), required=self.required, label=self.label,
            help_text=self.help or "",
        )  # fmt: skip


def text_check(text: str) -> str:
    """
    Give a text as it may be kept.

    :raises ValueRefused: it holds a My Number, or letters that nobody can see.
    """
    if len(text) >= FIGURES_OF_MY_NUMBER and my_number_find(text):
        raise ValueRefused("my_number")
    if bad := _UNSEEN.search(text):
        raise ValueRefused("unseen", letter=f"U+{ord(bad[0]):04X}")
    return text


def length_check(text: str, most: int) -> None:
    """
    Refuse a text that is too long.

    :raises ValueRefused: it is.
    """
    if len(text) > most:
        raise ValueRefused("long", count=len(text), most=most)


def dash_only(text: str) -> bool:
    """Say whether nothing but dashes stand there: in tables they say that there is none."""
    return all(letter in HYPHENS for letter in text) and bool(text)


FIGURES_OF_MY_NUMBER = 12
# Control characters except the ends of lines, what a broken decoding leaves, marks of byte order, halves of pairs.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\ufeff\ud800-\udfff]")
