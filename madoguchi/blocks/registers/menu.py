"""Where registers stand in the office's menu, and what of theirs waits for somebody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.registers.models import FileImport
from madoguchi.kernel.pages import Tile, menu_declare, waiting_declare
from madoguchi.kernel.rights import Viewer

menu_declare(label=_("台帳"), url_name="registers:registers", right="registers.view", order=44)


@waiting_declare("registers.imports")
def imports_waiting(viewer: Viewer, now: datetime) -> Iterator[Tile]:  # noqa: ARG001 - files wait without a date
    """Show how many files the viewer has brought and not yet applied."""
    if not viewer.may("registers.import"):
        return
    mine = FileImport.objects.filter(state=FileImport.State.STAGED, brought_by=viewer.key)
    count = mine.count()
    if count:
        url = reverse("registers:registers")
        yield Tile(
            gettext("確認中の取り込み"),
            count,
            url,
            unit=gettext("件"),
            note=gettext("台帳にはまだ入っていません。"),
        )
