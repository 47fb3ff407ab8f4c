"""What fields of links ask: records of registers, parties of ``people``, addresses of ``places``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from madoguchi.blocks.fields.types import Ctx
from madoguchi.blocks.files.queries import files_titles
from madoguchi.blocks.people.queries import parties_find, party_titles
from madoguchi.blocks.places.queries import addresses_match
from madoguchi.blocks.registers.models import Record, Version
from madoguchi.blocks.registers.schema import UnknownRegister, schema_get
from madoguchi.kit.portions import portions


class Records:
    """Records of a register: found by number, known by title."""

    def find(self, texts: list[str], *, within: str, on: date) -> Mapping[str, str]:  # noqa: ARG002
        """Give the numbers that are there; one that has ended is found too: what pointed at it still does."""
        found: dict[str, str] = {}
        for some in portions(sorted(set(texts))):
            rows = Record.objects.filter(register=within, number__in=some).values_list("number", flat=True)
            found |= {number: number for number in rows}
        return found

    def titles(self, values: list[str], *, within: str, on: date) -> Mapping[str, str]:
        """Give titles by number; of whoever has ended, the last one."""
        try:
            schema = schema_get(within)
        except UnknownRegister:
            return {}
        found: dict[str, str] = {}
        ctx = Ctx(on=on)
        for some in portions(sorted(set(values))):
            rows = Version.objects.filter(register=within, number__in=some).order_by("current", "entered_at")
            found |= {row.number: schema.title(row.payload, ctx) or row.number for row in rows}
        return found


class Parties:
    """Persons and organisations: found by number or 法人番号, known by name."""

    def find(self, texts: list[str], *, within: str, on: date) -> Mapping[str, str]:  # noqa: ARG002
        """Give keys."""
        return parties_find(texts=texts, kinds=within.split())

    def titles(self, values: list[str], *, within: str, on: date) -> Mapping[str, str]:  # noqa: ARG002
        """Give names."""
        return party_titles(keys=values, on=on)


class Files:
    """Files of records, known by the names under which they were given; they are added on pages, never found by words."""

    def find(self, texts: list[str], *, within: str, on: date) -> Mapping[str, Any]:  # noqa: ARG002
        """Find nothing."""
        return {}

    def titles(self, values: list[str], *, within: str, on: date) -> Mapping[str, str]:  # noqa: ARG002
        """Give names; whoever prints a field has made sure that its reader may see it."""
        return files_titles(keys=values)


class Addresses:
    """Written addresses: the town in which each lies, and how far it was understood."""

    def find(self, texts: list[str], *, within: str, on: date) -> Mapping[str, Any]:  # noqa: ARG002
        """Give what is kept beside each written address."""
        found: dict[str, dict[str, str]] = {}
        for text, match in zip(texts, addresses_match(texts=texts, on=on), strict=True):
            if match.area is not None:
                found[text] = {"area": match.area.key, "level": match.parsed.level.name.lower()}
        return found

    def titles(self, values: list[str], *, within: str, on: date) -> Mapping[str, str]:  # noqa: ARG002
        """Addresses are their own words."""
        return {}
