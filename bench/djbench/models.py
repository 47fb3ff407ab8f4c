"""One table of applications."""

from __future__ import annotations

from django.db import models

APPLICATIONS = 20_000


class Application(models.Model):
    """An application as it was received."""

    procedure_id = models.IntegerField()
    applicant_id = models.IntegerField(db_index=True)
    status = models.CharField(max_length=20)
    receipt_no = models.CharField(max_length=40, unique=True)
    data = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["procedure_id", "created_at"])]

    def __str__(self) -> str:
        return self.receipt_no


def applications_make() -> None:
    """Fill the table with invented applications."""
    data = {"name": "山田太郎", "kana": "ヤマダタロウ", "tel": "03-0000-0000"}
    Application.objects.bulk_create(
        [
            Application(
                procedure_id=number % 200, applicant_id=number, status="received", receipt_no=f"seed{number}", data=data
            )
            for number in range(APPLICATIONS)
        ],
        batch_size=2_000,
    )  # fmt: skip
