"""Looking at collection rounds: how far each is, what a viewer owes, and what an answer page needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from madoguchi.blocks.measures.actions.rounds import ANSWER, KEEP, answers_missing, answers_newest
from madoguchi.blocks.measures.document import plan_of
from madoguchi.blocks.measures.models import Answer, Edition, ItemOffice, Round, RoundLine, RoundRequest
from madoguchi.blocks.measures.queries import items_by_number
from madoguchi.blocks.measures.rounds.answers import AnswerContent
from madoguchi.blocks.measures.types import ItemLine
from madoguchi.kernel.rights import Viewer

OWING = (RoundRequest.State.ASKED, RoundRequest.State.RETURNED)


@dataclass(frozen=True, slots=True)
class RoundProgress:
    """A round with the number of requests per state."""

    round: Round
    counts: dict[str, int]
    overdue: bool

    @property
    def total(self) -> int:
        """How many offices were asked."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line of a request: the item in the round's year and the year before, and the newest answer."""

    line: RoundLine
    item: ItemLine
    last: ItemLine | None
    answer: Answer
    content: AnswerContent
    missing: list[tuple[str, str]]


def rounds_for(*, viewer: Viewer) -> QuerySet[Round]:
    """Give the rounds that a viewer keeps or answers in, newest first."""
    rows = Round.objects.select_related("edition").order_by("-opened_on", "-pk")
    if viewer.may_everywhere(KEEP):
        return rows
    mine = RoundRequest.objects.filter(viewer.where(ANSWER))
    return rows.filter(pk__in=mine.values("round_id"))


def round_for(*, viewer: Viewer, round_id: int) -> Round | None:
    """Give a round that a viewer keeps or answers in; None for any other."""
    return rounds_for(viewer=viewer).filter(pk=round_id).first()


def requests_for(*, viewer: Viewer, found: Round) -> list[RoundRequest]:
    """Give the requests of a round that a viewer may see, by office."""
    rows = RoundRequest.objects.filter(round=found).select_related("round__edition").order_by("office_name")
    return [*(rows if viewer.may_everywhere(KEEP) else rows.filter(viewer.where(ANSWER)))]


def request_for(*, viewer: Viewer, round_id: int, request_id: int) -> RoundRequest | None:
    """Give a request that a viewer keeps or answers; None for any other."""
    rows = RoundRequest.objects.filter(pk=request_id, round_id=round_id).select_related("round__edition")
    return (rows if viewer.may_everywhere(KEEP) else rows.filter(viewer.where(ANSWER))).first()


def line_for(*, viewer: Viewer, line_id: int) -> RoundLine | None:
    """Give a line that a viewer answers or keeps; None for any other."""
    rows = RoundLine.objects.filter(pk=line_id).select_related("request__round__edition", "item__edition")
    if not viewer.may_everywhere(KEEP):
        rows = rows.filter(viewer.where(ANSWER, field="request__office_id"))
    return rows.first()


def may_answer(*, viewer: Viewer, request: RoundRequest) -> bool:
    """Say whether a viewer may write answers of a request now."""
    if request.round.closed_at is not None or request.state == RoundRequest.State.ACCEPTED:
        return False
    return RoundRequest.objects.filter(viewer.where(ANSWER), pk=request.pk).exists()


def progress_of(found: Round, *, on: date) -> RoundProgress:
    """Say how far a round is."""
    states = RoundRequest.objects.filter(round=found).values_list("state", flat=True)
    counts = Counter(states)
    owing = any(counts[state] for state in OWING)
    return RoundProgress(found, dict(counts), found.closed_at is None and owing and found.due_on < on)


def lines_shown(request: RoundRequest, *, on: date, lang: str = "ja") -> list[LineShown]:
    """Give an office's lines with their answers and what they lack."""
    missing = answers_missing(request, on=on)
    edition, year = request.round.edition, request.round.year
    now = items_by_number(edition=edition, year=year, on=on, lang=lang)
    last = items_by_number(edition=edition, year=year - 1, on=on, lang=lang)
    return [
        _shown(line, answer, missing.get(line.item.no, []), now, last)
        for line, answer in answers_newest(request)
    ]


def line_shown(line: RoundLine, *, on: date, lang: str = "ja") -> LineShown:
    """Give one line with its newest answer."""
    newest = Answer.objects.filter(line=line).order_by("-sequence")[0]
    edition, year = line.request.round.edition, line.request.round.year
    now = items_by_number(edition=edition, year=year, on=on, lang=lang)
    last = items_by_number(edition=edition, year=year - 1, on=on, lang=lang)
    return _shown(line, newest, [], now, last)


def _shown(
    line: RoundLine, answer: Answer, missing: list[tuple[str, str]], now: Mapping[str, ItemLine],
    last: Mapping[str, ItemLine],
) -> LineShown:  # fmt: skip
    content = AnswerContent.model_validate(answer.content)
    return LineShown(line, now[line.item.no], last.get(line.item.no), answer, content, missing)


def answers_of(line: RoundLine) -> list[Answer]:
    """Give every answer ever kept for a line, newest first."""
    return [*Answer.objects.filter(line=line, sequence__gt=0).order_by("-sequence")]


def sections_asked(found: Round) -> list[tuple[str, str]]:
    """Give the texts that a round asks for: (section, label)."""
    return [(section.key, section.label) for section in plan_of(found.edition).sections if section.yearly]


def groups_printed(edition: Edition) -> list[str]:
    """Give the open groups that a plan prints (全部局), in printed order."""
    rows = ItemOffice.objects.filter(item__edition=edition, group=True).order_by("item__order", "order")
    return [*dict.fromkeys(rows.values_list("printed_name", flat=True))]


@dataclass(frozen=True, slots=True)
class Owed:
    """What waits for a viewer: requests to answer, those returned or overdue among them, answers to look at."""

    to_answer: int
    pressing: int
    to_check: int


def owed_by(*, viewer: Viewer) -> Owed:
    """Count what rounds want of a viewer, in one query."""
    open_rounds = Q(round__closed_at=None)
    # Whoever may enter for the whole city hall still owes only what the own office was asked.
    mine = Q(office_id__in=viewer.offices, state__in=OWING)
    keeping = Q(state=RoundRequest.State.ANSWERED) if viewer.may_everywhere(KEEP) else Q(pk__in=[])
    rows = RoundRequest.objects.filter(open_rounds).filter(mine | keeping)
    to_answer = pressing = to_check = 0
    for state, due_on in rows.values_list("state", "round__due_on"):
        if state == RoundRequest.State.ANSWERED:
            to_check += 1
        else:
            to_answer += 1
            pressing += state == RoundRequest.State.RETURNED or due_on <= viewer.on
    return Owed(to_answer, pressing, to_check)
