"""
What was entered for a year: appended, never changed. The newest entry (highest ``sequence``) counts.

Invariants (``tests/measures/test_constraints.py``):

1. An entry is never changed: the database refuses it.
2. Two entries that started from the same state cannot both be kept: (subject, year, sequence) is unique.
3. An entry names who entered it (office and post) and when; its place in the audit trail is the same action.
4. Paragraphs of several offices at one item stand side by side: each office writes its own.
"""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.measures.models.edition import Grade, Item
from madoguchi.blocks.measures.models.indicator import Indicator
from madoguchi.kernel.db.triggers import NeverUpdated

# The columns of figures hold twenty digits, six of them decimals.
BEYOND = Decimal(10) ** 14


def figure_fits(value: Decimal | None, *, decimals: int) -> bool:
    """Whether a figure has no more decimals than its indicator keeps, and no more digits than the columns hold."""
    return value is None or (abs(value) < BEYOND and value == round(value, decimals))


class Entry(models.Model):
    """An entry of a year, with its place in the row of entries."""

    year = models.IntegerField(_("年度"))
    sequence = models.PositiveIntegerField(_("何回目の記録か"))
    entered_at = models.DateTimeField(_("記録した日時"))
    entered_by = models.CharField(_("記録した部署と職"), max_length=200)

    class Meta:
        abstract = True


class ActualEntry(Entry):
    """
    A figure reached in a year. A value of None takes an earlier figure back, unless a word stands in its place;
    ``reached`` says whether a target in words was met.
    """

    class Source(models.TextChoices):
        TYPED = "typed", _("部署の入力")
        TRANSCRIBED = "transcribed", _("公表資料からの転記")

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="actuals")
    value = models.DecimalField(_("実績値"), max_digits=20, decimal_places=6, null=True)
    word = models.CharField(_("実績の言葉"), max_length=60, blank=True)
    reached = models.BooleanField(_("目標に届いた"), null=True, blank=True)
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
            models.CheckConstraint(condition=Q(value=None) | Q(word=""), name="actual_number_or_word"),
            NeverUpdated(name="actual_entry_unchanged"),
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.word or self.value}"


class Evaluation(Entry):
    """A grade given to an item for a year: a judgement, which a suggestion never overwrites."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="evaluations")
    grade = models.ForeignKey(Grade, on_delete=models.PROTECT, related_name="evaluations")
    suggested = models.CharField(_("そのときの提案"), max_length=10, blank=True)
    note = models.CharField(_("評価の理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("自己評価")
        constraints = [
            models.UniqueConstraint(fields=["item", "year", "sequence"], name="evaluation_entry_once"),
            NeverUpdated(name="evaluation_unchanged"),
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.grade_id}"


class ResultText(Entry):
    """A text of a year by section (取組実績, 改善・拡充策), of one office or of the item; empty text takes it back."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="result_texts")
    section = models.CharField(_("欄"), max_length=40)
    office_name = models.CharField(_("書いた部署"), max_length=100, blank=True)
    text = models.TextField(_("文"), blank=True)

    class Meta:
        verbose_name = _("年度の文")
        constraints = [
            models.UniqueConstraint(
                fields=["item", "year", "section", "office_name", "sequence"], name="result_text_entry_once"
            ),
            NeverUpdated(name="result_text_unchanged"),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.section}"


class Progress(Entry):
    """How far a row of the schedule has come: a phase of the city's own words. For plans without grades."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="progress")
    status = models.CharField(_("段階"), max_length=40)
    note = models.CharField(_("備考"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("進み具合")
        constraints = [
            models.UniqueConstraint(fields=["item", "year", "sequence"], name="progress_entry_once"),
            models.CheckConstraint(condition=~Q(status=""), name="progress_has_status"),
            NeverUpdated(name="progress_unchanged"),
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.status}"


class ImprovementCheck(Entry):
    """What became in this year of the improvement that the year before promised (改善・拡充策)."""

    class Outcome(models.TextChoices):
        DONE = "done", _("できた")
        PARTLY = "partly", _("一部できた")
        NOT = "not", _("できなかった")

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="improvement_checks")
    outcome = models.CharField(_("結果"), max_length=10, choices=Outcome.choices)
    note = models.CharField(_("備考"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("前年度の改善策の点検")
        constraints = [
            models.UniqueConstraint(fields=["item", "year", "sequence"], name="improvement_check_once"),
            NeverUpdated(name="improvement_check_unchanged"),
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.outcome}"


class Miss(Entry):
    """Why a target was missed, in a word of the city's list, and the request for money that answers it."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="misses")
    cause = models.CharField(_("届かなかった理由"), max_length=60)
    budget_request = models.CharField(_("予算要求"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("未達の理由")
        constraints = [
            models.UniqueConstraint(fields=["indicator", "year", "sequence"], name="miss_entry_once"),
            NeverUpdated(name="miss_unchanged"),
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.cause}"
