"""The kernel's tables, a file per concept."""

from madoguchi.kernel.models.audit import AuditBatch, AuditLeaf, AuditRow, AuditSubject
from madoguchi.kernel.models.declarations import PublishedDeclaration
from madoguchi.kernel.models.installation import Installation
from madoguchi.kernel.models.numbering import Counter
from madoguchi.kernel.models.outbox import OutboxDelivery, OutboxEvent
from madoguchi.kernel.models.stamps import Stamp

__all__ = [
    "AuditBatch",
    "AuditLeaf",
    "AuditRow",
    "AuditSubject",
    "Counter",
    "Installation",
    "OutboxDelivery",
    "OutboxEvent",
    "PublishedDeclaration",
    "Stamp",
]
