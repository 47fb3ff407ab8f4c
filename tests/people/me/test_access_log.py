"""Who looked at me: office and post, when, for which duty, which data; never whose hand it was."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from madoguchi.blocks.people.access.log import looks, years_of
from madoguchi.blocks.people.actions import (
    consent_answer,
    household_open,
    own_record_read,
    party_merge,
    person_open,
)
from madoguchi.blocks.people.models import Assurance
from madoguchi.blocks.people.queries import access_log
from madoguchi.blocks.people.testing import (
    DAY,
    NOW,
    consents_ready,
    duty_viewer,
    household_make,
    mandate_make,
    person_make,
    resident_client,
    resident_viewer,
    viewer_with,
)
from madoguchi.kernel.clock import TOKYO
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.rights import Viewer, system_viewer

pytestmark = pytest.mark.django_db
LOOKS = [f"people.{name}_view" for name in ("identity", "address", "household")]
LOG, FILE = "/me/access/", "/me/access/list.csv"


def clerk(**changes: str) -> Viewer:
    known = {"name": "試験　見太郎", "office": "市民課", "post": "係長", "key": "staff:s31415"}
    return replace(duty_viewer(*LOOKS), **(known | changes))


def test_a_look_is_told_without_the_hand_that_took_it():
    hanako = person_make()
    person_open(actor=clerk(), key=hanako.key, now=NOW, case="A-12345")
    (line,) = access_log(resident_viewer(hanako))
    assert (line.office, line.post, line.who, line.duty) == ("市民課", "係長", "office", "試験の用務")
    assert line.data == ("identity", "address", "household")
    assert line.at == NOW
    client = resident_client(hanako)
    for path in (LOG, FILE):
        page = client.get(path).content.decode()
        assert "市民課" in page
        assert "住所" in page
        for hidden in ("見太郎", "s31415", "A-12345"):
            assert hidden not in page


def test_a_declared_duty_is_told_in_the_readers_language_with_its_basis():
    declarations_publish(actor=system_viewer(on=DAY, duty="試験"), keys=None, reason="試験", now=NOW)
    hanako = person_make()
    actor = clerk(duty="住民異動の届出の受付", duty_key="residents/move")
    person_open(actor=actor, key=hanako.key, now=NOW)
    english, japanese = (access_log(resident_viewer(hanako), language=lang)[0] for lang in ("en", "ja"))
    assert japanese.duty == "住民異動の届出の受付"
    assert english.duty != japanese.duty
    assert english.basis.startswith("住民基本台帳法22条")
    gone = clerk(duty="むかしの用務", duty_key="residents/gone")
    person_open(actor=gone, key=hanako.key, now=NOW + timedelta(days=1))
    line = access_log(resident_viewer(hanako), language="en")[0]
    assert (line.duty, line.duty_lang, line.basis) == ("むかしの用務", "ja", "")


def test_an_emergency_is_there_at_once():
    hanako = person_make(protected=True)
    actor = replace(duty_viewer(*LOOKS, "people.protected_view"), duty="緊急の閲覧 7", duty_key="emergency/7")
    person_open(actor=actor, key=hanako.key, now=NOW)
    assert access_log(resident_viewer(hanako))[0].emergency
    page = resident_client(hanako).get(LOG).content.decode()
    assert "緊急の閲覧" in page
    assert "緊急の閲覧 7" not in page


def test_one_sees_looks_at_oneself_and_no_others():
    home = household_make()
    hanako, taro, stranger = (
        person_make(household=home),
        person_make(household=home, head=False),
        person_make(),
    )
    household_open(actor=clerk(), key=home.key, on=DAY, now=NOW)
    person_open(actor=clerk(office="税務課"), key=stranger.key, now=NOW)
    for member in (hanako, taro):
        assert [line.office for line in access_log(resident_viewer(member))] == ["市民課"]
    assert [line.office for line in access_log(resident_viewer(stranger))] == ["税務課"]
    assert access_log(viewer_with(*LOOKS)) == []
    assert access_log(replace(resident_viewer(hanako), record=None)) == []


def test_looks_under_a_merged_number_stay():
    hanako, again = person_make(), person_make()
    person_open(actor=clerk(), key=again.key, now=NOW)
    party_merge(
        actor=viewer_with("people.person_merge"),
        kept_key=hanako.key,
        gone_key=again.key,
        reason="同じ人",
        now=NOW,
    )
    person_open(actor=clerk(office="税務課"), key=hanako.key, now=NOW)
    assert {line.office for line in access_log(resident_viewer(hanako))} == {"市民課", "税務課"}


def test_own_looks_and_those_of_a_delegate_are_marked():
    hanako, taro = person_make(name="花野　花子"), person_make(name="月野　太郎")
    mandate = mandate_make(hanako, taro)
    for actor in (resident_viewer(hanako), resident_viewer(taro, acting=mandate)):
        own_record_read(actor=actor, page="profile", data=["identity"], now=NOW)
    delegate, own = access_log(resident_viewer(hanako))
    assert (own.who, own.by) == ("self", "")
    assert (delegate.who, delegate.by) == ("delegate", "月野　太郎")
    assert access_log(resident_viewer(taro)) == [], "it was not his record"
    assert access_log(resident_viewer(taro, acting=mandate))[0].by == "月野　太郎"
    limited = mandate_make(hanako, person_make(), services=["tax"])
    assert access_log(resident_viewer(limited.delegate, acting=limited)) == []


def test_a_delegates_look_at_the_log_is_in_the_log():
    hanako, taro = person_make(), person_make()
    client = resident_client(taro, acting=mandate_make(hanako, taro))
    client.get(LOG)
    assert [line.who for line in access_log(resident_viewer(hanako))] == ["delegate"]
    resident_client(hanako).get(LOG)
    assert len(access_log(resident_viewer(hanako))) == 1, "reading one's own list does not fill it"


def test_every_page_on_which_a_delegate_reads_is_in_the_log():
    text = consents_ready()
    hanako, taro = person_make(), person_make()
    mandate = mandate_make(hanako, taro)
    answer = {"key": text.key, "answer": "given", "sha256": text.sha256, "language": "ja", "now": NOW}
    proof = consent_answer(actor=resident_viewer(hanako), **answer)
    client = resident_client(taro, acting=mandate)
    paths = ["/me/profile/address/", "/me/consents/", f"/me/consents/{text.key}/",
             *(reverse(f"me:{name}", args=[proof.pk]) for name in ("consent_proof", "consent_proof_file"))]  # fmt: skip
    for number, path in enumerate(paths, start=1):
        assert client.get(path).status_code == 200, path
        assert len(access_log(resident_viewer(hanako))) == number, path
    resident_client(hanako).get("/me/consents/")
    assert len(access_log(resident_viewer(hanako))) == len(paths), "the owner's own reading is no news to her"


def test_for_whom_somebody_acts_is_not_for_whoever_reads_his_mail():
    hanako, taro = person_make(name="花野　花子"), person_make()
    mandate_make(hanako, taro)
    by_mail = resident_client(taro, assurance=Assurance.CONTACT).get("/me/act/").content.decode()
    assert "花野" not in by_mail
    assert "花野" in resident_client(taro).get("/me/act/").content.decode()


def test_years_pages_and_the_file():
    hanako = person_make()
    moments = [datetime(2025, 12, 31, 23, 59, tzinfo=TOKYO), datetime(2026, 1, 1, 0, 0, tzinfo=TOKYO)]
    moments += [NOW + timedelta(minutes=count) for count in range(30)]
    for moment in moments:
        person_open(actor=clerk(), key=hanako.key, now=moment)
    record = resident_viewer(hanako).record
    assert record is not None
    assert years_of(record) == [2026, 2025]
    assert (looks(record, 2025).count(), looks(record, 2026).count()) == (1, 31)
    client = resident_client(hanako)
    assert client.get(LOG).content.decode().count('<li class="mg-card') == 25
    assert client.get(LOG, {"page": "2"}).content.decode().count('<li class="mg-card') == 7
    assert client.get(LOG, {"year": "2025"}).content.decode().count('<li class="mg-card') == 1
    assert client.get(LOG, {"year": "1999"}).status_code == 200, "an odd year shows all"
    rows = list(csv.reader(io.StringIO(client.get(FILE, {"year": "2026"}).content.decode("utf-8-sig"))))
    assert len(rows) == 1 + 31
    assert {len(row) for row in rows} == {8}


def test_no_cell_of_the_file_is_a_formula():
    hanako = person_make()
    person_open(actor=clerk(office="=1+1"), key=hanako.key, now=NOW)
    assert "'=1+1" in resident_client(hanako).get(FILE).content.decode()


def test_a_long_list_takes_few_queries():
    hanako = person_make()
    for count in range(30):
        person_open(actor=clerk(), key=hanako.key, now=NOW + timedelta(minutes=count))
    client = resident_client(hanako)
    client.get(LOG)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(reverse("me:access")).status_code == 200
    assert len(queries) <= 16, [query["sql"][:120] for query in queries]
