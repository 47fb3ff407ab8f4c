"""Every page about oneself and the counter's about mandates: axe finds nothing, nothing scrolls sideways at 320 px."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from madoguchi.blocks.people.actions import consent_answer, person_open
from madoguchi.blocks.people.models import Consent, Mandate, Party, ResidentSession
from madoguchi.blocks.people.testing import (
    CONSENT,
    DAY,
    NOW,
    consents_ready,
    duty_viewer,
    household_make,
    mandate_make,
    person_make,
    resident_client,
    resident_viewer,
    staff_client,
)
from madoguchi.blocks.people.work import DUTY
from madoguchi.kernel.clock import now
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.rights import system_viewer
from tests.support.house_browser import House

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.django_db]
LANGUAGES = ("ja", "ja-easy", "en")
PLAIN = ("home", "profile", "address", "access", "held", "notices", "language", "act", "mandates", "mandate_offer",
         "mandate_receive", "mandate_claim", "consents")  # fmt: skip


@pytest.fixture
def hanako(db: None) -> Party:
    """Somebody with something on every page."""
    text = consents_ready()
    declarations_publish(actor=system_viewer(on=DAY, duty="試験"), keys=None, reason="試験", now=NOW)
    home = household_make()
    person = person_make(name="花野　花子", born="1946-03-03", household=home)
    person_make(name="花野　小春", born=f"{now().year - 9}-03-03", household=home, head=False, relation="子")
    taro = person_make(name="月野　太郎")
    mandate_make(person, taro, offered_at=now(), ends_on=now().date() + timedelta(days=20))
    mandate_make(person, taro, kind="tax_accountant", revoked_at=now())
    mandate_make(taro, person, offered_at=now(), accepted=False)
    mandate_make(taro, person, kind="tax_accountant", services=["city_hall"], offered_at=now())
    consent_answer(
        actor=resident_viewer(person),
        key=text.key,
        answer="given",
        sha256=text.sha256,
        language="ja",
        now=NOW,
    )
    person_open(actor=duty_viewer("people.identity_view"), key=person.key, now=NOW)
    return person


def pages(person: Party) -> Iterator[str]:
    for name in PLAIN:
        yield reverse(f"me:{name}")
    for mandate in Mandate.objects.all():
        yield reverse("me:mandate", args=[mandate.key])
    yield reverse("me:consent", args=[CONSENT])
    yield reverse("me:consent_proof", args=[Consent.objects.get(party=person).pk])


@pytest.mark.parametrize("language", LANGUAGES)
def test_my_pages(house: Callable[..., House], hanako: Party, language: str) -> None:
    mine = house(client=resident_client(hanako), width=320, language=language)
    ResidentSession.objects.update(claims={"name": "花野　花子", "birthdate": "1946-03-03", "gender": "2"})
    for path in pages(hanako):
        mine.open(path)
        assert mine.violations() == [], path


@pytest.mark.parametrize("language", LANGUAGES)
def test_while_acting_and_when_it_stopped(house: Callable[..., House], hanako: Party, language: str) -> None:
    held = Mandate.objects.get(delegate=hanako, kind="tax_accountant")
    his = house(client=resident_client(hanako, acting=held), width=320, language=language)
    for _both in range(2):
        for path in ("/me/", "/me/act/"):
            his.open(path)
            assert his.violations() == [], path
        Mandate.objects.filter(pk=held.pk).update(revoked_at=now())


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_the_counter(house: Callable[..., House], hanako: Party, language: str) -> None:
    client: Client = staff_client(roles=["residents/counter"], scope="all")
    session = client.session
    session[DUTY] = {"duty": "residents/mandate", "case": "", "at": now().timestamp()}
    session.save()
    clerk = house(client=client, width=320, language=language)
    mandate = Mandate.objects.filter(grantor=hanako, revoked_at=None).get()
    for name, *more in (("mandates",), ("mandate_add",), ("mandate_close", mandate.key)):
        path = reverse(f"people:{name}", args=[hanako.key, *more])
        clerk.open(path)
        assert clerk.violations() == [], path
