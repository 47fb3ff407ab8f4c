"""When a file waits for another pair of eyes, and that their word holds for what they saw."""

from __future__ import annotations

from typing import Any

import pytest

from madoguchi.blocks.people.actions import feed_accept
from madoguchi.blocks.people.actions.feeds import FeedMoved
from madoguchi.blocks.people.models import FeedDelivery, Protection
from madoguchi.blocks.people.testing import NOW, feed_bring, feed_run, layout_ready, person_make, record
from madoguchi.blocks.people.testing.feeds import ACCEPTOR
from madoguchi.kernel.db.two_times import believed
from tests.people.register.whose import apply

pytestmark = pytest.mark.django_db
STATE = FeedDelivery.State


@pytest.fixture(autouse=True)
def layout() -> None:
    layout_ready()


def city(protected: range, **values: str) -> list[dict[str, str]]:
    hidden = {"protected_from": "20260101"}
    return [record(number, **(hidden if number in protected else {}), **values) for number in range(1, 201)]


def accept(delivery: FeedDelivery) -> None:
    feed_accept(actor=ACCEPTOR, delivery_id=delivery.pk, reason="電話で確かめた", now=NOW)


def test_a_file_that_ends_all_protections_waits() -> None:
    feed_run(city(range(1, 9)))
    delivery = feed_bring(city(range(0)))
    assert delivery.state == STATE.ALARM
    assert delivery.problems == [
        "支援措置がなくなる人が8人います（いま8人）。支援措置の列が空で出力されていないか、送り元に確かめてください。"
    ]
    assert (delivery.counts["unprotected"], delivery.counts["protected"]) == (8, 8)
    withdrawn = feed_bring([record(number, gone="1") for number in range(1, 7)], sequence=1)
    assert (withdrawn.counts["unprotected"], withdrawn.state) == (6, STATE.ALARM)
    assert Protection.objects.filter(believed(), ends_on=None).count() == 8


@pytest.mark.parametrize(("protected", "ended"), [(8, 5), (200, 6)])
def test_a_handful_of_protections_may_end(protected: int, ended: int) -> None:
    feed_run(city(range(1, protected + 1)))
    # The last day is told: one whose last day was yesterday is over, and one whose last day lies ahead goes on.
    over = {"protected_from": "20260101", "protected_to": "20260511"}
    ahead = {"protected_from": "20260101", "protected_to": "20270101"}
    told = [record(1, **over), *[record(number) for number in range(2, ended + 1)], record(8, **ahead)]
    delivery = feed_bring(told, sequence=1)
    assert (delivery.state, delivery.counts["unprotected"]) == (STATE.CHECKED, ended)


def test_a_full_file_by_another_layout_waits() -> None:
    for _ in range(3):
        person_make()
    delivery = feed_bring([record(1)])
    assert delivery.state == STATE.ALARM
    assert "住民が3人います" in delivery.problems[0]


def test_what_was_accepted_is_what_may_be_applied() -> None:
    feed_run(city(range(0)))
    fewer = feed_bring(city(range(0))[:150])
    accept(fewer)
    # Somebody else applies another file meanwhile: the accepted one would now let more people go.
    more = [record(number) for number in range(201, 206)]
    feed_run([*city(range(0)), *more])
    with pytest.raises(FeedMoved):
        apply(fewer)
    again = feed_bring(city(range(0))[:150], as_of=fewer.as_of)
    accept(again)
    assert apply(again).counts["missing"] == 55


def test_what_was_accepted_may_become_less() -> None:
    feed_run(city(range(0)))
    fewer: Any = feed_bring(city(range(0))[:150])
    accept(fewer)
    left = {"ended_on": "20260501", "ended_by": "1"}
    feed_run([*city(range(0))[:190], *[record(number, **left) for number in range(191, 201)]])
    assert apply(fewer).counts["missing"] == 40
