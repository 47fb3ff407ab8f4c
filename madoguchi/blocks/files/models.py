"""
Files by their content: what was given once is kept once, whoever gives it and however often.

Invariants (the tests that hold them are named in ``README.md``):

1. A content is named by the SHA-256 of the bytes that are stored; there is one row for it, however many add it at
   once, and its name, size and kind never change (``content_once``, ``content_unchanged``).
2. Bytes are there before the row that names them; under a final name stands a whole content or nothing.
3. A file points at one content for good; only its removal is written later, once, with who and when
   (``file_unchanged``, ``file_removed_by_somebody``).
4. What no verdict has let through (waiting, infected) is opened for nobody; a verdict of a scanner has its moment
   (``content_verdict_at_a_moment``), and only an infected content bears the name of what was found.
5. A sealed content has a keyed digest of its plain text, an open one has none (``content_sealed_or_open``). Equal
   plain texts make different stored bytes and different digests.
6. A preview is another content than its original, at most one of a kind (``preview_once``, ``preview_is_no_original``),
   and never stands in for it; where none could be made the row says why.
7. Bytes are deleted by a sweep alone, and never those of a content that a live file or an open hold names.
8. What is damaged or missing is marked with its moment until it is found whole again (``content_damaged_at_a_moment``).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.files.constraints import NeverChanged
from madoguchi.blocks.files.types import Damage, PreviewKind, Verdict
from madoguchi.kernel.subjects import Subject


class Content(models.Model):
    """Bytes under the name of their digest, and what is known of them."""

    sha256 = models.CharField(_("中身の番号"), max_length=64)
    size = models.BigIntegerField(_("大きさ（バイト）"))
    media_type = models.CharField(_("種類"), max_length=100)
    sealed = models.BooleanField(_("封をしてある"), default=False)
    plain_mac = models.CharField(_("封の中の確かめ"), max_length=64, blank=True)
    width = models.PositiveIntegerField(_("幅"), null=True, blank=True)
    height = models.PositiveIntegerField(_("高さ"), null=True, blank=True)
    pages = models.PositiveIntegerField(_("ページ数"), null=True, blank=True)
    stored_at = models.DateTimeField(_("保存した日時"))
    verdict = models.CharField(_("ウイルス検査"), max_length=10, choices=Verdict.choices)
    checked_at = models.DateTimeField(_("検査した日時"), null=True, blank=True)
    virus = models.CharField(_("見つかったもの"), max_length=200, blank=True)
    verified_at = models.DateTimeField(_("中身を確かめた日時"), null=True, blank=True)
    damage = models.CharField(_("傷み"), max_length=10, choices=Damage.choices, blank=True)
    damaged_at = models.DateTimeField(_("傷みを見つけた日時"), null=True, blank=True)
    swept_at = models.DateTimeField(_("中身を消した日時"), null=True, blank=True)

    class Meta:
        verbose_name = _("ファイルの中身")
        constraints = [
            models.UniqueConstraint(fields=["sha256"], name="content_once"),
            models.CheckConstraint(condition=Exact(Length("sha256"), 64), name="content_named_by_digest"),
            models.CheckConstraint(condition=Q(size__gte=1), name="content_not_empty"),
            models.CheckConstraint(
                condition=Q(sealed=False, plain_mac="") | (Q(sealed=True) & ~Q(plain_mac="")),
                name="content_sealed_or_open",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=[Verdict.WAITING, Verdict.UNCHECKED], checked_at=None)
                | Q(verdict__in=[Verdict.CLEAN, Verdict.INFECTED], checked_at__isnull=False),
                name="content_verdict_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(virus="") | Q(verdict=Verdict.INFECTED), name="content_virus_of_infected"
            ),
            models.CheckConstraint(
                condition=Q(damage="", damaged_at=None) | (~Q(damage="") & Q(damaged_at__isnull=False)),
                name="content_damaged_at_a_moment",
            ),
            NeverChanged(
                name="content_unchanged", columns=("sha256", "size", "media_type", "sealed", "plain_mac")
            ),
        ]
        indexes = [models.Index(fields=["verified_at"], name="content_by_verified")]

    def __str__(self) -> str:
        return self.sha256[:12]

    def subject(self) -> Subject:
        """The reference for audit rows and events."""
        return Subject("files.content", self.sha256)


class StoredFile(models.Model):
    """A file as somebody gave it to something: its name, and the content it has."""

    key = models.CharField(_("ファイルの番号"), max_length=14)
    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(_("名前"), max_length=200)
    about_kind = models.CharField(_("付く先の種類"), max_length=80)
    about_key = models.CharField(_("付く先"), max_length=200)
    added_at = models.DateTimeField(_("受け取った日時"))
    added_by = models.CharField(_("渡した人"), max_length=80)
    removed_at = models.DateTimeField(_("外した日時"), null=True, blank=True)
    removed_by = models.CharField(_("外した人"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("ファイル")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="file_key_once"),
            models.CheckConstraint(condition=~Q(name=""), name="file_has_a_name"),
            models.CheckConstraint(
                condition=~Q(about_kind="") & ~Q(about_key=""), name="file_about_something"
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by="")
                | (Q(removed_at__gte=F("added_at")) & ~Q(removed_by="")),
                name="file_removed_by_somebody",
            ),
            NeverChanged(
                name="file_unchanged",
                columns=("key", "content", "name", "about_kind", "about_key", "added_at", "added_by"),
            ),
        ]
        indexes = [models.Index(fields=["about_kind", "about_key"], name="file_by_subject")]

    def __str__(self) -> str:
        return self.key

    def subject(self) -> Subject:
        """The reference for audit rows and events; no name, for people put names of people into them."""
        return Subject("files.file", self.key)


class Derived(models.Model):
    """A preview made of a content, itself a content; or why none could be made."""

    origin = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="previews")
    kind = models.CharField(_("見本の種類"), max_length=10, choices=PreviewKind.choices)
    content = models.ForeignKey(
        Content, on_delete=models.PROTECT, related_name="preview_of", null=True, blank=True
    )
    problem = models.CharField(_("作れなかった理由"), max_length=200, blank=True)
    made_at = models.DateTimeField(_("作った日時"))

    class Meta:
        verbose_name = _("ファイルの見本")
        constraints = [
            models.UniqueConstraint(fields=["origin", "kind"], name="preview_once"),
            models.CheckConstraint(
                condition=Q(content=None) | ~Q(content=F("origin")), name="preview_is_no_original"
            ),
            models.CheckConstraint(
                condition=(Q(content=None) & ~Q(problem="")) | Q(content__isnull=False, problem=""),
                name="preview_or_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.origin_id}"


class Hold(models.Model):
    """A reason for which a content must stay although no file names it: a dispute, a request for disclosure."""

    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(_("理由"), max_length=500)
    held_at = models.DateTimeField(_("保全した日時"))
    held_by = models.CharField(_("保全した人"), max_length=80)
    released_at = models.DateTimeField(_("解いた日時"), null=True, blank=True)
    released_by = models.CharField(_("解いた人"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("ファイルの保全")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="hold_has_a_reason"),
            models.CheckConstraint(
                condition=Q(released_at=None, released_by="")
                | (Q(released_at__gte=F("held_at")) & ~Q(released_by="")),
                name="hold_released_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.content_id}"
