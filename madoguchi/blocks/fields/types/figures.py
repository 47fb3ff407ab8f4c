"""Fields of figures: numbers, yen and rates. Kept as whole numbers of the declared scale, never as floats."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Literal

from django import forms
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from madoguchi.blocks.fields.types.part import FieldPart
from madoguchi.blocks.fields.types.reading import Ctx, Json, Read, Reader
from madoguchi.blocks.fields.types.refusing import Repair, ValueRefused
from madoguchi.kit.numbers import FigureRefused, Nothing, figure_parse
from madoguchi.kit.width import ascii_to_half
from madoguchi.ui.formats import number_text, yen_text
from madoguchi.ui.forms import UnitInput

MOST = 10**15


class FigurePart(FieldPart):
    """What numbers share."""

    low: int | None = Field(default=None, alias="min", description="最小")
    high: int | None = Field(default=None, alias="max", description="最大")

    facet = "int"
    units: ClassVar[frozenset[str]] = frozenset()

    @property
    def scale(self) -> int:
        """How many decimals are kept."""
        return 0

    def unit_words(self) -> frozenset[str]:
        """The units that may stand behind a figure; they are taken off."""
        return self.units

    def reads(self, ctx: Ctx) -> Reader:  # noqa: ARG002
        """Read a figure as offices write them: commas, full width, △ for minus, its unit behind."""
        units = self.unit_words()

        def read(typed: str) -> Read:
            try:
                figure = figure_parse(typed)
            except FigureRefused as refused:
                raise ValueRefused.of("figure", refused) from refused
            if isinstance(figure, Nothing):
                if self.required:
                    raise ValueRefused("nothing", text=typed)
                return Read(None, (Repair.NOTHING,))
            if figure.unit and figure.unit not in units:
                raise ValueRefused("unit", unit=figure.unit)
            value = self._scaled(figure.value, typed)
            self._range(value)
            return Read(value, _spelling(typed, unit=bool(figure.unit)))

        return read

    def _scaled(self, value: Decimal, typed: str) -> int:
        scaled = value.scaleb(self.scale)
        if scaled != scaled.to_integral_value():
            raise ValueRefused("decimals" if self.scale else "whole", text=typed, most=self.scale)
        if abs(scaled) >= MOST:
            raise ValueRefused("large", text=typed)
        return int(scaled)

    def _range(self, value: int) -> None:
        one = 10**self.scale
        if self.low is not None and value < self.low * one:
            raise ValueRefused("low", limit=f"{self.low:,}")
        if self.high is not None and value > self.high * one:
            raise ValueRefused("high", limit=f"{self.high:,}")

    def checks(self, value: Json, ctx: Ctx) -> None:  # noqa: ARG002
        """A whole number within its limits."""
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= MOST:
            raise ValueRefused("shape")
        self._range(value)

    def exact(self, value: int) -> int | Decimal:
        """Give a kept value as the number that it stands for."""
        return Decimal(value).scaleb(-self.scale) if self.scale else value

    def cel_value(self, value: Json) -> Any:
        """The number itself."""
        return None if value is None else self.exact(value)

    def writes(self, value: Json, ctx: Ctx) -> str:  # noqa: ARG002
        """Plain figures."""
        return f"{self.exact(value):f}" if self.scale else str(value)

    def cell(self, value: Json, ctx: Ctx) -> Any:  # noqa: ARG002
        """A number."""
        return None if value is None else self.exact(value)

    def shows(self, value: Json, ctx: Ctx) -> str:  # noqa: ARG002
        """With digit groups."""
        return number_text(self.exact(value))

    def searched(self, value: Json) -> str:  # noqa: ARG002
        """Nobody looks for a number among words."""
        return ""

    def value_schema(self) -> dict[str, Any]:
        """An integer; ``multipleOf`` is not needed, the scale is said in words."""
        one, found = 10**self.scale, {"type": "integer"}
        limits = {"minimum": self.low, "maximum": self.high}
        found |= {name: limit * one for name, limit in limits.items() if limit is not None}
        if self.scale:
            found["description"] = f"×{one}"
        return found


class NumberField(FigurePart):
    """A count or a measured number; with ``decimals`` it is kept as a whole number of that scale."""

    type: Literal["number"]
    decimals: int = Field(default=0, ge=0, le=9)
    unit: str | None = Field(default=None, description="後ろに見せる単位（人、件、㎡）")

    @property
    def scale(self) -> int:
        """How many decimals are kept."""
        return self.decimals

    @property
    def cel_type(self) -> str:
        """``count`` or ``decimal:N``."""
        return f"decimal:{self.decimals}" if self.decimals else "count"

    def unit_words(self) -> frozenset[str]:
        """Its own unit."""
        return frozenset({self.unit} if self.unit else ())

    def shows(self, value: Json, ctx: Ctx) -> str:
        """With digit groups and the unit."""
        return super().shows(value, ctx) + (self.unit or "")

    def widget(self, ctx: Ctx) -> forms.Widget:  # noqa: ARG002
        """An input for figures, with its unit."""
        return _unit_input(self.unit or "", decimals=self.decimals)


class YenField(FigurePart):
    """Whole yen."""

    type: Literal["yen"]
    cel = "yen"
    units = frozenset({"円"})

    def shows(self, value: Json, ctx: Ctx) -> str:  # noqa: ARG002
        """1,234円."""
        return yen_text(value)

    def widget(self, ctx: Ctx) -> forms.Widget:  # noqa: ARG002
        """An input for yen."""
        return _unit_input(_("円"))


class RateField(FigurePart):
    """A share in percent, with the declared decimals."""

    type: Literal["rate"]
    decimals: int = Field(default=1, ge=0, le=6)
    units = frozenset({"%", "％", "パーセント"})

    @property
    def scale(self) -> int:
        """How many decimals are kept."""
        return self.decimals

    @property
    def cel_type(self) -> str:
        """``count`` or ``decimal:N``."""
        return f"decimal:{self.decimals}" if self.decimals else "count"

    def shows(self, value: Json, ctx: Ctx) -> str:  # noqa: ARG002
        """12.5%."""
        return f"{number_text(self.exact(value))}%"

    def widget(self, ctx: Ctx) -> forms.Widget:  # noqa: ARG002
        """An input for a rate."""
        return _unit_input("%", decimals=self.decimals)


def _unit_input(unit: object, *, decimals: int = 0) -> UnitInput:
    return UnitInput(unit=unit, attrs={"inputmode": "decimal" if decimals else "numeric"})


def _spelling(typed: str, *, unit: bool) -> tuple[Repair, ...]:
    found = []
    if ascii_to_half(typed) != typed:
        found.append(Repair.WIDTH)
    if "," in ascii_to_half(typed):
        found.append(Repair.GROUPING)
    if unit:
        found.append(Repair.UNIT)
    return tuple(found)
