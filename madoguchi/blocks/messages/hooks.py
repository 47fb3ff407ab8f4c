"""What messages offers to be counted, and what it adds to the demo."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.messages import mail as _mail  # noqa: F401 - registers the health check
from madoguchi.blocks.messages.models import Receipt
from madoguchi.blocks.messages.queries import receipts_source
from madoguchi.blocks.messages.sample import notices_load
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.sources import Facet, source_declare
from madoguchi.kernel.steps import demo_step


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


@demo_step("messages.notices", 60)
def notices_in_demo(actor: Viewer, now: datetime) -> None:  # noqa: ARG001 - each notice has its own day and sender
    """Send the fictional city's notices, so that a computed indicator has something to count."""
    notices_load(Path(settings.CITY_DIR) / "notices.yaml")
