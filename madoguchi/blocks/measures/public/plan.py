"""
A plan as its city printed it, ready to be shown: made once per language and kept until an action changes a plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.blocks.measures import presentation as show
from madoguchi.blocks.measures.document import STAMP, plan_of
from madoguchi.blocks.measures.models import Edition
from madoguchi.blocks.measures.public.figures import promised_table
from madoguchi.blocks.measures.public.matrix import printed_table, tag_matrix
from madoguchi.blocks.measures.public.printed import Printed
from madoguchi.blocks.measures.public.sourced import SourceNotes, beside, sources_table
from madoguchi.blocks.measures.public.words import Linker, NoteShown
from madoguchi.blocks.measures.spec import EditionSpec, ParentSpec, PillarSpec
from madoguchi.kernel.stamps import StampedMany
from madoguchi.ui.components.table import table_render

_NONE = SafeString("")


@dataclass(frozen=True, slots=True)
class Named:
    """A text or table with its heading; ``heading`` may be empty where the content brings its own."""

    heading: object
    content: SafeString
    note: SafeString = _NONE


@dataclass(frozen=True, slots=True)
class PillarShown:
    """A pillar with what stands in it before its items; ``heading`` is the tag of its heading (h3, h4)."""

    no: str
    depth: int
    heading: str
    name: SafeString
    caption: str
    texts: list[Named]
    indicators: list[SafeString]
    items: list[str]
    reprints: list[str]


@dataclass(frozen=True, slots=True)
class PlanShown:
    """The plan in one language."""

    printed: Printed
    sources: SourceNotes
    declarations: list[Named]
    texts: list[Named]
    pillars: list[PillarShown]
    reprinted: dict[str, str]
    counts: str
    findings: list[Named]
    tables: list[Named]
    matrices: list[Named]
    notes: list[NoteShown]
    source_table: SafeString


# One of a plan of 40 items is about 100 kB.
_kept: StampedMany[tuple[int, str], PlanShown] = StampedMany(STAMP, most=30)


def plan_shown(edition: Edition) -> PlanShown:
    """Give an edition's plan in the reader's language."""
    return _kept.get((edition.pk, show.language()), lambda: _made(edition))


def _made(edition: Edition) -> PlanShown:
    spec = plan_of(edition)
    printed, sources, linker = Printed(edition, spec), SourceNotes(spec), Linker(spec.notes)
    # In the order of the page, so that a term is linked where the reader meets it first.
    declarations = [
        Named(japanese(one.name), linker.paragraphs(one.text), sources.beside(f"declarations.{one.name}"))
        for one in spec.declarations
    ]
    pillars = [_pillar(printed, sources, linker, above, pillar) for above, pillar in spec.pillars_all()]
    texts = [
        Named(japanese(one.name), linker.paragraphs(one.text), sources.beside(f"texts.{one.name}"))
        for one in spec.texts
    ]
    findings = [*_findings(printed, sources, linker)]
    table = sources_table(spec, printed)
    return PlanShown(
        printed=printed, sources=sources, declarations=declarations, texts=texts, pillars=pillars,
        reprinted={no: pillar.title for _above, pillar in spec.pillars_all() for no in pillar.reprints},
        counts=_counts(spec), findings=findings,
        tables=[
            Named("", printed_table(one, key=f"table-{one.key}"), sources.beside(f"tables.{one.key}"))
            for one in spec.tables
        ],
        matrices=[
            Named("", made, sources.beside(f"tag_sets.{one.key}"))
            for one in spec.tag_sets
            if (made := tag_matrix(printed, one)) is not None
        ],
        notes=linker.shown(), source_table=table_render(table) if table is not None else SafeString(""),
    )  # fmt: skip


def japanese(text: str) -> SafeString:
    """Mark words of the plan that stand in Japanese in every language."""
    return show.japanese(text)


def _counts(spec: EditionSpec) -> str:
    items, printed = sum(1 for _ in spec.items_all()), spec.printed()
    if items == printed:
        return gettext("%(count)d件") % {"count": items}
    return gettext("%(count)d件（再掲を入れると%(printed)d件）") % {"count": items, "printed": printed}


def _pillar(
    printed: Printed, sources: SourceNotes, linker: Linker, above: tuple[PillarSpec, ...], pillar: PillarSpec
) -> PillarShown:
    path = f"pillars.{pillar.no}"
    texts = [
        Named(
            printed.sections.get(key, japanese(key)),
            linker.paragraphs(text),
            sources.beside(f"{path}.texts.{key}"),
        )
        for key, text in _ordered(printed, pillar.texts)
    ]
    return PillarShown(
        no=pillar.no, depth=len(above), heading=f"h{min(3 + len(above), 6)}",
        name=printed.pillar_name(above, pillar), caption=printed.plain(f"{path}.title", pillar.title), texts=texts,
        indicators=[promised_table(one, key=f"pillar-{pillar.no}-{index}") for index, one in enumerate(pillar.indicators)],
        items=[item.no for item in pillar.items], reprints=pillar.reprints,
    )  # fmt: skip


def _ordered(printed: Printed, texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Give texts in the order of the edition's own sections, unknown ones last."""
    order = {key: index for index, key in enumerate(printed.sections)}
    yield from sorted(texts.items(), key=lambda pair: order.get(pair[0], len(order)))


def _findings(printed: Printed, sources: SourceNotes, linker: Linker) -> Iterator[Named]:
    for finding in printed.spec.findings:
        answering = [item for _above, item in printed.spec.items_all() if finding.key in item.findings]
        links = format_html_join(
            "、", '<a href="{}">{} {}</a>',
            ((printed.item_url(item.no), item.no, printed.item_title(item.no, item.title)) for item in answering),
        )  # fmt: skip
        said = (
            format_html("<p>{} {}</p>", gettext("これに応える取組:"), links) if answering else SafeString("")
        )
        path = f"findings.{finding.key}"
        yield Named(
            printed.words(f"{path}.label", finding.label),
            format_html("{}{}", linker.paragraphs(finding.text), said),
            beside(sources.at(path)),
        )


def parent_words(parent: ParentSpec) -> SafeString:
    """Name a plan above or beside this one, with its years and what it is to this one."""
    years = ""
    if parent.first_year and parent.last_year:
        years = f"（{show.year_name(parent.first_year)}–{show.year_name(parent.last_year)}）"
    elif parent.last_year:
        years = gettext("（%(year)sまで）") % {"year": show.year_name(parent.last_year)}
    elif parent.first_year:
        years = gettext("（%(year)sから）") % {"year": show.year_name(parent.first_year)}
    note = format_html('<br><span class="mg-muted">{}</span>', japanese(parent.note)) if parent.note else ""
    return format_html("{}{}{}", japanese(parent.title), years, note)
