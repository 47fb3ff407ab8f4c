"""
How residents sign in: accounts, the means by which they prove who they are, and the sessions that are open.

Invariants, held by the database on both stores (``tests/people/identity``):

1. A person has at most one open account; an account stands for at most one person.
2. A means (a card's subject, a passkey, an e-mail address, a number from the counter) opens one account at a time;
   it can be ended and another put in its place, and the account stays (F37).
3. An attempt to sign in is used once and by the browser that began it; what is kept of its secrets is a digest.
4. A session is found by the digest of its cookie; ended is ended, whatever cookie comes.
5. No session says more of a person than its means has proved (``assurance``).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.models.parties import Party
from madoguchi.kernel.db.triggers import NeverUpdated
from madoguchi.kernel.subjects import Subject


class Assurance(models.IntegerChoices):
    """How certain it is who somebody is; a procedure may demand a level."""

    NONE = 0, _("確かめていない")
    CONTACT = 1, _("連絡先を確かめた")
    CARD = 2, _("カードで本人と確かめた")
    IN_PERSON = 3, _("窓口で本人と確かめた")


class ResidentAccount(models.Model):
    """An account of somebody outside the city hall; ``party`` is empty until the city knows who it is."""

    class Opened(models.TextChoices):
        CARD = "card", _("カード")
        MAIL = "mail", _("メール")
        COUNTER = "counter", _("窓口")

    key = models.CharField(_("番号"), max_length=14, unique=True)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, blank=True, related_name="accounts")
    opened_by = models.CharField(_("開き方"), max_length=10, choices=Opened.choices)
    opened_at = models.DateTimeField(_("開いた日時"))
    closed_at = models.DateTimeField(_("閉じた日時"), null=True, blank=True)
    language = models.CharField(_("ことば"), max_length=10, default="ja")
    notify_by = models.JSONField(_("お知らせの受け取り方"), default=dict)

    class Meta:
        verbose_name = _("住民のアカウント")
        constraints = [
            models.UniqueConstraint(
                fields=["party"], condition=Q(closed_at=None) & ~Q(party=None), name="person_one_account"
            )
        ]

    def __str__(self) -> str:
        return self.key

    def subject(self) -> Subject:
        """The reference for audit rows and events."""
        return Subject("people.resident_account", self.key)


class Means(models.Model):
    """
    One way by which an account is opened.

    ``issuer`` and ``subject`` say whose word it is: the provider and its name for the person; for an e-mail
    address the address itself, for a passkey its credential id, for the counter the account's number.
    """

    class Kind(models.TextChoices):
        CARD = "card", _("マイナンバーカード")
        PASSKEY = "passkey", _("パスキー")
        MAIL = "mail", _("メール")
        COUNTER = "counter", _("窓口で受け取った番号")

    account = models.ForeignKey(ResidentAccount, on_delete=models.PROTECT, related_name="means")
    kind = models.CharField(_("種類"), max_length=10, choices=Kind.choices)
    issuer = models.CharField(_("発行者"), max_length=300, blank=True)
    subject = models.CharField(_("識別子"), max_length=500)
    secret = models.TextField(blank=True)
    uses = models.BigIntegerField(default=0)
    assurance = models.SmallIntegerField(_("確かさ"), choices=Assurance.choices)
    label = models.CharField(_("名前"), max_length=100, blank=True)
    added_at = models.DateTimeField(_("加えた日時"))
    used_at = models.DateTimeField(_("最後に使った日時"), null=True, blank=True)
    ended_at = models.DateTimeField(_("外した日時"), null=True, blank=True)
    end_reason = models.CharField(_("外した理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("サインインの手段")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "issuer", "subject"],
                condition=Q(ended_at=None),
                name="means_opens_one_account",
            ),
            models.CheckConstraint(
                condition=~Q(kind="mail") | Q(assurance__lte=Assurance.CONTACT),
                name="mail_proves_no_identity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.account_id}"


class SignInAttempt(models.Model):
    """A sign-in under way: what has to come back, and to which browser."""

    key = models.CharField(max_length=64, unique=True)
    browser = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=Means.Kind.choices)
    state = models.JSONField(default=dict)
    next = models.CharField(max_length=500, blank=True)
    account = models.ForeignKey(ResidentAccount, on_delete=models.CASCADE, null=True, blank=True)
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    tries = models.SmallIntegerField(default=0)

    class Meta:
        verbose_name = _("サインインの途中")
        indexes = [models.Index(fields=["ends_at"], name="attempt_by_end")]

    def __str__(self) -> str:
        return f"{self.kind} {self.began_at:%Y-%m-%d %H:%M}"


class ResidentSession(models.Model):
    """An open sign-in of one browser. ``digest`` is that of the cookie; ``acting`` whose record is open instead."""

    digest = models.CharField(max_length=64, unique=True)
    account = models.ForeignKey(ResidentAccount, on_delete=models.PROTECT, related_name="sessions")
    means = models.ForeignKey(Means, on_delete=models.PROTECT, related_name="+")
    assurance = models.SmallIntegerField(_("確かさ"), choices=Assurance.choices)
    proved_at = models.DateTimeField(_("確かめた日時"))
    began_at = models.DateTimeField(_("始めた日時"))
    seen_at = models.DateTimeField(_("最後に使った日時"))
    ends_at = models.DateTimeField(_("遅くとも終わる日時"))
    ended_at = models.DateTimeField(_("終わった日時"), null=True, blank=True)
    ended_by = models.CharField(_("終わった理由"), max_length=20, blank=True)
    device = models.CharField(_("機器"), max_length=100, blank=True)
    shared = models.BooleanField(_("みんなで使う端末"), default=False)
    provider_session = models.CharField(max_length=300, blank=True)
    # What the card said at this sign-in (basic four items); gone with the session.
    claims = models.JSONField(default=dict)
    acting = models.ForeignKey(
        "people.Mandate", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("住民のサインイン")
        indexes = [models.Index(fields=["account", "ended_at"], name="session_by_account")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gte=F("began_at")), name="session_forward"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(claims={}), name="session_ended_keeps_no_claims"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.began_at:%Y-%m-%d %H:%M}"


class DocumentSignature(models.Model):
    """
    What a check of somebody's signature over a document found, kept with the digest of what was signed.

    The certificate itself is not kept beyond its serial number and issuer: the signing certificate of a card
    carries name and address.
    """

    class Verdict(models.TextChoices):
        VALID = "valid", _("有効")
        UNSURE = "unsure", _("失効を確かめられない")
        INVALID = "invalid", _("無効")

    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, blank=True, related_name="signatures"
    )
    document_sha256 = models.CharField(_("署名した文書"), max_length=64)
    signature = models.BinaryField()
    issuer = models.CharField(_("発行者"), max_length=300)
    serial = models.CharField(_("証明書の番号"), max_length=80)
    signed_at = models.DateTimeField(_("署名した日時"), null=True, blank=True)
    checked_at = models.DateTimeField(_("確かめた日時"))
    verdict = models.CharField(_("結果"), max_length=10, choices=Verdict.choices)
    findings = models.JSONField(_("確かめたこと"), default=list)

    class Meta:
        verbose_name = _("電子署名")
        constraints = [NeverUpdated(name="signature_written_once")]
        indexes = [models.Index(fields=["document_sha256"], name="signature_by_document")]

    def __str__(self) -> str:
        return f"{self.document_sha256[:12]} {self.verdict}"
