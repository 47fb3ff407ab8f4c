"""At the same moment: one takes the offer, one answer counts, and no more than five wrong codes are ever tried."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection

from madoguchi.blocks.people.actions import OfferGone, mandate_accept, mandate_code_enter, mandate_decline
from madoguchi.blocks.people.mandates.codes import code_make
from madoguchi.blocks.people.models import Mandate
from madoguchi.blocks.people.testing import NOW, mandate_make, person_make, resident_viewer
from madoguchi.kernel.rights import NotAllowed
from tests.support.databases import HouseDatabase

pytestmark = pytest.mark.slow


def at_once(*calls: Callable[[], object]) -> Counter[str]:
    """Run calls in threads that start together; how many came to which end."""
    outcomes: list[str] = []
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        gate.wait()
        try:
            outcomes.append("nothing" if call() is None else "done")
        except (OfferGone, NotAllowed) as refused:
            outcomes.append(type(refused).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(outcomes)


def test_one_of_six_takes_the_offer(house_database: HouseDatabase) -> None:
    del house_database
    code = code_make()
    offer = mandate_make(person_make(), None, code=code)
    viewers = [resident_viewer(person_make()) for _ in range(6)]
    done = at_once(*(lambda one=one: mandate_code_enter(actor=one, code=code, now=NOW) for one in viewers))
    assert done == {"done": 1, "nothing": 5}
    assert Mandate.objects.get(pk=offer.pk).delegate is not None


def test_guessed_by_eight_at_once_an_offer_ends_after_five(house_database: HouseDatabase) -> None:
    del house_database
    code = code_make()
    offer = mandate_make(person_make(), None, code=code)
    wrong = code[:7] + ("0" if code[7] != "0" else "1")
    viewers = [resident_viewer(person_make()) for _ in range(8)]
    done = at_once(*(lambda one=one: mandate_code_enter(actor=one, code=wrong, now=NOW) for one in viewers))
    assert done == {"nothing": 8}
    ended = Mandate.objects.get(pk=offer.pk)
    assert (ended.code_tries, ended.revoked_by, ended.code) == (5, "tries", "")


def test_accepted_and_declined_at_once_one_of_them_counts(house_database: HouseDatabase) -> None:
    del house_database
    delegate = person_make()
    mandate = mandate_make(person_make(), delegate, accepted=False)
    viewer = resident_viewer(delegate)
    done = at_once(
        lambda: mandate_accept(actor=viewer, key=mandate.key, now=NOW),
        lambda: mandate_decline(actor=viewer, key=mandate.key, now=NOW),
    )
    assert done == {"nothing": 1, "OfferGone": 1}
    kept = Mandate.objects.get(pk=mandate.pk)
    assert (kept.accepted_at is None) != (kept.revoked_at is None)
