from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from madoguchi.kit.canonical import canonical_json


class AuditRow(models.Model):
    """One fact: who did what to which subject, in which action. Written once, never changed."""

    at = models.DateTimeField(_("日時"))
    action = models.CharField(_("操作"), max_length=80)
    action_id = models.UUIDField(_("操作の番号"))
    event = models.CharField(_("できごと"), max_length=80)
    actor_kind = models.CharField(_("行った人の種類"), max_length=10)
    actor_key = models.CharField(_("行った人"), max_length=80)
    actor_office = models.CharField(_("所属"), max_length=200, blank=True)
    actor_post = models.CharField(_("職"), max_length=200, blank=True)
    duty = models.CharField(_("用務"), max_length=200, blank=True)
    subject_kind = models.CharField(_("対象の種類"), max_length=80)
    subject_key = models.CharField(_("対象"), max_length=200)
    subject_title = models.CharField(_("対象の名称"), max_length=200, blank=True)
    subject_page = models.CharField(_("対象の画面"), max_length=300, blank=True)
    office_id = models.BigIntegerField(_("対象の所管"), null=True)
    detail = models.TextField(_("内容"), default="{}")
    mac = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("監査記録")
        indexes = [
            models.Index(fields=["subject_kind", "subject_key", "id"], name="audit_by_subject"),
            models.Index(fields=["event", "id"], name="audit_by_event"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.subject_kind}:{self.subject_key}"

    def content(self) -> bytes:
        """Everything a seal covers, in one fixed spelling."""
        values = [
            self.at, self.action, self.action_id, self.event, self.actor_kind, self.actor_key, self.actor_office,
            self.actor_post, self.duty, self.subject_kind, self.subject_key, self.subject_title,
            self.subject_page, self.office_id, self.detail,
        ]  # fmt: skip
        return canonical_json(values)


class AuditSubject(models.Model):
    """One person whose data a row says were read; the row carries the digest of them all."""

    row = models.ForeignKey(AuditRow, on_delete=models.PROTECT, related_name="subjects")
    kind = models.CharField(_("対象の種類"), max_length=80)
    key = models.CharField(_("対象"), max_length=200)

    class Meta:
        verbose_name = _("監査記録の対象")
        indexes = [models.Index(fields=["kind", "key", "row"], name="audit_read_of")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


class AuditBatch(models.Model):
    """A sealed run of rows: its Merkle root, chained to the one before and signed."""

    number = models.BigIntegerField(primary_key=True)
    row_count = models.IntegerField()
    root = models.CharField(max_length=64)
    previous_root = models.CharField(max_length=64, blank=True)
    mac = models.CharField(max_length=64)
    key_id = models.CharField(max_length=16)
    sealed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("監査記録の封印")

    def __str__(self) -> str:
        return str(self.number)


class AuditLeaf(models.Model):
    """The digest of one sealed row; no foreign key, so that it outlives a row that somebody removes."""

    row_id = models.BigIntegerField(primary_key=True)
    batch = models.ForeignKey(AuditBatch, on_delete=models.PROTECT, related_name="leaves")
    position = models.IntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("封印した行")
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="leaf_position_once")]

    def __str__(self) -> str:
        return str(self.row_id)
