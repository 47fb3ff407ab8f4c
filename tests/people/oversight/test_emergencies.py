"""Access in an emergency: an hour, an alarm, every look under it, and another person who judges."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from django.test import Client

from madoguchi.blocks.messages.models import Notice, Receipt
from madoguchi.blocks.people.actions import (
    EmergencyOpen,
    EmergencyOver,
    EmergencyUnderWay,
    JudgedBefore,
    OwnDoing,
    WordsRefused,
    emergency_begin,
    emergency_end,
    emergency_judge,
    person_open,
)
from madoguchi.blocks.people.models import EmergencyAccess
from madoguchi.blocks.people.oversight.reading import emergency_looks
from madoguchi.blocks.people.testing import (
    NOW,
    emergency_make,
    holding_make,
    person_make,
    post_make,
    role_with,
    sign_in,
    staff_user,
    viewer_with,
)
from madoguchi.blocks.people.testing.oversight import REASON
from madoguchi.blocks.people.viewers import viewer_for
from madoguchi.blocks.people.work import viewer_at_work
from madoguchi.kernel.clock import now as clock_now
from madoguchi.kernel.clock import today
from madoguchi.kernel.models import AuditRow, OutboxDelivery
from madoguchi.kernel.outbox import outbox_run
from madoguchi.kernel.rights import NotAllowed

pytestmark = pytest.mark.django_db
USE, JUDGE = "people.emergency_use", "people.emergency_judge"
USER = viewer_with(USE, key="staff:u0001")
OTHER = viewer_with(JUDGE, key="staff:j0001")
WORK = [
    f"people.{name}_view" for name in ("identity", "address", "household", "history", "contact", "protected")
]


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the house live at a moment."""
    with patch("django.utils.timezone.now", return_value=moment):
        yield


def test_an_emergency_needs_the_right_and_a_reason_that_says_something() -> None:
    with pytest.raises(NotAllowed):
        emergency_begin(actor=OTHER, reason=REASON, now=NOW)
    for reason in ("", "急ぎ", "　" * 12, "あ" * 1_001, "番号 123456789018 の人を見る"):
        with pytest.raises(WordsRefused):
            emergency_begin(actor=USER, reason=reason, now=NOW)
    opened = emergency_begin(actor=USER, reason=REASON, now=NOW)
    assert (opened.ends_at - opened.began_at, opened.staff) == (timedelta(hours=1), USER.key)
    row = AuditRow.objects.get(event="people.emergency_begun")
    # The reason may name somebody: it is not in the trail.
    assert REASON not in row.detail
    with pytest.raises(EmergencyOpen):
        emergency_begin(actor=USER, reason=REASON, now=NOW + timedelta(minutes=59))
    assert emergency_begin(actor=USER, reason=REASON, now=NOW + timedelta(minutes=60)).pk != opened.pk


def test_an_emergency_opens_every_record_for_its_hour_and_each_look_bears_its_number() -> None:
    user = staff_user(USE)
    hidden = person_make(protected=True)
    moment = clock_now()
    plain = viewer_for(user=user, on=today())
    opened = emergency_begin(actor=plain, reason=REASON, now=moment)
    kept = {"duty": f"emergency/{opened.pk}", "case": "", "at": moment.timestamp()}
    during = viewer_at_work(plain, kept, moment + timedelta(minutes=59))
    assert all(during.may(right) for right in WORK)
    person_open(actor=during, key=hidden.key, now=moment + timedelta(minutes=59))
    (look,) = emergency_looks(opened)
    assert json.loads(look.detail)["duty"] == f"emergency/{opened.pk}"
    assert look.actor_key == plain.key
    # Not without naming it, not after its hour, and not by somebody else's session.
    after = viewer_at_work(plain, kept, moment + timedelta(minutes=60))
    unnamed = viewer_at_work(plain, None, moment + timedelta(minutes=1))
    stranger = viewer_at_work(
        viewer_for(user=staff_user(USE), on=today()), kept, moment + timedelta(minutes=1)
    )
    for viewer in (after, unnamed, stranger):
        assert not any(viewer.may(right) for right in WORK)


def test_the_user_may_end_it_early_and_nobody_else() -> None:
    opened = emergency_make(staff=USER.key)
    with pytest.raises(NotAllowed):
        emergency_end(actor=OTHER, emergency_id=opened.pk, now=NOW + timedelta(minutes=5))
    emergency_end(actor=USER, emergency_id=opened.pk, now=NOW + timedelta(minutes=5))
    opened.refresh_from_db()
    assert opened.ends_at == NOW + timedelta(minutes=5)
    with pytest.raises(EmergencyOver):
        emergency_end(actor=USER, emergency_id=opened.pk, now=NOW + timedelta(minutes=6))


def test_another_person_judges_once_and_after_the_end() -> None:
    opened = emergency_make(staff=USER.key)
    after = NOW + timedelta(hours=2)
    judge = {"emergency_id": opened.pk, "proper": False, "judgement": "通報がなかった"}
    one_office = viewer_with(JUDGE, offices=[1], key="staff:j0002")
    for actor in (USER, one_office):
        with pytest.raises(NotAllowed):
            emergency_judge(actor=actor, now=after, **judge)
    with pytest.raises(EmergencyUnderWay):
        emergency_judge(actor=OTHER, now=NOW + timedelta(minutes=30), **judge)
    with pytest.raises(OwnDoing):
        emergency_judge(actor=viewer_with(USE, JUDGE, key=USER.key), now=after, **judge)
    with pytest.raises(WordsRefused):
        emergency_judge(actor=OTHER, now=after, **judge | {"judgement": " "})
    emergency_judge(actor=OTHER, now=after, **judge)
    opened.refresh_from_db()
    assert (opened.proper, opened.judged_by, opened.judgement) == (False, OTHER.key, "通報がなかった")
    with pytest.raises(JudgedBefore):
        emergency_judge(actor=OTHER, now=after, **judge)
    with pytest.raises(NotAllowed):
        emergency_judge(actor=OTHER, now=after, **judge | {"emergency_id": 10**9})


def test_everybody_who_judges_is_told_at_once_but_not_the_user() -> None:
    role = role_with(USE, JUDGE)
    user = holding_make(post=post_make(roles=[role], scope="all")).staff
    judge = holding_make(post=post_make(roles=[role], scope="all")).staff
    capped = post_make(roles=[role], scope="all")
    capped.grants.update(upto="personal")
    holding_make(post=capped)
    actor = viewer_with(USE, key=f"staff:{user.key}")
    opened = emergency_begin(actor=actor, reason=REASON, now=NOW)
    assert outbox_run(now=NOW) >= 1
    notice = Notice.objects.get()
    assert (notice.urgency, notice.needs_acknowledgement, notice.everybody) == ("urgent", True, False)
    assert notice.subject_page == f"/office/rights/emergencies/{opened.pk}/"
    assert REASON not in notice.body
    # A grant that is capped below "restricted" does not carry the right to judge.
    assert [receipt.person for receipt in Receipt.objects.filter(notice=notice)] == [f"staff:{judge.key}"]
    # Told once, however often the worker comes round.
    outbox_run(now=NOW + timedelta(hours=1))
    assert Notice.objects.count() == 1


def test_an_alarm_that_nobody_would_hear_stays_in_sight() -> None:
    emergency_begin(actor=USER, reason=REASON, now=NOW)
    outbox_run(now=NOW)
    delivery = OutboxDelivery.objects.get(handler="messages.emergency_tell")
    assert (delivery.done_at, delivery.attempts) == (None, 1)
    assert "NoRecipients" in delivery.error


def test_the_pages_from_the_warning_to_the_judgement() -> None:
    user, client = staff_user(USE), Client()
    sign_in(client, user)
    page = client.get("/office/rights/emergencies/begin/").content.decode()
    assert "60分" in page
    assert "本人にも" in page
    assert client.post("/office/rights/emergencies/begin/", {"reason": "急ぎ"}).status_code == 422
    answer = client.post("/office/rights/emergencies/begin/", {"reason": REASON})
    opened = EmergencyAccess.objects.get()
    own = f"/office/rights/emergencies/{opened.pk}/"
    assert (answer.status_code, answer["Location"]) == (302, own)
    assert client.session["duty"]["duty"] == f"emergency/{opened.pk}"
    during = client.get(own).content.decode()
    assert "あと60分" in during
    # The way on leads to the search, which is open to this session now.
    assert 'href="/office/residents/"' in during
    assert client.get("/office/residents/").status_code == 200
    judge = Client()
    sign_in(judge, staff_user(JUDGE, scope="all"))
    assert "終わってから" in judge.get(own).content.decode()
    # Somebody else who may begin emergencies does not see this one.
    stranger = Client()
    sign_in(stranger, staff_user(USE))
    assert stranger.get(own).status_code == 404
    assert (
        opened.staff.removeprefix("staff:")
        not in stranger.get("/office/rights/emergencies/").content.decode()
    )
    client.post(own, {"end": "1"})
    assert "duty" not in client.session
    refused = judge.post(own, {"judge": "1", "proper": "yes"})
    assert refused.status_code == 422
    # The user's own page has no form, and a post to it is refused.
    assert client.post(own, {"judge": "1", "proper": "yes", "judgement": "正しい"}).status_code == 404
    done = judge.post(own, {"judge": "1", "proper": "yes", "judgement": "通報の記録と合う"}, follow=True)
    assert "通報の記録と合う" in done.content.decode()
    assert EmergencyAccess.objects.get().proper is True
