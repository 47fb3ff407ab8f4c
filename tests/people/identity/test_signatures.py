"""A detached signature is judged, whoever made it, and ``openssl`` gives the same verdict over the same case."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, crl, pem
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.blocks.people.identity.signatures import (
    CertificateUnreadable,
    Finding,
    SignatureFound,
    Statement,
    Trust,
    TrustMissing,
    ValidityAnswer,
    ValidityAsked,
    ValidityUnreachable,
    finding_text,
    items_of,
)
from madoguchi.blocks.people.identity.signatures.check import signature_check
from madoguchi.blocks.people.identity.signatures.claims import ARC
from madoguchi.blocks.people.identity.signatures.words import TEXTS
from madoguchi.blocks.people.testing import AuthorityService, CardAuthority, signature_make
from madoguchi.blocks.people.testing.signatures import FOUR_ITEMS, Issued

pytestmark = pytest.mark.once

# openssl signs by the clock of the computer and cannot be told another time.
AT = datetime.now(UTC).replace(microsecond=0)
HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
DOCUMENT = "転入届\r\n徳島県みなも市\n".encode() * 40
OTHER = DOCUMENT.replace("転入届".encode(), "転出届".encode(), 1)


@cache
def city() -> CardAuthority:
    """The authority that the city trusts."""
    return CardAuthority(at=AT)


@cache
def stranger() -> CardAuthority:
    """Another, with the same names."""
    return CardAuthority(at=AT)


@cache
def elsewhere() -> CardAuthority:
    """One that nobody here knows."""
    return CardAuthority(at=AT, name="よその認証局")


@cache
def card(**how: Any) -> Issued:
    """A signing certificate of the city's authority."""
    return city().issue(**how)


@cache
def citizen() -> Issued:
    """One as a card has it, with the four items."""
    return city().issue(items=FOUR_ITEMS)


@cache
def signed(by: Issued | None = None, **how: Any) -> bytes:
    """A signature over ``DOCUMENT``, made now."""
    return signature_make(by or card(), DOCUMENT, **{"at": AT, **how})


def judged(
    signature: bytes,
    trust: Trust | None = None,
    *,
    document: bytes = DOCUMENT,
    now: datetime = AT,
    **how: Any,
) -> SignatureFound:
    """Let ours judge; by default with fresh lists in which nothing is revoked."""
    trust = trust or city().trust(crls=city().crls())
    return signature_check(document=document, signature=signature, trust=trust, now=now, **how)


def flipped(whole: bytes, part: bytes, *, at: int = -1) -> bytes:
    """Change one bit inside the last place where ``part`` stands."""
    place = whole.rindex(part) + (at % len(part))
    return whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]


def signature_value(signature: bytes) -> bytes:
    """Give the signature proper."""
    return bytes(cms.ContentInfo.load(signature)["content"]["signer_infos"][0]["signature"].native)


# --- the outside judge ---


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """``openssl``, in a folder of this test."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    return Judge(tmp_path)


@dataclass(frozen=True)
class Judge:
    """``openssl`` at work in a folder."""

    folder: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Run it; it reads and writes files of the folder alone."""
        return subprocess.run(
            ["openssl", *arguments], cwd=self.folder, capture_output=True, timeout=60, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def done(self, *arguments: str) -> None:
        """Run it and let the test fail with its words when it fails."""
        ran = self.run(*arguments)
        assert ran.returncode == 0, ran.stderr.decode()

    def write(self, **files: bytes) -> None:
        """Write files; ``sig_der`` becomes ``sig.der``."""
        for name, content in files.items():
            (self.folder / name.replace("_", ".")).write_bytes(content)

    def sign(self, by: Issued, *arguments: str, form: str = "DER", document: bytes = DOCUMENT) -> bytes:
        """Sign a document with it."""
        chain = b"".join(one.public_bytes(Encoding.PEM) for one in by.chain)
        self.write(doc_bin=document, signer_pem=by.pem, key_pem=by.key_pem, chain_pem=chain)
        self.done(
            "cms", "-sign", "-binary", "-in", "doc.bin", "-signer", "signer.pem", "-inkey", "key.pem",
            "-certfile", "chain.pem", "-outform", form, "-out", "made.sig", *arguments,
        )  # fmt: skip
        return (self.folder / "made.sig").read_bytes()

    def accepts(
        self,
        signature: bytes,
        trust: Trust,
        *,
        document: bytes = DOCUMENT,
        now: datetime = AT,
        form: str = "DER",
    ) -> bool:
        """Say whether ``openssl cms -verify`` accepts a signature, with every certificate asked after in the lists."""
        roots = b"".join(pem.armor("CERTIFICATE", root) for root in trust.roots)
        lists = b"".join(pem.armor("X509 CRL", one) for one in trust.crls)
        self.write(doc_bin=document, sig_in=signature, trust_pem=roots + lists)
        ran = self.run(
            "cms", "-verify", "-binary", "-inform", form, "-in", "sig.in", "-content", "doc.bin", "-out", "out.bin",
            "-CAfile", "trust.pem", "-no-CApath", "-no-CAstore", "-crl_check_all", "-auth_level", "2",
            "-attime", str(int(now.timestamp())),
        )  # fmt: skip
        return ran.returncode == 0


# --- one table, two judges ---


@dataclass(frozen=True)
class Case:
    """One case: what ours must say, and what ``openssl`` says otherwise, with the reason."""

    verdict: str
    code: str
    signature: Callable[[], bytes]
    trust: Callable[[], Trust] = field(default=lambda: city().trust(crls=city().crls()))
    document: bytes = DOCUMENT
    now: datetime = AT
    openssl_also_accepts: str = ""


def lists(*more: bytes, **how: Any) -> Trust:
    """Trust with one authority's lists made in a certain way."""
    return city().trust(crls=(*city().crls(**how), *more))


def revoked(one: Issued, when: timedelta) -> Trust:
    """Trust with lists that revoke a certificate."""
    return lists(revoked={one: AT + when})


RSA = rsa.generate_private_key(65537, 2048)
SMALL = rsa.generate_private_key(65537, 1024)
P521 = ec.generate_private_key(ec.SECP521R1())


def two_signers() -> bytes:
    """One signature of two people."""
    one, other = (cms.ContentInfo.load(signed(by)) for by in (card(), citizen()))
    one["content"]["signer_infos"].append(other["content"]["signer_infos"][0])
    one["content"]["certificates"] = [*one["content"]["certificates"], *other["content"]["certificates"]]
    return bytes(one.dump(force=True))


def without_time() -> bytes:
    """A signature that says nothing of when it was made."""
    info = cms.ContentInfo.load(signed())
    signer = info["content"]["signer_infos"][0]
    attributes = cms.CMSAttributes(
        [one for one in signer["signed_attrs"] if one["type"].native != "signing_time"]
    )
    key = card().key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    signer["signed_attrs"] = attributes
    signer["signature"] = key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
    return bytes(info.dump(force=True))


def without_attributes() -> bytes:
    """A signature over the document itself, and one whose document is really its attributes."""
    info = cms.ContentInfo.load(signed())
    signer = info["content"]["signer_infos"][0]
    bare = cms.SignerInfo(
        {name: signer[name] for name in signer if name not in {"signed_attrs", "unsigned_attrs"}}
    )
    info["content"]["signer_infos"] = [bare]
    return bytes(info.dump(force=True))


def attributes_as_document() -> bytes:
    """The attributes of a signature, as the bytes that were signed."""
    signer = cms.ContentInfo.load(signed())["content"]["signer_infos"][0]
    return bytes(signer["signed_attrs"].untag().dump())


CASES: dict[str, Case] = {
    "good": Case("valid", "certificate_not_revoked", signed),
    "good, straight from the root": Case(
        "valid", "certificate_not_revoked",
        lambda: signed(city().issue(issuer=city().root)), lambda: city().trust(crls=[city().crl(by=city().root)]),
    ),
    "a card's certificate": Case("valid", "certificate_not_revoked", lambda: signed(citizen())),
    "RSA with SHA-256": Case("valid", "intact", lambda: signed(card(key=RSA))),
    "RSA with SHA-512, PSS": Case("valid", "intact", lambda: signed(card(key=RSA), digest="sha512", pss=True)),
    "P-256 with SHA-384": Case("valid", "intact", lambda: signed(digest="sha384")),
    "one bit of the document": Case(
        "invalid", "document_differs", signed, document=flipped(DOCUMENT, "みなも市".encode())
    ),
    "another document": Case("invalid", "document_differs", signed, document=OTHER),
    "nothing instead of the document": Case("invalid", "document_differs", signed, document=b""),
    "one bit of the signature": Case(
        "invalid", "signature_wrong", lambda: flipped(signed(), signature_value(signed()))
    ),
    "attributes instead of the document": Case(
        "invalid", "attributes_missing", without_attributes, document=attributes_as_document(),
        openssl_also_accepts="it lets the attributes of one signature pass for a document",
    ),
    "expired certificate": Case(
        "invalid", "expired", lambda: signed(card(starts=-YEAR / 2, ends=-DAY), at=AT - 2 * DAY)
    ),
    "signed after expiry": Case("invalid", "signed_after_expiry", lambda: signed(card(starts=-YEAR / 2, ends=-DAY))),
    "not yet valid": Case("invalid", "not_yet_valid", lambda: signed(card(starts=DAY))),
    "our clock before the issue": Case(
        "invalid", "not_yet_valid", lambda: signed(at=AT - 3 * DAY),
        lambda: lists(at=AT - 3 * DAY - HOUR), now=AT - 3 * DAY,
    ),
    "the signer's clock before the issue": Case(
        "invalid", "signed_before_issue", lambda: signed(at=AT - 30 * DAY),
        openssl_also_accepts="it does not look at what the signer's clock said",
    ),
    "the signer's clock far ahead": Case(
        "invalid", "signed_in_future", lambda: signed(at=AT + HOUR),
        openssl_also_accepts="it does not look at what the signer's clock said",
    ),
    "no time of signing": Case("valid", "signing_time_missing", without_time),
    "revoked before signing": Case("invalid", "certificate_revoked", signed, lambda: revoked(card(), -2 * HOUR)),
    "revoked after signing, before it came in": Case(
        "invalid", "certificate_revoked", lambda: signed(at=AT - 3 * HOUR), lambda: revoked(card(), -2 * HOUR)
    ),
    "another's certificate revoked": Case("valid", "certificate_not_revoked", signed, lambda: revoked(citizen(), -HOUR)),
    "the authority revoked": Case(
        "invalid", "authority_revoked", signed,
        lambda: city().trust(crls=[city().crl(), city().crl({city().issuing: AT - DAY}, by=city().root)]),
    ),
    "no list at all": Case("unsure", "revocation_not_asked", signed, lambda: city().trust()),
    "no list of the root": Case("unsure", "revocation_not_asked", signed, lambda: city().trust(crls=[city().crl()])),
    "stale list": Case("unsure", "revocation_stale", signed, lambda: lists(at=AT - 3 * DAY)),
    "list from tomorrow": Case("unsure", "revocation_untrusted", signed, lambda: lists(at=AT + DAY)),
    "list signed by another": Case("unsure", "revocation_untrusted", signed, lambda: lists(key=citizen().key)),
    "list of another authority": Case(
        "unsure", "revocation_untrusted", signed,
        lambda: city().trust(crls=[stranger().crl(), city().crl(by=city().root)]),
    ),
    "path to another root": Case("invalid", "path_missing", lambda: signed(elsewhere().issue())),
    "same names, another root": Case(
        "invalid", "path_wrong", lambda: signed(stranger().issue(issuer=stranger().root)),
        lambda: city().trust(crls=[city().crl(by=city().root)]),
    ),
    "its own issuer": Case("invalid", "path_missing", lambda: signed(card(self_signed=True))),
    "issued by a citizen": Case(
        "invalid", "path_wrong", lambda: signed(city().issue(name="試験の子", issuer=citizen())),
        lambda: lists(city().crl(by=citizen())),
    ),
    "intermediate missing": Case("invalid", "path_missing", lambda: signed(with_chain=False)),
    "for encipherment": Case("invalid", "usage_wrong", lambda: signed(card(usage=("key_encipherment",)))),
    "for signing in, as the card's other certificate": Case(
        "invalid", "usage_wrong", lambda: signed(card(usage=("digital_signature",))),
        openssl_also_accepts="to it, any signing is signing",
    ),
    "for servers": Case(
        "invalid", "usage_wrong", lambda: signed(card(purposes=(x509.oid.ExtendedKeyUsageOID.SERVER_AUTH,)))
    ),
    "by the authority itself": Case(
        "invalid", "usage_wrong", lambda: signed(city().issuing)
    ),
    "SHA-1": Case(
        "invalid", "algorithm_refused", lambda: signed(card(key=RSA), digest="sha1", cades=False),
        openssl_also_accepts="its level of security does not reach the signature itself",
    ),
    "RSA of 1024 bits": Case("invalid", "key_refused", lambda: signed(card(key=SMALL))),
    "P-521": Case(
        "invalid", "key_refused", lambda: signed(card(key=P521), digest="sha512"),
        openssl_also_accepts="the curve is sound, only not among ours",
    ),
    "two signers": Case(
        "invalid", "signers", two_signers, openssl_also_accepts="both are right"
    ),
    "attached": Case(
        "invalid", "attached", lambda: signed(detached=False), openssl_also_accepts="it is right, but not detached"
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.judge
@pytest.mark.parametrize("name", CASES)
def test_ours_and_openssl_agree(name: str, judge: Judge) -> None:
    case = CASES[name]
    found = judged(case.signature(), case.trust(), document=case.document, now=case.now)
    assert (found.verdict, case.code) == (
        case.verdict,
        case.code if case.code in found.codes else found.codes,
    )
    accepts = judge.accepts(case.signature(), case.trust(), document=case.document, now=case.now)
    assert accepts == (case.verdict == "valid" or bool(case.openssl_also_accepts))


@pytest.mark.slow
@pytest.mark.judge
@pytest.mark.parametrize(
    ("key", "arguments"),
    [
        (RSA, ("-md", "sha256")),
        (RSA, ("-md", "sha512", "-cades")),
        (RSA, ("-md", "sha384", "-keyopt", "rsa_padding_mode:pss")),
        (ec.generate_private_key(ec.SECP256R1()), ("-md", "sha256", "-cades")),
        (ec.generate_private_key(ec.SECP384R1()), ("-md", "sha384")),
    ],
)
def test_what_openssl_signs_is_valid_until_a_byte_changes(
    judge: Judge, key: Any, arguments: tuple[str, ...]
) -> None:
    signer = city().issue(key=key)
    for form in ("DER", "PEM"):
        signature = judge.sign(signer, *arguments, form=form)
        found = judged(signature, now=AT + HOUR, trust=lists(holds=2 * DAY))
        assert found.verdict == "valid", found.findings
        assert found.signed_at is not None
        assert judged(signature, document=OTHER, now=AT + HOUR).verdict == "invalid"
    # What ours keeps holds no certificate, and is the same signature still: openssl takes it with the certificate.
    authorities = (pem.armor("CERTIFICATE", one.der) for one in (city().root, city().issuing))
    judge.write(kept_der=found.kept, root_pem=b"".join(authorities))
    assert signer.certificate.public_bytes(Encoding.PEM)[40:80] not in pem.armor("X", found.kept)
    verify = (
        "cms", "-verify", "-binary", "-inform", "DER", "-in", "kept.der", "-content", "doc.bin", "-out", "o",
        "-CAfile", "root.pem", "-attime", str(int(AT.timestamp()) + 60),
    )  # fmt: skip
    assert judge.run(*verify).returncode != 0
    judge.done(*verify, "-certfile", "signer.pem")


@pytest.mark.slow
@pytest.mark.judge
def test_what_openssl_signs_otherwise_is_refused(judge: Judge) -> None:
    cases = {
        "attached": ("-nodetach",),
        "certificate_missing": ("-nocerts",),
        "attributes_missing": ("-noattr",),
        "algorithm_refused": ("-md", "sha1"),
        "signers": ("-signer", "second.pem", "-inkey", "secondkey.pem"),
    }
    judge.write(second_pem=citizen().pem, secondkey_pem=citizen().key_pem)
    for code, arguments in cases.items():
        found = judged(judge.sign(card(key=RSA), *arguments), now=AT + HOUR)
        assert (found.verdict, found.codes) == ("invalid", (code,))
    digested = judge.sign(card(key=RSA), form="SMIME")
    assert judged(digested, now=AT + HOUR).codes == ("unreadable",)


# --- responders ---


def judge_now() -> datetime:
    """Tell a time at which what openssl makes holds: it makes everything by the clock of the computer."""
    return datetime.now(UTC) + timedelta(minutes=1)


class Openssl:
    """The far side of the protocol, played by ``openssl ocsp`` and ``openssl ca``."""

    name = "openssl"

    def __init__(self, judge: Judge, lines: dict[Issued, str], *, ndays: int = 1) -> None:
        self.judge, self.ndays, self.digest = judge, ndays, "sha256"
        responder = city().responder
        rows = "".join(
            f"{line[0]}\t{AT + YEAR:%y%m%d%H%M%SZ}\t{line[1:]}\t{one.certificate.serial_number:040X}\tunknown\t/CN=x\n"
            for one, line in lines.items()
        )
        judge.write(
            index_txt=rows.encode(), index_txt_attr=b"unique_subject = no\n", crlnumber=b"01\n",
            responder_pem=responder.pem, responderkey_pem=responder.key_pem, ca_pem=city().issuing.pem,
            cakey_pem=city().issuing.key_pem,
            ca_cnf=b"[ca]\ndefault_ca=a\n[a]\ndatabase=index.txt\ndefault_md=sha256\ncrlnumber=crlnumber\n"
            b"certificate=ca.pem\nprivate_key=cakey.pem\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n",
        )  # fmt: skip

    def answer(self, asked: ValidityAsked, *, now: datetime) -> ValidityAnswer:
        if asked.issuer != city().issuing.der:
            return ValidityAnswer(crls=(city().crl(by=city().root),))
        self.judge.write(req_der=asked.request)
        self.judge.done(
            "ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", "responder.pem", "-rkey", "responderkey.pem",
            "-reqin", "req.der", "-respout", "resp.der", "-ndays", str(self.ndays), "-rmd", self.digest,
        )  # fmt: skip
        return ValidityAnswer(ocsp=(self.judge.folder / "resp.der").read_bytes())

    def crl(self) -> bytes:
        """A list by ``openssl ca``."""
        self.judge.done("ca", "-gencrl", "-config", "ca.cnf", "-crldays", "1", "-out", "made.crl")
        return (self.judge.folder / "made.crl").read_bytes()

    def check(self, *, now: datetime) -> Any:
        raise NotImplementedError


@pytest.mark.slow
@pytest.mark.judge
@pytest.mark.parametrize(
    ("line", "verdict", "code", "crl_verdict"),
    [
        ("V", "valid", "certificate_not_revoked", "valid"),
        ("R{at:%y%m%d%H%M%SZ}", "invalid", "certificate_revoked", "invalid"),
        ("R{at:%y%m%d%H%M%SZ},keyCompromise", "invalid", "certificate_revoked", "invalid"),
        ("", "unsure", "revocation_unknown", "valid"),
    ],
)
def test_openssl_as_responder_and_lister(
    judge: Judge, line: str, verdict: str, code: str, crl_verdict: str
) -> None:
    service = Openssl(judge, {card(): line.format(at=AT - HOUR)} if line else {citizen(): "V"})
    now = judge_now()
    found = judged(signed(), city().trust(service=service), now=now)
    assert (found.verdict, code) == (verdict, code if code in found.codes else found.codes)
    found = judged(signed(), city().trust(crls=[service.crl(), city().crl(by=city().root)]), now=now)
    assert found.verdict == crl_verdict


def answering(make: Callable[[bytes], Any], **said: Any) -> tuple[Trust, AuthorityService]:
    """Trust in a service that answers about the citizen's certificate as ``make`` says, and about others well."""

    def answer(serial: int, nonce: bytes) -> ValidityAnswer:
        if serial != card().certificate.serial_number:
            return ValidityAnswer(crls=(city().crl(by=city().root),))
        made = make(nonce)
        return made if isinstance(made, ValidityAnswer) else ValidityAnswer(ocsp=made)

    service = AuthorityService(answer)
    return city().trust(service=service, **said), service


def response(status: Any = "good", **how: Any) -> Callable[[bytes], bytes]:
    """Make a response that repeats the nonce."""
    return lambda nonce: city().ocsp(card(), status, **{"nonce": nonce, **how})


def unreachable(nonce: bytes) -> bytes:
    """Nobody there."""
    raise ValidityUnreachable("no route")


OWN_RESPONDER = {"usage": ("digital_signature",)}
ANSWERS: dict[str, tuple[Callable[[bytes], Any], str, str]] = {
    "good": (response(), "valid", "certificate_not_revoked"),
    "good, by the authority itself": (lambda n: response(by=city().issuing)(n), "valid", "certificate_not_revoked"),
    "revoked": (response("revoked", revoked_at=AT - HOUR), "invalid", "certificate_revoked"),
    "unknown": (response("unknown"), "unsure", "revocation_unknown"),
    "stale": (response(at=AT - 2 * DAY), "unsure", "revocation_stale"),
    "without an end, and old": (response(at=AT - HOUR, holds=None), "unsure", "revocation_stale"),
    "without an end, and fresh": (response(holds=None), "valid", "certificate_not_revoked"),
    "from tomorrow": (response(at=AT + DAY), "unsure", "revocation_untrusted"),
    "without a nonce": (response(nonce=None), "valid", "certificate_not_revoked"),
    "with another's nonce": (response(nonce=b"0" * 32), "unsure", "revocation_nonce_differs"),
    "signed by a citizen": (lambda n: response(by=citizen())(n), "unsure", "revocation_untrusted"),
    "signed by a stranger's responder": (lambda n: response(by=stranger().responder)(n), "unsure", "revocation_untrusted"),
    "about another certificate": (lambda n: city().ocsp(citizen(), nonce=n), "unsure", "revocation_not_asked"),
    "garbage": (lambda n: b"garbage", "unsure", "revocation_unreadable"),
    "an error": (lambda n: bytes.fromhex("30030a0106"), "unsure", "revocation_unreachable"),
    "nobody": (unreachable, "unsure", "revocation_unreachable"),
    "nothing": (lambda n: ValidityAnswer(), "unsure", "revocation_not_asked"),
    "good in a list, revoked in a response": (
        lambda n: ValidityAnswer(crls=(city().crl(),), ocsp=response("revoked", revoked_at=AT - HOUR)(n)),
        "invalid", "certificate_revoked",
    ),
    "revoked in a list, good in a response": (
        lambda n: ValidityAnswer(crls=(city().crl({card(): AT - HOUR}),), ocsp=response()(n)),
        "invalid", "certificate_revoked",
    ),
    "unknown in a response, good in a list": (
        lambda n: ValidityAnswer(crls=(city().crl(),), ocsp=response("unknown")(n)), "valid", "certificate_not_revoked",
    ),
    "stated good": (
        lambda n: ValidityAnswer(statement=Statement("good", AT)), "valid", "certificate_not_revoked",
    ),
    "stated revoked": (
        lambda n: ValidityAnswer(statement=Statement("revoked", AT, AT - DAY)), "invalid", "certificate_revoked",
    ),
    "stated unknown": (lambda n: ValidityAnswer(statement=Statement("unknown", AT)), "unsure", "revocation_unknown"),
    "stated long ago": (
        lambda n: ValidityAnswer(statement=Statement("good", AT - HOUR)), "unsure", "revocation_stale",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_of_a_service(name: str) -> None:
    make, verdict, code = ANSWERS[name]
    trust, service = answering(make)
    found = judged(signed(), trust)
    assert (found.verdict, code) == (verdict, code if code in found.codes else found.codes)
    assert len(service.asked) == 2
    assert service.asked[1].ocsp_urls == ("http://ocsp.example.jp/",)


def test_a_nonce_can_be_demanded() -> None:
    for make, verdict in ((response(), "valid"), (response(nonce=None), "unsure")):
        assert judged(signed(), answering(make, nonce_required=True)[0]).verdict == verdict


@pytest.mark.slow
def test_nobody_is_asked_about_a_signature_that_is_refused_anyway() -> None:
    for name, case in CASES.items():
        trust, service = answering(response())
        found = judged(
            case.signature(), replace(trust, roots=case.trust().roots), document=case.document, now=case.now
        )
        revocation = {"certificate_revoked", "authority_revoked"}
        assert bool(service.asked) == (case.verdict != "invalid" or case.code in revocation), (
            name,
            found.codes,
        )


def test_responses_that_come_with_the_trust_or_the_signature_count() -> None:
    stapled = cms.ContentInfo.load(signed())
    stapled["content"]["crls"] = [
        cms.RevocationInfoChoice("crl", crl.CertificateList.load(one)) for one in city().crls()
    ]
    with_lists = stapled.dump(force=True)
    assert judged(with_lists, city().trust()).verdict == "valid"
    assert judged(with_lists, revoked(card(), -HOUR)).verdict == "invalid"
    given = city().trust(
        crls=[city().crl(by=city().root)], ocsps=[city().ocsp(card()), city().ocsp(citizen())]
    )
    assert judged(signed(), given).verdict == "valid"


@pytest.mark.slow
@pytest.mark.judge
def test_sha1_is_refused_in_lists_responses_and_certificates(judge: Judge) -> None:
    service, now = Openssl(judge, {card(): "V"}), judge_now()
    root_list = city().crl(by=city().root)
    for digest, verdict in (("sha256", "valid"), ("sha1", "unsure")):
        made = replace_in(judge, "ca.cnf", b"default_md=sha256", f"default_md={digest}".encode())
        assert judged(signed(), city().trust(crls=[service.crl(), root_list]), now=now).verdict == verdict
        judge.write(ca_cnf=made)
        service.digest = digest
        assert judged(signed(), city().trust(service=service), now=now).verdict == verdict
    judge.write(key_pem=card().key_pem, ext_cnf=b"keyUsage=critical,digitalSignature,nonRepudiation\n")
    judge.done("req", "-new", "-key", "key.pem", "-subj", "/CN=x", "-out", "x.csr")
    for digest, code in (("sha256", "path_trusted"), ("sha1", "path_algorithm")):
        judge.done(
            "x509", "-req", "-in", "x.csr", "-CA", "ca.pem", "-CAkey", "cakey.pem", f"-{digest}", "-days", "2",
            "-extfile", "ext.cnf", "-out", "x.pem", "-set_serial", "77",
        )  # fmt: skip
        certificate = x509.load_pem_x509_certificate((judge.folder / "x.pem").read_bytes())
        by = Issued(certificate, card().key, (city().issuing.certificate,))
        assert code in judged(signed(by), now=now, trust=lists(holds=DAY)).codes


def replace_in(judge: Judge, name: str, old: bytes, new: bytes) -> bytes:
    """Change a file of the judge; what it was."""
    whole = (judge.folder / name).read_bytes()
    (judge.folder / name).write_bytes(whole.replace(old, new))
    return whole


# --- a later look ---


def test_what_came_in_before_the_revocation_stays_valid() -> None:
    trust, later = revoked(card(), -2 * HOUR), "certificate_revoked_later"
    assert judged(signed(at=AT - 4 * HOUR), trust).verdict == "invalid"
    found = judged(signed(at=AT - 4 * HOUR), trust, existed_at=AT - 3 * HOUR)
    assert (found.verdict, later in found.codes) == ("valid", True)
    assert judged(signed(at=AT - 4 * HOUR), trust, existed_at=AT - HOUR).verdict == "invalid"


def test_what_has_expired_since_can_no_longer_be_asked_after() -> None:
    then = AT - DAY / 2
    old = card(starts=-YEAR / 2, ends=-HOUR)
    found = judged(signed(old, at=then), existed_at=then)
    assert (found.verdict, found.codes[-1]) == ("unsure", "expired_since")
    with pytest.raises(ValueError, match="later than now"):
        judged(signed(), existed_at=AT + HOUR)


def test_roots_have_their_time_too() -> None:
    assert judged(signed(), now=AT + 6 * YEAR).codes[-1] == "roots_over"
    with pytest.raises(TrustMissing):
        judged(signed(), Trust(roots=()))
    with pytest.raises(CertificateUnreadable):
        judged(signed(), Trust(roots=(b"no certificate",)))


# --- whom it names ---


def test_a_card_says_whom_it_names_only_where_it_may_be_believed() -> None:
    claims = judged(signed(citizen())).claims
    assert claims is not None
    items = items_of(claims)
    assert (items.name, items.born, items.address, items.sex) == (
        "試験　花子",
        "1990-01-02",
        "みなも市一番町1番1号",
        "2",
    )
    assert (claims.name_substituted, claims.address_substituted) == ("00000", "0" * 11)
    assert judged(signed(citizen()), document=OTHER).claims is None
    assert judged(signed()).claims is None
    assert "花子" not in repr(judged(signed(citizen())))


@pytest.mark.parametrize(
    ("written", "born"),
    [("319500429", "1950-04-29"), ("319500000", "1950"), ("319500400", "1950-04"), ("000000000", ""),
     ("419900231", ""), ("1990-01-02", ""), ("19900102", "")],
)  # fmt: skip
def test_days_of_birth_on_cards(written: str, born: str) -> None:
    claims = judged(signed(city().issue(items={**FOUR_ITEMS, "4": written}))).claims
    assert claims is not None
    assert claims.born == born


def test_an_item_twice_is_no_item() -> None:
    twice = x509.SubjectAlternativeName(
        [x509.OtherName(x509.ObjectIdentifier(f"{ARC}1"), b"\x0c\x01" + letter) for letter in (b"a", b"b")]
    )
    found = judged(signed(city().issue(extensions=[(twice, False)])))
    assert (found.verdict, found.claims) == ("valid", None)


# --- bad input ---


def test_what_is_kept_names_nobody() -> None:
    found = judged(signed(citizen()))
    assert "花子".encode() in signed(citizen())
    assert "花子".encode() not in found.kept
    kept = cms.ContentInfo.load(found.kept, strict=True)["content"]
    assert not kept["certificates"]
    assert kept["signer_infos"][0]["signature"].native == signature_value(signed(citizen()))
    assert judged(found.kept).codes == ("certificate_missing",)


def test_forms_and_sizes() -> None:
    armored = pem.armor("CMS", signed())
    for good in (armored, pem.armor("PKCS7", signed()), b"\n" + armored.replace(b"\n", b"\r\n") + b"\n"):
        assert judged(good).verdict == "valid"
    for bad in (
        b"", b"\x00", b"-----BEGIN CMS-----", armored[:-20], armored + b"more", armored.replace(b"M", b"!", 1),
        signed() + b"\x00", signed()[:-1], pem.armor("CERTIFICATE", signed()), city().root.der, b"\x30\x80" * 5_000,
    ):  # fmt: skip
        assert judged(bad).codes == ("unreadable",), bad[:40]
    assert judged(bytes(20 * 1024 * 1024 + 1)).codes == ("signature_too_large",)
    assert judged(signed(), document=bytes(20 * 1024 * 1024 + 1)).codes == ("document_too_large",)
    assert judged(signed(), document=bytes(20 * 1024 * 1024)).codes == ("document_differs",)


@pytest.mark.slow
@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_garbage_has_an_answer(garbage: bytes) -> None:
    assert judged(garbage).verdict == "invalid"


@pytest.mark.slow
@settings(max_examples=60)
@given(st.integers(min_value=0), st.binary(min_size=1, max_size=6), st.booleans())
def test_a_spoilt_signature_has_an_answer(place: int, bytes_: bytes, insert: bool) -> None:
    whole = signed(citizen())
    place %= len(whole)
    spoilt = whole[:place] + bytes_ + whole[place + (0 if insert else len(bytes_)) :]
    found = judged(spoilt)
    # Some bytes say nothing about who signed what: the order of certificates, an attribute nobody signed.
    if found.verdict == "valid":
        assert signature_value(spoilt) == signature_value(whole)
        assert found.claims == judged(whole).claims
    assert found.document_sha256 == judged(whole).document_sha256


@pytest.mark.slow
@settings(max_examples=40)
@given(st.integers(min_value=0), st.binary(min_size=1, max_size=6), st.sampled_from(["crl", "ocsp", "both"]))
def test_a_spoilt_answer_never_makes_valid(place: int, bytes_: bytes, what: str) -> None:
    def spoil(whole: bytes) -> bytes:
        at = place % len(whole)
        return whole[:at] + bytes_ + whole[at + len(bytes_) :]

    listed, ocsp = city().crl({card(): AT - HOUR}), city().ocsp(card(), "revoked", revoked_at=AT - HOUR)
    answer = ValidityAnswer(
        crls=(spoil(listed),) if what != "ocsp" else (), ocsp=spoil(ocsp) if what != "crl" else None
    )
    assert judged(signed(), answering(lambda _nonce: answer)[0]).verdict != "valid"


# --- words ---


@pytest.mark.slow
def test_every_finding_has_words_in_every_language() -> None:
    found = [
        judged(case.signature(), case.trust(), document=case.document, now=case.now)
        for case in CASES.values()
    ]
    found += [judged(signed(), answering(make)[0]) for make, _verdict, _code in ANSWERS.values()]
    findings = {finding.code: finding for one in found for finding in one.findings}
    assert set(findings) <= set(TEXTS)
    values = {
        "at": AT.isoformat(),
        "source": "crl",
        "whose": "authority",
        "limit": "20",
        "count": "2",
        "name": "md5",
    }
    for language in ("ja", "ja-easy", "en"):
        with translation.override(language):
            texts = {finding_text(Finding(code, "bad", values)) for code in TEXTS}
            assert len(texts) == len(TEXTS)
            assert not any("%" in text for text in texts)
            assert all(finding_text(finding) for finding in findings.values())
    assert all(isinstance(value, str) for finding in findings.values() for value in finding.values.values())
