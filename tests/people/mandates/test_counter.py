"""At the counter: by papers, for a named duty, each look written down; and the pages for it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from madoguchi.blocks.people.actions import (
    AlreadyOfAge,
    DelegateUnknown,
    DutyMissing,
    KindRefused,
    MandateOver,
    MandatePapersMissing,
    MandateTaken,
    PeriodRefused,
    ServicesUnknown,
    mandate_end,
    mandate_enter,
    mandates_open,
)
from madoguchi.blocks.people.models import Mandate
from madoguchi.blocks.people.queries import delegates_may
from madoguchi.blocks.people.testing import (
    DAY,
    NOW,
    duty_viewer,
    family_make,
    mandate_clerk,
    mandate_make,
    organisation_make,
    person_make,
    staff_client,
    viewer_with,
)
from madoguchi.blocks.people.work import DUTY
from madoguchi.kernel.clock import now as clock_now
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.models import AuditRow, AuditSubject
from madoguchi.kernel.rights import NotAllowed, system_viewer

pytestmark = pytest.mark.django_db
PAPERS = "登記事項証明書（後見）令和8年4月10日"


def enter(grantor, delegate, **changes):
    asked: dict[str, Any] = {
        "actor": mandate_clerk(), "kind": "guardian", "services": ["*"], "papers": PAPERS, "starts_on": DAY,
        "ends_on": None, "now": NOW,
    }  # fmt: skip
    return mandate_enter(grantor_key=grantor.key, delegate_key=delegate.key, **(asked | changes))


def test_a_guardian_is_registered_by_papers_and_ended_with_a_reason():
    ward, guardian = person_make(), person_make()
    mandate = enter(ward, guardian)
    assert delegates_may(ward.pk, "anything", DAY) == {guardian.pk}
    with pytest.raises(MandateTaken):
        enter(ward, guardian)
    with pytest.raises(NotAllowed):
        mandate_end(actor=mandate_clerk(), key=mandate.key, reason="because", now=NOW)
    mandate_end(actor=mandate_clerk(), key=mandate.key, reason="court", now=NOW)
    assert delegates_may(ward.pk, "anything", DAY) == frozenset()
    with pytest.raises(MandateOver):
        mandate_end(actor=mandate_clerk(), key=mandate.key, reason="court", now=NOW)
    events = AuditRow.objects.order_by("pk").values_list("event", flat=True)
    assert list(events) == ["people.mandate_entered", "people.mandate_revoked"]


def test_what_papers_do_not_allow():
    ward, guardian = person_make(), person_make()
    for changes, refusal in (
        ({"papers": "  "}, MandatePapersMissing),
        ({"services": []}, ServicesUnknown),
        ({"ends_on": DAY}, PeriodRefused),
        ({"kind": "officer"}, KindRefused),
        ({"kind": "parent"}, AlreadyOfAge),
    ):
        with pytest.raises(refusal):
            enter(ward, guardian, **changes)
    with pytest.raises(KindRefused):
        enter(organisation_make(), guardian)
    for nobody in (ward, organisation_make()):
        with pytest.raises(DelegateUnknown):
            enter(ward, nobody)
    assert Mandate.objects.count() == 0
    assert enter(organisation_make(), guardian, kind="officer").kind == "officer"


def test_a_parent_by_papers_ends_when_the_child_is_of_age():
    adult, child = family_make(born="2015-06-01", relation="子の子")
    assert enter(child, adult, kind="parent").ends_on == date(2033, 5, 31)
    other = person_make()
    assert enter(child, other, kind="parent", ends_on=date(2027, 1, 1)).ends_on == date(2027, 1, 1)


def test_without_right_or_duty_nothing_is_seen_or_changed():
    ward, guardian = person_make(), person_make()
    mandate = mandate_make(ward, guardian)
    no_duty = viewer_with("people.mandate_keep", "people.identity_view")
    for action, asked in (
        (mandates_open, {"party_key": ward.key}),
        (mandate_end, {"key": mandate.key, "reason": "wish"}),
    ):
        with pytest.raises(DutyMissing):
            action(actor=no_duty, now=NOW, **asked)
        for actor in (duty_viewer("people.identity_view"), duty_viewer("people.mandate_keep")):
            with pytest.raises(NotAllowed):
                action(actor=actor, now=NOW, **asked)
    assert AuditRow.objects.count() == 0


def test_a_protected_side_has_no_name_and_cannot_be_registered():
    ward, hidden = person_make(name="月野　太郎"), person_make(name="花野　花子", protected=True)
    mandate_make(ward, hidden)
    found = mandates_open(actor=mandate_clerk(), party_key=ward.key, now=NOW)
    assert (found.name, found.given[0].delegate) == ("月野　太郎", "")
    assert list(AuditSubject.objects.values_list("key", flat=True)) == [ward.key]
    with pytest.raises(NotAllowed):
        mandates_open(actor=mandate_clerk(), party_key=hidden.key, now=NOW)
    with pytest.raises(DelegateUnknown):
        enter(ward, hidden)
    sees = mandate_clerk("people.protected_view")
    assert mandates_open(actor=sees, party_key=ward.key, now=NOW).given[0].delegate == "花野　花子"


def test_who_was_shown_stands_in_the_audit_trail():
    ward, guardian, other = person_make(), person_make(), person_make()
    mandate_make(ward, guardian)
    mandates_open(actor=mandate_clerk(), party_key=ward.key, delegate_key=other.key, case="来庁", now=NOW)
    assert set(AuditSubject.objects.values_list("key", flat=True)) == {ward.key, guardian.key, other.key}
    assert json.loads(AuditRow.objects.get().detail)["data"] == ["identity", "mandates"]


# The pages


def clerk_of(role: str, duty: str = "") -> Client:
    """A clerk with a role of the published services, who has named a duty."""
    client = staff_client(roles=[role], scope="all")
    if duty:
        session = client.session
        session[DUTY] = {"duty": duty, "case": "窓口 12番", "at": clock_now().timestamp()}
        session.save()
    return client


@pytest.fixture
def clerk(published: None) -> Client:
    return clerk_of("residents/counter", "residents/mandate")


@pytest.fixture
def published(db: None) -> None:
    declarations_publish(actor=system_viewer(on=DAY, duty="試験"), keys=None, reason="試験", now=NOW)


def test_the_pages_register_and_end(clerk: Client):
    ward, guardian = person_make(name="月野　太郎"), person_make(name="花野　花子")
    typed = {
        "kind": "guardian", "delegate": guardian.key.lower(), "services": ["*"], "papers": PAPERS,
        "starts_on": "令和8年5月1日", "last_on": "",
    }  # fmt: skip
    add = reverse("people:mandate_add", args=[ward.key])
    shown = clerk.post(add, typed)
    assert "花野　花子" in shown.content.decode()
    assert Mandate.objects.count() == 0, "not before it was confirmed"
    assert clerk.post(add, typed | {"confirm": "1"}).status_code == 302
    mandate = Mandate.objects.get()
    listed = clerk.get(reverse("people:mandates", args=[ward.key])).content.decode()
    assert "花野　花子" in listed
    close = reverse("people:mandate_close", args=[ward.key, mandate.key])
    assert clerk.get(close).status_code == 200
    assert clerk.post(close, {"reason": "court"}).status_code == 302
    assert Mandate.objects.get().revoked_at is not None


def test_slips_come_back_with_what_was_typed(clerk: Client):
    ward = person_make()
    add = reverse("people:mandate_add", args=[ward.key])
    for delegate in ("K7M4", person_make(protected=True).key, ward.key):
        typed = {"kind": "guardian", "delegate": delegate, "services": ["*"], "papers": PAPERS,
                 "starts_on": "2026-05-01", "confirm": "1"}  # fmt: skip
        answer = clerk.post(add, typed)
        assert answer.status_code == 422
        assert PAPERS in answer.content.decode()
    assert Mandate.objects.count() == 0


def test_other_clerks_find_nothing(published: None):
    ward = person_make()
    mandate = mandate_make(ward, person_make())
    urls = [
        reverse("people:mandates", args=[ward.key]),
        reverse("people:mandate_add", args=[ward.key]),
        reverse("people:mandate_close", args=[ward.key, mandate.key]),
    ]
    for url in urls:
        assert clerk_of("residents/keeper", "residents/move").get(url).status_code == 404
        assert Client().get(url).status_code == 302
        asked = clerk_of("residents/counter").get(url)
        assert asked.headers["Location"].startswith(reverse("people:duty")), "first a duty"
        assert clerk_of("residents/counter", "residents/mandate").get(url).status_code == 200
    stranger = reverse("people:mandate_close", args=[person_make().key, mandate.key])
    assert clerk_of("residents/counter", "residents/mandate").get(stranger).status_code == 404
