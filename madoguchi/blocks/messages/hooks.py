"""What messages offers to be counted."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.messages.models import Receipt
from madoguchi.blocks.messages.queries import receipts_source
from madoguchi.kernel.sources import Facet, source_declare


def describe(receipt: Receipt) -> tuple[str, str]:
    """Name a counted row by its notice."""
    return receipt.notice.title, reverse("messages:notice", args=[receipt.notice.key])


source_declare(
    "messages.receipts",
    label=_("お知らせの受け取り"),
    rows=lambda viewer: receipts_source(viewer).select_related("notice"),
    facets={
        "office": Facet("office_id", "office", _("受け取った組織")),
        "sender_office": Facet("sender_office_id", "office", _("送った組織")),
        "sent_on": Facet("sent_on", "date", _("送った日")),
        "deadline_on": Facet("deadline_on", "date", _("期限")),
        "read_on": Facet("read_on", "date", _("読んだ日")),
        "acknowledged_on": Facet("acknowledged_on", "date", _("確認した日")),
        "done_on": Facet("done_on", "date", _("済ませた日")),
        "done": Facet("done", "bool", _("済ませた")),
        "in_time": Facet("in_time", "bool", _("期限内")),
        "needs_acknowledgement": Facet("needs_acknowledgement", "bool", _("確認が必要")),
        "urgency": Facet("urgency", "text", _("緊急度")),
    },
    describe=describe,
)
