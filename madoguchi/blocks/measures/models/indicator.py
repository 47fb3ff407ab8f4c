"""
What is measured, and what the plan promises of it.

Invariants (``tests/measures/test_constraints.py``, both databases):

1. An indicator's key is its identity: once within an edition, and the same through renamings and editions.
2. A target or a base is a number or the word that stands in its place, never both and never neither.
3. A figure has at most six decimals.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.measures.models.edition import Edition, Item
from madoguchi.kernel.subjects import Subject


class Indicator(models.Model):
    """
    What is measured at an item, a part or a pillar. ``declared`` names a declaration that computes it; empty means
    typed. ``unit`` and ``per`` make 件/週.
    """

    class Kind(models.TextChoices):
        STOCK = "stock", _("現在数")
        FLOW = "flow", _("年間の数")
        CUMULATIVE = "cumulative", _("累計")
        RATE = "rate", _("割合")

    class Direction(models.TextChoices):
        UP = "up", _("大きいほどよい")
        DOWN = "down", _("小さいほどよい")

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="indicators")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="indicators")
    key = models.CharField(_("指標キー"), max_length=250)
    name = models.CharField(_("指標"), max_length=200)
    no = models.CharField(_("指標の番号"), max_length=20, blank=True)
    unit = models.CharField(_("単位"), max_length=20, blank=True)
    per = models.CharField(_("単位の期間"), max_length=10, blank=True)
    kind = models.CharField(_("種類"), max_length=10, choices=Kind.choices)
    direction = models.CharField(_("向き"), max_length=4, choices=Direction.choices, default=Direction.UP)
    decimals = models.PositiveSmallIntegerField(_("小数の桁"), default=0)
    base_year = models.IntegerField(_("基準の年度"), null=True, blank=True)
    base_value = models.DecimalField(_("基準値"), max_digits=20, decimal_places=6, null=True, blank=True)
    base_word = models.CharField(_("基準値の言葉"), max_length=60, blank=True)
    declared = models.CharField(_("計算する宣言"), max_length=150, blank=True)
    note = models.CharField(_("注"), max_length=300, blank=True)
    order = models.IntegerField(_("並び順"))

    class Meta:
        verbose_name = _("指標")
        constraints = [
            models.UniqueConstraint(fields=["edition", "key"], name="indicator_once"),
            models.CheckConstraint(condition=Q(decimals__lte=6), name="indicator_decimals_stored"),
            models.CheckConstraint(
                condition=Q(base_value=None, base_word="")
                | Q(base_year__isnull=False, base_value__isnull=False, base_word="")
                | (Q(base_year__isnull=False, base_value=None) & ~Q(base_word="")),
                name="indicator_base_one",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def subject(self) -> Subject:
        """The reference for audit rows and events; needs ``item.edition`` loaded."""
        key = f"{self.item.edition.key}/{self.key}"
        return Subject("measures.indicator", key, self.name, self.item.subject().page)


class Target(models.Model):
    """What the plan promises for a year: a number, or a word (事故ゼロ, —)."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="targets")
    year = models.IntegerField(_("年度"))
    value = models.DecimalField(_("目標値"), max_digits=20, decimal_places=6, null=True)
    word = models.CharField(_("目標の言葉"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("目標値")
        constraints = [
            models.UniqueConstraint(fields=["indicator", "year"], name="target_once"),
            models.CheckConstraint(
                condition=Q(value__isnull=False, word="") | (Q(value=None) & ~Q(word="")), name="target_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.word or self.value}"
