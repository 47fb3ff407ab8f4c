"""
Who watches the rights: the quarterly review, access in an emergency, the monthly report of reading.

Invariants, held by the database on both stores (``tests/people/oversight``):

1. A review asks once about each grant of a quarter; an answer has a person, a moment and, to end, a reason.
2. Access in an emergency names its reason, ends by itself, and somebody else than its user judges it.
3. A month has one report of reading; what it found is judged, not deleted.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.models.organisation import RoleGrant
from madoguchi.kernel.subjects import Subject


class AccessReview(models.Model):
    """The question of one quarter: does every post still need the roles that it has?"""

    quarter = models.CharField(_("四半期"), max_length=6, help_text="2026Q3")
    opened_at = models.DateTimeField(_("始めた日時"))
    due_on = models.DateField(_("期限"))
    closed_at = models.DateTimeField(_("締めた日時"), null=True, blank=True)

    class Meta:
        verbose_name = _("権限の点検")
        constraints = [models.UniqueConstraint(fields=["quarter"], name="review_once_a_quarter")]

    def __str__(self) -> str:
        return self.quarter

    def subject(self) -> Subject:
        """The reference for audit rows and events."""
        return Subject("people.access_review", self.quarter, page=f"/office/rights/reviews/{self.quarter}/")


class AccessReviewItem(models.Model):
    """
    One grant in a review: still needed, or to be ended.

    What was asked is written down here: a grant that is taken back as a mistake takes no question with it.
    """

    class Answer(models.TextChoices):
        KEEP = "keep", _("続ける")
        END = "end", _("終える")

    review = models.ForeignKey(AccessReview, on_delete=models.PROTECT, related_name="items")
    grant = models.ForeignKey(RoleGrant, on_delete=models.SET_NULL, null=True, related_name="reviews")
    office_id = models.BigIntegerField(_("所属"))
    post = models.CharField(_("職キー"), max_length=80)
    role = models.CharField(_("役割"), max_length=100)
    scope = models.CharField(_("範囲"), max_length=5, choices=RoleGrant.Scope.choices)
    upto = models.CharField(_("データの区分の上限"), max_length=10, choices=RoleGrant.Class.choices)
    answer = models.CharField(_("答え"), max_length=5, choices=Answer.choices, blank=True)
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    answered_at = models.DateTimeField(_("答えた日時"), null=True, blank=True)
    answered_by = models.CharField(_("答えた人"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("点検する権限")
        constraints = [
            models.UniqueConstraint(fields=["review", "post", "role"], name="grant_reviewed_once"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="review_answered_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_by="") | (~Q(answer="") & ~Q(answered_by="")),
                name="review_answered_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(answer="end") | ~Q(reason=""), name="review_end_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.role} @ {self.post}"


class EmergencyAccess(models.Model):
    """Rights taken for an hour, past the roles, because a life or a right of somebody could not wait."""

    staff = models.CharField(_("職員"), max_length=80)
    office = models.CharField(_("所属"), max_length=200)
    post = models.CharField(_("職"), max_length=200)
    reason = models.CharField(_("理由"), max_length=1_000)
    began_at = models.DateTimeField(_("始めた日時"))
    ends_at = models.DateTimeField(_("終わる日時"))
    judged_at = models.DateTimeField(_("確かめた日時"), null=True, blank=True)
    judged_by = models.CharField(_("確かめた人"), max_length=80, blank=True)
    proper = models.BooleanField(_("やむを得なかった"), null=True, blank=True)
    judgement = models.CharField(_("確かめた内容"), max_length=1_000, blank=True)

    class Meta:
        verbose_name = _("緊急の閲覧")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="emergency_has_reason"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("began_at")), name="emergency_ends"),
            models.CheckConstraint(
                condition=Q(judged_by="") | ~Q(judged_by=F("staff")), name="emergency_judged_by_another"
            ),
            models.CheckConstraint(
                condition=Q(judged_at=None, proper=None, judged_by="")
                | (Q(judged_at__isnull=False, proper__isnull=False) & ~Q(judged_by="")),
                name="emergency_judged_with_verdict",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff} {self.began_at:%Y-%m-%d %H:%M}"

    def subject(self) -> Subject:
        """The reference for audit rows and events."""
        return Subject("people.emergency_access", str(self.pk), page=f"/office/rights/emergencies/{self.pk}/")


class ReadingReport(models.Model):
    """What was unusual in a month's reading of people's records."""

    month = models.CharField(_("月"), max_length=7, help_text="2026-10")
    made_at = models.DateTimeField(_("作った日時"))
    reads = models.BigIntegerField(_("閲覧の件数"))

    class Meta:
        verbose_name = _("閲覧の月次報告")
        constraints = [models.UniqueConstraint(fields=["month"], name="report_once_a_month")]

    def __str__(self) -> str:
        return self.month

    def subject(self) -> Subject:
        """The reference for audit rows and events."""
        return Subject("people.reading_report", self.month, page=f"/office/rights/reading/{self.month}/")


class ReadingFinding(models.Model):
    """
    One unusual thing in a report: who, by which rule, how much; and what came of it.

    ``staff`` is a person as viewers name it, empty where a rule is about an office; ``about`` says what besides
    (the duty, the person looked at, the emergency). ``rows`` names the first audit rows behind it.
    """

    report = models.ForeignKey(ReadingReport, on_delete=models.PROTECT, related_name="findings")
    rule = models.CharField(_("きまり"), max_length=40)
    staff = models.CharField(_("職員"), max_length=80, blank=True)
    office = models.CharField(_("所属"), max_length=200, blank=True)
    about = models.CharField(_("対象"), max_length=200, blank=True)
    count = models.IntegerField(_("件数"))
    usual = models.DecimalField(_("ふつうの件数"), max_digits=9, decimal_places=1, null=True, blank=True)
    rows = models.JSONField(_("もとの記録"), default=list)
    judged_at = models.DateTimeField(_("確かめた日時"), null=True, blank=True)
    judged_by = models.CharField(_("確かめた人"), max_length=80, blank=True)
    judgement = models.CharField(_("確かめた内容"), max_length=1_000, blank=True)

    class Meta:
        verbose_name = _("気になる閲覧")
        constraints = [
            models.UniqueConstraint(
                fields=["report", "rule", "staff", "office", "about"], name="finding_once"
            ),
            models.CheckConstraint(condition=~Q(staff="") | ~Q(office=""), name="finding_is_of_somebody"),
            models.CheckConstraint(
                condition=Q(judged_at=None, judged_by="", judgement="")
                | (Q(judged_at__isnull=False) & ~Q(judged_by="") & ~Q(judgement="")),
                name="finding_judged_in_words",
            ),
            models.CheckConstraint(
                condition=Q(judged_by="") | ~Q(judged_by=F("staff")), name="finding_judged_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.rule} {self.staff or self.office}"
