"""Entering figures, texts and progress of a year, judging items, and checking what was promised the year before."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Max

from madoguchi.blocks.measures.actions.editions import signature
from madoguchi.blocks.measures.actions.refusals import (
    CauseUnknown,
    Computed,
    EntryChanged,
    FigureTooFine,
    GradeUnknown,
    MyNumberTyped,
    SectionUnknown,
    StatusUnknown,
    YearOutsidePlan,
)
from madoguchi.blocks.measures.document import plan_of, plans_changed
from madoguchi.blocks.measures.models import (
    ActualEntry,
    Evaluation,
    Grade,
    ImprovementCheck,
    Indicator,
    Item,
    Miss,
    Progress,
    ResultText,
)
from madoguchi.blocks.measures.models.entries import Entry, figure_fits
from madoguchi.blocks.measures.queries import causes, item_line
from madoguchi.kernel.actions import action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kit.check_characters import my_number_find

E = TypeVar("E", bound=Entry)
ENTER, JUDGE = "measures.actual_enter", "measures.evaluate"


@action("measures.actual_enter", raises={"actual_entry_once": EntryChanged})
def actual_enter(
    *,
    actor: Viewer,
    indicator_id: int,
    year: int,
    value: Decimal | None,
    after: int,
    now: datetime,
    provisional: bool = False,
    as_of: date | None = None,
    word: str = "",
    reached: bool | None = None,
    note: str = "",
) -> ActualEntry:
    """
    Enter the figure that an indicator reached in a fiscal year.

    :param value: in the indicator's unit; None takes an earlier figure back.
    :param word: where the target is a word: what came of it; ``reached`` says whether that is enough.
    :param after: the sequence of the entry that the person saw (0 for none).
    :raises NotAllowed: the indicator is not there, or belongs to items of other offices.
    :raises YearOutsidePlan: the edition does not reach that year.
    :raises FigureTooFine: more decimals than the indicator keeps.
    :raises Computed: the figure comes from a declaration.
    :raises EntryChanged: somebody entered a figure in the meantime.
    """
    indicator = _own_indicator(actor, indicator_id)
    _year_check(indicator.item, year)
    if indicator.declared:
        raise Computed
    if not figure_fits(value, decimals=indicator.decimals):
        raise FigureTooFine
    _typed_check(word, note)
    entry = _append(
        ActualEntry, actor, now, after, year=year, indicator=indicator, value=value, word=word.strip(),
        reached=reached, provisional=provisional, as_of=as_of, source=ActualEntry.Source.TYPED, note=note,
    )  # fmt: skip
    subject = indicator.subject()
    audit_write(
        actor, "measures.actual_entered", subject,
        detail={"year": year, "value": value, "word": word, "provisional": provisional, "sequence": entry.sequence},
    )  # fmt: skip
    plans_changed()
    event_emit("measures.actual_entered", subject, {"year": year})
    return entry


@action("measures.text_enter", raises={"result_text_entry_once": EntryChanged})
def text_enter(
    *,
    actor: Viewer,
    item_id: int,
    year: int,
    section: str,
    text: str,
    after: int,
    now: datetime,
    office_name: str = "",
) -> ResultText:
    """
    Enter a text of a year at an item: what was done, what comes next.

    :param section: one of the edition's yearly sections.
    :param office_name: whose paragraph it is; "" for the item's own.
    :param after: the sequence of the text that the person saw (0 for none).
    :raises NotAllowed: the item is not there, or is another office's.
    :raises YearOutsidePlan: the edition does not reach that year.
    :raises SectionUnknown: not a yearly section of this edition.
    :raises MyNumberTyped: nothing is stored.
    :raises EntryChanged: somebody wrote in the meantime.
    """
    item = _own_item(actor, item_id, ENTER)
    _year_check(item, year)
    if section not in {known.key for known in plan_of(item.edition).sections if known.yearly}:
        raise SectionUnknown
    _typed_check(text)
    entry = _append(
        ResultText, actor, now, after, year=year, item=item, section=section, office_name=office_name,
        text=text.strip(),
    )  # fmt: skip
    _item_entered(actor, "measures.text_entered", item, year, {"section": section, "office": office_name})
    return entry


@action("measures.progress_enter", raises={"progress_entry_once": EntryChanged})
def progress_enter(
    *, actor: Viewer, item_id: int, year: int, status: str, after: int, now: datetime, note: str = ""
) -> Progress:
    """
    Say how far an item or a row of its schedule has come, in a phase of the city's own words.

    :param status: key of one of the edition's phases.
    :param after: the sequence of the entry that the person saw (0 for none).
    :raises NotAllowed: the item is not there, or is another office's.
    :raises YearOutsidePlan: the edition does not reach that year.
    :raises StatusUnknown: not a phase of this edition.
    :raises EntryChanged: somebody entered something in the meantime.
    """
    item = _own_item(actor, item_id, ENTER)
    _year_check(item, year)
    if status not in {phase.key for phase in plan_of(item.edition).phases}:
        raise StatusUnknown
    _typed_check(note)
    entry = _append(Progress, actor, now, after, year=year, item=item, status=status, note=note.strip())
    _item_entered(actor, "measures.progress_entered", item, year, {"status": status})
    return entry


@action("measures.evaluation_enter", raises={"evaluation_entry_once": EntryChanged})
def evaluation_enter(
    *, actor: Viewer, item_id: int, year: int, grade: str, after: int, now: datetime, note: str = ""
) -> Evaluation:
    """
    Judge an item for a fiscal year. The suggestion of the moment is kept beside the judgement.

    :param after: the sequence of the judgement that the person saw (0 for none).
    :raises NotAllowed: the item is not there, or is another office's.
    :raises YearOutsidePlan: the edition does not reach that year.
    :raises GradeUnknown: not a grade of this edition.
    :raises EntryChanged: somebody judged it in the meantime.
    """
    item = _own_item(actor, item_id, JUDGE)
    _year_check(item, year)
    chosen = Grade.objects.filter(edition=item.edition, key=grade).first()
    if chosen is None:
        raise GradeUnknown
    _typed_check(note)
    line = item_line(edition=item.edition, no=item.no, year=year, on=day_of(now))
    suggested = line.suggested if line is not None else None
    entry = _append(
        Evaluation, actor, now, after, year=year, item=item, grade=chosen, suggested=suggested or "",
        note=note.strip(),
    )  # fmt: skip
    before = line.grade if line is not None else None
    _item_entered(
        actor,
        "measures.item_evaluated",
        item,
        year,
        {"grade": grade, "before": before, "suggested": suggested},
    )
    return entry


@action("measures.improvement_check", raises={"improvement_check_once": EntryChanged})
def improvement_check(
    *, actor: Viewer, item_id: int, year: int, outcome: str, after: int, now: datetime, note: str = ""
) -> ImprovementCheck:
    """
    Say what became of the improvement that the year before promised.

    :param outcome: done, partly or not.
    :param after: the sequence of the entry that the person saw (0 for none).
    :raises NotAllowed: the item is not there, or is another office's.
    :raises YearOutsidePlan: the edition does not reach that year.
    :raises EntryChanged: somebody checked it in the meantime.
    """
    item = _own_item(actor, item_id, ENTER)
    _year_check(item, year)
    if outcome not in ImprovementCheck.Outcome.values:
        raise StatusUnknown
    _typed_check(note)
    entry = _append(
        ImprovementCheck, actor, now, after, year=year, item=item, outcome=outcome, note=note.strip()
    )
    _item_entered(actor, "measures.improvement_checked", item, year, {"outcome": outcome})
    return entry


@action("measures.miss_enter", raises={"miss_entry_once": EntryChanged})
def miss_enter(
    *,
    actor: Viewer,
    indicator_id: int,
    year: int,
    cause: str,
    after: int,
    now: datetime,
    budget_request: str = "",
) -> Miss:
    """
    Say why an indicator missed its target, in a word of the city's list.

    :param cause: code of the published list ``dx_plan.miss_causes``.
    :param budget_request: the request for money that answers it, by its number or name.
    :param after: the sequence of the entry that the person saw (0 for none).
    :raises NotAllowed: the indicator is not there, or belongs to items of other offices.
    :raises YearOutsidePlan: the edition does not reach that year.
    :raises CauseUnknown: not a code of the list.
    :raises EntryChanged: somebody entered a cause in the meantime.
    """
    indicator = _own_indicator(actor, indicator_id)
    _year_check(indicator.item, year)
    if cause not in dict(causes()):
        raise CauseUnknown
    _typed_check(budget_request)
    entry = _append(
        Miss,
        actor,
        now,
        after,
        year=year,
        indicator=indicator,
        cause=cause,
        budget_request=budget_request.strip(),
    )
    audit_write(
        actor, "measures.miss_entered", indicator.subject(),
        detail={"year": year, "cause": cause, "budget_request": budget_request, "sequence": entry.sequence},
    )  # fmt: skip
    plans_changed()
    return entry


def _append(model: type[E], actor: Viewer, now: datetime, after: int, *, year: int, **content: Any) -> E:
    """Put an entry behind the one that the person saw; what it is about is found by its keys to other rows."""
    about = {
        name: value
        for name, value in content.items()
        if name in ("item", "indicator", "section", "office_name")
    }
    newest = model._default_manager.filter(year=year, **about).aggregate(last=Max("sequence"))["last"] or 0
    if newest != after:
        raise EntryChanged
    return model._default_manager.create(
        year=year, sequence=after + 1, entered_at=now, entered_by=signature(actor), **content
    )


def _item_entered(actor: Viewer, what: str, item: Item, year: int, detail: dict[str, Any]) -> None:
    audit_write(actor, what, item.subject(), detail={"year": year, **detail})
    plans_changed()
    event_emit(what, item.subject(), {"year": year})


def _year_check(item: Item, year: int) -> None:
    if not item.edition.first_year <= year <= item.edition.last_year:
        raise YearOutsidePlan


def _typed_check(*texts: str) -> None:
    if any(my_number_find(text) for text in texts):
        raise MyNumberTyped


def _own_item(actor: Viewer, item_id: int, right: str) -> Item:
    """Find an item, or a part whose item is this actor's."""
    everything = Item.objects.select_related("edition", "parent")
    found = everything.filter(actor.where(right, field="offices__office_id"), pk=item_id).distinct().first()
    if found is None:
        mine = actor.where(right, field="parent__offices__office_id")
        found = everything.filter(mine, pk=item_id, level=Item.Level.PART).distinct().first()
    if found is None:
        raise NotAllowed(f"item {item_id}")
    return found


def _own_indicator(actor: Viewer, indicator_id: int) -> Indicator:
    found = Indicator.objects.filter(pk=indicator_id).select_related("item__edition").first()
    if found is None:
        raise NotAllowed(f"indicator {indicator_id}")
    _own_item(actor, found.item_id, ENTER)
    return found
