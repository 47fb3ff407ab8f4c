"""
What core systems send: a file as it came, what was found in it, and whether it was applied.

Invariants (``tests/people/register``):

1. A file is applied once, whole, in one transaction; refused files change nothing but their own row.
2. A difference file follows the one before it (``sequence``), none is left out or taken twice; a full file may say
   which is the last that it includes.
3. A file over the declared limits of change waits until somebody else than its bringer accepts it, with a reason; it
   then changes no more than what was accepted.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.subjects import Subject


class FeedDelivery(models.Model):
    """One file of a feed."""

    class Extent(models.TextChoices):
        FULL = "full", _("全件")
        DIFFERENCE = "difference", _("差分")

    class State(models.TextChoices):
        REFUSED = "refused", _("受け取らない")
        ALARM = "alarm", _("変わり方が大きい（確認待ち）")
        CHECKED = "checked", _("検査済み")
        APPLIED = "applied", _("反映済み")

    layout = models.CharField(_("様式"), max_length=80)
    layout_version = models.IntegerField(_("様式の版"))
    extent = models.CharField(_("範囲"), max_length=10, choices=Extent.choices)
    sequence = models.IntegerField(_("通番"), null=True, blank=True)
    as_of = models.DateField(_("基準日"))
    file_name = models.CharField(_("ファイル名"), max_length=200)
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField(_("受け取った日時"))
    received_by = models.CharField(_("受け取った人"), max_length=80)
    state = models.CharField(_("状態"), max_length=10, choices=State.choices)
    counts = models.JSONField(_("件数"), default=dict)
    problems = models.JSONField(_("問題"), default=list)
    accepted_by = models.CharField(_("確認した人"), max_length=80, blank=True)
    accepted_reason = models.CharField(_("確認の理由"), max_length=500, blank=True)
    applied_at = models.DateTimeField(_("反映した日時"), null=True, blank=True)

    class Meta:
        verbose_name = _("連携ファイル")
        constraints = [
            models.UniqueConstraint(
                fields=["layout", "sequence"],
                condition=Q(state="applied", extent="difference"),
                name="feed_sequence_once",
            ),
            models.CheckConstraint(
                condition=Q(extent="full") | Q(sequence__isnull=False) | ~Q(state="applied"),
                name="feed_difference_numbered",
            ),
            # Two differences in which nothing happened are alike to the byte: their numbers tell them apart.
            models.UniqueConstraint(
                fields=["sha256"], condition=Q(state="applied", extent="full"), name="feed_file_once"
            ),
            models.CheckConstraint(
                condition=Q(accepted_by="") | ~Q(accepted_by=F("received_by")),
                name="feed_accepted_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="applied", applied_at__isnull=False)
                | (~Q(state="applied") & Q(applied_at=None)),
                name="feed_applied_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.layout} {self.file_name}"

    def subject(self) -> Subject:
        """The reference for audit rows and events."""
        return Subject("people.feed", str(self.pk), self.file_name, f"/office/residents/feeds/{self.pk}/")
