"""Two presses at the same moment: the database decides, once."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from django.db import connection

from madoguchi.blocks.messages import actions
from madoguchi.blocks.messages.models import Receipt
from madoguchi.blocks.messages.testing import SEND, TYPED, draft_make, member_make
from madoguchi.blocks.people.testing import NOW, office_make
from madoguchi.kernel.rights import NotAllowed
from tests.support.databases import HouseDatabase


@pytest.mark.slow
def test_pressed_by_many_at_once_a_draft_is_sent_once(house_database: HouseDatabase) -> None:
    """The same button in eight threads: one notice, one set of receipts, seven clear refusals."""
    del house_database
    office = office_make()
    member_make(office=office)
    sender = member_make(SEND)
    draft = draft_make(office_id=sender.office_id or 0, typed=replace(TYPED, offices=(office.key,)))
    outcomes: list[str] = []
    gate = threading.Barrier(8)

    def press() -> None:
        gate.wait()
        try:
            actions.notice_send(actor=sender, draft_key=draft.key, revision=1, now=NOW)
            outcomes.append("sent")
        except (actions.DraftMoved, NotAllowed):
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 7 + ["sent"]
    assert Receipt.objects.filter(notice__key=draft.key).count() == 1
