from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class OutboxEvent(models.Model):
    """Something that happened, told to handlers after the commit."""

    kind = models.CharField(_("できごと"), max_length=80)
    subject_kind = models.CharField(_("対象の種類"), max_length=80)
    subject_key = models.CharField(_("対象"), max_length=200)
    payload = models.JSONField(_("内容"), default=dict)
    action_id = models.UUIDField(_("操作の番号"))
    created_at = models.DateTimeField(_("日時"))

    class Meta:
        verbose_name = _("できごと")

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_key}"


class OutboxDelivery(models.Model):
    """One event for one handler. Its state is read from its timestamps, never stored beside them."""

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    handler = models.CharField(_("受け手"), max_length=100)
    attempts = models.IntegerField(_("試みた回数"), default=0)
    due_at = models.DateTimeField(_("次に試みる日時"))
    done_at = models.DateTimeField(_("済んだ日時"), null=True)
    parked_at = models.DateTimeField(_("止めた日時"), null=True)
    skipped_reason = models.CharField(_("見送った理由"), max_length=300, blank=True)
    error = models.TextField(_("最後の失敗"), blank=True)

    class Meta:
        verbose_name = _("できごとの処理")
        constraints = [
            models.UniqueConstraint(fields=["event", "handler"], name="delivery_once_per_handler"),
            models.CheckConstraint(
                condition=models.Q(done_at=None) | models.Q(parked_at=None), name="delivery_done_or_parked"
            ),
            models.CheckConstraint(
                condition=models.Q(skipped_reason="") | models.Q(done_at__isnull=False),
                name="delivery_skipped_is_done",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="delivery_due", condition=models.Q(done_at=None, parked_at=None)
            ),
            models.Index(
                fields=["parked_at"], name="delivery_parked", condition=models.Q(parked_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.handler}"
