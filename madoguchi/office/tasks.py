"""Work of the office that takes longer than a page may."""

from __future__ import annotations

from django_tasks import task

from madoguchi.kernel.clock import now
from madoguchi.kernel.health.verified import audit_verify_and_note


@task()
def audit_verify_job() -> int:
    """Verify the audit trail and note the result; the number of faults."""
    return len(audit_verify_and_note(now=now()).faults)
