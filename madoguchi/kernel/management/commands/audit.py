"""``madoguchi audit verify``: prove that nobody changed the audit trail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from madoguchi.kernel.audit import audit_seal, audit_verify
from madoguchi.kernel.health.verified import verification_note
from madoguchi.kernel.management.house_command import CommandRefused, HouseCommand


class Command(HouseCommand):
    help = "監査記録を封印し、変更・削除・挿入・末尾の切り取りがないことを確かめます。"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify"])

    def work(self, *, now: datetime, **options: Any) -> dict[str, Any]:  # noqa: ARG002
        audit_seal(now=now)
        report = audit_verify()
        # The health page tells when the trail was last proved, whoever asked for it.
        verification_note(report, now=now)
        if report.faults:
            raise CommandRefused("\n".join(fault.text for fault in report.faults), answer=asdict(report))
        return asdict(report)

    def words(self, answer: dict[str, Any]) -> Iterable[str]:
        yield f"監査記録 {answer['rows']} 件、封印 {answer['batches']} 個を確かめました。"
        yield f"封印前の末尾は {answer['unsealed']} 件です。"
