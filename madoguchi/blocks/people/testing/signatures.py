"""
An authority that issues, revokes and answers for tests, signatures made with its certificates, and the scenarios.

Nothing of it is trusted anywhere: keys are made in the process that asks and end with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, cast

from asn1crypto import keys as key_forms
from asn1crypto import x509 as certificate_forms
from asn1crypto.core import UTF8String
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
    NameOID,
    ObjectIdentifier,
)
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko_certvalidator.registry import SimpleCertificateStore

from madoguchi.blocks.people.actions.signatures import document_signature_keep
from madoguchi.blocks.people.identity.signatures import (
    SignatureFound,
    Trust,
    ValidityAnswer,
    ValidityAsked,
)
from madoguchi.blocks.people.identity.signatures.claims import ARC
from madoguchi.blocks.people.queries import signature_check
from madoguchi.blocks.people.testing.organisation import NOW
from madoguchi.blocks.people.testing.parties import HOUSE, person_make
from madoguchi.kernel.health import Health
from madoguchi.kernel.testing import action_scenario

YEAR = timedelta(days=365)
DAY = timedelta(days=1)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
SIGNING = ("digital_signature", "content_commitment")
_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip
FOUR_ITEMS = {
    "1": "試験　花子",
    "2": "00000",
    "3": "2",
    "4": "419900102",
    "5": "みなも市一番町1番1号",
    "6": "0" * 11,
}
"""What a card of an invented person says, by the last part of the item's number."""


@dataclass(frozen=True)
class Issued:
    """A certificate and its key; ``chain`` the authorities above it, the root left out."""

    certificate: x509.Certificate
    key: Key = field(repr=False)
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def der(self) -> bytes:
        """The certificate as DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def key_pem(self) -> bytes:
        """The key as PEM."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class CardAuthority:
    """
    A root, an authority beneath it that issues to people, and a responder.

    :param at: the day around which everything is in time.
    :param straight: the root issues to people itself, as J-LIS does.
    """

    def __init__(self, *, at: datetime, name: str = "試験認証局", straight: bool = False) -> None:
        self.at = at
        self.root = self._authority(f"{name} ROOT", None, -5 * YEAR, 5 * YEAR)
        self.issuing = self.root if straight else self._authority(name, self.root, -YEAR, 4 * YEAR)
        self.responder = self.issue(
            name="responder", usage=("digital_signature",), purposes=[ExtendedKeyUsageOID.OCSP_SIGNING],
            extensions=[(x509.OCSPNoCheck(), False)],
        )  # fmt: skip

    def _authority(self, name: str, issuer: Issued | None, starts: timedelta, ends: timedelta) -> Issued:
        key = ec.generate_private_key(ec.SECP256R1())
        return self.issue(
            name=name, usage=("key_cert_sign", "crl_sign"), key=key, starts=starts, ends=ends, issuer=issuer,
            self_signed=issuer is None, extensions=[(x509.BasicConstraints(True, None), True)],
        )  # fmt: skip

    def issue(
        self,
        *,
        name: str = "試験の署名者",
        usage: Sequence[str] = SIGNING,
        purposes: Sequence[ObjectIdentifier] = (),
        key: Key | None = None,
        starts: timedelta = -DAY,
        ends: timedelta = YEAR,
        issuer: Issued | None = None,
        self_signed: bool = False,
        items: Mapping[str, str] | None = None,
        extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    ) -> Issued:
        """
        Issue a certificate, valid from ``starts`` to ``ends`` around the authority's day.

        :param items: what a card says of a person, as ``FOUR_ITEMS``.
        :param issuer: the authority of people, when left out.
        """
        key = key or ec.generate_private_key(ec.SECP256R1())
        above = None if self_signed else issuer or self.issuing
        subject = _name(name)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if above is None else above.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.at + starts)
            .not_valid_after(self.at + ends)
            .add_extension(x509.KeyUsage(**{one: one in usage for one in _USAGES}), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(_access(), critical=False)
        )
        if purposes:
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        if items is not None:
            builder = builder.add_extension(_names(items), critical=False)
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        signing = key if above is None else above.key
        certificate = builder.sign(signing, hashes.SHA256())
        chain = (
            () if above is None or above is getattr(self, "root", None) else (above.certificate, *above.chain)
        )
        return Issued(certificate, key, chain)

    def crl(
        self,
        revoked: Mapping[Issued, datetime] | None = None,
        *,
        by: Issued | None = None,
        key: Key | None = None,
        at: datetime | None = None,
        holds: timedelta = DAY,
    ) -> bytes:
        """Give a list of what an authority revoked, DER; ``key`` is another's, for a forged one."""
        by, at = by or self.issuing, at or self.at - timedelta(hours=1)
        builder = x509.CertificateRevocationListBuilder().issuer_name(by.certificate.subject)
        builder = builder.last_update(at).next_update(at + holds)
        builder = builder.add_extension(x509.CRLNumber(1), critical=False)
        for one, when in (revoked or {}).items():
            entry = x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number)
            builder = builder.add_revoked_certificate(entry.revocation_date(when).build())
        return builder.sign(key or by.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def crls(self, revoked: Mapping[Issued, datetime] | None = None, **how: Any) -> tuple[bytes, ...]:
        """Give the lists of both authorities."""
        own = self.crl(revoked, **how)
        return (own,) if self.issuing is self.root else (own, self.crl(by=self.root))

    def ocsp(
        self,
        asked: Issued,
        status: Literal["good", "revoked", "unknown"] = "good",
        *,
        revoked_at: datetime | None = None,
        by: Issued | None = None,
        issuer: Issued | None = None,
        at: datetime | None = None,
        holds: timedelta | None = DAY,
        nonce: bytes | None = None,
    ) -> bytes:
        """Give a response about a certificate, DER."""
        by, at = by or self.responder, at or self.at - timedelta(minutes=1)
        statuses = {
            "good": ocsp.OCSPCertStatus.GOOD,
            "revoked": ocsp.OCSPCertStatus.REVOKED,
            "unknown": ocsp.OCSPCertStatus.UNKNOWN,
        }
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=asked.certificate, issuer=(issuer or self.issuing).certificate, algorithm=hashes.SHA1(),  # noqa: S303
            cert_status=statuses[status], this_update=at, next_update=None if holds is None else at + holds,
            revocation_time=revoked_at if status == "revoked" else None, revocation_reason=None,
        )  # fmt: skip
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate).certificates(
            [by.certificate]
        )
        if nonce is not None:
            builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
        return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def trust(self, **said: Any) -> Trust:
        """Give the trust in this authority's root."""
        return Trust(roots=(self.root.der,), **said)


class AuthorityService:
    """
    The authority behind the protocol: answers each question as ``answers`` says for that certificate.

    ``answers`` takes the certificate's number and our nonce; ``asked`` counts the questions.
    """

    name = "test"

    def __init__(self, answers: Any) -> None:
        self._answers = answers
        self.asked: list[ValidityAsked] = []

    def answer(self, asked: ValidityAsked, *, now: datetime) -> ValidityAnswer:  # noqa: ARG002
        """Answer one question."""
        self.asked.append(asked)
        request = ocsp.load_der_ocsp_request(asked.request)
        nonce = request.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
        given: ValidityAnswer = self._answers(request.serial_number, nonce)
        return given

    def check(self, *, now: datetime) -> Health:  # noqa: ARG002
        """Be well."""
        return Health("ok", "")


def signature_make(
    card: Issued,
    document: bytes,
    *,
    at: datetime | None = None,
    digest: str = "sha256",
    pss: bool = False,
    detached: bool = True,
    with_chain: bool = True,
    cades: bool = True,
) -> bytes:
    """Sign a document with a card, detached CMS as DER; ``at`` is what the signer's clock says."""
    store: Any = cast(Any, SimpleCertificateStore)()
    for one in card.chain if with_chain else ():
        store.register(certificate_forms.Certificate.load(one.public_bytes(Encoding.DER)))
    key = card.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = SimpleSigner(
        signing_cert=certificate_forms.Certificate.load(card.der),
        signing_key=key_forms.PrivateKeyInfo.load(key),
        cert_registry=store,
        prefer_pss=pss,
    )
    made = signer.async_sign_general_data(
        document, digest, detached=detached, use_cades=cades,
        signed_attr_settings=PdfCMSSignedAttributes(signing_time=at),
    )  # fmt: skip
    return bytes(asyncio.run(made).dump())


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "試験"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _access() -> x509.AuthorityInformationAccess:
    place = x509.UniformResourceIdentifier("http://ocsp.example.jp/")
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)]
    )


def _names(items: Mapping[str, str]) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName(
        x509.OtherName(ObjectIdentifier(ARC + number), UTF8String(text).dump())
        for number, text in items.items()
    )


# How to run each action

DOCUMENT = "試験の申請書".encode()


@lru_cache(maxsize=1)
def signed_found() -> tuple[bytes, SignatureFound]:
    """Give a good signature over ``DOCUMENT``, and what its check found."""
    authority = CardAuthority(at=NOW, straight=True)
    signature = signature_make(authority.issue(items=FOUR_ITEMS), DOCUMENT, at=NOW)
    trust = authority.trust(crls=authority.crls())
    return signature, signature_check(document=DOCUMENT, signature=signature, trust=trust, now=NOW)


@action_scenario("people.document_signature_keep")
def _keep() -> dict[str, Any]:
    signature, found = signed_found()
    return {"actor": HOUSE, "party_id": person_make().pk, "signature": signature, "found": found,
            "document_sha256": found.document_sha256, "now": NOW}  # fmt: skip


@action_scenario("people.signature_recheck")
def _recheck() -> dict[str, Any]:
    kept = document_signature_keep(**_keep())
    return {"actor": HOUSE, "signature_id": kept.pk, "found": signed_found()[1], "now": NOW}
