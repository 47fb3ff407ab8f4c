"""
Areas in time: towns are merged, split and renumbered, schools close, and what lay where must still be known.

Invariants, all held by the database on both stores (``tests/places/test_constraints.py``), the last two by the one
action that writes (``tests/places/test_actions.py``):

1. An area has at most one name on any day; a town's name is its 大字・町, 丁目 and 小字 in a row.
2. A block of a town lies in at most one area of a kind on any day, whether the town lies there whole or in part.
3. An official code stands once per kind; an area does not lie within itself and does not succeed itself.
4. A period does not end before it starts; a range of blocks begins where it does not end before.
5. Names and memberships lie within the life of their area; what an area lies in is there as long.
6. No area lies within itself by way of others.

Periods are half-open: ``ends_on`` is the first day on which it is no longer so.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.places.constraints import LAST_BLOCK, NoSharedBlock
from madoguchi.kernel.db.periods import NonOverlap
from madoguchi.kernel.subjects import Subject

PREFECTURE, CITY, TOWN = "prefecture", "city", "town"
"""The kinds that an address is made of; the others are a city's own (codelist ``places.area_kinds``)."""


class Dated(models.Model):
    """A row that holds from a day, and to a day that is not part of it."""

    starts_on = models.DateField(_("開始日"))
    ends_on = models.DateField(_("終了日の翌日"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="%(class)s_period_forward"
            )
        ]

    def holds(self, on: date) -> bool:
        """Say whether the row holds on a day."""
        return self.starts_on <= on and (self.ends_on is None or on < self.ends_on)


class Area(Dated):
    """A part of the land that has a name and an office's reason: a town, a district, a school district."""

    class Numbering(models.TextChoices):
        RESIDENTIAL = "residential", _("住居表示（街区符号・住居番号）")
        PARCEL = "parcel", _("地番")

    key = models.CharField(_("区域キー"), max_length=60, unique=True)
    kind = models.CharField(_("種類"), max_length=40)
    code = models.CharField(_("公式の番号"), max_length=12, blank=True)
    postal_code = models.CharField(_("郵便番号"), max_length=7, blank=True)
    numbering = models.CharField(_("番号の付け方"), max_length=12, choices=Numbering.choices, blank=True)
    order = models.IntegerField(_("並び順"), default=0)

    class Meta(Dated.Meta):
        verbose_name = _("区域")
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=["kind", "code"], condition=~Q(code=""), name="area_code_once"),
        ]

    def __str__(self) -> str:
        return self.key

    def subject(self, title: str = "") -> Subject:
        """The reference for audit rows and events."""
        return Subject("places.area", self.key, title, reverse("places:area", args=[self.key]))


class AreaName(Dated):
    """
    What an area is called in a period.

    A town's name has up to three parts, as the アドレス・ベース・レジストリ has them: ``oaza`` (大字・町名), ``chome`` (丁目名) and
    ``koaza`` (小字名); its ``kana`` has as many, with blanks between.
    """

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="names")
    name = models.CharField(_("名称"), max_length=120)
    kana = models.CharField(_("フリガナ"), max_length=240, blank=True)
    oaza = models.CharField(_("大字・町名"), max_length=120, blank=True)
    chome = models.CharField(_("丁目名"), max_length=32, blank=True)
    koaza = models.CharField(_("小字名"), max_length=120, blank=True)

    class Meta(Dated.Meta):
        verbose_name = _("区域の名称")
        constraints = [
            *Dated.Meta.constraints,
            NonOverlap(name="area_one_name", keys=("area",), start="starts_on", end="ends_on"),
            models.CheckConstraint(
                condition=Q(oaza="", chome="", koaza="") | Q(name=Concat("oaza", "chome", "koaza")),
                name="area_name_of_parts",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AreaMembership(Dated):
    """
    In which area another lies in a period: a town in its city and its 小学校区, a 小学校区 in its 中学校区.

    Without a range the whole area lies there; with one, only the 街区 or 地番 with these numbers. ``within_kind`` repeats
    the kind of ``within``, so that the database can hold one area per kind.
    """

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="memberships")
    within = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="members")
    within_kind = models.CharField(_("属する区域の種類"), max_length=40)
    first_block = models.PositiveIntegerField(_("最初の街区・地番"), null=True, blank=True)
    last_block = models.PositiveIntegerField(_("最後の街区・地番"), null=True, blank=True)

    class Meta(Dated.Meta):
        verbose_name = _("属する区域")
        constraints = [
            *Dated.Meta.constraints,
            NoSharedBlock(name="block_in_one_area", keys=("area", "within_kind")),
            models.CheckConstraint(condition=~Q(area=F("within")), name="area_not_within_itself"),
            models.CheckConstraint(
                condition=Q(first_block=None, last_block=None)
                | Q(
                    first_block__isnull=False,
                    last_block__isnull=False,
                    last_block__gte=F("first_block"),
                    last_block__lte=LAST_BLOCK,
                ),
                name="block_range_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} ⊂ {self.within_id}"

    @property
    def whole(self) -> bool:
        """Whether the whole area lies there."""
        return self.first_block is None


class AreaSuccession(models.Model):
    """Which area an area went over into: one row where towns are merged, several where one is split."""

    class Reason(models.TextChoices):
        RESIDENTIAL = "residential", _("住居表示の実施")
        MERGED = "merged", _("統合")
        SPLIT = "split", _("分割")
        BOUNDARY = "boundary", _("区域の変更")

    predecessor = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="inheritances")
    on = models.DateField(_("引継ぎの日"))
    reason = models.CharField(_("理由"), max_length=12, choices=Reason.choices)

    class Meta:
        verbose_name = _("区域の引継ぎ")
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="area_succession_once"),
            models.CheckConstraint(
                condition=~Q(predecessor=F("successor")), name="area_succession_of_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} → {self.successor_id}"
