"""One item as the public reads it: what the plan says, what was reached, how it was judged, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.blocks.measures import presentation as show
from madoguchi.blocks.measures.actions.editions import indicator_key
from madoguchi.blocks.measures.document import plan_of
from madoguchi.blocks.measures.lines import item_lines, translated
from madoguchi.blocks.measures.models import Edition, Evaluation, ImprovementCheck
from madoguchi.blocks.measures.public import figures as numbers
from madoguchi.blocks.measures.public.editions import Listed, publications
from madoguchi.blocks.measures.public.matrix import dash
from madoguchi.blocks.measures.public.plan import Named, PlanShown, japanese, plan_shown
from madoguchi.blocks.measures.public.results import grade_badge, mark_badge
from madoguchi.blocks.measures.public.schedule import part_name, schedule
from madoguchi.blocks.measures.public.words import Linker
from madoguchi.blocks.measures.spec import ItemSpec, OfficeSpec, PillarSpec
from madoguchi.blocks.measures.types import IndicatorLine, ItemLine
from madoguchi.kernel.clock import today
from madoguchi.ui.components.table import Column, Table


@dataclass(frozen=True, slots=True)
class ItemPage:
    """What the page of an item is made of; ``values`` go to the template."""

    line: ItemLine
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _At:
    """An item in its plan, in a year, with the linker of this page."""

    listed: Listed
    plan: PlanShown
    above: tuple[PillarSpec, ...]
    item: ItemSpec
    line: ItemLine
    year: int
    linker: Linker

    @property
    def edition(self) -> Edition:
        return self.listed.edition

    @property
    def path(self) -> str:
        return f"items.{self.item.no}"

    @property
    def published(self) -> bool:
        return self.year in publications(self.edition)


def item_shown(listed: Listed, no: str, year: int) -> ItemPage | None:
    """Give the page of an item in a year; None when the plan has no such item."""
    edition = listed.edition
    spec = plan_of(edition)
    placed = next(((above, item) for above, item in spec.items_all() if item.no == no), None)
    lines = item_lines(edition, year, lang=show.language(), on=today())
    line = next((line for line in lines if line.no == no), None)
    if placed is None or line is None:
        return None
    at = _At(listed, plan_shown(edition), *placed, line, year, Linker(spec.notes, item=no))
    printed, sources = at.plan.printed, at.plan.sources
    # In the order of the page: a term is linked where it first stands.
    values: dict[str, Any] = {
        "title": show.shown(line.title),
        "mark": mark_badge(line.mark),
        "pillars": _pillars(at),
        "sections": [*_sections(at)],
        "facts": [*_facts(at)],
        "parts": [*_parts(at)],
        "part_label": printed.level("part"),
        "schedule": schedule(printed, sources, at.item),
        "item_sources": sources.beside(
            at.path, f"{at.path}.title", f"{at.path}.indicators", f"{at.path}.parts"
        ),
        "yearly": [*_yearly(at)] if at.published else [],
        "progress": _progress_table(at) if at.published else None,
        "published": at.published,
        "publication": publications(edition).get(year),
        "recorded": _recorded(line),
    }
    values |= {
        "indicators": _indicators(at),
        "no_indicator": japanese(at.item.no_indicator) if at.item.no_indicator else "",
        "tags": [*_tags(at)],
        "findings": [*_findings(at)],
        "grades": _grade_history(at),
        "before": [*_before(at)],
        "after": [*_after(at)],
    }
    return ItemPage(line, values | {"notes": at.linker.shown()})


def _pillars(at: _At) -> list[SafeString]:
    printed = at.plan.printed
    names = [printed.pillar_name(at.above[:index], pillar) for index, pillar in enumerate(at.above)]
    again = [
        format_html("{}（{}）", printed.pillar_name(above, pillar), gettext("再掲"))
        for above, pillar in printed.spec.pillars_all()
        if at.item.no in pillar.reprints
    ]
    return [format_html_join(" › ", "{}", ((name,) for name in names)), *again]


def _facts(at: _At) -> Iterator[tuple[object, object]]:
    if at.published and at.plan.printed.spec.grades:
        yield gettext("自己評価"), grade_badge(at.line.grade)
    if at.published and at.line.grade_note:
        yield gettext("評価の理由"), japanese(at.line.grade_note)
    if at.published and at.line.status:
        yield gettext("進み具合"), at.plan.printed.phases.get(at.line.status, at.line.status)
    if at.published and at.line.checked:
        outcome = ImprovementCheck.Outcome(at.line.checked).label
        yield gettext("前年度の改善策"), outcome
    if at.line.offices:
        yield gettext("担当部署"), [_office(office) for office in at.item.offices]
    if at.item.outcome:
        label = at.plan.printed.sections.get("outcome", gettext("実現すること"))
        yield label, japanese(at.item.outcome)


def _office(office: OfficeSpec) -> SafeString:
    name = show.japanese(f"{office.name}（{office.unit}）" if office.unit else office.name)
    return format_html("{}（{}）", name, gettext("取りまとめ")) if office.coordinates else name


def _recorded(line: ItemLine) -> bool:
    reached = any(one.actual is not None or one.actual_word for one in line.indicators)
    return reached or bool(
        line.grade or line.written or line.status or any(part.status for part in line.parts)
    )


def _sections(at: _At) -> Iterator[Named]:
    """Give the texts of the plan by the edition's own sections, in their order; a lost one says so."""
    texts = at.item.sections()
    for section in at.plan.printed.spec.sections:
        if section.yearly:
            continue
        note = at.plan.sources.beside(f"{at.path}.{section.key}", f"{at.path}.texts.{section.key}")
        label = at.plan.printed.sections[section.key]
        if section.key in texts:
            yield Named(label, at.linker.paragraphs(texts[section.key]), note)
        elif note and not (section.key == "outcome" and at.item.outcome):
            yield Named(label, SafeString(""), note)


def _yearly(at: _At) -> Iterator[Named]:
    """Give the texts of the year, each paragraph with the office that wrote it."""
    for section in at.plan.printed.spec.sections:
        written = [text for text in at.line.written if text.section == section.key]
        if not section.yearly or not written:
            continue
        paragraphs = format_html_join(
            "", "{}{}",
            (
                (at.linker.paragraphs(text.text),
                 format_html('<p class="mg-muted">（{}）</p>', japanese(text.office)) if text.office else "")
                for text in written
            ),
        )  # fmt: skip
        yield Named(at.plan.printed.sections[section.key], paragraphs)


def _parts(at: _At) -> Iterator[Named]:
    """Give the parts that say more than their title and their bars: texts and offices of their own."""
    printed = at.plan.printed
    for no, part in at.item.parts_all():
        texts = [
            format_html(
                "<p><b>{}</b></p>{}", printed.sections.get(key, japanese(key)), at.linker.paragraphs(text)
            )
            for key, text in part.texts.items()
        ]
        offices = "、".join(office.name for office in part.offices)
        if offices:
            texts.insert(0, format_html("<p>{}: {}</p>", gettext("担当部署"), japanese(offices)))
        note = at.plan.sources.beside(f"{at.path}.parts.{no}", f"{at.path}.parts.{no}.title")
        if texts or note:
            yield Named(
                part_name(printed, at.item, no, part), format_html_join("", "{}", ((t,) for t in texts)), note
            )


def _progress_table(at: _At) -> Table | None:
    rows = [part for part in at.line.parts if part.status]
    if not rows:
        return None
    phases = at.plan.printed.phases
    return Table(
        [
            Column("part", at.plan.printed.level("part"), "html", head=True,
                   value=lambda part: format_html("{} {}", part.no, show.shown(part.title))),
            Column("status", gettext("進み具合"), "html",
                   value=lambda part: format_html("{}", phases.get(part.status, part.status))),
        ],
        rows, caption=gettext("進み具合（%(year)s）") % {"year": show.year_name(at.year)}, key="progress",
    )  # fmt: skip


def _indicators(at: _At) -> list[dict[str, Any]]:
    found = numbers.figures_read(at.line.indicators, on=today())
    published = {*publications(at.edition)}
    titles = {part.no: show.shown(part.title) for part in at.line.parts}
    names = {indicator_key(at.item.no, part, one): one.name for part, one in at.item.indicators_all()}
    return [
        _indicator(at, line, found.get(line.id, numbers.Figures()), published, titles, names[line.key])
        for line in at.line.indicators
    ]


def _indicator(
    at: _At,
    line: IndicatorLine,
    found: numbers.Figures,
    published: set[int],
    titles: dict[str, Any],
    name: str,
) -> dict[str, Any]:
    groups, hidden = show.breakdown_table(line, at.year)
    place = f"{at.path}.indicators.{name}"
    return {
        "line": line, "name": show.shown(line.name),
        "part": format_html("{} {}", line.part, titles.get(line.part, "")) if line.part else "",
        "target": numbers.target_said(line), "actual": numbers.actual_said(line),
        "origin": show.ORIGINS[line.origin], "kind": show.kind_words(line),
        "years": numbers.years_table(line, found, published=published, key=f"years-{line.id}"),
        "chart": numbers.chart(line, found), "history": numbers.history_table(line, found),
        "groups": groups, "hidden": hidden,
        "sources": at.plan.sources.beside(place, f"{place}.base", f"{place}.targets"),
    }  # fmt: skip


def _tags(at: _At) -> Iterator[Named]:
    for tags in at.plan.printed.spec.tag_sets:
        if tags.key not in at.item.tags:
            continue
        yes, no = dash(tags.yes, gettext("あてはまる")), dash(tags.no, gettext("あてはまらない"))
        place = f"tag_sets.{tags.key}"
        entries = format_html_join(
            "", "<li>{} {}</li>",
            (
                (yes if tag.key in at.item.tags[tags.key] else no,
                 at.plan.printed.words(f"{place}.tags.{tag.key}", tag.label))
                for tag in tags.tags
            ),
        )  # fmt: skip
        yield Named(
            at.plan.printed.words(f"{place}.label", tags.label), format_html("<ul>{}</ul>", entries),
            at.plan.sources.beside(place, f"{at.path}.tags.{tags.key}"),
        )  # fmt: skip


def _findings(at: _At) -> Iterator[Named]:
    known = {finding.key: finding for finding in at.plan.printed.spec.findings}
    for key in at.item.findings:
        yield Named(
            at.plan.printed.words(f"findings.{key}.label", known[key].label),
            at.linker.paragraphs(known[key].text), at.plan.sources.beside(f"{at.path}.findings", f"findings.{key}"),
        )  # fmt: skip


def _grade_history(at: _At) -> Table | None:
    """List the grades of the item in every year that was given to the public."""
    rows = Evaluation.objects.filter(item_id=at.line.id, year__in=publications(at.edition))
    newest = {
        year: (key, meaning)
        for year, key, meaning in rows.order_by("year", "sequence").values_list(
            "year", "grade__key", "grade__meaning"
        )
    }
    if not newest:
        return None
    return Table(
        [
            Column("year", gettext("年度"), head=True, value=lambda row: show.year_name(row[0])),
            Column("grade", gettext("自己評価"), "html", value=lambda row: grade_badge(row[1][0])),
            Column("meaning", gettext("意味"), "html", value=lambda row: show.shown_html(
                translated(at.edition, f"grades.{row[1][0]}.meaning", row[1][1], show.language()))),
        ],
        [*newest.items()], caption=gettext("自己評価の記録"), caption_hidden=True, key="grades",
    )  # fmt: skip


def _before(at: _At) -> Iterator[SafeString]:
    """Name what the item goes on with in the plan before."""
    before = at.listed.before
    if before is None:
        return
    earlier = plan_shown(before).printed
    titles = {item.no: item.title for _above, item in earlier.spec.items_all()}
    for link in at.item.continues:
        if link.no in titles:
            yield _neighbour(
                before,
                earlier.item_url(link.no),
                link.no,
                earlier.item_title(link.no, titles[link.no]),
                link.reason,
            )


def _after(at: _At) -> Iterator[SafeString]:
    """Name what goes on with the item in the plan after, or that it ended."""
    for after in at.listed.after:
        later = plan_shown(after).printed
        going = [
            (item, link)
            for _above, item in later.spec.items_all()
            for link in item.continues
            if link.no == at.item.no
        ]
        for item, link in going:
            yield _neighbour(
                after, later.item_url(item.no), item.no, later.item_title(item.no, item.title), link.reason
            )
        for ended in later.spec.ended:
            if ended.no == at.item.no and not going:
                reason = ended.reason or gettext("理由は計画に書かれていません")
                yield format_html(
                    "{}: {}（{}）", show.title_words(after), gettext("この取組は続いていません"), show.japanese(reason)
                )  # fmt: skip


def _neighbour(edition: Edition, url: str, no: str, title: SafeString, reason: str) -> SafeString:
    link = format_html('<a href="{}">{} {}</a>', url, no, title)
    why = format_html("（{}）", japanese(reason)) if reason else ""
    return format_html("{} {}{}", show.title_words(edition), link, why)
