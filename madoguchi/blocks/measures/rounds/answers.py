"""What an office answers for an item in a round: the shape that is kept, and what is still missing in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from madoguchi.blocks.measures.models import Round
from madoguchi.blocks.measures.suggestion import ratio_of
from madoguchi.blocks.measures.types import IndicatorLine, ItemLine


class _Content(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FigureAnswer(_Content):
    """A figure, or the word that came of a target in words; ``cause`` why it stayed under its target."""

    value: Decimal | None = None
    word: str = ""
    reached: bool | None = None
    provisional: bool = False
    as_of: date | None = None
    note: str = ""
    cause: str = ""
    budget_request: str = ""

    @property
    def given(self) -> bool:
        """Whether anything was answered."""
        return self.value is not None or self.word != ""


class AnswerContent(_Content):
    """
    Texts by section, figures by indicator key, progress by part ("" for the item itself), and what became of last
    year's improvement. ``nothing`` says why there is nothing to tell.
    """

    texts: dict[str, str] = {}
    figures: dict[str, FigureAnswer] = {}
    progress: dict[str, str] = {}
    checked: Literal["", "done", "partly", "not"] = ""
    checked_note: str = ""
    nothing: str = ""

    def words(self) -> Iterator[str]:
        """Give everything that was typed freely."""
        yield from self.texts.values()
        yield from (self.checked_note, self.nothing)
        for figure in self.figures.values():
            yield from (figure.word, figure.note, figure.budget_request)


def answerable(line: ItemLine) -> list[IndicatorLine]:
    """Give the indicators that an office answers: those not computed from the services."""
    return [indicator for indicator in line.indicators if not indicator.declared]


def is_miss(indicator: IndicatorLine, answer: FigureAnswer) -> bool:
    """Whether an answer stays under its target."""
    if answer.reached is not None:
        return not answer.reached
    if answer.value is None or indicator.target is None:
        return False
    reached = ratio_of(_Reached(indicator.target, answer.value, indicator.direction))
    return reached is not None and reached < 1


class _Reached:
    def __init__(self, target: Decimal, actual: Decimal, direction: str) -> None:
        self.target: Decimal | None = target
        self.actual: Decimal | None = actual
        self.direction = direction


Missing = tuple[str, str]


def missing_in(kind: str, line: ItemLine, content: AnswerContent, *, needed: list[str]) -> list[Missing]:
    """
    Say what an answer still lacks before it can be sent: (what, its key).

    A round about results needs every figure, a cause for every miss and the needed sections; one about the plan or
    the half year needs only texts. Whoever has nothing to tell says why.

    :param needed: the sections that must be written.
    """
    if content.nothing.strip():
        return []
    lacking: list[Missing] = [("section", key) for key in needed if not content.texts.get(key, "").strip()]
    if kind == Round.Kind.RESULT:
        for indicator in answerable(line):
            answer = content.figures.get(indicator.key, FigureAnswer())
            if not answer.given:
                lacking.append(("figure", indicator.key))
            elif is_miss(indicator, answer) and not answer.cause:
                lacking.append(("cause", indicator.key))
    return lacking
