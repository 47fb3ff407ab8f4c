from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.measures.models.edition import Item
from madoguchi.kernel.subjects import Subject


class Indicator(models.Model):
    """What is measured at an item. ``declared`` names a declaration that computes it; empty means typed."""

    class Kind(models.TextChoices):
        STOCK = "stock", _("現在数")
        FLOW = "flow", _("年間の数")
        CUMULATIVE = "cumulative", _("累計")
        RATE = "rate", _("割合")

    class Direction(models.TextChoices):
        UP = "up", _("大きいほどよい")
        DOWN = "down", _("小さいほどよい")

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="indicators")
    name = models.CharField(_("指標"), max_length=200)
    unit = models.CharField(_("単位"), max_length=20, blank=True)
    kind = models.CharField(_("種類"), max_length=10, choices=Kind.choices)
    direction = models.CharField(_("向き"), max_length=4, choices=Direction.choices, default=Direction.UP)
    decimals = models.PositiveSmallIntegerField(_("小数の桁"), default=0)
    declared = models.CharField(_("計算する宣言"), max_length=150, blank=True)
    note = models.CharField(_("注"), max_length=300, blank=True)
    order = models.IntegerField(_("並び順"))

    class Meta:
        verbose_name = _("指標")
        constraints = [
            models.UniqueConstraint(fields=["item", "name"], name="indicator_once"),
            models.CheckConstraint(condition=Q(decimals__lte=6), name="indicator_decimals_stored"),
        ]

    def __str__(self) -> str:
        return self.name

    def subject(self) -> Subject:
        """The reference for audit rows and events; needs ``item.edition`` loaded."""
        key = f"{self.item.edition.key}/{self.item.no}/{self.name}"
        return Subject("measures.indicator", key, self.name, self.item.subject().page)


class Target(models.Model):
    """The figure that the plan promises for a year."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="targets")
    year = models.IntegerField(_("年度"))
    value = models.DecimalField(_("目標値"), max_digits=20, decimal_places=6)

    class Meta:
        verbose_name = _("目標値")
        constraints = [models.UniqueConstraint(fields=["indicator", "year"], name="target_once")]

    def __str__(self) -> str:
        return f"{self.year}: {self.value}"
