"""Fields of places: a written address, a point, a shape. Points and shapes are kept now and drawn later."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from django import forms
from pydantic import Field

from madoguchi.blocks.fields.types.part import FieldPart, length_check, text_check
from madoguchi.blocks.fields.types.reading import Ctx, Json, Read, Reader, links_find
from madoguchi.blocks.fields.types.refusing import Proposal, Repair, ValueRefused
from madoguchi.kit.canonical import decimal_text
from madoguchi.kit.width import ascii_to_half, text_normalise
from madoguchi.ui.forms import CounterTextarea

ADDRESS_PORT = "address"
# 日本の国土: from 与那国島 to 南鳥島, from 沖ノ鳥島 to 択捉島, with some sea around.
LATITUDES, LONGITUDES = (Decimal(20), Decimal(46)), (Decimal(122), Decimal(154))
SHAPES = {
    "Point": 1, "MultiPoint": 2, "LineString": 2, "MultiLineString": 3, "Polygon": 3, "MultiPolygon": 4,
}  # fmt: skip
"""How deep the coordinates of each kind of geometry lie (RFC 7946)."""
LARGEST_SHAPE = 200_000


class AddressField(FieldPart):
    """
    A written address, always kept as it was written, and beside it what it was understood as.

    ``{"written": …, "area": key of the town, "level": how far it was understood}``; the last two only where the block that
    knows the towns (port ``address``) found it.
    """

    type: Literal["address"]
    length: int = Field(default=300, ge=1, le=1_000)
    cel = "text"
    facet = "text"

    def cel_value(self, value: Json) -> Any:
        """What was written."""
        return value["written"] if value else None

    def reads(self, ctx: Ctx) -> Reader:
        """Read a written address and ask where it is."""
        # A declaration that is being tried knows no towns.
        known = {} if ctx.links_trusted else ctx.found.get((ADDRESS_PORT, ""))

        def read(typed: str) -> Read:
            written = written_address(typed)
            text_check(written)
            length_check(written, self.length)
            found = links_find(ADDRESS_PORT, [written], within="", on=ctx.on) if known is None else known
            return Read({"written": written, **found.get(written, {})})

        return read

    def checks(self, value: Json, ctx: Ctx) -> None:  # noqa: ARG002
        """At least the written address."""
        if (
            not isinstance(value, dict)
            or not value.get("written")
            or set(value) - {"written", "area", "level"}
        ):
            raise ValueRefused("shape")
        if not all(isinstance(part, str) for part in value.values()):
            raise ValueRefused("shape")
        length_check(value["written"], self.length)

    def writes(self, value: Json, ctx: Ctx) -> str:  # noqa: ARG002
        """As written."""
        return str(value["written"])

    def searched(self, value: Json) -> str:
        """Found by what was written."""
        return str(value["written"])

    def value_schema(self) -> dict[str, Any]:
        """An object with the written address."""
        return {
            "type": "object",
            "required": ["written"],
            "properties": {name: {"type": "string"} for name in ("written", "area", "level")},
            "additionalProperties": False,
        }


def written_address(typed: str) -> str:
    """Bring a written address to the form in which it is kept: NFC, blanks made one."""
    return " ".join(text_normalise(typed).split())


class PointField(FieldPart):
    """
    A point: latitude and longitude in degrees (JGD2011), as decimal texts with every figure that was given.

    ``{"lat": "34.0703", "lon": "134.5548"}``.
    """

    type: Literal["point"]
    abroad: bool = Field(default=False, description="日本の外の位置も認める")
    latitude: tuple[str, ...] = Field(default=("緯度", "latitude"), description="緯度だけの列の見出し")
    longitude: tuple[str, ...] = Field(default=("経度", "longitude"), description="経度だけの列の見出し")
    sortable = False

    def reads(self, ctx: Ctx) -> Reader:  # noqa: ARG002
        """Read "34.0703,134.5548" and the same with a blank between."""

        def read(typed: str) -> Read:
            parts = re.split(r"[,、\s]+", ascii_to_half(typed).strip("() "))
            try:
                lat, lon = (Decimal(part) for part in parts)
            except (ValueError, InvalidOperation) as error:
                raise ValueRefused("point", text=typed) from error
            self._inside(lat, lon, typed)
            return Read({"lat": decimal_text(lat), "lon": decimal_text(lon)})

        return read

    def _inside(self, lat: Decimal, lon: Decimal, typed: str) -> None:
        if not lat.is_finite() or not lon.is_finite() or max(map(_places, (lat, lon))) > 20:
            raise ValueRefused("point", text=typed)
        if self.abroad and abs(lat) <= 90 and abs(lon) <= 180:
            return
        if _in(lat, LATITUDES) and _in(lon, LONGITUDES):
            return
        if _in(lon, LATITUDES) and _in(lat, LONGITUDES):
            swapped = Proposal(Repair.SWAP, f"{decimal_text(lon)},{decimal_text(lat)}")
            raise ValueRefused("point_swapped", swapped, text=typed)
        raise ValueRefused("point_far", text=typed)

    def writes(self, value: Json, ctx: Ctx) -> str:  # noqa: ARG002
        """latitude,longitude."""
        return f"{value['lat']},{value['lon']}"

    def searched(self, value: Json) -> str:  # noqa: ARG002
        """Not among words."""
        return ""

    def value_schema(self) -> dict[str, Any]:
        """An object with both as decimal texts."""
        one = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
        return {
            "type": "object", "required": ["lat", "lon"], "properties": {"lat": one, "lon": one},
            "additionalProperties": False,
        }  # fmt: skip


class ShapeField(FieldPart):
    """A point, line or area as GeoJSON geometry (RFC 7946), kept as its text with every figure that was given."""

    type: Literal["shape"]
    kinds: tuple[
        Literal["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"], ...
    ] = ()
    sortable = False

    def reads(self, ctx: Ctx) -> Reader:  # noqa: ARG002
        """Read GeoJSON: a geometry."""
        kinds = frozenset(self.kinds or SHAPES)

        def read(typed: str) -> Read:
            if len(typed) > LARGEST_SHAPE:
                raise ValueRefused("long", count=len(typed), most=LARGEST_SHAPE)
            try:
                # Figures stay the texts that they were: a float would change them.
                geometry = json.loads(typed, parse_float=_Figure, parse_int=_Figure, parse_constant=_refuse)
            except (ValueError, RecursionError) as error:
                raise ValueRefused("geometry") from error
            if not isinstance(geometry, dict) or set(geometry) != {"type", "coordinates"}:
                raise ValueRefused("geometry")
            kind = geometry["type"]
            if not isinstance(kind, str) or kind not in kinds:
                raise ValueRefused("geometry")
            return Read(
                f'{{"type":"{kind}","coordinates":{_coordinates(geometry["coordinates"], SHAPES[kind])}}}'
            )

        return read

    def checks(self, value: Json, ctx: Ctx) -> None:
        """The one spelling of a geometry."""
        if not isinstance(value, str) or self.reads(ctx)(value).value != value:
            raise ValueRefused("shape")

    def shows(self, value: Json, ctx: Ctx) -> str:  # noqa: ARG002
        """Its kind; it is drawn on maps."""
        return str(json.loads(value)["type"])

    def searched(self, value: Json) -> str:  # noqa: ARG002
        """Not among words."""
        return ""

    def widget(self, ctx: Ctx) -> forms.Widget:  # noqa: ARG002
        """An area for GeoJSON."""
        return CounterTextarea({"rows": 3})


class _Figure(str):
    """A number of a geometry, as it was written."""


def _refuse(name: str) -> None:
    raise ValueError(name)


def _coordinates(value: object, depth: int) -> str:
    if not isinstance(value, list):
        raise ValueRefused("geometry")
    if depth == 1:
        if not 2 <= len(value) <= 3 or not all(isinstance(figure, _Figure) for figure in value):
            raise ValueRefused("geometry")
        try:
            return "[" + ",".join(decimal_text(Decimal(figure)) for figure in value) + "]"
        except (InvalidOperation, TypeError) as error:
            raise ValueRefused("geometry") from error
    if not value:
        raise ValueRefused("geometry")
    return "[" + ",".join(_coordinates(inner, depth - 1) for inner in value) + "]"


def _in(value: Decimal, limits: tuple[Decimal, Decimal]) -> bool:
    return limits[0] <= value <= limits[1]


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 99
