"""
Notices inside the office: what was said, to whom, by when, and who has seen it.

Invariants, each held by the database on both stores (``tests/messages/test_constraints.py``) or by a test:

1. A sent notice never changes: nothing in the house updates a row of ``Notice`` or ``Audience`` (the life test
   watches the SQL), and the audit row of the sending carries the hash of the content. A correction is a new
   notice that points to the old one; a notice is corrected at most once, so the newest is always one.
2. One receipt per person and notice.
3. Read mark and acknowledgement only move forward: set once, by a conditional update, never taken back;
   acknowledged implies read, and not before it; nothing is read before the receipt was made.
4. Recipients are fixed at sending: the holders of the posts of the chosen offices on that day, and with a
   correction also everybody who received the old notice. Whoever comes to such an office later (or to one
   that carries on its work) sees the notice *by post*, as long as its deadline has not passed, or for 90 days
   where it has none; looking writes nothing. Their receipt is made, marked ``joined``, when they press
   「読みました」 or 「確認しました」, and stays out of progress and indicators: they had not the full time.
5. A deadline is not before the day of sending.
6. Withdrawing needs a reason and keeps everything: a row beside the notice, at most one.
7. A withdrawn or corrected notice asks nothing of anybody any more; its marks stay as they were.
8. One reminder per person and stage.
9. What was typed into a draft is kept as typed, valid or not; sending a draft consumes it, exactly once, and
   the notice keeps its key.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.messages.types import NoticeTyped, Stage, Urgency
from madoguchi.kernel.subjects import Subject

TITLE_LENGTH = 120


class About(models.Model):
    """What a notice is about: a reference to a thing of any block, or nothing."""

    subject_kind = models.CharField(_("対象の種類"), max_length=80, blank=True)
    subject_key = models.CharField(_("対象"), max_length=200, blank=True)
    subject_title = models.CharField(_("対象の名称"), max_length=200, blank=True)
    subject_page = models.CharField(_("対象の画面"), max_length=300, blank=True)

    class Meta:
        abstract = True

    def about(self) -> Subject | None:
        """Give the reference, if there is one."""
        if not self.subject_kind:
            return None
        return Subject(self.subject_kind, self.subject_key, self.subject_title, self.subject_page)


class Draft(About):
    """A notice that somebody is still writing, as typed. Colleagues who may send for the office share it."""

    key = models.CharField(_("番号"), max_length=14)
    office = models.ForeignKey("people.Office", on_delete=models.PROTECT, related_name="+")
    author = models.CharField(_("書いた人"), max_length=80)
    author_name = models.CharField(_("書いた人の氏名"), max_length=100, blank=True)
    typed = models.JSONField(_("入力した内容"))
    corrects = models.ForeignKey(
        "notices.Notice", on_delete=models.PROTECT, null=True, related_name="correction_drafts"
    )
    revision = models.IntegerField(_("版"), default=1)
    created_at = models.DateTimeField(_("書き始めた日時"))
    changed_at = models.DateTimeField(_("変えた日時"))

    class Meta:
        verbose_name = _("お知らせの下書き")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="draft_key_once"),
            models.UniqueConstraint(fields=["corrects"], name="draft_corrects_once"),
            models.CheckConstraint(condition=Q(revision__gte=1), name="draft_revision_from_one"),
        ]

    def __str__(self) -> str:
        return self.key

    def content(self) -> NoticeTyped:
        """Give what was typed."""
        return NoticeTyped.from_json(self.typed)

    def subject(self) -> Subject:
        """The reference for audit rows: the notice to be, under the key that it will keep."""
        page = reverse("messages:draft", args=[self.key])
        return Subject("messages.notice", self.key, self.content().title, page, self.office_id)


class Notice(About):
    """What was sent, and under whose name. Written once, never changed."""

    key = models.CharField(_("番号"), max_length=14)
    office = models.ForeignKey("people.Office", on_delete=models.PROTECT, related_name="+")
    sender = models.CharField(_("差出人"), max_length=80)
    sender_name = models.CharField(_("差出人の氏名"), max_length=100, blank=True)
    sender_office = models.CharField(_("差出人の所属"), max_length=200, blank=True)
    sender_post = models.CharField(_("差出人の職"), max_length=200, blank=True)
    title = models.CharField(_("件名"), max_length=TITLE_LENGTH)
    body = models.TextField(_("本文"))
    urgency = models.CharField(_("緊急度"), max_length=10, choices=Urgency.choices, default=Urgency.NORMAL)
    needs_acknowledgement = models.BooleanField(_("確認が必要"), default=True)
    deadline_on = models.DateField(_("期限"), null=True)
    everybody = models.BooleanField(_("全職員あて"), default=False)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrections")
    sent_at = models.DateTimeField(_("送った日時"))
    sent_on = models.DateField(_("送った日"))

    class Meta:
        verbose_name = _("庁内のお知らせ")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="notice_key_once"),
            models.UniqueConstraint(fields=["corrects"], name="notice_corrected_once"),
            models.CheckConstraint(condition=~Q(corrects=F("id")), name="notice_corrects_another"),
            models.CheckConstraint(condition=~Q(title=""), name="notice_has_title"),
            models.CheckConstraint(condition=~Q(body=""), name="notice_has_body"),
            models.CheckConstraint(condition=Q(urgency__in=Urgency.values), name="notice_urgency_known"),
            models.CheckConstraint(
                condition=Q(deadline_on=None) | Q(deadline_on__gte=F("sent_on")),
                name="notice_deadline_not_before_sending",
            ),
        ]
        indexes = [
            models.Index(fields=["-sent_at", "-id"], name="notice_newest"),
            models.Index(fields=["office", "-sent_at", "-id"], name="notice_by_sender"),
        ]

    def __str__(self) -> str:
        return self.key

    def is_over(self, on: date) -> bool:
        """Whether the deadline has passed."""
        return self.deadline_on is not None and on > self.deadline_on

    def subject(self) -> Subject:
        """The reference for audit rows and events."""
        page = reverse("messages:notice", args=[self.key])
        return Subject("messages.notice", self.key, self.title, page, self.office_id)


class Audience(models.Model):
    """One office that a notice went to; ``chosen`` by hand, or because it stood under a chosen one that day."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="audience")
    office = models.ForeignKey("people.Office", on_delete=models.PROTECT, related_name="+")
    chosen = models.BooleanField(_("選んだ組織"), default=True)

    class Meta:
        verbose_name = _("お知らせのあて先")
        constraints = [models.UniqueConstraint(fields=["notice", "office"], name="audience_office_once")]

    def __str__(self) -> str:
        return f"{self.notice_id} → {self.office_id}"


class Receipt(models.Model):
    """One notice for one person, under the office and post by which it came."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="receipts")
    person = models.CharField(_("受け取った人"), max_length=80)
    person_name = models.CharField(_("受け取った人の氏名"), max_length=100, blank=True)
    office = models.ForeignKey("people.Office", on_delete=models.PROTECT, related_name="+")
    post = models.CharField(_("職"), max_length=200, blank=True)
    joined = models.BooleanField(_("着任後に受け取った"), default=False)
    made_at = models.DateTimeField(_("届いた日時"))
    read_at = models.DateTimeField(_("読んだ日時"), null=True)
    acknowledged_at = models.DateTimeField(_("確認した日時"), null=True)

    class Meta:
        verbose_name = _("お知らせの受け取り")
        constraints = [
            models.UniqueConstraint(fields=["notice", "person"], name="receipt_once_per_person"),
            models.CheckConstraint(
                condition=Q(read_at=None) | Q(read_at__gte=F("made_at")), name="receipt_read_after_made"
            ),
            # Spelt with isnull: in SQL a comparison with an empty read_at would be unknown, and so pass.
            models.CheckConstraint(
                condition=Q(acknowledged_at=None)
                | Q(read_at__isnull=False, acknowledged_at__gte=F("read_at")),
                name="receipt_acknowledged_is_read",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "notice"], name="receipt_by_person"),
            models.Index(fields=["office", "notice"], name="receipt_by_office"),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} @ {self.person}"


class Reminder(models.Model):
    """A person was reminded of a notice, once per stage."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="reminders")
    stage = models.CharField(_("段階"), max_length=10, choices=Stage.choices)
    made_at = models.DateTimeField(_("知らせた日時"))

    class Meta:
        verbose_name = _("お知らせの督促")
        constraints = [
            models.UniqueConstraint(fields=["receipt", "stage"], name="reminder_once_per_stage"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="reminder_stage_known"),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_id} {self.stage}"


class Withdrawal(models.Model):
    """A sent notice was taken back, by whom and why. The notice and its marks stay."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="withdrawals")
    reason = models.CharField(_("取消しの理由"), max_length=300)
    withdrawn_at = models.DateTimeField(_("取り消した日時"))
    by = models.CharField(_("取り消した人"), max_length=80)
    by_name = models.CharField(_("取り消した人の氏名"), max_length=100, blank=True)
    by_office = models.CharField(_("取り消した人の所属"), max_length=200, blank=True)
    by_post = models.CharField(_("取り消した人の職"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("お知らせの取消し")
        constraints = [
            models.UniqueConstraint(fields=["notice"], name="withdrawal_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="withdrawal_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} ✕"
