"""The invariants of ``kernel/db/sqlite3/base.py``."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, transaction

from madoguchi.kernel.db.sqlite3.base import WriterQueue, writer_queue
from madoguchi.kernel.models import Counter
from tests.support.databases import HouseDatabase


def test_turns_are_given_in_the_order_of_arrival() -> None:
    queue = WriterQueue()
    assert queue.enter(1)
    order: list[int] = []
    threads = []
    for number in range(8):
        thread = threading.Thread(target=lambda n=number: (queue.enter(5), order.append(n), queue.leave()))
        thread.start()
        threads.append(thread)
        while len(queue._waiting) <= number:
            time.sleep(0)
    queue.leave()
    for thread in threads:
        thread.join()
    assert order == list(range(8))


def test_who_waits_too_long_leaves_the_queue_and_blocks_nobody() -> None:
    queue = WriterQueue()
    assert queue.enter(1)
    assert not queue.enter(0)
    queue.leave()
    assert queue.enter(0)


@pytest.mark.sqlite
@pytest.mark.slow
def test_sixteen_writers_lose_nothing_and_never_meet_inside(house_database: HouseDatabase) -> None:
    inside: list[int] = []
    most: list[int] = []
    Counter.objects.create(series="s", period="p")

    def write() -> None:
        for _ in range(5):
            with transaction.atomic():
                inside.append(1)
                most.append(len(inside))
                counter = Counter.objects.get(series="s")
                counter.last += 1
                counter.save()
                inside.pop()
            # A single write outside a transaction stands in the same queue.
            Counter.objects.create(
                series=f"{threading.get_ident()}-{len(most)}-{time.monotonic_ns()}", period="p"
            )
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter.objects.get(series="s").last == 80
    assert max(most) == 1
    assert Counter.objects.count() == 81


@pytest.mark.sqlite
def test_a_turn_comes_back_after_an_error_and_after_a_close(house_database: HouseDatabase) -> None:
    def fail() -> None:
        with transaction.atomic():
            Counter.objects.create(series="s", period="p")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    queue = writer_queue(str(connection.settings_dict["NAME"]))
    assert queue.enter(0)
    queue.leave()
    transaction.set_autocommit(False)
    try:
        Counter.objects.create(series="s", period="p")
    finally:
        connection.rollback()
        transaction.set_autocommit(True)
    connection.close()
    assert queue.enter(0)
    queue.leave()
    assert not Counter.objects.exists()
