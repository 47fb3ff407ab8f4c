"""A session opens another's record by a mandate, and loses it at the very next request."""

from __future__ import annotations

import pytest
from django.urls import reverse

from madoguchi.blocks.people.actions import MandateOver, mandate_revoke, session_act
from madoguchi.blocks.people.identity.whose import FIELD
from madoguchi.blocks.people.models import Assurance, Mandate, ResidentSession
from madoguchi.blocks.people.testing import (
    NOW,
    mandate_make,
    person_make,
    resident_client,
    resident_viewer,
)
from madoguchi.blocks.people.testing.mandates import session_make
from madoguchi.kernel.clock import now as clock_now
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.rights import NotAllowed
from tests.people.whose import whose_on

pytestmark = pytest.mark.django_db
HOME = "/me/"


def act(client, mandate: str, **more):
    data = {"mandate": mandate, FIELD: whose_on(client), **more}
    return client.post(reverse("me:act"), data)


def test_a_delegate_opens_the_record_and_goes_back():
    hanako, taro = person_make(name="花野　花子"), person_make(name="月野　太郎")
    mandate = mandate_make(hanako, taro)
    client = resident_client(taro)
    assert act(client, mandate.key).status_code == 302
    page = client.get(HOME).content.decode()
    assert "花野　花子" in page
    assert "代わりに使っています" in page
    assert act(client, "").status_code == 302
    assert "花野　花子" not in client.get(HOME).content.decode()
    said = list(AuditRow.objects.filter(event="people.session_acting").order_by("pk"))
    assert [mandate.key in row.detail for row in said] == [True, False]


def test_a_mandate_taken_back_stops_at_the_next_request_and_says_so():
    hanako, taro = person_make(name="花野　花子"), person_make(name="月野　太郎")
    mandate = mandate_make(hanako, taro)
    client = resident_client(taro)
    act(client, mandate.key)
    stale = whose_on(client)
    mandate_revoke(actor=resident_viewer(hanako), key=mandate.key, now=NOW)

    page = client.get(HOME).content.decode()
    assert "花野　花子" not in page
    assert "自身の記録に戻りました" in page
    refused = client.post(reverse("me:address"), {"address": "みなも市", FIELD: stale})
    assert refused.status_code == 409, "a form made for the other record is not carried out"
    assert act(client, "").status_code == 302
    assert "自身の記録に戻りました" not in client.get(HOME).content.decode()


def test_only_ones_own_mandates_and_only_when_certain():
    hanako, taro = person_make(), person_make()
    mandate = mandate_make(hanako, taro)
    session = session_make(taro)
    for actor in (resident_viewer(taro, assurance=Assurance.CONTACT),):
        with pytest.raises(NotAllowed):
            session_act(actor=actor, session_id=session.pk, mandate_key=mandate.key, now=NOW)
    with pytest.raises(NotAllowed):
        session_act(actor=resident_viewer(hanako), session_id=session.pk, mandate_key="", now=NOW)
    for other in (
        mandate_make(hanako, person_make()),
        mandate_make(person_make(), taro, accepted=False),
        mandate_make(person_make(), taro, revoked_at=NOW),
    ):
        with pytest.raises(MandateOver):
            session_act(actor=resident_viewer(taro), session_id=session.pk, mandate_key=other.key, now=NOW)
    assert ResidentSession.objects.get(pk=session.pk).acting is None
    session_act(actor=resident_viewer(taro), session_id=session.pk, mandate_key=mandate.key, now=NOW)
    assert ResidentSession.objects.get(pk=session.pk).acting == mandate


def test_an_ended_session_is_not_switched():
    taro = person_make()
    mandate = mandate_make(person_make(), taro)
    session = session_make(taro)
    ResidentSession.objects.filter(pk=session.pk).update(ended_at=NOW)
    with pytest.raises(NotAllowed):
        session_act(actor=resident_viewer(taro), session_id=session.pk, mandate_key=mandate.key, now=NOW)


def test_a_mandate_over_while_the_list_was_open_is_refused_in_words():
    taro = person_make()
    mandate = mandate_make(person_make(), taro)
    client = resident_client(taro)
    Mandate.objects.filter(pk=mandate.pk).update(revoked_at=clock_now())
    answer = act(client, mandate.key)
    assert answer.status_code == 422
    assert "もう終わっています" in answer.content.decode()
