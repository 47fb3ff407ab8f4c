"""
A workbook on its way to an edition: read, joined with what is stored, compared; nothing is changed here.

Invariants (``tests/measures/test_sheets.py``, both databases):

1. With one fault there is no plan to load; reading and comparing change nothing.
2. A template filled with a stored plan gives that plan back, and no change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext

from madoguchi.blocks.measures.document import document_newest, plan_of
from madoguchi.blocks.measures.lint import warnings_of
from madoguchi.blocks.measures.models import Edition, SheetMapping
from madoguchi.blocks.measures.sheets.changes import Change, changes_of
from madoguchi.blocks.measures.sheets.draft import Draft, spec_of
from madoguchi.blocks.measures.sheets.entered import Entered, entered_of
from madoguchi.blocks.measures.sheets.filled import filled_read, is_filled
from madoguchi.blocks.measures.sheets.headings import sheets_find, wanted_of
from madoguchi.blocks.measures.sheets.limits import beyond_limits
from madoguchi.blocks.measures.sheets.mapped import mapped_read
from madoguchi.blocks.measures.sheets.mapping import MappingSpec, mapping_of, mapping_read
from madoguchi.blocks.measures.sheets.reading import Fault, Findings, Grid, Spot, grids
from madoguchi.blocks.measures.spec import EditionSpec
from madoguchi.blocks.people.queries import office_find, offices_on
from madoguchi.kernel.spreadsheets import SpreadsheetRefused
from madoguchi.kernel.workbooks import workbook_open
from madoguchi.kit.fiscal import FiscalYear


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something to look at that holds nothing up; ``known`` where the stored plan has it already."""

    where: str
    what: str
    do: str
    known: bool = False


@dataclass(slots=True)
class Brought:
    """
    What a workbook brings.

    ``spec`` None: it has faults. ``mapping`` is the one it was read by, with the ``fingerprint`` of the headings;
    ``basis`` the hash of the stored text that ``changes`` were made against.
    """

    key: str = ""
    items: int = 0
    indicators: int = 0
    spec: EditionSpec | None = None
    faults: list[Fault] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    entered: Entered = field(default_factory=Entered)
    mapping: MappingSpec | None = None
    fingerprint: str = ""
    sha256: str = ""
    basis: str = ""


def edition_stored(key: str) -> Edition | None:
    """Give the edition of a key; None where there is none yet."""
    return Edition.objects.filter(key=key).first()


def plan_stored(key: str) -> EditionSpec | None:
    """Give the plan that is stored for a key; None where there is none yet."""
    edition = edition_stored(key)
    return plan_of(edition) if edition is not None and document_newest(edition) is not None else None


def basis_of(key: str) -> str:
    """Give the hash of the stored text of a plan; "" where there is none yet."""
    edition = edition_stored(key)
    newest = document_newest(edition) if edition is not None else None
    return newest.sha256 if newest is not None else ""


def workbook_read(content: bytes, *, mapping_text: str | None = None) -> Brought:
    """
    Read a workbook and compare it with what is stored.

    :param mapping_text: the YAML of a mapping; without one our template or a remembered mapping must fit.
    """
    brought = Brought(sha256=hashlib.sha256(content).hexdigest())
    mapping: MappingSpec | None = None
    if mapping_text is not None:
        mapping, faults = mapping_read(mapping_text)
        brought.faults += faults
        if mapping is None:
            return brought
    try:
        sheets = [grid for grid in grids(workbook_open(content)) if grid.rows]
    except SpreadsheetRefused as refused:
        brought.faults.append(Fault("", "", refused.reason, refused.do))
        return brought
    findings = Findings()
    for grid in sheets:
        if grid.hidden:
            findings.note(
                Spot(grid.title),
                gettext("非表示のシートは読んでいません。"),
                gettext("読むシートなら、再表示してください。"),
            )
    _read(brought, [grid for grid in sheets if not grid.hidden], mapping, findings)
    return brought


def _read(brought: Brought, sheets: Sequence[Grid], mapping: MappingSpec | None, findings: Findings) -> None:
    if mapping is None and is_filled(sheets):
        draft = filled_read(sheets, findings, plan_stored)
    else:
        told = mapping
        mapping = mapping or mapping_remembered(sheets)
        if mapping is None:
            brought.faults.append(_unknown(sheets))
            return
        brought.mapping, brought.fingerprint = mapping, fingerprint_of(sheets, mapping)
        key = mapping.edition["key"]
        if told is None and plan_stored(key) is not None:
            # What a remembered mapping said of the plan's own fields may be older than what is stored.
            mapping = mapping.model_copy(update={"edition": {"key": key}})
        draft = mapped_read(sheets, mapping, findings, plan_stored)
    _finish(brought, draft, findings)


def _finish(brought: Brought, draft: Draft, findings: Findings) -> None:
    brought.key = str(draft.edition.get("key") or "")
    brought.items, brought.indicators = draft.counts()
    if not findings.faults:
        _whole(draft)
    if not findings.faults:
        brought.spec = spec_of(draft)
    if brought.spec is not None:
        edition = edition_stored(brought.key)
        brought.basis = basis_of(brought.key)
        brought.changes = changes_of(draft.stored, brought.spec)
        brought.entered = entered_of(edition, brought.spec)
        for reason in beyond_limits(brought.spec):
            findings.fault(None, reason, gettext("短くするか、一つにしてください。"))
        for reason in brought.entered.refused:
            findings.fault(
                None, reason, gettext("番号や名前を変えていないか、数が合っているか、確かめてください。")
            )
        brought.doubts += _doubts(brought, edition, draft.stored)
    brought.doubts[:0] = [
        Doubt(" ".join(part for part in (note.sheet, note.cell) if part), note.what, note.do)
        for note in findings.notes
    ]
    brought.faults += findings.faults
    if brought.faults:
        brought.spec = None


_NEEDED = {
    "key": "計画キー",
    "city": "市",
    "title": "計画の名称",
    "first_year": "最初の年度",
    "last_year": "最後の年度",
}


def _whole(draft: Draft) -> None:
    """Refuse a new plan without what every plan has, and one without an item."""
    if not draft.items:
        draft.findings.fault(
            None,
            gettext("取組項目が一つも読めません。"),
            gettext("見出しの下に項目があるか、対応表の見出しを確かめてください。"),
        )
    if draft.stored is not None:
        return
    for name, label in _NEEDED.items():
        if draft.edition.get(name) in (None, ""):
            draft.findings.fault(
                None,
                gettext("「%(label)s」がありません。") % {"label": label},
                gettext("対応表の edition に %(name)s を書いてください。") % {"name": name},
            )


def _unknown(sheets: Sequence[Grid]) -> Fault:
    """Say that nothing fits, and what a remembered mapping that nearly does would lack."""
    near: list[str] = []
    for kept in SheetMapping.objects.order_by("-saved_at", "-pk"):
        mapping, _faults = mapping_of(kept.body)
        for spec in mapping.sheets if mapping else ():
            for _grid, headings in sheets_find(spec, sheets):
                lacking = [heading for heading in wanted_of(spec) if not headings.of(heading)]
                if len(lacking) * 2 < len(wanted_of(spec)):
                    near.append(f"{kept.name}（{gettext('ない見出し')}: {'、'.join(lacking) or '—'}）")
    if near:
        return Fault(
            sheets[0].title if sheets else "", "", gettext("覚えている対応表と、見出しが合いません。近いもの: %(near)s") % {"near": "、".join(near[:3])},
            gettext("見出しを直すか、新しい対応表（YAML）を一緒に渡してください。"),
        )  # fmt: skip
    return Fault(
        "", "", gettext("計画のひな形でも、覚えている様式でもありません。"),
        gettext("ひな形に書き写すか、列の対応表（YAML）を一緒に渡してください。"),
    )  # fmt: skip


# Remembered mappings


def fingerprint_of(sheets: Sequence[Grid], mapping: MappingSpec) -> str:
    """Give what the headings of a mapping's sheets are known by, whatever years they name."""
    found = [
        headings.fingerprint()
        for spec in mapping.sheets
        for _grid, headings in sheets_find(spec, sheets)
        if all(headings.of(heading) for heading in wanted_of(spec))
    ]
    return hashlib.sha256("\n".join(found).encode()).hexdigest() if found else ""


def mapping_remembered(sheets: Sequence[Grid]) -> MappingSpec | None:
    """Find the remembered mapping whose headings these sheets have."""
    for kept in SheetMapping.objects.order_by("-saved_at", "-pk"):
        mapping, _faults = mapping_of(kept.body)
        if mapping is not None and fingerprint_of(sheets, mapping) == kept.fingerprint:
            return mapping
    return None


# What holds nothing up


def _doubts(brought: Brought, edition: Edition | None, stored: EditionSpec | None) -> list[Doubt]:
    assert brought.spec is not None
    spec = brought.spec
    found = [*_publishing(brought, edition), *_offices_unknown(spec)]
    if brought.entered.kept:
        found.append(
            Doubt(
                "、".join(brought.entered.kept[:10]),
                gettext("すでに違う記録があるので、書き込みません（%(count)d件）。") % {"count": len(brought.entered.kept)},
                gettext("直すときは、その項目の画面で記録してください。"),
            )
        )  # fmt: skip
    before = {*(warnings_of(stored) if stored is not None else ())}
    return found + [
        Doubt(warned.where, warned.what, warned.do, warned in before) for warned in warnings_of(spec)
    ]


def _publishing(brought: Brought, edition: Edition | None) -> list[Doubt]:
    assert brought.spec is not None
    spec, found = brought.spec, []
    frozen = edition is not None and edition.frozen
    if frozen and brought.changes:
        found.append(
            Doubt(
                spec.key,
                gettext("公表済みの計画を訂正することになります。"),
                gettext("訂正の理由を書いてください。"),
            )
        )
    if spec.issued and not frozen:
        found.append(
            Doubt(
                spec.key, gettext("「公表された時期」が書かれているので、取り込むと同時に公開されます。"),
                gettext("まだ公表していない計画なら、空欄にしてください。"),
            )
        )  # fmt: skip
    years = sorted({year for _above, item in spec.items_all() for year in item.results})
    if spec.issued and years and brought.entered.new:
        labels = "、".join(FiscalYear(year).label() for year in years)
        found.append(
            Doubt(
                spec.key, gettext("%(years)sの結果も、取り込むと同時に公開されます。") % {"years": labels},
                gettext("まだ公表していない結果は、調査か項目の画面で記録してください。"),
            )
        )  # fmt: skip
    return found


def _offices_unknown(spec: EditionSpec) -> list[Doubt]:
    """Name the offices that this city hall does not have, where it has any at all."""
    days = FiscalYear(spec.first_year).first_day, FiscalYear(spec.last_year).last_day
    if not offices_on(on=days[0]) and not offices_on(on=days[1]):
        return []
    names: dict[str, list[str]] = {}
    for _above, item in spec.items_all():
        parts = [office for _no, part in item.parts_all() for office in part.offices]
        for office in [*item.offices, *parts]:
            if not office.group and item.no not in names.setdefault(office.name, []):
                names[office.name].append(item.no)
    unknown = {name: nos for name, nos in names.items() if not _is_known(name, days)}
    if not unknown:
        return []
    listed = "、".join(f"{name}（{'・'.join(nos[:5])}）" for name, nos in unknown.items())
    return [
        Doubt(
            listed, gettext("この市の組織にない担当部署です。"),
            gettext("ほかの市の計画なら、そのままでかまいません。この市の計画なら、名称を確かめてください。"),
        )
    ]  # fmt: skip


def _is_known(name: str, days: tuple[date, date]) -> bool:
    return any(office_find(name=name, on=on) is not None for on in days)


def doubts_data(doubts: Sequence[Doubt]) -> list[dict[str, str]]:
    """Give what to look at as plain data."""
    return [{"where": doubt.where, "what": doubt.what, "do": doubt.do} for doubt in doubts]


def brought_data(brought: Brought, *, applied: bool) -> dict[str, Any]:
    """Give what a workbook brings as plain data, for other programs."""
    return {
        "edition": brought.key,
        "items": brought.items,
        "indicators": brought.indicators,
        "faults": [
            {"sheet": fault.sheet, "cell": fault.cell, "reason": fault.reason, "do": fault.do} for fault in brought.faults
        ],
        "warnings": doubts_data(brought.doubts),
        "changes": {
            **{how: [_change_data(change) for change in brought.changes if change.how == how] for how in ("added", "removed", "changed")},
            "entries": brought.entered.new,
        },
        "mapping": brought.mapping.name if brought.mapping else None,
        "applied": applied,
    }  # fmt: skip


def _change_data(change: Change) -> dict[str, str]:
    return {
        "sheet": change.sheet, "place": change.place, "field": change.field, "before": change.before, "after": change.after,
    }  # fmt: skip
