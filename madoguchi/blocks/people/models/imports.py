from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.subjects import Subject


class OrganisationImport(models.Model):
    """
    A workbook that was read and compared, waiting for somebody to apply exactly what the preview showed.

    ``basis`` is the organisation's stamp at the time of the preview: when the organisation has changed since,
    applying is refused and the preview is made anew.
    """

    uploaded_at = models.DateTimeField(_("読み込んだ日時"))
    uploaded_by = models.CharField(_("読み込んだ人"), max_length=80)
    file_name = models.CharField(_("ファイル名"), max_length=200)
    sha256 = models.CharField(max_length=64)
    rows = models.JSONField(_("読み取った行"))
    doubts = models.JSONField(_("気になるところ"), default=list)
    basis = models.BigIntegerField(_("比べたときの組織の版"))
    applied_at = models.DateTimeField(_("適用した日時"), null=True)

    class Meta:
        verbose_name = _("組織表の読み込み")

    def __str__(self) -> str:
        return self.file_name

    def subject(self) -> Subject:
        """The reference for audit rows."""
        return Subject(
            "people.workbook", str(self.pk), self.file_name, f"/office/organisation/workbooks/{self.pk}/"
        )
