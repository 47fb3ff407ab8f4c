"""An offer goes from hand to hand by a code: bound to the first who enters it, gone after five wrong tries."""

from __future__ import annotations

from datetime import timedelta

import pytest

from madoguchi.blocks.people.actions import (
    MandateOver,
    MandateTaken,
    OfferGone,
    OnlyAtCounter,
    OwnOffer,
    PeriodRefused,
    ServicesUnknown,
    TooManyCodes,
    mandate_accept,
    mandate_code_enter,
    mandate_decline,
    mandate_offer,
    mandate_revoke,
)
from madoguchi.blocks.people.mandates import codes
from madoguchi.blocks.people.mandates.offers import years_later
from madoguchi.blocks.people.models import Assurance, Mandate
from madoguchi.blocks.people.queries import delegates_may, mandates_given, mandates_held
from madoguchi.blocks.people.testing import (
    DAY,
    NOW,
    consents_ready,
    head_officer_make,
    mandate_make,
    person_make,
    resident_viewer,
    viewer_with,
)
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.models import AuditRow, OutboxEvent
from madoguchi.kernel.rights import NotAllowed, anonymous_viewer, system_viewer

pytestmark = pytest.mark.django_db
YEAR = years_later(DAY, 1)


def offer(party, **changes):
    asked = {"kind": "carer", "services": ["*"], "ends_on": YEAR, "now": NOW}
    return mandate_offer(actor=resident_viewer(party), **(asked | changes))


def wrong(code: str) -> str:
    """A code of the same offer, with another secret."""
    return code[:7] + ("0" if code[7] != "0" else "1")


def test_an_offer_is_taken_by_its_code_and_accepted():
    hanako, taro = person_make(name="花野　花子"), person_make(name="月野　太郎")
    offered = offer(hanako)
    assert offered.code not in offered.mandate.code, "only a digest is kept"
    assert delegates_may(hanako.pk, "city_hall", DAY) == frozenset()

    typed = f" {codes.code_shown(offered.code).lower()} "
    taken = mandate_code_enter(actor=resident_viewer(taro), code=typed, now=NOW)
    assert taken is not None
    assert taken.code == ""
    line = mandates_held(resident_viewer(taro))[0]
    assert (line.state, line.grantor, line.services) == ("in_hand", "花野　花子", ("*",))
    assert delegates_may(hanako.pk, "city_hall", DAY) == frozenset(), "not accepted yet"

    mandate_accept(actor=resident_viewer(taro), key=taken.key, now=NOW)
    assert mandates_given(resident_viewer(hanako))[0].state == "holds"
    assert mandates_given(resident_viewer(hanako))[0].delegate == "月野　太郎"
    assert delegates_may(hanako.pk, "city_hall", DAY) == {taro.pk}
    assert list(AuditRow.objects.order_by("pk").values_list("event", flat=True)) == [
        "people.mandate_offered", "people.mandate_taken", "people.mandate_accepted",
    ]  # fmt: skip
    assert OutboxEvent.objects.get().kind == "people.mandate_accepted"


def test_the_code_opens_nothing_to_the_second_who_enters_it():
    offered = offer(person_make())
    first, second = person_make(), person_make()
    taken = mandate_code_enter(actor=resident_viewer(first), code=offered.code, now=NOW)
    assert taken is not None
    assert mandate_code_enter(actor=resident_viewer(second), code=offered.code, now=NOW) is None
    for answer in (mandate_accept, mandate_decline):
        with pytest.raises(NotAllowed):
            answer(actor=resident_viewer(second), key=taken.key, now=NOW)
    assert mandates_held(resident_viewer(second)) == ()


def test_five_wrong_codes_end_an_offer_and_a_right_one_comes_too_late():
    offered = offer(person_make())
    for _try in range(4):
        assert (
            mandate_code_enter(actor=resident_viewer(person_make()), code=wrong(offered.code), now=NOW)
            is None
        )
    assert Mandate.objects.get().revoked_at is None
    assert mandate_code_enter(actor=resident_viewer(person_make()), code=wrong(offered.code), now=NOW) is None
    ended = Mandate.objects.get()
    assert (ended.revoked_by, ended.code, ended.code_tries) == ("tries", "", 5)
    assert mandate_code_enter(actor=resident_viewer(person_make()), code=offered.code, now=NOW) is None
    assert mandates_given(resident_viewer(ended.grantor))[0].ended_by == "tries"


def test_wrong_codes_of_other_offers_leave_an_offer_alone():
    offered = offer(person_make())
    elsewhere = ("C" if offered.code[0] != "C" else "F") + offered.code[1:]
    for typed in (elsewhere, "", "?", "K7M4-90XW-H2PC", "🎌" * 8):
        assert mandate_code_enter(actor=resident_viewer(person_make()), code=typed, now=NOW) is None
    assert Mandate.objects.get().code_tries == 0
    assert AuditRow.objects.filter(event="people.mandate_code_wrong").count() == 5


def test_whoever_guesses_has_to_wait():
    guesser = resident_viewer(person_make())
    offered = offer(person_make())
    for _try in range(10):
        mandate_code_enter(actor=guesser, code="CCCCCCCC", now=NOW)
    with pytest.raises(TooManyCodes):
        mandate_code_enter(actor=guesser, code=offered.code, now=NOW)
    later = NOW + timedelta(minutes=61)
    assert mandate_code_enter(actor=guesser, code=offered.code, now=later) is not None


def test_an_offer_lapses_after_fourteen_days():
    hanako, taro = person_make(), person_make()
    last, over = DAY + timedelta(days=14), DAY + timedelta(days=15)
    first, second = offer(hanako), offer(hanako)
    assert mandate_code_enter(actor=resident_viewer(taro, on=over), code=first.code, now=NOW) is None
    taken = mandate_code_enter(actor=resident_viewer(taro, on=last), code=second.code, now=NOW)
    assert taken is not None
    assert mandates_given(resident_viewer(hanako, on=over))[0].state == "lapsed"
    with pytest.raises(OfferGone):
        mandate_accept(actor=resident_viewer(taro, on=over), key=taken.key, now=NOW)
    mandate_accept(actor=resident_viewer(taro, on=last), key=taken.key, now=NOW)


def test_who_may_offer_and_take():
    hanako = person_make()
    offered = offer(hanako)
    mandate = mandate_make(hanako, person_make())
    for actor in (
        resident_viewer(hanako, assurance=Assurance.CONTACT),
        resident_viewer(mandate.delegate, acting=mandate),
        anonymous_viewer(on=DAY),
        viewer_with("people.mandate_keep"),
        system_viewer(on=DAY, duty="試験"),
    ):
        with pytest.raises(NotAllowed):
            mandate_offer(actor=actor, kind="carer", services=["*"], ends_on=YEAR, now=NOW)
        with pytest.raises(NotAllowed):
            mandate_code_enter(actor=actor, code=offered.code, now=NOW)
    with pytest.raises(OwnOffer):
        mandate_code_enter(actor=resident_viewer(hanako), code=offered.code, now=NOW)
    assert Mandate.objects.get(pk=offered.mandate.pk).delegate is None


def test_what_may_be_offered():
    hanako = person_make()
    for kind in ("parent", "guardian", "officer", "nothing"):
        with pytest.raises(NotAllowed):
            offer(hanako, kind=kind)
    for services in ([], ["no_such_service"]):
        with pytest.raises(ServicesUnknown):
            offer(hanako, services=services)
    three = years_later(DAY, 3)
    for ends_on in (DAY, DAY - timedelta(days=1), three + timedelta(days=1)):
        with pytest.raises(PeriodRefused):
            offer(hanako, ends_on=ends_on)
    assert offer(hanako, ends_on=three).mandate.services == ["*"]
    consents_ready()
    actor = system_viewer(on=DAY, duty="試験")
    declarations_publish(actor=actor, keys=["service/city_hall"], reason="試験", now=NOW)
    assert offer(hanako, services=["city_hall"]).mandate.services == ["city_hall"]
    assert offer(hanako, services=["city_hall", "*"]).mandate.services == ["*"]


def test_an_association_is_offered_by_its_head_alone():
    head, association = head_officer_make()
    with pytest.raises(NotAllowed):
        offer(person_make(), kind="officer", grantor_key=association.key)
    with pytest.raises(NotAllowed):
        offer(head, kind="carer", grantor_key=association.key)
    offered = offer(head, kind="officer", grantor_key=association.key)
    assert offered.mandate.grantor == association
    assert mandates_given(resident_viewer(head))[0].key == offered.mandate.key


def test_either_side_ends_it_at_once_and_nobody_else():
    hanako, taro = person_make(), person_make()
    for side, by in ((hanako, "grantor"), (taro, "delegate")):
        mandate = mandate_make(hanako, taro)
        with pytest.raises(NotAllowed):
            mandate_revoke(actor=resident_viewer(person_make()), key=mandate.key, now=NOW)
        with pytest.raises(NotAllowed):
            mandate_revoke(actor=resident_viewer(taro, acting=mandate), key=mandate.key, now=NOW)
        weak = resident_viewer(side, assurance=Assurance.CONTACT)
        mandate_revoke(actor=weak, key=mandate.key, now=NOW)
        assert delegates_may(hanako.pk, "city_hall", DAY) == frozenset()
        assert AuditRow.objects.order_by("pk").last().detail.count(by) == 1
        with pytest.raises(MandateOver):
            mandate_revoke(actor=weak, key=mandate.key, now=NOW)


def test_a_guardian_is_ended_at_the_counter_only():
    ward, guardian = person_make(), person_make()
    mandate = mandate_make(ward, guardian, kind="guardian", basis="papers", papers="登記事項証明書")
    for side in (ward, guardian):
        with pytest.raises(OnlyAtCounter):
            mandate_revoke(actor=resident_viewer(side), key=mandate.key, now=NOW)


def test_two_of_one_kind_between_the_same_two_are_refused():
    hanako, taro = person_make(), person_make()
    mandate_make(hanako, taro)
    offered = offer(hanako)
    with pytest.raises(MandateTaken):
        mandate_code_enter(actor=resident_viewer(taro), code=offered.code, now=NOW)
    other = offer(hanako, kind="tax_accountant")
    assert mandate_code_enter(actor=resident_viewer(taro), code=other.code, now=NOW) is not None


def test_declining_leaves_nothing_to_accept():
    hanako, taro = person_make(), person_make()
    mandate = mandate_make(hanako, taro, accepted=False)
    mandate_decline(actor=resident_viewer(taro), key=mandate.key, now=NOW)
    with pytest.raises(OfferGone):
        mandate_accept(actor=resident_viewer(taro), key=mandate.key, now=NOW)
    assert mandates_given(resident_viewer(hanako))[0].state == "void"
