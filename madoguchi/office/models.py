from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class KeptForm(models.Model):
    """
    What somebody sent after the session had ended, kept for an hour so that nothing has to be typed twice.

    Like a session it is no truth of the city and goes through no action. The text is encrypted with a key that
    only that person's browser has; ``browser`` is a digest of that key.
    """

    browser = models.CharField(_("ブラウザーの印"), max_length=64, db_index=True)
    body = models.BinaryField(_("暗号文"))
    kept_at = models.DateTimeField(_("預かった日時"), db_index=True)

    class Meta:
        verbose_name = _("預かった入力")

    def __str__(self) -> str:
        return str(self.pk)
