"""Fields that point at something: a record, a person or organisation, files. What there is, a port answers."""

from __future__ import annotations

import re
from typing import Any, Literal

from django import forms
from pydantic import Field

from madoguchi.blocks.fields.types.part import FieldPart
from madoguchi.blocks.fields.types.reading import Ctx, Json, Read, Reader, links_find
from madoguchi.blocks.fields.types.refusing import ValueRefused

RECORD_PORT, PARTY_PORT, FILE_PORT = "record", "party", "file"
_FILE = re.compile(r"[0-9A-Z-]{8,40}")


class LinkPart(FieldPart):
    """What links share: the value is the key of the thing; its title is asked for when it is shown."""

    cel = "text"
    facet = "text"

    def port(self) -> str:
        """The port that knows the things."""
        raise NotImplementedError

    def within(self) -> str:
        """Among which things it is looked for."""
        return ""

    def reads(self, ctx: Ctx) -> Reader:
        """Read a number, or a name that names one thing alone."""
        if ctx.links_trusted:
            return lambda typed: Read(typed)
        name, within = self.port(), self.within()
        known = ctx.found.get((name, within))

        def read(typed: str) -> Read:
            key = (
                links_find(name, [typed], within=within, on=ctx.on).get(typed)
                if known is None
                else known.get(typed)
            )
            if key is None:
                raise ValueRefused("link", text=typed)
            return Read(key)

        return read

    def shows(self, value: Json, ctx: Ctx) -> str:
        """Its title, where it was asked for; else its key."""
        return ctx.titles.get(self.port(), {}).get(value, str(value))

    def searched(self, value: Json) -> str:  # noqa: ARG002
        """The thing is found, not what points at it."""
        return ""


class RecordField(LinkPart):
    """A record of a register, by its number there."""

    type: Literal["record"]
    register_key: str = Field(alias="register", description="つなぐ台帳のキー")

    def port(self) -> str:
        """Records."""
        return RECORD_PORT

    def within(self) -> str:
        """The register."""
        return self.register_key


class PartyField(LinkPart):
    """A person, household or organisation, by its key."""

    type: Literal["party"]
    kinds: tuple[Literal["person", "household", "organisation"], ...] = ("person", "organisation")

    def port(self) -> str:
        """Parties."""
        return PARTY_PORT

    def within(self) -> str:
        """The kinds that may stand here."""
        return " ".join(self.kinds)


class FileField(FieldPart):
    """Files that the store keeps, by their keys; they are added on the page, never by a spreadsheet."""

    type: Literal["file"]
    kinds: tuple[Literal["image", "pdf", "office", "text"], ...] = ("image", "pdf", "office")
    most: int = Field(default=1, ge=1, le=50)
    largest_mib: int = Field(default=20, ge=1, le=200)
    sortable = False

    def reads(self, ctx: Ctx) -> Reader:  # noqa: ARG002
        """Read keys with blanks between; what does not look like keys was never exported by us."""

        def read(typed: str) -> Read:
            keys = typed.split()
            if not all(_FILE.fullmatch(key) for key in keys):
                raise ValueRefused("file")
            if len(keys) > self.most:
                raise ValueRefused("many", limit=self.most)
            return Read(keys)

        return read

    def writes(self, value: Json, ctx: Ctx) -> str:  # noqa: ARG002
        """Keys with blanks between."""
        return " ".join(value)

    def checks(self, value: Json, ctx: Ctx) -> None:
        """A list of keys, not an empty one."""
        if not isinstance(value, list) or not value:
            raise ValueRefused("shape")
        super().checks(value, ctx)

    def shows(self, value: Json, ctx: Ctx) -> str:
        """Names, where they were asked for."""
        titles = ctx.titles.get(FILE_PORT, {})
        return "、".join(titles.get(key, key) for key in value)

    def searched(self, value: Json) -> str:  # noqa: ARG002
        """Not among words."""
        return ""

    def value_schema(self) -> dict[str, Any]:
        """A list of keys."""
        return {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": self.most}

    def widget(self, ctx: Ctx) -> forms.Widget:  # noqa: ARG002
        """The keys stay as they are; files are added and taken off beside."""
        return forms.HiddenInput()
