"""The menu entry of notices, and what waits on the office's front page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.messages.queries import notices_waiting
from madoguchi.kernel.pages import Tile, menu_declare, waiting_declare
from madoguchi.kernel.rights import Viewer

menu_declare(label=_("庁内のお知らせ"), url_name="messages:list", right="messages.notice_read", order=20)


@waiting_declare("messages.waiting")
def waiting(viewer: Viewer, now: datetime) -> Iterator[Tile]:  # noqa: ARG001 - the viewer carries the day
    """Show how many notices wait, and whether a deadline presses."""
    if not viewer.may("messages.notice_read"):
        return
    found = notices_waiting(viewer=viewer)
    if not found.count:
        return
    note = (
        gettext("うち%(count)d件は期限が近いか、過ぎています。") % {"count": found.pressing}
        if found.pressing
        else ""
    )
    yield Tile(
        gettext("確認していないお知らせ"), found.count, reverse("messages:list"), unit=gettext("通"), note=note,
        tone="warning" if found.pressing else "neutral",
    )  # fmt: skip
