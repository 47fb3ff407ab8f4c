"""What somebody sees and changes of his own: profile with sources, address, notices, language."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from madoguchi.blocks.people.actions import (
    MailRefused,
    TypedRefused,
    address_put,
    notices_choose,
    own_address_put,
)
from madoguchi.blocks.people.identity.whose import FIELD
from madoguchi.blocks.people.models import Assurance, PartyAddress, ResidentAccount, ResidentSession
from madoguchi.blocks.people.queries import notice_ways
from madoguchi.blocks.people.testing import (
    DAY,
    NOW,
    consents_ready,
    mandate_make,
    organisation_make,
    person_make,
    resident_client,
    resident_viewer,
    viewer_with,
)
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.rights import NotAllowed
from tests.people.whose import whose_on

pytestmark = pytest.mark.django_db
MY_NUMBER = "123456789018"


def post(client: Client, path: str, **data):
    return client.post(path, {FIELD: whose_on(client), **data})


def mailing(party) -> list[tuple[str, str]]:
    rows = PartyAddress.objects.filter(party=party, kind="mailing", withdrawn_at=None)
    return list(rows.values_list("written", "source"))


def test_the_profile_says_where_each_value_came_from():
    hanako = person_make(name="花野　花子", kana="ハナノ　ハナコ", address="みなも市一番町1番1号")
    address_put(
        actor=viewer_with("people.party_keep"),
        party_key=hanako.key,
        address="私書箱1号",
        starts_on=DAY,
        now=NOW,
    )
    client = resident_client(hanako)
    session = ResidentSession.objects.get()
    ResidentSession.objects.filter(pk=session.pk).update(claims={"name": "花野 花子", "gender": "2"})
    page = client.get("/me/profile/").content.decode()
    for shown in (
        "花野　花子",
        "ハナノ　ハナコ",
        "みなも市一番町1番1号",
        "私書箱1号",
        "住民記録",
        "窓口",
        "カードから読んだ",
    ):
        assert shown in page
    assert "世帯" not in page, "he is in none"
    row = AuditRow.objects.get(event="people.own_record_read")
    assert row.subject_key == hanako.key


def test_where_my_post_goes():
    hanako = person_make()
    client = resident_client(hanako)
    assert post(client, "/me/profile/address/", address="", postcode="").status_code == 422
    slip = post(client, "/me/profile/address/", address="みなも市二番町3番4号", postcode="77")
    assert slip.status_code == 422
    assert "みなも市二番町3番4号" in slip.content.decode(), "nothing typed is lost"
    assert (
        post(
            client, "/me/profile/address/", address="みなも市二番町3番4号", postcode="〒770-0001"
        ).status_code
        == 302
    )
    (kept,) = mailing(hanako)
    assert kept[1] == "typed"
    assert PartyAddress.objects.get(kind="mailing").postcode == "7700001"
    assert "変える" in client.get("/me/profile/").content.decode()
    assert post(client, "/me/profile/address/", end="1").status_code == 302
    assert mailing(hanako) == []


def test_a_my_number_is_nowhere_taken():
    hanako = person_make()
    client = resident_client(hanako)
    assert post(client, "/me/profile/address/", address=f"みなも市 {MY_NUMBER}").status_code == 422
    with pytest.raises(TypedRefused):
        own_address_put(actor=resident_viewer(hanako), address=f"みなも市 {MY_NUMBER}", now=NOW)
    with pytest.raises(TypedRefused):
        own_address_put(actor=resident_viewer(hanako), address="あ" * 301, now=NOW)
    with pytest.raises(MailRefused):
        notices_choose(actor=resident_viewer(hanako), mail=f"{MY_NUMBER}@example.jp", ways={}, now=NOW)
    assert mailing(hanako) == []


def test_who_may_say_where_post_goes():
    hanako, taro = person_make(), person_make()
    whole = mandate_make(hanako, taro)
    limited = mandate_make(hanako, person_make(), services=["tax"])
    for actor in (
        resident_viewer(hanako, assurance=Assurance.CONTACT),
        resident_viewer(limited.delegate, acting=limited),
        viewer_with("people.party_keep"),
    ):
        with pytest.raises(NotAllowed):
            own_address_put(actor=actor, address="みなも市", now=NOW)
    own_address_put(actor=resident_viewer(taro, acting=whole), address="みなも市", now=NOW)
    assert mailing(hanako)
    assert whole.key in AuditRow.objects.get().detail


def test_notices_by_purpose():
    consents_ready()
    hanako = person_make()
    client = resident_client(hanako)
    assert post(client, "/me/notices/", mail="", way_due=["mail"]).status_code == 422, (
        "mail without an address"
    )
    assert post(client, "/me/notices/", mail="hanako@", way_due=["mail"]).status_code == 422
    asked = {"mail": "hanako@example.jp", "way_due": ["mail", "letter"], "way_news": []}
    assert post(client, "/me/notices/", **asked).status_code == 302
    due, news = notice_ways(hanako.pk, "due"), notice_ways(hanako.pk, "news")
    assert (due.portal, due.mail, due.letter) == (False, "hanako@example.jp", True)
    assert (news.portal, news.mail, news.letter) == (False, "", False)
    assert notice_ways(person_make().pk, "due").letter, "whoever has no account gets letters"
    other = organisation_make()
    assert notice_ways(other.pk, "due").letter
    assert "hanako@example.jp" in client.get("/me/notices/").content.decode()
    for ways in ({"adverts": ["mail"]}, {"due": ["pigeon"]}):
        with pytest.raises(NotAllowed):
            notices_choose(actor=resident_viewer(hanako), mail="a@example.jp", ways=ways, now=NOW)


def test_the_language_of_letters_and_pages():
    hanako = person_make()
    client = resident_client(hanako)
    answer = post(client, "/me/language/", language="en")
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert ResidentAccount.objects.get().language == "en"
    assert 'lang="en"' in client.get("/me/").content.decode()
    assert post(client, "/me/language/", language="tlh").status_code == 422


def test_the_one_next_thing():
    consents_ready()
    hanako, taro = person_make(name="花野　花子"), person_make()
    client = resident_client(taro)
    assert "することはありません" in client.get("/me/").content.decode()
    mandate = mandate_make(hanako, taro, accepted=False)
    page = client.get("/me/").content.decode()
    assert f"/me/mandates/{mandate.key}/" not in page, "an offer of long ago has lapsed"
    type(mandate).objects.filter(pk=mandate.pk).update(offered_at=ResidentSession.objects.get().began_at)
    assert f"/me/mandates/{mandate.key}/" in client.get("/me/").content.decode()


def test_an_account_of_nobody_known_and_one_by_mail_see_no_record():
    nobody = resident_client(None)
    assert "まだ確かめていません" in nobody.get("/me/").content.decode()
    assert "まだ確かめていません" in nobody.get("/me/profile/").content.decode()
    for path in ("/me/access/", "/me/held/"):
        assert nobody.get(path).status_code == 404
    weak = resident_client(person_make(address="みなも市九番町9番"), assurance=Assurance.CONTACT)
    assert "みなも市九番町" not in weak.get("/me/").content.decode()
    for path in ("/me/profile/", "/me/access/", "/me/held/", "/me/mandates/", "/me/consents/"):
        assert weak.get(path).headers["Location"].startswith("/sign-in/")
