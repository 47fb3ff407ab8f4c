"""Where registers stand in the office's menu, and what of theirs waits for somebody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.registers.deciding import waiting_counts
from madoguchi.blocks.registers.models import FileImport
from madoguchi.blocks.registers.rounds import parts_waiting
from madoguchi.blocks.registers.schema import schema_get
from madoguchi.kernel.pages import Tile, menu_declare, waiting_declare
from madoguchi.kernel.rights import Viewer
from madoguchi.ui.formats import date_text

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


@waiting_declare("registers.stocktakes")
def stocktakes_waiting(viewer: Viewer, now: datetime) -> Iterator[Tile]:  # noqa: ARG001 - the viewer's day counts
    """Show how many records the viewer's offices still have to look at in a stock-take, or that they may sign."""
    if not viewer.may("registers.edit"):
        return
    for part in parts_waiting(viewer, right="registers.edit")[:5]:
        due = gettext("%(day)sまで") % {"day": date_text(part.due_on)}
        late = viewer.on > part.due_on
        yield Tile(
            gettext("棚卸し：%(label)s") % {"label": schema_get(part.register).words("label")},
            part.open,
            reverse("registers:stocktake_office", args=[part.register, part.take, part.office_id]),
            unit=gettext("件"),
            note=(gettext("締切を過ぎました。") if late else due)
            if part.open
            else gettext("全部確かめました。確認を終えてください。"),
            tone="warning" if late else "neutral",
        )


@waiting_declare("registers.requests")
def requests_waiting(viewer: Viewer, now: datetime) -> Iterator[Tile]:  # noqa: ARG001 - they wait without a date
    """Show, register by register, how many changes others ask the viewer to agree to."""
    for register, count in sorted(waiting_counts(viewer).items()):
        yield Tile(
            gettext("承認を待つ変更"), count, reverse("registers:requests", args=[register]), unit=gettext("件"),
            note=schema_get(register).words("label"),
        )  # fmt: skip
