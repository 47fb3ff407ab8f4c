"""``madoguchi audit verify``: prove that nobody changed the audit trail."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from madoguchi.kernel.audit import audit_seal, audit_verify
from madoguchi.kernel.clock import now
from madoguchi.kernel.management.house_command import HouseCommand


class Command(HouseCommand):
    help = "監査記録を封印し、変更・削除・挿入・末尾の切り取りがないことを確かめます。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify"])

    def handle(self, *args: Any, **options: Any) -> None:
        audit_seal(now=now())
        report = audit_verify()
        if options["json"]:
            self.print_json(asdict(report))
        else:
            self.say(f"監査記録 {report.rows} 件、封印 {report.batches} 個を確かめました。")
            self.say(f"封印前の末尾は {report.unsealed} 件です。")
        if report.faults:
            self.refuse("\n".join(fault.text for fault in report.faults))
