"""Loading, correcting and publishing editions, and giving a year's results to the public."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db.models import Max, ProtectedError
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.measures.actions.refusals import (
    AlreadyPublished,
    DayMissing,
    EditionFrozen,
    EntryChanged,
    NothingToPublish,
    NotInCharge,
    SpecRefused,
)
from madoguchi.blocks.measures.document import document_newest, plans_changed
from madoguchi.blocks.measures.files import edition_read, texts_read
from madoguchi.blocks.measures.lines import years_reported
from madoguchi.blocks.measures.models import (
    ActualEntry,
    Edition,
    EditionDocument,
    Evaluation,
    Grade,
    Indicator,
    Item,
    ItemOffice,
    Progress,
    ResultText,
    Target,
    YearPublication,
    YearTotal,
)
from madoguchi.blocks.measures.queries import percentages
from madoguchi.blocks.measures.spec import EditionSpec, IndicatorSpec, OfficeSpec, TotalSpec, plan_only
from madoguchi.blocks.people.queries import office_find
from madoguchi.kernel.actions import action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kit.canonical import canonical_hash, canonical_json

BATCH = 500


def signature(actor: Viewer) -> str:
    """Name who enters something: office and post."""
    return " ".join(part for part in (actor.office, actor.post) if part) or actor.name


@action("measures.edition_load", raises={"document_version_once": EntryChanged})
def edition_load(
    *,
    actor: Viewer,
    spec: EditionSpec,
    translations: Mapping[str, Mapping[str, str]],
    now: datetime,
    reason: str = "",
) -> Edition:
    """
    Store an edition from its file: new, or brought up to the file. Entries made here since are kept.

    A file with ``issued`` is a plan that its city has published: from then on every change is a correction.

    :param translations: language → (path → text), as in ``texts.<lang>.yaml``.
    :param reason: why a published edition is corrected.
    :raises NotAllowed: the actor does not keep editions.
    :raises SpecRefused: totals, grades or shares in the file contradict each other, or it lacks an item or
        indicator for which something was entered.
    :raises EditionFrozen: the edition is published, the file differs, and there is no reason.
    """
    actor.must("measures.edition_edit")
    edition, _created = Edition.objects.update_or_create(
        key=spec.key,
        defaults={
            "city": spec.city, "title": spec.title, "kind": spec.kind, "first_year": spec.first_year,
            "last_year": spec.last_year, "ends_early": spec.ends_early, "replaces": spec.replaces,
            "source": spec.source, "translations": {lang: dict(texts) for lang, texts in translations.items()},
        },
    )  # fmt: skip
    changed = document_add(edition, spec, actor, now, reason)
    if spec.issued and not edition.frozen:
        edition.issued, edition.frozen = spec.issued, True
        edition.save(update_fields=["issued", "frozen"])
    if changed:
        rows_write(edition, spec)
    else:
        _offices_tie(edition)
    _entries_write(edition, spec, actor, now)
    detail = {"items": sum(1 for _ in spec.items_all()), "changed": changed, "reason": reason}
    audit_write(actor, "measures.edition_loaded", edition.subject(), detail=detail)
    plans_changed()
    event_emit("measures.edition_changed", edition.subject())
    return edition


def edition_file_load(*, actor: Viewer, path: Path, now: datetime, reason: str = "") -> Edition:
    """
    Store an edition from its YAML file, with the ``texts.<lang>.yaml`` beside it.

    :raises FileRefused: the file cannot be read as an edition; the message says where.
    :raises NotAllowed, SpecRefused, EditionFrozen: as ``edition_load``.
    """
    spec, translations = edition_read(path)
    return edition_load(actor=actor, spec=spec, translations=translations, reason=reason, now=now)


def edition_files_load(*, actor: Viewer, folder: Path, now: datetime) -> list[Edition]:
    """
    Store every edition of a folder, each by itself; entries made since an earlier load stay.

    :param folder: holds ``<key>.yaml`` and ``texts.<lang>.yaml``; need not exist.
    :raises FileRefused, NotAllowed, SpecRefused, EditionFrozen: as ``edition_file_load``.
    """
    texts = texts_read(folder)
    loaded = []
    for path in sorted(folder.glob("*.yaml")):
        if not path.name.startswith("texts."):
            spec, translations = edition_read(path, texts=texts)
            loaded.append(edition_load(actor=actor, spec=spec, translations=translations, now=now))
    return loaded


@action("measures.edition_publish")
def edition_publish(*, actor: Viewer, key: str, on: date, now: datetime) -> Edition:  # noqa: ARG001
    """
    Publish an edition: its text stands from now on, and every change is a correction with a reason.

    :param on: the day of publication.
    :raises NotAllowed: the actor does not keep editions, or there is none of this key.
    :raises AlreadyPublished: it was published before.
    """
    actor.must("measures.edition_edit")
    edition = Edition.objects.select_for_update().filter(key=key).first()
    if edition is None:
        raise NotAllowed(key)
    if edition.frozen:
        raise AlreadyPublished
    edition.issued, edition.frozen = on.isoformat(), True
    edition.save(update_fields=["issued", "frozen"])
    audit_write(actor, "measures.edition_published", edition.subject(), detail={"on": on})
    plans_changed()
    event_emit("measures.edition_changed", edition.subject())
    return edition


@action("measures.year_publish", raises={"publication_once": EntryChanged})
def year_publish(
    *, actor: Viewer, key: str, year: int, provisional: bool, as_of: date | None, now: datetime
) -> YearPublication:
    """
    Give the results of a year to the public: from now on grades and texts stand on the public page.

    :param as_of: the day of provisional figures.
    :raises NotAllowed: the actor does not publish results.
    :raises NothingToPublish: nothing was entered for the year.
    :raises DayMissing: provisional, without a day.
    :raises EntryChanged: somebody published at the same moment.
    """
    actor.must("measures.year_publish")
    edition = Edition.objects.filter(key=key).first()
    if edition is None or year not in years_reported(edition):
        raise NothingToPublish
    if provisional and as_of is None:
        raise DayMissing
    publication = _publication(edition, year, as_of if provisional else None, actor, now)
    audit_write(
        actor, "measures.year_published", edition.subject(),
        detail={"year": year, "provisional": provisional, "as_of": as_of, "sequence": publication.sequence},
    )  # fmt: skip
    plans_changed()
    event_emit("measures.year_published", edition.subject(), {"year": year})
    return publication


@action("measures.coordinator_set", raises={"item_coordinated_once": EntryChanged})
def coordinator_set(*, actor: Viewer, item_id: int, office_name: str, now: datetime) -> None:  # noqa: ARG001
    """
    Choose the office that brings an item's answers together. It is the city's own choice, not part of the plan.

    :param office_name: as printed; "" for nobody.
    :raises NotAllowed: the actor does not keep editions, or there is no such item.
    :raises NotInCharge: not an office of this item, or an open group.
    :raises EntryChanged: somebody chose at the same moment.
    """
    actor.must("measures.edition_edit")
    item = Item.objects.filter(pk=item_id, level=Item.Level.ITEM).select_related("edition").first()
    if item is None:
        raise NotAllowed(f"item {item_id}")
    offices = ItemOffice.objects.filter(item=item)
    if office_name and not offices.filter(printed_name=office_name, group=False).exists():
        raise NotInCharge
    offices.filter(coordinates=True).update(coordinates=False)
    offices.filter(printed_name=office_name).update(coordinates=True)
    audit_write(actor, "measures.coordinator_chosen", item.subject(), detail={"office": office_name})
    plans_changed()


def _publication(
    edition: Edition, year: int, provisional_as_of: date | None, actor: Viewer, now: datetime
) -> YearPublication:
    before = YearPublication.objects.filter(edition=edition, year=year).aggregate(last=Max("sequence"))[
        "last"
    ]
    return YearPublication.objects.create(
        edition=edition, year=year, sequence=(before or 0) + 1, provisional=provisional_as_of is not None,
        as_of=provisional_as_of, published_at=now, published_by=signature(actor),
    )  # fmt: skip


def document_add(edition: Edition, spec: EditionSpec, actor: Viewer, now: datetime, reason: str) -> bool:
    """Keep the text of the plan if it differs from the newest; say whether it does."""
    plan = plan_only(spec)
    sha256 = canonical_hash(plan)
    newest = document_newest(edition)
    if newest is not None and newest.sha256 == sha256:
        return False
    if edition.frozen and not reason.strip():
        raise EditionFrozen
    EditionDocument.objects.create(
        edition=edition, version=newest.version + 1 if newest else 1, body=canonical_json(plan).decode(),
        sha256=sha256, draft=not edition.frozen, reason=reason.strip(), entered_at=now,
        entered_by=signature(actor),
    )  # fmt: skip
    return True


# The rows of a document


@dataclass(frozen=True, slots=True)
class _Node:
    """A row that an item, part or pillar becomes; ``path`` is its place: ("item", "3"), ("part", "3", "(1)")."""

    path: tuple[str, ...]
    above: tuple[str, ...] | None
    level: str
    no: str
    title: str
    offices: tuple[OfficeSpec, ...]
    indicators: tuple[IndicatorSpec, ...]


def _nodes(spec: EditionSpec) -> Iterator[_Node]:
    for above, pillar in spec.pillars_all():
        yield _Node(
            ("pillar", pillar.no), ("pillar", above[-1].no) if above else None, "pillar", pillar.no, pillar.title,
            (), tuple(pillar.indicators),
        )  # fmt: skip
        for item in pillar.items:
            yield _Node(
                ("item", item.no), ("pillar", pillar.no), "item", item.no, item.title,
                tuple(item.offices), tuple(item.indicators),
            )  # fmt: skip
            for no, part in item.parts_all():
                yield _Node(
                    ("part", item.no, no), ("item", item.no), "part", no, part.title,
                    tuple(part.offices), tuple(part.indicators),
                )  # fmt: skip


def indicator_key(node_no: str, part_no: str, indicator: IndicatorSpec) -> str:
    """Give the identity of an indicator: its own key, or one made of its place and name."""
    return indicator.key or "/".join(part for part in (node_no, part_no, indicator.name) if part)


def rows_write(edition: Edition, spec: EditionSpec) -> None:
    """Make grades, items, parts, offices, indicators and targets what the document says."""
    _grades_write(edition, spec)
    rows = _items_write(edition, [*_nodes(spec)])
    _offices_write(edition, rows)
    _indicators_write(edition, rows)


def _grades_write(edition: Edition, spec: EditionSpec) -> None:
    for order, grade in enumerate(spec.grades):
        Grade.objects.update_or_create(
            edition=edition, key=grade.key,
            defaults={
                "meaning": grade.meaning, "order": order, "from_ratio": grade.from_ratio,
                "assessable": grade.assessable,
            },
        )  # fmt: skip
    try:
        Grade.objects.filter(edition=edition).exclude(key__in=[grade.key for grade in spec.grades]).delete()
    except ProtectedError as error:
        raise SpecRefused(_("評価に使われている段階が、ファイルにありません。")) from error


def _items_write(edition: Edition, nodes: list[_Node]) -> list[tuple[_Node, Item]]:
    """Bring the tree's rows up to the document; rows that are no longer there go, unless something was entered."""
    known: dict[tuple[str, ...], Item] = {}
    for item in Item.objects.filter(edition=edition).select_related("parent"):
        path = (
            (item.level, item.no) if item.level != Item.Level.PART else ("part", _no_of(item.parent), item.no)
        )
        known[path] = item
    gone = [item.pk for path, item in known.items() if path not in {node.path for node in nodes}]
    try:
        Item.objects.filter(pk__in=gone).delete()
    except ProtectedError as error:
        names = "、".join(sorted({str(row) for row in error.protected_objects})[:5])
        raise SpecRefused(
            _("記録のある項目か指標が、ファイルにありません。番号を確かめてください。（%(names)s）")
            % {"names": names}
        ) from error
    place = {node.path: order for order, node in enumerate(nodes)}
    rows: dict[tuple[str, ...], Item] = {}
    # Level by level, so that whatever stands above has its number in the database already.
    waiting = nodes
    while waiting:
        ready = [node for node in waiting if node.above is None or node.above in rows]
        fresh = []
        for node in ready:
            item = known.get(node.path) or Item(edition=edition, level=node.level, no=node.no)
            item.parent = rows[node.above] if node.above else None
            item.title, item.order = node.title, place[node.path]
            rows[node.path] = item
            fresh.append(item)
        Item.objects.bulk_create([item for item in fresh if item.pk is None], batch_size=BATCH)
        Item.objects.bulk_update(
            [item for item in fresh if item.pk is not None], ["parent", "title", "order"], batch_size=BATCH
        )
        waiting = [node for node in waiting if node.path not in rows]
    return [(node, rows[node.path]) for node in nodes]


def _no_of(item: Item | None) -> str:
    return item.no if item is not None else ""


def _offices_tie(edition: Edition) -> None:
    """Tie printed names that were no office of this city hall when the edition was loaded, and are one now."""
    days = _days(edition)
    loose = ItemOffice.objects.filter(item__edition=edition, office=None, group=False)
    for name in sorted({row.printed_name.partition("（")[0] for row in loose}):
        if (office_id := _office_of(name, days)) is not None:
            names = [name, *(row.printed_name for row in loose if row.printed_name.startswith(f"{name}（"))]
            loose.filter(printed_name__in=names).update(office_id=office_id)


def _days(edition: Edition) -> tuple[date, date]:
    return date(edition.first_year, 4, 1), date(edition.last_year + 1, 3, 31)


def _offices_write(edition: Edition, rows: list[tuple[_Node, Item]]) -> None:
    """Tie printed names to offices of this city hall: as of the plan's first day, else as of the last."""
    known = {
        (office.item_id, office.printed_name): office
        for office in ItemOffice.objects.filter(item__edition=edition)
    }
    days = _days(edition)
    names = {office.name for node, _item in rows for office in node.offices if not office.group}
    ours = {name: _office_of(name, days) for name in names}
    wanted = []
    for node, item in rows:
        for order, office in enumerate(node.offices):
            printed = f"{office.name}（{office.unit}）" if office.unit else office.name
            row = known.pop((item.pk, printed), None)
            if row is None:
                row = ItemOffice(item=item, printed_name=printed, coordinates=office.coordinates)
            row.office_id = None if office.group else ours[office.name]
            row.group, row.order = office.group, order
            wanted.append(row)
    ItemOffice.objects.filter(pk__in=[row.pk for row in known.values()]).delete()
    ItemOffice.objects.bulk_create([row for row in wanted if row.pk is None], batch_size=BATCH)
    ItemOffice.objects.bulk_update(
        [row for row in wanted if row.pk is not None], ["office", "group", "order"], batch_size=BATCH
    )


def _office_of(name: str, days: tuple[date, date]) -> int | None:
    for on in days:
        found = office_find(name=name, on=on)
        if found is not None:
            return found.id
    return None


def _indicators_write(edition: Edition, rows: list[tuple[_Node, Item]]) -> None:
    known = {row.key: row for row in Indicator.objects.filter(edition=edition)}
    specs: list[IndicatorSpec] = []
    wanted: list[Indicator] = []
    for node, item in rows:
        for order, spec in enumerate(node.indicators):
            key = indicator_key(*_place(node), spec)
            row = known.pop(key, None) or Indicator(edition=edition, key=key)
            row.item, row.order = item, order
            for name in ("name", "no", "unit", "per", "kind", "direction", "decimals", "declared", "note"):
                setattr(row, name, getattr(spec, name))
            row.base_year = spec.base.year if spec.base else None
            row.base_value = spec.base.value.number if spec.base else None
            row.base_word = spec.base.value.word if spec.base else ""
            specs.append(spec)
            wanted.append(row)
    try:
        Indicator.objects.filter(pk__in=[row.pk for row in known.values()]).delete()
    except ProtectedError as error:
        raise SpecRefused(
            _(
                "記録のある指標が、ファイルにありません。名前を変えたときは、key を前のままにしてください。（%(names)s）"
            )
            % {"names": "、".join(sorted(row.name for row in known.values())[:5])}
        ) from error
    Indicator.objects.bulk_create([row for row in wanted if row.pk is None], batch_size=BATCH)
    Indicator.objects.bulk_update(
        [row for row in wanted if row.pk is not None],
        ["item", "name", "no", "unit", "per", "kind", "direction", "decimals", "base_year", "base_value",
         "base_word", "declared", "note", "order"],
        batch_size=BATCH,
    )  # fmt: skip
    # Targets hold nothing of their own: they are written anew.
    Target.objects.filter(indicator__edition=edition).delete()
    Target.objects.bulk_create(
        [
            Target(indicator=row, year=year, value=value.number, word=value.word)
            for row, spec in zip(wanted, specs, strict=True)
            for year, value in spec.targets.items()
        ],
        batch_size=BATCH,
    )


def _place(node: _Node) -> tuple[str, str]:
    """Give the number of the item (or pillar, marked) and of the part that a node is."""
    if node.level == Item.Level.PART:
        return node.path[1], node.no
    return (node.no, "") if node.level == Item.Level.ITEM else (f"pillar {node.no}", "")


# What a file brings of years that are over


def _entries_write(edition: Edition, spec: EditionSpec, actor: Viewer, now: datetime) -> None:
    """Enter the results of a file where nothing was entered yet, and the printed totals."""
    stamp = {"entered_at": now, "entered_by": signature(actor), "sequence": 1}
    items = {row.no: row for row in Item.objects.filter(edition=edition, level=Item.Level.ITEM)}
    grades = {row.key: row for row in Grade.objects.filter(edition=edition)}
    _actuals_write(edition, spec, stamp)
    judged = {*Evaluation.objects.filter(item__edition=edition).values_list("item_id", "year")}
    told = {*ResultText.objects.filter(item__edition=edition).values_list("item_id", "year", "section")}
    stood = {*Progress.objects.filter(item__edition=edition).values_list("item_id", "year")}
    evaluations, texts, progress = [], [], []
    for _above, item_spec in spec.items_all():
        item = items[item_spec.no]
        for year, result in item_spec.results.items():
            if result.grade is not None and (item.pk, year) not in judged:
                evaluations.append(Evaluation(item=item, year=year, grade=grades[result.grade], **stamp))
            if result.status and (item.pk, year) not in stood:
                progress.append(Progress(item=item, year=year, status=result.status, **stamp))
            texts += [
                ResultText(item=item, year=year, section=section, text=text, **stamp)
                for section, text in result.sections().items()
                if (item.pk, year, section) not in told
            ]
    Evaluation.objects.bulk_create(evaluations, batch_size=BATCH)
    ResultText.objects.bulk_create(texts, batch_size=BATCH)
    Progress.objects.bulk_create(progress, batch_size=BATCH)
    for total in spec.totals:
        _total_write(total, grades)
    published = {*YearPublication.objects.filter(edition=edition).values_list("year", flat=True)}
    for total in spec.totals:
        # Printed totals are results that the city gave to the public; results alone may still be on their way.
        if spec.issued and total.year not in published:
            _publication(edition, total.year, total.as_of, actor, now)


def _actuals_write(edition: Edition, spec: EditionSpec, stamp: Mapping[str, object]) -> None:
    indicators = {row.key: row for row in Indicator.objects.filter(edition=edition)}
    known = {*ActualEntry.objects.filter(indicator__edition=edition).values_list("indicator_id", "year")}
    rows = []
    for node in _nodes(spec):
        for one in node.indicators:
            indicator = indicators[indicator_key(*_place(node), one)]
            rows += [
                ActualEntry(
                    indicator=indicator,
                    year=year,
                    value=value,
                    source=ActualEntry.Source.TRANSCRIBED,
                    **stamp,
                )
                for year, value in one.actuals.items()
                if (indicator.pk, year) not in known
            ]
    ActualEntry.objects.bulk_create(rows, batch_size=BATCH)


def _total_write(total: TotalSpec, grades: Mapping[str, Grade]) -> None:
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
