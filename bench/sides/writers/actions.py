"""The action that is timed: a row, its audit row and its event, in one transaction."""

from __future__ import annotations

from datetime import datetime

from bench.sides.writers.models import Receipt
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_type_declare, audit_write
from madoguchi.kernel.outbox import event_declare, event_emit
from madoguchi.kernel.rights import Viewer

audit_type_declare("writers.receipt_written", "受け付けました。")
event_declare("writers.receipt_written", "number")


class ReceiptThere(Refused):
    """The number was given already."""


@action("writers.receipt_write", raises={"receipt_once": ReceiptThere})
def receipt_write(*, actor: Viewer, writer: int, number: int, now: datetime) -> Receipt:
    """
    Write a receipt.

    :raises ReceiptThere: this writer has given the number before.
    """
    receipt = Receipt.objects.create(
        writer=writer, number=number, title="住民票の写しの申請", received_at=now
    )
    audit_write(actor, "writers.receipt_written", receipt.subject(), detail={"number": number})
    event_emit("writers.receipt_written", receipt.subject(), {"number": number})
    return receipt
