from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Installation(models.Model):
    """This installation. The row appears when the first set-up is complete: without it, set-up goes on."""

    only = models.BooleanField(primary_key=True, default=True)
    id = models.UUIDField(default=uuid.uuid4)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("この設置")
        constraints = [models.CheckConstraint(condition=models.Q(only=True), name="installation_only_one")]

    def __str__(self) -> str:
        return str(self.id)
