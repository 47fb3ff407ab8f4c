from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stamp(models.Model):
    """A mark that changes whenever a kind of slow-moving truth changes, so that processes may cache it."""

    name = models.CharField(_("名前"), max_length=40, primary_key=True)
    value = models.BigIntegerField(_("版"), default=0)

    class Meta:
        verbose_name = _("版の印")

    def __str__(self) -> str:
        return f"{self.name}={self.value}"
