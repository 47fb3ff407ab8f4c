"""
Workbooks on their way into a plan, and how another city's columns are read.

Invariants (``tests/measures/test_sheets.py``, both databases):

1. One mapping per shape of headings; a later one replaces it.
2. A workbook that was kept is applied once, exactly as its preview showed.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.subjects import Subject


class SheetMapping(models.Model):
    """Which column of another city's sheet is which field of ours, found again by the sheet's headings."""

    name = models.CharField(_("対応表の名称"), max_length=100)
    fingerprint = models.CharField(_("見出しの要約値"), max_length=64)
    body = models.JSONField(_("対応表"))
    saved_at = models.DateTimeField(_("記録した日時"))
    saved_by = models.CharField(_("記録した部署と職"), max_length=200)

    class Meta:
        verbose_name = _("列の対応表")
        constraints = [models.UniqueConstraint(fields=["fingerprint"], name="mapping_once")]

    def __str__(self) -> str:
        return self.name

    def subject(self) -> Subject:
        """The reference for audit rows."""
        return Subject("measures.mapping", self.fingerprint[:12], self.name, "/office/plan/~import/")


class PlanImport(models.Model):
    """
    A workbook that was read and compared, waiting for somebody to apply exactly what the preview showed.

    ``body`` is the plan that it makes, whole; ``basis`` the hash of the plan's text that it was compared with ("" for
    a new plan): when the plan has changed since, applying is refused and the preview is made anew.
    """

    uploaded_at = models.DateTimeField(_("読み込んだ日時"))
    uploaded_by = models.CharField(_("読み込んだ人"), max_length=200)
    file_name = models.CharField(_("ファイル名"), max_length=200)
    sha256 = models.CharField(max_length=64)
    edition_key = models.CharField(_("計画キー"), max_length=60)
    body = models.JSONField(_("読み取った計画"))
    warnings = models.JSONField(_("気になるところ"), default=list)
    mapping = models.JSONField(_("使った対応表"), null=True)
    fingerprint = models.CharField(_("見出しの要約値"), max_length=64, blank=True)
    basis = models.CharField(_("比べた本文"), max_length=64, blank=True)
    applied_at = models.DateTimeField(_("適用した日時"), null=True)

    class Meta:
        verbose_name = _("計画の取り込み")

    def __str__(self) -> str:
        return self.file_name

    def subject(self) -> Subject:
        """The reference for audit rows."""
        return Subject("measures.import", str(self.pk), self.file_name, f"/office/plan/~import/{self.pk}/")
