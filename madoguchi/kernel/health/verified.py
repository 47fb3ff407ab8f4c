"""When the audit trail was last verified, and with what result: kept beside the seals, outside the database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from madoguchi.kernel.audit import AuditReport, audit_seal, audit_verify, roots_file
from madoguchi.kernel.health import Health, health_check

FILE_NAME = "verified.json"
OLD = timedelta(days=35)


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of the newest verification."""

    at: datetime
    rows: int
    batches: int
    faults: tuple[str, ...]


def audit_verify_and_note(*, now: datetime) -> AuditReport:
    """Seal, verify the whole trail, and note the result; takes seconds per hundred thousand rows."""
    audit_seal(now=now)
    report = audit_verify()
    verification_note(report, now=now)
    return report


def verification_note(report: AuditReport, *, now: datetime) -> None:
    """Note the result of a verification; for ``madoguchi audit verify``."""
    path = roots_file().with_name(FILE_NAME)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    faults = [fault.text for fault in report.faults[:20]]
    body = {"at": now.isoformat(), "rows": report.rows, "batches": report.batches, "faults": faults}
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)


def verification_last() -> Verification | None:
    """Read the newest note; None where there is none that can be read."""
    try:
        body = json.loads(roots_file().with_name(FILE_NAME).read_text(encoding="utf-8"))
        return Verification(
            datetime.fromisoformat(body["at"]), int(body["rows"]), int(body["batches"]), tuple(body["faults"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


@health_check(
    "audit_verified",
    label=gettext_lazy("監査記録の検証"),
    meaning=gettext_lazy("記録が変えられていないことを、封印と照らして確かめます。月に1回を目安に行います。"),
    order=95,
)
def audit_verified(now: datetime) -> Health:
    """Look at the newest verification."""
    last = verification_last()
    remedy = _("「監査記録」の画面で「いま確かめる」を押すか、`madoguchi audit verify` を実行してください。")
    if last is None:
        return Health("warn", _("まだ確かめていません。"), remedy)
    if last.faults:
        return Health(
            "bad",
            _("改変の疑いがあります：%(fault)s") % {"fault": last.faults[0]},
            _("データベースを止めずに控えを取り、監査担当とシステム担当に知らせてください。"),
        )
    days = max((now - last.at).days, 0)
    text = ngettext(
        "%(days)d日前に確かめ、異常はありませんでした。",
        "%(days)d日前に確かめ、異常はありませんでした。",
        days,
    ) % {"days": days}
    return Health("warn", text, remedy) if now - last.at > OLD else Health("ok", text)
