"""
Collection rounds: a year's figures and texts asked of the offices, answered, sent back, taken over.

Invariants (``tests/measures/test_rounds.py``, both databases):

1. One round per edition, year and kind; an office stands in it once, an item once per office.
2. An answer is appended, never changed; two that began from the same one cannot both be kept.
3. A request that was sent back says why; one that is settled has an answer to every line or a reason for none.
4. Only what was accepted becomes a figure or a text of the year, in the action that accepts it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from madoguchi.blocks.measures.models.edition import Edition, Item
from madoguchi.kernel.db.triggers import NeverUpdated
from madoguchi.kernel.subjects import Subject


class Round(models.Model):
    """One collection: what is asked, of which year, and until when."""

    class Kind(models.TextChoices):
        PLAN = "plan", _("年度当初の計画")
        HALF = "half", _("中間の点検")
        RESULT = "result", _("年度の実績")

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="rounds")
    year = models.IntegerField(_("年度"))
    kind = models.CharField(_("種類"), max_length=10, choices=Kind.choices)
    message = models.TextField(_("依頼の文"), blank=True)
    opened_on = models.DateField(_("依頼した日"))
    due_on = models.DateField(_("期限"))
    opened_by = models.CharField(_("依頼した部署と職"), max_length=200)
    closed_at = models.DateTimeField(_("締めた日時"), null=True, blank=True)
    closing_note = models.CharField(_("締めたときの注"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("調査")
        constraints = [
            models.UniqueConstraint(fields=["edition", "year", "kind"], name="round_once"),
            models.CheckConstraint(condition=Q(due_on__gte=F("opened_on")), name="round_due_after_opening"),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.year} {self.kind}"

    def subject(self) -> Subject:
        """The reference for audit rows and events; needs ``edition`` loaded."""
        key = f"{self.edition.key}/{self.year}/{self.kind}"
        return Subject("measures.round", key, self.edition.title, f"/office/plan-rounds/{self.pk}/")


class RoundRequest(models.Model):
    """What one office was asked in a round, and how far it is."""

    class State(models.TextChoices):
        ASKED = "asked", _("回答待ち")
        ANSWERED = "answered", _("回答あり")
        RETURNED = "returned", _("差戻し中")
        ACCEPTED = "accepted", pgettext_lazy("round", "確認済み")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="requests")
    office = models.ForeignKey("people.Office", on_delete=models.PROTECT, related_name="+")
    office_name = models.CharField(_("部署"), max_length=100)
    state = models.CharField(_("状態"), max_length=10, choices=State.choices, default=State.ASKED)
    revision = models.PositiveIntegerField(_("状態が変わった回数"), default=0)
    return_reason = models.CharField(_("差戻しの理由"), max_length=500, blank=True)
    reminded_on = models.DateField(_("催促した日"), null=True, blank=True)

    class Meta:
        verbose_name = _("調査の依頼先")
        constraints = [
            models.UniqueConstraint(fields=["round", "office"], name="round_office_once"),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(return_reason=""), name="returned_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.office_name


class RoundLine(models.Model):
    """An item that an office is asked about."""

    request = models.ForeignKey(RoundRequest, on_delete=models.PROTECT, related_name="lines")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    order = models.IntegerField(_("並び順"))

    class Meta:
        verbose_name = _("調査の項目")
        constraints = [models.UniqueConstraint(fields=["request", "item"], name="round_line_once")]

    def __str__(self) -> str:
        return f"{self.request_id}/{self.item_id}"


class Answer(models.Model):
    """
    What an office answered for an item: texts by section, figures by indicator, causes for a miss.

    ``content`` is an ``AnswerContent`` (types.py) as JSON. Sequence 0 is the copy of last year's entry.
    """

    line = models.ForeignKey(RoundLine, on_delete=models.PROTECT, related_name="answers")
    sequence = models.PositiveIntegerField(_("何回目の記録か"))
    content = models.JSONField(_("回答"))
    entered_at = models.DateTimeField(_("記録した日時"))
    entered_by = models.CharField(_("記録した部署と職"), max_length=200)

    class Meta:
        verbose_name = _("回答")
        constraints = [
            models.UniqueConstraint(fields=["line", "sequence"], name="answer_entry_once"),
            NeverUpdated(name="answer_unchanged"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.sequence}"
