"""Several threads that begin at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def together(acts: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Do all of these at once, each in a thread with a connection of its own; what each gave or raised, in order."""
    gate = threading.Barrier(len(acts))
    answers: list[T | Exception] = [RuntimeError("not done")] * len(acts)

    def one(place: int, act: Callable[[], T]) -> None:
        gate.wait()
        try:
            answers[place] = act()
        except Exception as raised:  # what one raises is its answer
            answers[place] = raised
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def at_once(count: int, act: Callable[[], T]) -> list[T | Exception]:
    """Do one thing ``count`` times at once."""
    return together([act] * count)
