"""The words that an edition itself uses (levels, sections, phases, tags), in the reader's language."""

from __future__ import annotations

from urllib.parse import quote

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.measures import presentation as show
from madoguchi.blocks.measures.lines import translated
from madoguchi.blocks.measures.models import Edition
from madoguchi.blocks.measures.spec import SECTIONS, EditionSpec, PillarSpec, SectionSpec

# What most plans call their levels; a plan that brings no translation of these needs none.
_USUAL = {"取組方針": _("取組方針"), "取組項目": _("取組項目"), "取組計画": _("取組計画")}


class Printed:
    """What an edition calls things."""

    def __init__(self, edition: Edition, spec: EditionSpec) -> None:
        self.edition, self.spec = edition, spec
        self.here = reverse("plan:edition", args=[edition.key])
        self.sections = {one.key: self._section(one) for one in spec.sections}
        self.phases = {one.key: self.words(f"phases.{one.key}.label", one.label) for one in spec.phases}
        self._levels = {one.key: one.label for one in spec.levels}
        keys = [*self._levels]
        # Those before the items are the levels of pillars, from the top.
        self._pillars = keys[: keys.index("item")] if "item" in keys else []

    def words(self, path: str, japanese: str) -> SafeString:
        """Give a short text of the plan; Japanese in another language's page is marked for screen readers."""
        found = translated(self.edition, path, japanese, show.language())
        return show.japanese(found.value) if found.lang == "ja" else format_html("{}", found.value)

    def plain(self, path: str, japanese: str) -> str:
        """Give a short text of the plan without any markup, for captions and titles."""
        return translated(self.edition, path, japanese, show.language()).value

    def _section(self, section: SectionSpec) -> SafeString:
        found = translated(self.edition, f"sections.{section.key}.label", section.label, show.language())
        usual = show.SECTIONS.get(section.key) if section in SECTIONS else None
        if found.lang == "ja" and usual is not None:
            return format_html("{}", usual)
        return self.words(f"sections.{section.key}.label", section.label)

    def level(self, key: str) -> str:
        """Name a level (``pillar``, ``item``, ``part``) as the city does."""
        label = self._levels.get(key)
        if label is None:
            return {"pillar": gettext("取組方針"), "item": gettext("取組項目")}.get(
                key, gettext("取組の内訳")
            )
        found = translated(self.edition, f"levels.{key}.label", label, show.language())
        return str(_USUAL.get(label, label)) if found.lang == "ja" else found.value

    def pillar_level(self, depth: int) -> str:
        """Name the level of a pillar that stands so deep, from 0."""
        if not self._pillars:
            return self.level("pillar")
        return self.level(self._pillars[min(depth, len(self._pillars) - 1)])

    def pillar_name(self, above: tuple[PillarSpec, ...], pillar: PillarSpec) -> SafeString:
        """Write a pillar as a heading: its level, number and title. A number in words names the level itself."""
        number = pillar.no
        if pillar.no.isdecimal():
            number = gettext("%(level)s%(no)s") % {"level": self.pillar_level(len(above)), "no": pillar.no}
        return format_html("{} {}", number, self.words(f"pillars.{pillar.no}.title", pillar.title))

    def item_title(self, no: str, japanese: str) -> SafeString:
        """Give an item's title."""
        return self.words(f"items.{no}.title", japanese)

    def item_url(self, no: str, year: int | None = None) -> str:
        """Give the page of an item, in a year if one is named."""
        return f"{self.here}{quote(no)}/" + (f"?year={year}" if year is not None else "")
