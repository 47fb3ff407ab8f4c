"""What was found of a signature is kept with the digest of what was signed, and a later look changes nothing."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from asn1crypto import pem

from madoguchi.blocks.people.actions import (
    OtherDocument,
    OtherSignature,
    document_signature_keep,
    signature_recheck,
)
from madoguchi.blocks.people.identity.signatures import SignatureFound, trust_of_city
from madoguchi.blocks.people.identity.signatures.check import signature_check
from madoguchi.blocks.people.identity.signatures.trust import trust_check
from madoguchi.blocks.people.models import DocumentSignature, Party
from madoguchi.blocks.people.queries import signatures_of
from madoguchi.blocks.people.testing import (
    DAY,
    NOW,
    CardAuthority,
    duty_viewer,
    person_make,
    resident_account_make,
    signature_make,
    viewer_with,
)
from madoguchi.blocks.people.testing.parties import HOUSE
from madoguchi.blocks.people.testing.signatures import FOUR_ITEMS
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.rights import NotAllowed, Record, Viewer

pytestmark = pytest.mark.django_db
HOUR, YEAR = timedelta(hours=1), timedelta(days=365)
DOCUMENT = "申請書".encode()
SHA256 = hashlib.sha256(DOCUMENT).hexdigest()
CITY = CardAuthority(at=NOW, straight=True)
CARD = CITY.issue(items=FOUR_ITEMS)
SIGNATURE = signature_make(CARD, DOCUMENT, at=NOW)


def found(
    *, at: Any = NOW, signature: bytes = SIGNATURE, document: bytes = DOCUMENT, **how: Any
) -> SignatureFound:
    """Judge with a fresh list of that moment."""
    revoked = how.pop("revoked", {})
    trust = CITY.trust(crls=(CITY.crl(revoked, at=at - HOUR),))
    return signature_check(document=document, signature=signature, trust=trust, now=at, **how)


def keep(party: Party | None, actor: Viewer = HOUSE, **how: Any) -> DocumentSignature:
    """Keep the good one."""
    with_all = {"signature": SIGNATURE, "document_sha256": SHA256, "found": found(), "now": NOW, **how}
    return document_signature_keep(actor=actor, party_id=party and party.pk, **with_all)


def resident(party: Party) -> Viewer:
    """A person with the own record open."""
    account = resident_account_make(party).account
    record = Record(party.pk, frozenset({party.pk}))
    return Viewer(kind="resident", key=f"resident:{account.key}", on=DAY, record=record, assurance=2)


def test_the_result_is_kept_without_the_certificate() -> None:
    party = person_make()
    row = keep(party, resident(party))
    assert (row.verdict, row.document_sha256, row.party_id) == ("valid", SHA256, party.pk)
    assert (row.serial, row.signed_at, row.checked_at) == (
        format(CARD.certificate.serial_number, "x"),
        NOW,
        NOW,
    )
    row.refresh_from_db()
    stored = bytes(row.signature) + repr([row.findings, row.issuer]).encode()
    for said in FOUR_ITEMS.values():
        assert len(said) < 5 or said.encode() not in stored
    audit = AuditRow.objects.get(event="people.signature_kept")
    assert (audit.subject_key, SHA256 in audit.detail) == (party.key, True)
    assert row.serial not in audit.detail


def test_what_is_no_signature_is_kept_as_such() -> None:
    garbage = found(signature=b"garbage")
    row = keep(None, signature=b"garbage", found=garbage)
    assert (row.verdict, bytes(row.signature), row.serial) == ("invalid", b"", "")
    with pytest.raises(OtherSignature):
        signature_recheck(actor=HOUSE, signature_id=row.pk, found=garbage, now=NOW)


def test_only_the_own_record_and_only_what_was_found_of_it() -> None:
    party, other = person_make(), person_make()
    own = resident(party)
    for actor, whose in ((own, other), (own, None), (viewer_with("people.party_keep"), party)):
        with pytest.raises(NotAllowed):
            keep(whose, actor)
    with pytest.raises(OtherDocument):
        keep(party, document_sha256="0" * 64)
    with pytest.raises(OtherSignature):
        keep(party, signature=SIGNATURE + b"\x00")
    assert not DocumentSignature.objects.exists()


def test_a_later_look_adds_a_row() -> None:
    party = person_make()
    first = keep(party)
    before = DocumentSignature.objects.values().get()
    later = NOW + timedelta(days=30)
    since = {"revoked": {CARD: NOW + timedelta(days=3)}}
    again = found(at=later, existed_at=first.checked_at, **since)
    second = signature_recheck(actor=resident(party), signature_id=first.pk, found=again, now=later)
    assert (second.verdict, "certificate_revoked_later" in again.codes) == ("valid", True)
    assert (second.party_id, second.document_sha256, second.checked_at) == (party.pk, SHA256, later)
    assert DocumentSignature.objects.filter(pk=first.pk).values().get() == before
    # A look at the second counts from the first; without saying since when, revoked is revoked.
    third = signature_recheck(actor=HOUSE, signature_id=second.pk, found=found(at=later, **since), now=later)
    assert third.verdict == "invalid"
    assert AuditRow.objects.filter(event="people.signature_rechecked").count() == 2


def test_a_later_look_is_at_the_same_signature_and_from_no_earlier_than_it_came() -> None:
    party = person_make()
    row = keep(party)
    another = signature_make(CITY.issue(), DOCUMENT, at=NOW)
    later = NOW + HOUR
    for wrong in (
        found(at=later, signature=another),
        found(at=later, document=b"x"),
        found(at=later, existed_at=NOW - HOUR),
        replace(found(at=later), serial="1"),
    ):
        with pytest.raises(OtherSignature):
            signature_recheck(actor=HOUSE, signature_id=row.pk, found=wrong, now=later)
    for actor, number in ((resident(person_make()), row.pk), (HOUSE, row.pk + 1)):
        with pytest.raises(NotAllowed):
            signature_recheck(actor=actor, signature_id=number, found=found(at=later), now=later)
    assert DocumentSignature.objects.count() == 1


def test_who_sees_what_was_found() -> None:
    party, other = person_make(), person_make()
    keep(party)
    keep(other, found=found(revoked={CARD: NOW - HOUR}))
    lines = signatures_of(HOUSE, SHA256)
    assert [(line.party_id, line.verdict) for line in lines] == [(party.pk, "valid"), (other.pk, "invalid")]
    assert "証明書は失効していません（失効リスト、2026-05-12 09:00現在）。" in lines[0].texts
    assert len(lines[0].texts) == len(lines[0].codes)
    assert [line.party_id for line in signatures_of(resident(party), SHA256)] == [party.pk]
    assert signatures_of(duty_viewer("people.identity_view"), SHA256) == lines
    assert signatures_of(viewer_with("people.party_keep"), SHA256) == ()
    assert signatures_of(HOUSE, "0" * 64) == ()


# --- whom the city trusts ---


@pytest.fixture
def city(tmp_path: Path, settings: Any) -> Path:
    """A city's folder and a data folder of this test."""
    settings.CITY_DIR, settings.DATA_DIR = tmp_path / "city", tmp_path / "data"
    settings.ENVIRONMENT = SimpleNamespace(site=SimpleNamespace(values={}))
    (tmp_path / "city").mkdir()
    (tmp_path / "data" / "revocation").mkdir(parents=True)
    return tmp_path


def trusted(city: Path, **files: bytes) -> Path:
    """Put certificates into the city's folder; ``root_pem`` becomes ``root.pem``."""
    folder = city / "city" / "trust"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_bytes(content)
    return folder


def test_the_city_trusts_what_lies_in_its_folder(city: Path) -> None:
    deep = CardAuthority(at=NOW, name="深い認証局")
    assert trust_of_city().roots == ()
    trusted(city, both_pem=deep.root.pem + deep.issuing.pem, other_cer=CITY.root.der, readme_txt=b"x")
    trust = trust_of_city()
    assert set(trust.roots) == {deep.root.der, CITY.root.der}
    assert trust.intermediates == (deep.issuing.der,)
    (city / "data" / "revocation" / "city.crl").write_bytes(CITY.crl())
    checked = signature_check(document=DOCUMENT, signature=SIGNATURE, trust=trust, now=NOW)
    assert checked.verdict == "valid"
    # What signers leave out may lie in the folder; the root's own list is missing still.
    bare = signature_make(deep.issue(), DOCUMENT, at=NOW, with_chain=False)
    (city / "data" / "revocation" / "deep.pem").write_bytes(pem.armor("X509 CRL", deep.crl()))
    checked = signature_check(document=DOCUMENT, signature=bare, trust=trust, now=NOW)
    assert (checked.verdict, checked.codes[-2]) == ("unsure", "revocation_not_asked")
    (city / "data" / "revocation" / "deep-root.crl").write_bytes(deep.crl(by=deep.root))
    assert signature_check(document=DOCUMENT, signature=bare, trust=trust, now=NOW).verdict == "valid"


def test_bindings_say_how_strictly(city: Path, settings: Any) -> None:
    settings.ENVIRONMENT.site.values["signatures"] = {"nonce_required": True, "document_mib": 1}
    trusted(city, root_pem=CITY.root.pem)
    trust = trust_of_city()
    assert (trust.nonce_required, trust.document_mib, trust.signature_mib) == (True, 1, 1)
    big = signature_check(document=bytes(1024 * 1024 + 1), signature=SIGNATURE, trust=trust, now=NOW)
    assert big.codes == ("document_too_large",)


def test_the_health_page_says_what_is_missing(city: Path) -> None:
    assert trust_check(now=NOW).state == "ok"
    folder, lists = trusted(city), city / "data" / "revocation"
    assert trust_check(now=NOW).state == "bad"
    trusted(city, broken_pem=b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    said = trust_check(now=NOW)
    assert (said.state, "broken.pem" in str(said.text)) == ("bad", True)
    (folder / "broken.pem").unlink()
    trusted(city, root_pem=CITY.root.pem)
    assert "失効リストがありません" in str(trust_check(now=NOW).text)
    listed = lists / "city.crl"
    listed.write_bytes(CITY.crl())
    assert trust_check(now=NOW).state == "ok"
    assert [trust_check(now=NOW + late).state for late in (2 * timedelta(days=1), 5 * YEAR - HOUR, 6 * YEAR)] == [
        "warn", "warn", "bad",
    ]  # fmt: skip
    listed.write_bytes(b"garbage")
    os.utime(listed, (1, 1))
    assert "city.crl" in str(trust_check(now=NOW).text)
    for moment in (NOW, NOW + 6 * YEAR):
        said = trust_check(now=moment)
        assert (said.state != "ok", bool(said.remedy)) == (True, True)
