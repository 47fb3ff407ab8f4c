from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Counter(models.Model):
    """The last number given in a series that law wants without gaps, per period."""

    series = models.CharField(_("系列"), max_length=100)
    period = models.CharField(_("期間"), max_length=20)
    last = models.BigIntegerField(_("最後の番号"), default=0)

    class Meta:
        verbose_name = _("採番")
        constraints = [
            models.UniqueConstraint(fields=["series", "period"], name="counter_once"),
            models.CheckConstraint(condition=models.Q(last__gte=0), name="counter_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.period}: {self.last}"
