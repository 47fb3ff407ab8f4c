"""Files of the resident register, and how to run the actions on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from madoguchi.blocks.people.actions.feeds import feed_accept, feed_apply, feed_receive
from madoguchi.blocks.people.models import FeedDelivery
from madoguchi.blocks.people.testing.organisation import DAY, NOW, viewer_with
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.layouts import layout_write
from madoguchi.kernel.layouts.kind import Layout, layout_published
from madoguchi.kernel.rights import system_viewer
from madoguchi.kernel.testing import action_scenario

LAYOUT = "residents.juki"
BRINGER = viewer_with("people.feed_bring", key="staff:bringer")
ACCEPTOR = viewer_with("people.feed_accept", key="staff:acceptor")

EMPTY = dict.fromkeys(
    [
        "number", "household", "name", "kana", "name_codes", "former_name", "alias", "alias_kana", "born", "sex", "relation",
        "address", "postcode", "address_since", "resident_since", "began_by", "ended_on", "ended_by", "died",
        "changed_on", "protected_from", "protected_to", "gone",
    ],
    "",
)  # fmt: skip


def record(number: int, **values: str) -> dict[str, str]:
    """Give a record as it stands in a file: the head of a household of his own, unless told otherwise."""
    return {
        **EMPTY,
        "number": str(number),
        "household": str(1_000 + number),
        "name": f"試験　人{number}",
        "kana": "シケン　ヒト",
        "born": "19700102",
        "sex": "1",
        "relation": "世帯主",
        "address": f"みなも市一番町{number}番1号",
        "address_since": "20200401",
        "resident_since": "20200401",
        "began_by": "1",
        "gone": "0",
        **values,
    }


def layout_ready() -> Layout:
    """Give the published layout; published now if it was not."""
    declarations_publish(
        actor=system_viewer(on=DAY, duty="試験"), keys=[f"layout/{LAYOUT}"], reason="試験", now=NOW
    )
    layout: Layout = layout_published(LAYOUT).model
    return layout


def feed_file(records: Iterable[dict[str, str]]) -> bytes:
    """Write a file in the sample city's layout."""
    layout: Layout = layout_published(LAYOUT).model
    return layout_write(layout, [[one[column.target] for column in layout.columns] for one in records])


def feed_bring(
    records: Iterable[dict[str, str]] | bytes, *, sequence: int | None = None, as_of: date = DAY
) -> FeedDelivery:
    """Bring a full file, or a difference when it has a number."""
    content = records if isinstance(records, bytes) else feed_file(records)
    delivery: FeedDelivery = feed_receive(
        actor=BRINGER, layout_key=LAYOUT, extent="full" if sequence is None else "difference",
        content=content, file_name="住民.csv", as_of=as_of, sequence=sequence, now=NOW,
    )  # fmt: skip
    return delivery


def feed_run(
    records: Iterable[dict[str, str]], *, sequence: int | None = None, as_of: date = DAY
) -> FeedDelivery:
    """Bring a file and apply it, accepted if it must be."""
    delivery = feed_bring(records, sequence=sequence, as_of=as_of)
    if delivery.state == FeedDelivery.State.ALARM:
        feed_accept(actor=ACCEPTOR, delivery_id=delivery.pk, reason="電話で確かめた", now=NOW)
    applied: FeedDelivery = feed_apply(actor=BRINGER, delivery_id=delivery.pk, now=NOW)
    return applied


@action_scenario("people.feed_receive")
def _receive() -> dict[str, Any]:
    layout_ready()
    return {"actor": BRINGER, "layout_key": LAYOUT, "extent": "full", "content": feed_file([record(1)]),
            "file_name": "住民.csv", "as_of": DAY, "now": NOW}  # fmt: skip


@action_scenario("people.feed_accept")
def _accept() -> dict[str, Any]:
    layout_ready()
    feed_run([record(number) for number in range(1, 11)])
    delivery = feed_bring([record(number) for number in range(1, 4)])
    return {"actor": ACCEPTOR, "delivery_id": delivery.pk, "reason": "電話で確かめた", "now": NOW}


@action_scenario("people.feed_apply")
def _apply() -> dict[str, Any]:
    layout_ready()
    feed_run([record(1), record(2), record(3, household="1002", relation="子")])
    moved = {"household": "1001", "address": "みなも市一番町1番1号", "address_since": "20260501"}
    changes = [
        record(1, name="試験　改", changed_on="20260501"),
        record(3, **moved, relation="子", changed_on="20260501"),
        record(4),
    ]
    delivery = feed_bring(changes, sequence=1)
    feed_accept(actor=ACCEPTOR, delivery_id=delivery.pk, reason="電話で確かめた", now=NOW)
    return {"actor": BRINGER, "delivery_id": delivery.pk, "now": NOW}
