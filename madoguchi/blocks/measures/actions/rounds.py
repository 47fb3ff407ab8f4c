"""Opening a collection round, answering, sending back, taking over, reminding and closing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Max

from madoguchi.blocks.measures.actions.editions import signature
from madoguchi.blocks.measures.actions.refusals import (
    AnswerIncomplete,
    DueBeforeOpening,
    EntryChanged,
    FiguresDiffer,
    FigureTooFine,
    MyNumberTyped,
    NobodyToAsk,
    NothingToRemind,
    NotSettled,
    ReasonMissing,
    RoundClosed,
    RoundOpen,
    WrongState,
    YearOutsidePlan,
)
from madoguchi.blocks.measures.document import plan_of, plans_changed
from madoguchi.blocks.measures.models import (
    ActualEntry,
    Answer,
    Edition,
    ImprovementCheck,
    Item,
    ItemOffice,
    Miss,
    Progress,
    ResultText,
    Round,
    RoundLine,
    RoundRequest,
)
from madoguchi.blocks.measures.models.entries import figure_fits
from madoguchi.blocks.measures.queries import items_by_number
from madoguchi.blocks.measures.rounds.answers import AnswerContent, FigureAnswer, answerable, missing_in
from madoguchi.blocks.measures.types import ItemLine
from madoguchi.blocks.people.queries import office_names, offices_carrying, offices_on
from madoguchi.kernel.actions import action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.calendar import business_days_add
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kit.check_characters import my_number_find

KEEP, ANSWER = "measures.round_keep", "measures.actual_enter"
NEAR_BUSINESS_DAYS = 3


@action("measures.round_open", raises={"round_once": RoundOpen})
def round_open(
    *,
    actor: Viewer,
    key: str,
    year: int,
    kind: str,
    due_on: date,
    message: str,
    groups: Mapping[str, Sequence[str]],
    now: datetime,
) -> Round:
    """
    Ask every office in charge for its items of a year, with last year's texts copied as a beginning.

    :param kind: plan, half or result.
    :param groups: open group as printed (全部局) → keys of the offices that it means this time.
    :raises NotAllowed: the actor keeps no rounds, or there is no such edition.
    :raises YearOutsidePlan: the edition does not reach that year.
    :raises DueBeforeOpening: the deadline is over.
    :raises NobodyToAsk: no item has an office of this city hall.
    :raises RoundOpen: there is a round of this kind for the year.
    :raises MyNumberTyped: nothing is stored.
    """
    actor.must_everywhere(KEEP)
    edition = Edition.objects.filter(key=key).first()
    if edition is None or kind not in Round.Kind.values:
        raise NotAllowed(key)
    if not edition.first_year <= year <= edition.last_year:
        raise YearOutsidePlan
    on = day_of(now)
    if due_on < on:
        raise DueBeforeOpening
    if my_number_find(message):
        raise MyNumberTyped
    asked = _whom_to_ask(edition, groups, on)
    if not asked:
        raise NobodyToAsk
    opened = Round.objects.create(
        edition=edition, year=year, kind=kind, message=message.strip(), opened_on=on, due_on=due_on,
        opened_by=signature(actor),
    )  # fmt: skip
    _requests_make(opened, asked, on, now, signature(actor))
    audit_write(
        actor, "measures.round_opened", opened.subject(),
        detail={"year": year, "kind": kind, "due_on": due_on, "offices": len(asked)},
    )  # fmt: skip
    event_emit("measures.round_opened", opened.subject(), {"due_on": due_on.isoformat()})
    return opened


def _whom_to_ask(edition: Edition, groups: Mapping[str, Sequence[str]], on: date) -> dict[int, list[int]]:
    """Give the items by office: those named, as whoever carries on their work today, and those a group means."""
    ids = {office.key: office.id for office in offices_on(on=on)}
    asked: dict[int, dict[int, None]] = defaultdict(dict)
    rows = ItemOffice.objects.filter(item__edition=edition).order_by("item__order", "order")
    for level, item_id, parent_id, printed, office_id, group in rows.values_list(
        "item__level", "item_id", "item__parent_id", "printed_name", "office_id", "group"
    ):
        about = parent_id if level == Item.Level.PART and parent_id else item_id
        meant: set[int] = set()
        if group:
            meant = {ids[office_key] for office_key in groups.get(printed, ()) if office_key in ids}
        elif office_id is not None:
            meant = {*offices_carrying(office_id=office_id, on=on)}
        for office in meant:
            asked[office][about] = None
    return {office: [*items] for office, items in asked.items()}


def _requests_make(opened: Round, asked: Mapping[int, list[int]], on: date, now: datetime, by: str) -> None:
    names = office_names(office_ids=asked, on=on)
    last = _texts_of(opened.edition, opened.year - 1)
    for office_id in sorted(asked):
        request = RoundRequest.objects.create(round=opened, office_id=office_id, office_name=names[office_id])
        lines = RoundLine.objects.bulk_create(
            RoundLine(request=request, item_id=item_id, order=order)
            for order, item_id in enumerate(asked[office_id])
        )
        Answer.objects.bulk_create(
            Answer(
                line=line, sequence=0, entered_at=now, entered_by=by,
                content=AnswerContent(texts=last.get((line.item_id, request.office_name), {})).model_dump(mode="json"),
            )
            for line in lines
        )  # fmt: skip


def _texts_of(edition: Edition, year: int) -> dict[tuple[int, str], dict[str, str]]:
    """Give the newest texts of a year by item and office."""
    texts: dict[tuple[int, str], dict[str, str]] = defaultdict(dict)
    rows = ResultText.objects.filter(item__edition=edition, year=year).order_by("sequence")
    for item_id, office, section, text in rows.values_list("item_id", "office_name", "section", "text"):
        texts[item_id, office][section] = text
    return texts


@action("measures.answer_save", raises={"answer_entry_once": EntryChanged})
def answer_save(*, actor: Viewer, line_id: int, content: AnswerContent, after: int, now: datetime) -> Answer:
    """
    Keep an office's answer for one item. Whatever was typed is kept, complete or not.

    :param after: the sequence of the answer that the person saw (0 for the copy of last year's).
    :raises NotAllowed: the line is not there, or is another office's.
    :raises RoundClosed, WrongState: the round is closed, or the answer was taken over already.
    :raises FigureTooFine: a figure has more decimals than its indicator.
    :raises MyNumberTyped: nothing is stored.
    :raises EntryChanged: a colleague saved in the meantime.
    """
    line = (
        RoundLine.objects.filter(actor.where(ANSWER, field="request__office_id"), pk=line_id)
        .select_related("request__round__edition", "item__edition")
        .first()
    )
    if line is None:
        raise NotAllowed(f"line {line_id}")
    request = line.request
    _must_be_open(request.round)
    if request.state == RoundRequest.State.ACCEPTED:
        raise WrongState
    if any(my_number_find(text) for text in content.words()):
        raise MyNumberTyped
    _figures_check(line, content, day_of(now))
    newest = Answer.objects.filter(line=line).aggregate(last=Max("sequence"))["last"] or 0
    if newest != after:
        raise EntryChanged
    answer = Answer.objects.create(
        line=line, sequence=after + 1, content=content.model_dump(mode="json"), entered_at=now,
        entered_by=signature(actor),
    )  # fmt: skip
    audit_write(
        actor, "measures.answer_saved", request.round.subject(),
        detail={"office": request.office_name, "item": line.item.no, "sequence": answer.sequence},
    )  # fmt: skip
    return answer


def _figures_check(line: RoundLine, content: AnswerContent, on: date) -> None:
    known = {one.key: one for one in _Lines(line.request.round, on).of(line).indicators}
    for key, figure in content.figures.items():
        indicator = known.get(key)
        if indicator is None or indicator.declared:
            raise NotAllowed(f"indicator {key}")
        if not figure_fits(figure.value, decimals=indicator.decimals):
            raise FigureTooFine


@action("measures.answer_send")
def answer_send(*, actor: Viewer, request_id: int, revision: int, now: datetime) -> RoundRequest:
    """
    Send an office's answers: complete, and from now on with whoever collects.

    :param revision: of the request as the person saw it.
    :raises NotAllowed: the request is not there, or is another office's.
    :raises AnswerIncomplete: something is missing; ``details["missing"]`` by item.
    :raises RoundClosed, WrongState, EntryChanged: it cannot be sent now.
    """
    request = _request(actor, request_id, own=True)
    missing = answers_missing(request, on=day_of(now))
    if missing:
        raise AnswerIncomplete(missing=missing)
    return _moved(
        request, revision, (RoundRequest.State.ASKED, RoundRequest.State.RETURNED), RoundRequest.State.ANSWERED,
        actor, "measures.answer_sent",
    )  # fmt: skip


def answers_missing(request: RoundRequest, *, on: date) -> dict[str, list[tuple[str, str]]]:
    """Say what an office's answers still lack, by item number."""
    missing = {}
    sections = {section.key for section in plan_of(request.round.edition).sections}
    needed = [key for key in ("done",) if request.round.kind == Round.Kind.RESULT and key in sections]
    lines = _Lines(request.round, on)
    for line, answer in answers_newest(request):
        content = AnswerContent.model_validate(answer.content)
        lacking = missing_in(request.round.kind, lines.of(line), content, needed=needed)
        if answer.sequence == 0 and not lacking:
            lacking = [("unread", "")]
        if lacking:
            missing[line.item.no] = lacking
    return missing


def answers_newest(request: RoundRequest) -> list[tuple[RoundLine, Answer]]:
    """Give an office's lines with their newest answers, in printed order."""
    newest = {
        answer.line_id: answer for answer in Answer.objects.filter(line__request=request).order_by("sequence")
    }
    lines = request.lines.select_related("item__edition").order_by("order")
    return [(line, newest[line.pk]) for line in lines]


@action("measures.answer_return")
def answer_return(
    *,
    actor: Viewer,
    request_id: int,
    revision: int,
    reason: str,
    now: datetime,  # noqa: ARG001
) -> RoundRequest:
    """
    Send an office's answers back, with the reason.

    :raises NotAllowed: the actor keeps no rounds, or there is no such request.
    :raises ReasonMissing: no reason.
    :raises RoundClosed, WrongState, EntryChanged: it cannot be sent back now.
    """
    request = _request(actor, request_id, own=False)
    if not reason.strip():
        raise ReasonMissing
    if my_number_find(reason):
        raise MyNumberTyped
    return _moved(
        request, revision, (RoundRequest.State.ANSWERED,), RoundRequest.State.RETURNED, actor,
        "measures.answer_returned", reason=reason.strip(),
    )  # fmt: skip


@action(
    "measures.answer_accept",
    raises={
        "actual_entry_once": EntryChanged, "result_text_entry_once": EntryChanged,
        "progress_entry_once": EntryChanged, "miss_entry_once": EntryChanged, "improvement_check_once": EntryChanged,
    },
)  # fmt: skip
def answer_accept(
    *, actor: Viewer, request_id: int, revision: int, now: datetime, overrule: bool = False
) -> RoundRequest:
    """
    Take an office's answers over: they become the figures and texts of the year.

    :param overrule: take a figure although another office answered otherwise; the other one stays in the history.
    :raises NotAllowed: the actor keeps no rounds, or there is no such request.
    :raises FiguresDiffer: another office of this round answered an indicator otherwise; ``details["differ"]``.
    :raises RoundClosed, WrongState, EntryChanged: it cannot be taken over now.
    """
    request = _request(actor, request_id, own=False)
    answers = [
        (line, AnswerContent.model_validate(answer.content)) for line, answer in answers_newest(request)
    ]
    lines = _Lines(request.round, day_of(now))
    if not overrule and (differ := _figures_of_others(request, answers, lines)):
        raise FiguresDiffer(differ=differ)
    request = _moved(
        request, revision, (RoundRequest.State.ANSWERED,), RoundRequest.State.ACCEPTED, actor,
        "measures.answer_accepted",
    )  # fmt: skip
    for line, content in answers:
        _Taking(request, line, content, now).take(lines.of(line))
    plans_changed()
    return request


def _figures_of_others(
    request: RoundRequest, answers: list[tuple[RoundLine, AnswerContent]], lines: _Lines
) -> list[dict[str, str]]:
    """Give the indicators for which another office's answer was taken over with another figure."""
    others = RoundLine.objects.filter(
        request__round=request.round, request__state=RoundRequest.State.ACCEPTED,
        item__in=[line.item_id for line, _content in answers],
    ).exclude(request=request)  # fmt: skip
    taken = {other.item_id for other in others}
    differ = []
    for line, content in answers:
        if line.item_id not in taken:
            continue
        known = {one.key: one for one in lines.of(line).indicators}
        for key, figure in content.figures.items():
            before = known[key].actual
            if figure.value is not None and before is not None and before != figure.value:
                differ.append(
                    {"item": line.item.no, "indicator": known[key].name.value, "before": str(before.normalize()),
                     "now": str(figure.value)}
                )  # fmt: skip
    return differ


class _Taking:
    """Writing one line's answer into the entries of the year, each behind the newest one."""

    def __init__(self, request: RoundRequest, line: RoundLine, content: AnswerContent, now: datetime) -> None:
        self.request, self.line, self.content = request, line, content
        self.year = request.round.year
        self.stamp: dict[str, Any] = {"year": self.year, "entered_at": now, "entered_by": request.office_name}

    def take(self, shown: ItemLine) -> None:
        for section, text in self.content.texts.items():
            self._append(
                ResultText, {"item": self.line.item, "section": section, "office_name": self.request.office_name},
                {"text": text.strip()},
            )  # fmt: skip
        parts = {part.no: part.id for part in shown.parts} | {"": shown.id}
        for no, status in self.content.progress.items():
            if status and no in parts:
                self._append(Progress, {"item_id": parts[no]}, {"status": status})
        if self.content.checked:
            self._append(
                ImprovementCheck, {"item": self.line.item},
                {"outcome": self.content.checked, "note": self.content.checked_note},
            )  # fmt: skip
        for indicator in answerable(shown):
            figure = self.content.figures.get(indicator.key, FigureAnswer())
            if figure.given:
                self._figure(indicator.id, figure)

    def _figure(self, indicator_id: int, figure: FigureAnswer) -> None:
        about = {"indicator_id": indicator_id}
        self._append(
            ActualEntry, about,
            {
                "value": figure.value, "word": figure.word, "reached": figure.reached,
                "provisional": figure.provisional, "as_of": figure.as_of, "note": figure.note,
                "source": ActualEntry.Source.TYPED,
            },
        )  # fmt: skip
        if figure.cause:
            self._append(Miss, about, {"cause": figure.cause, "budget_request": figure.budget_request})

    def _append(self, model: Any, about: dict[str, Any], content: dict[str, Any]) -> None:
        """Write an entry unless the newest says the same."""
        newest = model.objects.filter(year=self.year, **about).order_by("-sequence").first()
        if newest is not None and all(getattr(newest, name) == value for name, value in content.items()):
            return
        if newest is None and not any(content.values()):
            return
        model.objects.create(**self.stamp, **about, **content, sequence=newest.sequence + 1 if newest else 1)


@action("measures.round_remind")
def round_remind(*, actor: Viewer, round_id: int, now: datetime) -> list[str]:
    """
    Remind the offices whose answer is still out, once a day; the names of those reminded.

    :raises NotAllowed: the actor keeps no rounds, or there is none of this number.
    :raises RoundClosed: the round is closed.
    :raises NothingToRemind: nobody owes an answer, or all were reminded today.
    """
    actor.must_everywhere(KEEP)
    found = _round(round_id)
    on = day_of(now)
    owing = RoundRequest.objects.filter(
        round=found, state__in=[RoundRequest.State.ASKED, RoundRequest.State.RETURNED]
    ).exclude(reminded_on=on)
    names = [*owing.order_by("office_name").values_list("office_name", flat=True)]
    if not names:
        raise NothingToRemind
    owing.update(reminded_on=on)
    audit_write(actor, "measures.round_reminded", found.subject(), detail={"offices": names})
    event_emit("measures.round_reminded", found.subject(), {"due_on": found.due_on.isoformat()})
    return names


def rounds_due(*, on: date) -> list[int]:
    """Name the open rounds in which somebody should be reminded today: near the deadline, on it, and after it."""
    last = business_days_add(on, NEAR_BUSINESS_DAYS)
    owing = RoundRequest.objects.filter(
        state__in=[RoundRequest.State.ASKED, RoundRequest.State.RETURNED], round__closed_at=None,
        round__due_on__lte=last,
    ).exclude(reminded_on=on)  # fmt: skip
    return [*owing.order_by("round_id").values_list("round_id", flat=True).distinct()]


@action("measures.round_close")
def round_close(*, actor: Viewer, round_id: int, note: str, now: datetime) -> Round:
    """
    Close a round. With answers still out, the note says why.

    :raises NotAllowed: the actor keeps no rounds, or there is none of this number.
    :raises RoundClosed: it is closed already.
    :raises NotSettled: answers are out and there is no note; ``details["offices"]``.
    """
    actor.must_everywhere(KEEP)
    found = _round(round_id)
    out = RoundRequest.objects.filter(round=found).exclude(state=RoundRequest.State.ACCEPTED)
    names = [*out.order_by("office_name").values_list("office_name", flat=True)]
    if names and not note.strip():
        raise NotSettled(offices=names)
    found.closed_at, found.closing_note = now, note.strip()
    found.save(update_fields=["closed_at", "closing_note"])
    audit_write(actor, "measures.round_closed", found.subject(), detail={"note": note, "out": names})
    event_emit("measures.round_closed", found.subject(), {"year": found.year})
    return found


def _round(round_id: int) -> Round:
    found = Round.objects.select_related("edition").filter(pk=round_id).first()
    if found is None:
        raise NotAllowed(f"round {round_id}")
    _must_be_open(found)
    return found


def _must_be_open(found: Round) -> None:
    if found.closed_at is not None:
        raise RoundClosed


def _request(actor: Viewer, request_id: int, *, own: bool) -> RoundRequest:
    rows = RoundRequest.objects.select_related("round__edition").filter(pk=request_id)
    if own:
        rows = rows.filter(actor.where(ANSWER))
    else:
        actor.must_everywhere(KEEP)
    request = rows.first()
    if request is None:
        raise NotAllowed(f"request {request_id}")
    _must_be_open(request.round)
    return request


def _moved(
    request: RoundRequest, revision: int, before: tuple[str, ...], after: str, actor: Viewer, event: str, *,
    reason: str = "",
) -> RoundRequest:  # fmt: skip
    """Bring a request from one state into another; whoever was faster wins, the other sees it."""
    if request.state not in before:
        raise WrongState
    moved = RoundRequest.objects.filter(pk=request.pk, revision=revision, state__in=before).update(
        state=after, revision=revision + 1, return_reason=reason
    )
    if not moved:
        raise EntryChanged
    request.refresh_from_db()
    detail = {"office": request.office_name, "reason": reason} if reason else {"office": request.office_name}
    audit_write(actor, event, request.round.subject(), detail=detail)
    event_emit(event, request.round.subject(), {"office": request.office_name})
    return request


class _Lines:
    """The items of a round's plan in its year, read once."""

    def __init__(self, found: Round, on: date) -> None:
        self._by_number = items_by_number(edition=found.edition, year=found.year, on=on)

    def of(self, line: RoundLine) -> ItemLine:
        if line.item.no not in self._by_number:
            raise NotAllowed(f"item {line.item.no}")
        return self._by_number[line.item.no]
