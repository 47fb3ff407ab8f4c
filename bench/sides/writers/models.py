"""What the writers write."""

from __future__ import annotations

from django.db import models

from madoguchi.kernel.subjects import Subject


class Receipt(models.Model):
    """One row as a counter would write it."""

    writer = models.IntegerField()
    number = models.IntegerField()
    title = models.CharField(max_length=100)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["writer", "number"], name="receipt_once")]

    def __str__(self) -> str:
        return f"{self.writer}-{self.number}"

    def subject(self) -> Subject:
        """The reference for audit rows and events."""
        return Subject("writers.receipt", str(self), self.title)
