"""
What was entered for a year: appended, never changed. The newest entry (highest ``sequence``) counts.

Invariants (``tests/measures/test_constraints.py``):

1. Two entries that started from the same state cannot both be kept: (subject, year, sequence) is unique.
2. An entry names who entered it (office and post) and when; its place in the audit trail is the same action.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.measures.models.edition import Grade, Item
from madoguchi.blocks.measures.models.indicator import Indicator


class Entry(models.Model):
    """An entry of a year, with its place in the row of entries."""

    year = models.IntegerField(_("年度"))
    sequence = models.PositiveIntegerField(_("何回目の記録か"))
    entered_at = models.DateTimeField(_("記録した日時"))
    entered_by = models.CharField(_("記録した部署と職"), max_length=200)

    class Meta:
        abstract = True


class ActualEntry(Entry):
    """A figure reached in a year. A value of None takes an earlier figure back."""

    class Source(models.TextChoices):
        TYPED = "typed", _("部署の入力")
        TRANSCRIBED = "transcribed", _("公表資料からの転記")

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="actuals")
    value = models.DecimalField(_("実績値"), max_digits=20, decimal_places=6, null=True)
    provisional = models.BooleanField(_("見込み"), default=False)
    as_of = models.DateField(_("時点"), null=True, blank=True)
    source = models.CharField(_("値の出所"), max_length=12, choices=Source.choices)
    note = models.CharField(_("備考"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("実績値")
        constraints = [
            models.UniqueConstraint(fields=["indicator", "year", "sequence"], name="actual_entry_once"),
            models.CheckConstraint(
                condition=Q(provisional=False) | Q(as_of__isnull=False), name="actual_provisional_has_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.value}"


class Evaluation(Entry):
    """A grade given to an item for a year: a judgement, which a suggestion never overwrites."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="evaluations")
    grade = models.ForeignKey(Grade, on_delete=models.PROTECT, related_name="evaluations")
    suggested = models.CharField(_("そのときの提案"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("自己評価")
        constraints = [
            models.UniqueConstraint(fields=["item", "year", "sequence"], name="evaluation_entry_once")
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.grade_id}"
