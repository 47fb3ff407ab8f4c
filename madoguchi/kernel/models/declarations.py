from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.db.triggers import NeverUpdated
from madoguchi.kernel.db.written_once import WrittenOnce


class PublishedDeclaration(WrittenOnce):
    """One published version of a declared thing: canonical JSON and its SHA-256. Never changed."""

    kind = models.CharField(_("種類"), max_length=30)
    key = models.CharField(_("キー"), max_length=150)
    version = models.IntegerField(_("版"))
    body = models.TextField(_("内容"))
    sha256 = models.CharField(max_length=64)
    change = models.CharField(
        _("変更の大きさ"), max_length=5, choices=[("major", "major"), ("minor", "minor")]
    )
    reason = models.CharField(_("理由"), max_length=300, blank=True)
    published_at = models.DateTimeField(_("公開日時"))
    published_by = models.CharField(_("公開した人"), max_length=80)

    class Meta:
        verbose_name = _("公開した宣言")
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "version"], name="declaration_version_once"),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="declaration_version_from_one"),
            NeverUpdated(name="declaration_unchanged"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} v{self.version}"
