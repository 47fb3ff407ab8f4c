"""
Numbers that law wants without gaps, from one counter row each (文書番号, cash receipts).

Take the number last in an action: until the commit, everybody else who wants one of this series waits.
"""

from __future__ import annotations

from django.db.models import F

from madoguchi.kernel.actions import running_action
from madoguchi.kernel.models import Counter


def number_take(*, series: str, period: str) -> int:
    """
    Give the next number of a series in a period, from 1, without gap or double.

    :param series: who numbers what, e.g. ``document:情政``.
    :param period: what the count starts anew with, e.g. a fiscal year.
    :raises NoActionRunning: called outside an action.
    """
    return numbers_take(series=series, period=period, count=1)[0]


def numbers_take(*, series: str, period: str, count: int) -> range:
    """
    Give the next numbers of a series, as ``number_take`` gives one.

    :raises NoActionRunning: called outside an action.
    """
    running_action()
    Counter.objects.bulk_create([Counter(series=series, period=period)], ignore_conflicts=True)
    counter = Counter.objects.filter(series=series, period=period)
    # The UPDATE takes the row until the commit: the next caller counts on from our committed number.
    counter.update(last=F("last") + count)
    last = counter.values_list("last", flat=True).get()
    return range(last - count + 1, last + 1)
