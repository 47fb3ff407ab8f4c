"""Where plans stand in the two faces."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.measures.actions.rounds import ANSWER
from madoguchi.blocks.measures.bodies.queries import follow_ups_counted
from madoguchi.blocks.measures.rounds.queries import owed_by
from madoguchi.kernel.pages import Tile, menu_declare, portal_tile_declare, waiting_declare
from madoguchi.kernel.rights import Viewer

menu_declare(label=_("計画と実績"), url_name="measures:list", right="measures.actual_enter", order=30)
menu_declare(label=_("計画の調査"), url_name="measures:rounds", right="measures.actual_enter", order=31)
menu_declare(label=_("推進体制"), url_name="measures:bodies", order=32)
portal_tile_declare(
    label=_("計画と実績"),
    summary=_("市の計画が、どこまで進んだかを見られます。"),
    url_name="plan:list",
    icon="next",
    order=10,
)


@waiting_declare("measures.rounds")
def rounds_waiting(viewer: Viewer, now: datetime) -> Iterator[Tile]:  # noqa: ARG001 - the viewer carries the day
    """Show how many requests of rounds wait for an answer, and how many answers for a look."""
    if not viewer.may(ANSWER):
        return
    owed = owed_by(viewer=viewer)
    page = reverse("measures:rounds")
    if owed.to_answer:
        note = gettext("差し戻されたか、期限の来たものがあります。") if owed.pressing else ""
        tone = "warning" if owed.pressing else "neutral"
        yield Tile(
            gettext("答える計画の調査"), owed.to_answer, page, unit=gettext("件"), note=note, tone=tone
        )
    if owed.to_check:
        yield Tile(gettext("確認する調査の回答"), owed.to_check, page, unit=gettext("件"))


@waiting_declare("measures.follow_ups")
def follow_ups_waiting(viewer: Viewer, now: datetime) -> Iterator[Tile]:  # noqa: ARG001 - the viewer carries the day
    """Show how much a person's posts owe after the decisions of bodies, and how much of it is overdue."""
    owed, overdue = follow_ups_counted(viewer=viewer)
    if not owed:
        return
    note = gettext("うち%(count)d件は期限が過ぎています。") % {"count": overdue} if overdue else ""
    yield Tile(
        gettext("会議の対応事項"), owed, reverse("measures:bodies"), unit=gettext("件"), note=note,
        tone="error" if overdue else "neutral",
    )  # fmt: skip
