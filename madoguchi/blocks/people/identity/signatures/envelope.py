"""Reading a detached signature: a CMS SignedData (RFC 5652) with one signer and nothing inside."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final

from asn1crypto import cms, core, parser
from pyhanko.sign.general import CMSExtractionError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation, extract_self_reported_ts

from madoguchi.blocks.people.identity.signatures.certificates import certificate_read
from madoguchi.blocks.people.identity.signatures.claims import claims_of
from madoguchi.blocks.people.identity.signatures.types import CardClaims, Finding

MOST_CERTIFICATES: Final = 10
MOST_REVOCATIONS: Final = 10
LONGEST_SERIAL: Final = 40
"""20 octets (RFC 5280, 4.1.2.2), in hexadecimal digits."""
LONGEST_ISSUER: Final = 300
_PEM: Final = re.compile(
    rb"\s*-----BEGIN (?P<label>CMS|PKCS7)-----\s(?P<body>[A-Za-z0-9+/=\s]+)-----END (?P=label)-----\s*"
)
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class EnvelopeRefused(Exception):
    """It is no signature that we judge; ``finding`` says why."""

    def __init__(self, code: str, **values: str) -> None:
        self.finding = Finding(code, "bad", values)
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Envelope:
    """
    A detached signature, read but not believed. Certificates and the rest are asn1crypto's.

    :param crls: revocation lists that came with it, DER; ``ocsps`` responses (RFC 5940).
    """

    signer: Any = field(repr=False)
    certificate: Any = field(repr=False)
    others: tuple[Any, ...] = field(repr=False)
    crls: tuple[bytes, ...] = field(repr=False)
    ocsps: tuple[bytes, ...] = field(repr=False)
    issuer: str
    serial: str = field(repr=False)
    signed_at: datetime | None
    claims: CardClaims | None = field(repr=False)
    kept: bytes = field(repr=False)


def envelope_read(signature: bytes) -> Envelope:
    """
    Read a signature, DER or PEM.

    :raises EnvelopeRefused: it cannot be read, has none or several signers, holds its document, has no signed
        attributes, or lacks its signer's certificate.
    """
    try:
        return _read(_der(signature))
    except (SignatureValidationError, CMSExtractionError) as error:
        raise EnvelopeRefused("certificate_missing") from error
    except EnvelopeRefused:
        raise
    except Exception as error:
        # The libraries say in many ways that bytes from outside make no sense: ValueError, TypeError, KeyError,
        # RecursionError and others. Whatever it is, it is no signature.
        raise EnvelopeRefused("unreadable") from error


def _read(der: bytes) -> Envelope:
    info = cms.ContentInfo.load(der, strict=True)
    if info["content_type"].native != "signed_data":
        raise EnvelopeRefused("unreadable")
    signed_data = info["content"]
    count = len(signed_data["signer_infos"])
    if count != 1:
        raise EnvelopeRefused("signers", count=str(count))
    content = signed_data["encap_content_info"]
    if content["content"] is not core.VOID:
        raise EnvelopeRefused("attached")
    if content["content_type"].native != "data":
        raise EnvelopeRefused("unreadable")
    signer = signed_data["signer_infos"][0]
    if not signer["signed_attrs"]:
        # CAdES wants them (ETSI EN 319 122-1, 5.1). Without them a document can be passed off as signed that is
        # really the attributes of another signature (RFC 5652, 11).
        raise EnvelopeRefused("attributes_missing")
    if len(signed_data["certificates"]) > MOST_CERTIFICATES:
        raise EnvelopeRefused("unreadable")
    found = extract_certs_for_validation(signed_data)
    certificate = certificate_read(found.signer_cert.dump())
    serial = format(certificate.serial_number, "x")
    if len(serial) > LONGEST_SERIAL or serial.startswith("-"):
        raise EnvelopeRefused("unreadable")
    crls, ocsps = _revocations(signed_data)
    return Envelope(
        signer=signer, certificate=certificate, others=tuple(certificate_read(one.dump()) for one in found.other_certs), crls=crls, ocsps=ocsps,
        issuer=_UNSEEN.sub(" ", certificate.issuer.human_friendly)[:LONGEST_ISSUER], serial=serial,
        signed_at=_signed_at(signer), claims=claims_of(certificate), kept=_kept(signed_data, signer),
    )  # fmt: skip


def _der(signature: bytes) -> bytes:
    if not signature.lstrip().startswith(b"-----BEGIN"):
        return signature
    found = _PEM.fullmatch(signature)
    if found is None:
        raise EnvelopeRefused("unreadable")
    try:
        return base64.b64decode(b"".join(found["body"].split()), validate=True)
    except binascii.Error as error:
        raise EnvelopeRefused("unreadable") from error


def _signed_at(signer: Any) -> datetime | None:
    said = extract_self_reported_ts(signer)
    if said is not None and (not isinstance(said, datetime) or said.tzinfo is None):
        raise EnvelopeRefused("unreadable")
    return said


def _revocations(signed_data: Any) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    crls, ocsps = [], []
    for choice in islice(signed_data["crls"] or (), MOST_REVOCATIONS):
        if choice.name == "crl":
            crls.append(choice.chosen.dump())
        elif choice.chosen["other_rev_info_format"].native == "ocsp_response":
            ocsps.append(choice.chosen["other_rev_info"].dump())
    return tuple(crls), tuple(ocsps)


def _kept(signed_data: Any, signer: Any) -> bytes:
    """
    Give the signature without what names its signer: certificates, lists, and attributes that nobody signed.

    Put together from the very bytes that were read: what was signed must not be written anew.
    """
    names = ("version", "sid", "digest_algorithm", "signed_attrs", "signature_algorithm", "signature")
    bare = _sequence(signer[name].dump() for name in names)
    whole = _sequence(
        (
            signed_data["version"].dump(),
            signed_data["digest_algorithms"].dump(),
            cms.EncapsulatedContentInfo({"content_type": "data"}).dump(),
            parser.emit(0, 1, core.SetOf.tag, bare),
        )
    )
    return _sequence((cms.ContentType("signed_data").dump(), parser.emit(2, 1, 0, whole)))


def _sequence(parts: Iterable[bytes]) -> bytes:
    return bytes(parser.emit(0, 1, core.Sequence.tag, b"".join(parts)))
