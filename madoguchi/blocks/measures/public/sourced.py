"""How a field stands to the source: as printed, corrected, lost, or not in it. Said beside the field."""

from __future__ import annotations

from collections import defaultdict

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.measures.public.printed import Printed
from madoguchi.blocks.measures.spec import EditionSpec, SourceNoteSpec
from madoguchi.ui.components.badge import badge
from madoguchi.ui.components.table import Column, Table

STATES = {
    "as_printed": (_("原典のまま"), "neutral"), "corrected": (_("訂正"), "info"),
    "lost": (_("原典では読めません"), "warning"), "not_in_source": (_("原典にありません"), "neutral"),
}  # fmt: skip
_HEADS = {
    "title": _("計画の名称"), "parents": _("関わる計画"), "declarations": _("宣言・目標"), "texts": _("計画の文"),
    "phases": _("段階の言葉"), "grades": _("自己評価の段階"), "tag_sets": _("対応表"), "findings": _("調査で分かったこと"),
    "tables": _("調査の表"), "notes": _("注と用語"), "continues": _("前の版とのつながり"), "ended": _("終わった項目"),
    "totals": _("集計"), "pillars": _("方針"), "levels": _("階層の言葉"), "sections": _("文の欄"),
}  # fmt: skip
_FIELDS = {
    "phases": _("期間の帯"), "indicators": _("指標"), "findings": _("調査で分かったこと"), "outcome": _("実現すること"),
    "milestones": _("節目"), "offices": _("担当部署"), "title": _("名称"), "tags": _("印"), "base": _("基準値"),
    "targets": _("目標値"), "parts": _("内訳"), "results": _("実績"),
}  # fmt: skip


class SourceNotes:
    """The source notes of an edition, by the path of the field."""

    def __init__(self, spec: EditionSpec) -> None:
        self._at: dict[str, list[SourceNoteSpec]] = defaultdict(list)
        for note in spec.source_notes:
            self._at[note.path].append(note)

    def at(self, *paths: str) -> list[SourceNoteSpec]:
        """Give the notes on these very fields."""
        return [note for path in paths for note in self._at.get(path, ())]

    def beside(self, *paths: str) -> SafeString:
        """Write the notes on these fields; nothing where there is none."""
        return beside(self.at(*paths))


def beside(notes: list[SourceNoteSpec]) -> SafeString:
    """Write source notes as they stand beside a field."""
    return format_html_join(
        "",
        '<p class="mg-muted">{} <span lang="ja">{}</span></p>',
        ((state_badge(note), note.note) for note in notes),
    )


def state_badge(note: SourceNoteSpec) -> SafeString:
    """Name the state of a field."""
    label, kind = STATES[note.state]
    return badge(label, kind)


def in_words(notes: list[SourceNoteSpec]) -> SafeString:
    """Write source notes in one line, where no paragraph can stand."""
    return format_html_join(
        " ", '{}: <span lang="ja">{}</span>', ((STATES[note.state][0], note.note) for note in notes)
    )


def sources_table(spec: EditionSpec, printed: Printed) -> Table | None:
    """List every place where the record and the source are not simply the same."""
    if not spec.source_notes:
        return None
    return Table(
        [
            Column("path", gettext("どこ"), "html", head=True, value=lambda note: _place(note.path, printed)),
            Column("state", gettext("原典との関係"), "html", value=state_badge),
            Column("note", gettext("説明"), "html", value=lambda note: format_html('<span lang="ja">{}</span>', note.note)),
        ],
        spec.source_notes, caption=gettext("原典との違いの一覧"), key="sources",
    )  # fmt: skip


def _place(path: str, printed: Printed) -> SafeString:
    """Say in words which field a path means; an item's with a link to it."""
    head, _dot, rest = path.partition(".")
    if head != "items":
        name = _HEADS.get(head, head)
        return format_html('{} <span lang="ja">{}</span>', name, rest) if rest else format_html("{}", name)
    no, _dot, field = rest.partition(".")
    link = format_html('<a href="{}">{}</a>', printed.item_url(no), f"{printed.level('item')} {no}")
    return format_html("{} {}", link, _field(field, printed))


def _field(field: str, printed: Printed) -> SafeString:
    words = []
    for name in field.removeprefix("texts.").split("."):
        known = _FIELDS.get(name)
        label = printed.sections.get(name)
        words.append(
            format_html("{}", known)
            if known
            else format_html("{}", label)
            if label
            else format_html('<span lang="ja">{}</span>', name)
        )
    return format_html_join(" ", "{}", ((word,) for word in words))
