"""Loading editions, entering figures and judging items."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.measures.files import edition_read
from madoguchi.blocks.measures.lines import plans_changed
from madoguchi.blocks.measures.models import (
    ActualEntry,
    Edition,
    Evaluation,
    Grade,
    Indicator,
    Item,
    ItemOffice,
    ItemSection,
    Target,
    YearTotal,
)
from madoguchi.blocks.measures.queries import entry_sequences, item_line, percentages
from madoguchi.blocks.measures.types import EditionSpec, IndicatorSpec, ItemSpec, TotalSpec
from madoguchi.blocks.people.queries import office_find
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.rights import NotAllowed, Viewer


class EntryChanged(Refused):
    """Somebody else entered a value after the page was opened; both are shown, neither is lost."""

    message = _(
        "この画面を開いた後に、ほかの人が記録しました。新しい値を確かめて、もう一度記録してください。"
    )


class YearOutsidePlan(Refused):
    """The year is not one of the plan's."""

    message = _("計画の期間にない年度です。年度を確かめてください。")


class GradeUnknown(Refused):
    """The grade is not one of the edition's set."""

    message = _("この計画の評価の段階にありません。一覧から選んでください。")


class FigureTooFine(Refused):
    """The figure has more decimals than the indicator keeps, or more digits than can be stored."""

    message = _("小数の桁が多すぎます。指標の桁数に合わせて入力してください。")


class Computed(Refused):
    """The figure is computed from the services; typing it in would hide where it comes from."""

    message = _("この指標は記録から計算しています。手では入力できません。")


class SpecRefused(Refused):
    """The file contradicts itself; the message says where."""


@action("measures.edition_load")
def edition_load(
    *, actor: Viewer, spec: EditionSpec, translations: Mapping[str, Mapping[str, str]], now: datetime
) -> Edition:
    """
    Store an edition from its file: new, or brought up to the file. Entries made here since are kept.

    :param translations: language → (path → text), as in ``texts.<lang>.yaml``.
    :raises NotAllowed: the actor does not keep editions.
    :raises SpecRefused: totals, grades or shares in the file contradict each other.
    """
    actor.must("measures.edition_edit")
    edition, _created = Edition.objects.update_or_create(
        key=spec.key,
        defaults={
            "city": spec.city, "title": spec.title, "first_year": spec.first_year, "last_year": spec.last_year,
            "source": spec.source, "translations": {lang: dict(texts) for lang, texts in translations.items()},
        },
    )  # fmt: skip
    grades = {
        grade.key: Grade.objects.update_or_create(
            edition=edition, key=grade.key,
            defaults={"meaning": grade.meaning, "order": order, "from_ratio": grade.from_ratio},
        )[0]
        for order, grade in enumerate(spec.grades)
    }  # fmt: skip
    order = 0
    for pillar_spec in spec.pillars:
        pillar = _item(edition, None, Item.Level.PILLAR, pillar_spec.no, pillar_spec.title, order)
        for item_spec in pillar_spec.items:
            order += 1
            item = _item(edition, pillar, Item.Level.ITEM, item_spec.no, item_spec.title, order)
            _item_load(item, item_spec, grades, actor, now)
    for total in spec.totals:
        _total_load(total, grades)
    audit_write(actor, "measures.edition_loaded", edition.subject(), detail={"items": order})
    plans_changed()
    event_emit("measures.edition_changed", edition.subject())
    return edition


def edition_file_load(*, actor: Viewer, path: Path, now: datetime) -> Edition:
    """
    Store an edition from its YAML file, with the ``texts.<lang>.yaml`` beside it.

    :raises FileRefused: the file cannot be read as an edition; the message says where.
    :raises NotAllowed, SpecRefused: as ``edition_load``.
    """
    spec, translations = edition_read(path)
    return edition_load(actor=actor, spec=spec, translations=translations, now=now)


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
    note: str = "",
) -> ActualEntry:
    """
    Enter the figure that an indicator reached in a fiscal year.

    :param value: in the indicator's unit; None takes an earlier figure back.
    :param after: the sequence of the entry that the person saw (0 for none).
    :raises NotAllowed: the indicator is not there, or belongs to items of other offices.
    :raises YearOutsidePlan: the edition does not reach that year.
    :raises FigureTooFine: more decimals than the indicator keeps.
    :raises Computed: the figure comes from a declaration.
    :raises EntryChanged: somebody entered a figure in the meantime.
    """
    indicator = _own_indicator(actor, indicator_id)
    edition = indicator.item.edition
    if not edition.first_year <= year <= edition.last_year:
        raise YearOutsidePlan
    if indicator.declared:
        raise Computed
    if value is not None and (value != round(value, indicator.decimals) or abs(value) >= Decimal(10) ** 14):
        raise FigureTooFine
    if entry_sequences(ActualEntry, "indicator_id", [indicator.pk], year).get(indicator.pk, 0) != after:
        raise EntryChanged
    entry = ActualEntry.objects.create(
        indicator=indicator, year=year, sequence=after + 1, value=value, provisional=provisional, as_of=as_of,
        source=ActualEntry.Source.TYPED, note=note, entered_at=now, entered_by=_signature(actor),
    )  # fmt: skip
    subject = indicator.subject()
    audit_write(
        actor, "measures.actual_entered", subject,
        detail={"year": year, "value": value, "provisional": provisional, "sequence": entry.sequence},
    )  # fmt: skip
    plans_changed()
    event_emit("measures.actual_entered", subject, {"year": year})
    return entry


@action("measures.evaluation_enter", raises={"evaluation_entry_once": EntryChanged})
def evaluation_enter(
    *, actor: Viewer, item_id: int, year: int, grade: str, after: int, now: datetime
) -> Evaluation:
    """
    Judge an item for a fiscal year. The suggestion of the moment is kept beside the judgement.

    :param after: the sequence of the judgement that the person saw (0 for none).
    :raises NotAllowed: the item is not there, or is another office's.
    :raises YearOutsidePlan: the edition does not reach that year.
    :raises GradeUnknown: not a grade of this edition.
    :raises EntryChanged: somebody judged it in the meantime.
    """
    item = (
        Item.objects.filter(actor.where("measures.evaluate", field="offices__office_id"), pk=item_id)
        .select_related("edition")
        .distinct()
        .first()
    )
    if item is None:
        raise NotAllowed(f"item {item_id}")
    if not item.edition.first_year <= year <= item.edition.last_year:
        raise YearOutsidePlan
    chosen = Grade.objects.filter(edition=item.edition, key=grade).first()
    if chosen is None:
        raise GradeUnknown
    line = item_line(edition=item.edition, no=item.no, year=year, on=day_of(now))
    if line is None or line.grade_sequence != after:
        raise EntryChanged
    evaluation = Evaluation.objects.create(
        item=item, year=year, sequence=after + 1, grade=chosen, suggested=line.suggested or "",
        entered_at=now, entered_by=_signature(actor),
    )  # fmt: skip
    audit_write(
        actor, "measures.item_evaluated", item.subject(),
        detail={"year": year, "grade": grade, "before": line.grade, "suggested": line.suggested},
    )  # fmt: skip
    plans_changed()
    event_emit("measures.item_evaluated", item.subject(), {"year": year})
    return evaluation


def _own_indicator(actor: Viewer, indicator_id: int) -> Indicator:
    mine = actor.where("measures.actual_enter", field="item__offices__office_id")
    found = Indicator.objects.filter(mine, pk=indicator_id).select_related("item__edition").distinct().first()
    if found is None:
        raise NotAllowed(f"indicator {indicator_id}")
    return found


def _signature(actor: Viewer) -> str:
    return " ".join(part for part in (actor.office, actor.post) if part) or actor.name


# Loading


def _item(edition: Edition, parent: Item | None, level: str, no: str, title: str, order: int) -> Item:
    return Item.objects.update_or_create(
        edition=edition, level=level, no=no, defaults={"parent": parent, "title": title, "order": order}
    )[0]


def _item_load(item: Item, spec: ItemSpec, grades: dict[str, Grade], actor: Viewer, now: datetime) -> None:
    _offices_load(item, spec.offices)
    texts: list[tuple[str, int | None, str]] = [("plan", None, spec.plan), ("goal", None, spec.goal)]
    for year, result in spec.results.items():
        texts += [("done", year, result.done), ("next", year, result.next)]
        if result.grade is not None and not Evaluation.objects.filter(item=item, year=year).exists():
            if result.grade not in grades:
                raise SpecRefused(_("項目%(no)sの評価が段階にありません。") % {"no": spec.no})
            Evaluation.objects.create(
                item=item, year=year, sequence=1, grade=grades[result.grade], entered_at=now,
                entered_by=_signature(actor),
            )  # fmt: skip
    for name, at, text in texts:
        if text.strip():
            ItemSection.objects.update_or_create(
                item=item, name=name, year=at, defaults={"text": text.strip()}
            )
    for order, indicator in enumerate(spec.indicators):
        _indicator_load(item, indicator, order, actor, now)


def _offices_load(item: Item, names: list[str]) -> None:
    """Tie printed names to offices of this city hall: as of the plan's first day, else as of the last."""
    edition = item.edition
    for order, name in enumerate(names):
        found = office_find(name=name, on=date(edition.first_year, 4, 1)) or office_find(
            name=name, on=date(edition.last_year + 1, 3, 31)
        )
        ItemOffice.objects.update_or_create(
            item=item, printed_name=name, defaults={"order": order, "office_id": found.id if found else None}
        )


def _indicator_load(item: Item, spec: IndicatorSpec, order: int, actor: Viewer, now: datetime) -> None:
    indicator, _created = Indicator.objects.update_or_create(
        item=item, name=spec.name,
        defaults={
            "unit": spec.unit, "kind": spec.kind, "direction": spec.direction, "decimals": spec.decimals,
            "declared": spec.declared, "note": spec.note, "order": order,
        },
    )  # fmt: skip
    for year, value in spec.targets.items():
        Target.objects.update_or_create(indicator=indicator, year=year, defaults={"value": value})
    for year, value in spec.actuals.items():
        if not ActualEntry.objects.filter(indicator=indicator, year=year).exists():
            ActualEntry.objects.create(
                indicator=indicator, year=year, sequence=1, value=value, entered_at=now,
                source=ActualEntry.Source.TRANSCRIBED, entered_by=_signature(actor),
            )  # fmt: skip


def _total_load(total: TotalSpec, grades: dict[str, Grade]) -> None:
    where = {"year": total.year}
    if set(total.counts) != set(grades) or set(total.printed_percent) != set(grades):
        raise SpecRefused(_("%(year)s年度の集計に、評価の段階がそろっていません。") % where)
    rounded = percentages(total.counts)
    reasons = {adjustment.grade: adjustment for adjustment in total.adjustments}
    for key, grade in grades.items():
        adjustment = reasons.get(key)
        printed = total.printed_percent[key]
        if (rounded[key] != printed) != (adjustment is not None) or (
            adjustment and (adjustment.computed, adjustment.printed) != (rounded[key], printed)
        ):
            raise SpecRefused(
                _(
                    "%(year)s年度の%(grade)sの割合が計算と違います。違いの記録（adjustments）を直してください。"
                )
                % {**where, "grade": key}
            )
        YearTotal.objects.update_or_create(
            grade=grade, year=total.year,
            defaults={
                "count": total.counts[key], "percent_rounded": rounded[key], "percent_printed": printed,
                "reason": adjustment.reason if adjustment else "", "provisional": total.provisional,
            },
        )  # fmt: skip
