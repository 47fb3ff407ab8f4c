"""Two editions side by side, for readers: what is new, what ended, what changed and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.measures import presentation as show
from madoguchi.blocks.measures.diff import editions_diff
from madoguchi.blocks.measures.diff_types import Diff, Joined, Link, Place, TargetChange
from madoguchi.blocks.measures.models import Edition
from madoguchi.blocks.measures.public.figures import said
from madoguchi.blocks.measures.public.plan import PlanShown, plan_shown
from madoguchi.blocks.measures.spec import Value
from madoguchi.ui.components.badge import badge
from madoguchi.ui.components.table import Column, Table

KINDS = {"changed": _("変わった"), "added": _("増えた指標"), "dropped": _("なくなった指標")}
LOST = {"old": _("前の計画の目標は原典で読めません"), "new": _("新しい計画の目標は原典で読めません")}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two editions, the earlier one first."""

    old: Edition
    new: Edition


@dataclass(frozen=True, slots=True)
class _Sides:
    """Both plans in the reader's language, and how they differ."""

    old: PlanShown
    new: PlanShown
    found: Diff

    def of_old(self, place: Place) -> SafeString:
        return _link(self.old, place)

    def of_new(self, place: Place) -> SafeString:
        return _link(self.new, place)


def compared(pair: Pair) -> dict[str, Any]:
    """Give what the page of a comparison is made of."""
    old, new = plan_shown(pair.old), plan_shown(pair.new)
    sides = _Sides(old, new, editions_diff(old.printed.spec, new.printed.spec))
    found = sides.found
    changed = [link for link in found.continued if link.renamed or link.renumbered or link.moved]
    return {
        "counts": [
            (gettext("新しい取組"), len(found.added)), (gettext("続いている取組"), len(found.continued)),
            (gettext("終わった取組"), len(found.ended)),
        ],
        "declared": found.declared,
        "about_links": new.sources.beside("continues"), "about_ended": new.sources.beside("ended"),
        "added": [sides.of_new(place) for place in found.added],
        "ended": [(sides.of_old(one.item), _reason(one.reason)) for one in found.ended],
        "continued": _continued_table(sides) if found.continued else None,
        "changed": len(changed),
        "merged": [_joined(one, sides.of_old, sides.of_new, sources_first=True) for one in found.merged],
        "split": [_joined(one, sides.of_new, sides.of_old, sources_first=False) for one in found.split],
        "reappearing": [
            format_html("{} → {}", sides.of_old(link.old), sides.of_new(link.new)) for link in found.reappears_as_new
        ],
        "targets": _target_table(sides) if found.targets_changed else None,
        "offices": _office_table(sides) if found.offices_changed else None,
    }  # fmt: skip


def _link(plan: PlanShown, place: Place) -> SafeString:
    printed = plan.printed
    return format_html(
        '<a href="{}">{} {}</a>',
        printed.item_url(place.no),
        place.no,
        printed.item_title(place.no, place.title),
    )


def _reason(reason: str) -> SafeString:
    return show.japanese(reason) if reason else SafeString("")


def _joined(one: Joined, many: Any, single: Any, *, sources_first: bool) -> SafeString:
    several = format_html_join("、", "{}", ((many(place),) for place in one.many))
    parts = (several, single(one.one)) if sources_first else (single(one.one), several)
    why = format_html("（{}）", show.japanese("。".join(one.reasons))) if one.reasons else ""
    return format_html("{} → {}{}", *parts, why)


def _continued_table(sides: _Sides) -> Table:
    found = sides.found
    columns = [
        Column("old", gettext("前の計画"), "html", value=lambda link: sides.of_old(link.old)),
        Column("new", gettext("新しい計画"), "html", value=lambda link: sides.of_new(link.new), head=True),
        Column(
            "how",
            gettext("変わったところ"),
            "html",
            value=lambda link: _changes(link, found),
        ),
    ]
    if any(link.reason for link in found.continued):
        columns.append(Column("reason", gettext("理由"), "html", value=lambda link: _reason(link.reason)))
    return Table(
        columns, found.continued, caption=gettext("続いている取組"), caption_hidden=True, key="continued"
    )


def _changes(link: Link, found: Diff) -> SafeString:
    """Say in words what changed of an item; what we matched ourselves says so."""
    words = [
        word
        for holds, word in (
            (link.how == "merged", gettext("統合")), (link.how == "split", gettext("分割")),
            (link.renamed, gettext("名称")), (link.renumbered, gettext("番号")),
            (link.moved, gettext("方針")), (link.marked_new, gettext("新規の印")),
            (any(change.link is link for change in found.targets_changed), gettext("目標")),
            (any(change.link is link for change in found.offices_changed), gettext("担当")),
        )
        if holds
    ]  # fmt: skip
    marks = [badge(word, "info") for word in words] or [SafeString(gettext("なし"))]
    if link.proposed and found.declared:
        marks.append(badge(gettext("推定"), "warning"))
    return format_html("<div>{}</div>", format_html_join(" ", "{}", ((mark,) for mark in marks)))


def _target_table(sides: _Sides) -> Table:
    return Table(
        [
            Column("item", sides.new.printed.level("item"), "html",
                   value=lambda change: sides.of_new(change.link.new)),
            Column("name", gettext("指標"), "html", value=_indicator, head=True),
            Column("old", gettext("前の目標"), "html", value=lambda change: _values(change, old=True)),
            Column("new", gettext("新しい目標"), "html", value=lambda change: _values(change, old=False)),
        ],
        sides.found.targets_changed, caption=gettext("目標の違い"), caption_hidden=True, key="targets",
    )  # fmt: skip


def _indicator(change: TargetChange) -> SafeString:
    name = show.japanese(change.name)
    former = (
        format_html("（{} {}）", gettext("前の名称:"), show.japanese(change.before)) if change.before else ""
    )
    kind = format_html(" {}", badge(KINDS[change.kind], "neutral")) if change.kind != "changed" else ""
    lost = format_html(" {}", badge(LOST[change.lost], "warning")) if change.lost else ""
    return format_html("{}{}{}{}", name, former, kind, lost)


def _values(change: TargetChange, *, old: bool) -> SafeString:
    """Write the targets of one side, year by year, where the two differ."""
    held = [(year, was if old else now) for year, was, now in change.years]
    lines = [
        # A number stays with its year; words may wrap.
        ("mg-day" if value.number is not None else "", show.year_short(year), _value(value, change))
        for year, value in held
        if value is not None
    ]
    if not lines:
        return said(None, "", decimals=0, unit="")
    return format_html("<div>{}</div>", format_html_join("", '<div class="{}">{} {}</div>', lines))


def _value(value: Value, change: TargetChange) -> SafeString:
    exponent = value.number.as_tuple().exponent if value.number is not None else 0
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    return said(value.number, value.word, decimals=decimals, unit=change.unit)


def _office_table(sides: _Sides) -> Table:
    return Table(
        [
            Column("item", sides.new.printed.level("item"), "html", head=True,
                   value=lambda change: sides.of_new(change.link.new)),
            Column("old", gettext("前の担当"), "html", value=lambda change: show.japanese("、".join(change.old))),
            Column("new", gettext("新しい担当"), "html", value=lambda change: show.japanese("、".join(change.new))),
        ],
        sides.found.offices_changed, caption=gettext("担当の違い"), caption_hidden=True, key="offices",
    )  # fmt: skip
