"""Which file may come after which, how often one may come, and when it is deleted."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from madoguchi.blocks.people.actions import feed_receive
from madoguchi.blocks.people.models import FeedDelivery
from madoguchi.blocks.people.testing import DAY, NOW, feed_bring, feed_file, feed_run, layout_ready, record
from madoguchi.blocks.people.testing.feeds import BRINGER
from tests.people.register.whose import LAYOUT, apply

pytestmark = pytest.mark.django_db
STATE = FeedDelivery.State
MANY = [record(number) for number in range(1, 51)]


@pytest.fixture(autouse=True)
def layout() -> None:
    layout_ready()


def full(records: list[dict[str, str]], **how: Any) -> FeedDelivery:
    given: dict[str, Any] = {
        "actor": BRINGER,
        "layout_key": LAYOUT,
        "extent": "full",
        "as_of": DAY,
        "now": NOW,
    }
    delivery: FeedDelivery = feed_receive(**given | how, content=feed_file(records), file_name="全件.csv")
    return delivery


def test_days_on_which_nothing_happened_are_alike_and_each_is_applied() -> None:
    feed_run(MANY)
    for sequence in (1, 2, 3):
        feed_run([], sequence=sequence)
    again = feed_bring([], sequence=3)
    assert (again.state, "反映済み" in again.problems[0]) == (STATE.REFUSED, True)


def test_a_difference_brought_again_under_the_next_number_is_refused() -> None:
    feed_run(MANY)
    change = [record(1, name="試験　改", changed_on="20260501")]
    feed_run(change, sequence=1)
    again = feed_bring(change, sequence=2)
    assert (again.state, "通番1と同じ中身" in again.problems[0]) == (STATE.REFUSED, True)


def test_a_full_file_is_applied_once_whatever_number_it_carries() -> None:
    apply(full(MANY))
    for sequence in (None, 7):
        again = full(MANY, sequence=sequence)
        assert (again.state, "同じファイル" in again.problems[0]) == (STATE.REFUSED, True)


def test_differences_go_on_behind_those_that_a_full_file_includes() -> None:
    apply(full(MANY))
    feed_run([], sequence=1)
    apply(full([*MANY, record(60)], sequence=7))
    for sequence in (2, 7, 9):
        wrong = feed_bring([], sequence=sequence)
        assert (wrong.state, "通番は8の" in wrong.problems[0]) == (STATE.REFUSED, True)
    feed_run([], sequence=8)
    old = full([*MANY, record(61)], sequence=7)
    assert (old.state, "通番8まで反映済み" in old.problems[0]) == (STATE.REFUSED, True)
    # One that includes exactly what was applied is no older.
    apply(full([*MANY, record(60), record(61)], sequence=8))
    feed_run([], sequence=9)


def test_the_first_difference_after_a_full_file_without_a_number_sets_the_start() -> None:
    apply(full(MANY))
    feed_run([], sequence=1)
    apply(full([*MANY, record(60)]))
    old = feed_bring([], sequence=1)
    assert old.state == STATE.REFUSED
    feed_run([], sequence=41)
    wrong = feed_bring([], sequence=43)
    assert (wrong.state, "通番は42の" in wrong.problems[0]) == (STATE.REFUSED, True)
    feed_run([], sequence=42)


def test_a_day_that_has_not_come_is_refused() -> None:
    early = full(MANY, as_of=DAY + timedelta(days=1))
    assert (early.state, "今日より後" in early.problems[0]) == (STATE.REFUSED, True)
    # The day is Japan's, not that of the computer's clock.
    late = NOW.replace(hour=0, minute=30)
    assert full(MANY, now=late).state == STATE.CHECKED


def test_a_refused_delivery_leaves_the_file_to_another_that_waits_for_it(
    settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    waiting = full(MANY)
    kept = Path(settings.DATA_DIR) / "feeds" / f"{waiting.sha256}.csv"
    refused = full(MANY, as_of=DAY + timedelta(days=1))
    assert (refused.state, refused.sha256) == (STATE.REFUSED, waiting.sha256)
    second = full(MANY)
    assert second.state == STATE.CHECKED
    with django_capture_on_commit_callbacks(execute=True):
        assert apply(waiting).state == STATE.APPLIED
    assert not kept.exists()
