"""
Judging a detached signature over a document.

Invariants (``tests/people/identity/test_signatures.py``, beside the verdicts of ``openssl``):

1. ``valid`` needs all of it: these very bytes, an allowed algorithm, a path to an authority that the city trusts, the
   right use, and somebody entitled who says that every certificate of the path still holds.
2. Whatever could not be found out makes it ``unsure``, never ``valid``.
3. Whatever bytes come, there is an answer; nothing is fetched but through the ``ValidityService``.
4. What is handed on to be kept holds no certificate.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko_certvalidator.path import ValidationPath

from madoguchi.blocks.people.identity.signatures.algorithms import (
    VERIFIER,
    digest_refused,
    key_refused,
    mechanism_refused,
    pair_refused,
)
from madoguchi.blocks.people.identity.signatures.envelope import Envelope, EnvelopeRefused, envelope_read
from madoguchi.blocks.people.identity.signatures.paths import (
    Authorities,
    authorities_read,
    context_of,
    path_find,
    usage_finding,
)
from madoguchi.blocks.people.identity.signatures.revocation import (
    Revocations,
    Word,
    revocation_finding,
    revocations_read,
    service_ask,
    words_of,
)
from madoguchi.blocks.people.identity.signatures.types import (
    MIB,
    Finding,
    SignatureFound,
    Trust,
    TrustMissing,
    verdict_of,
)


def signature_check(
    *, document: bytes, signature: bytes, trust: Trust, now: datetime, existed_at: datetime | None = None
) -> SignatureFound:
    """
    Judge a detached signature (CMS, RFC 5652; CAdES, ETSI EN 319 122-1) over the bytes of a document.

    What the signer's clock said proves nothing: the certificate has to hold when the signature came in.

    :param signature: DER or PEM.
    :param now: for which revocation is asked, and by which others' clocks are judged.
    :param existed_at: when the city first had this signature, for a later look; left out: now.
    :raises TrustMissing: there is no authority to trust.
    :raises CertificateUnreadable: an authority's certificate in ``trust`` cannot be read.
    """
    if not trust.roots:
        raise TrustMissing
    existed = existed_at or now
    if existed > now:
        raise ValueError("a signature cannot have come in later than now")
    authorities = authorities_read(trust)
    envelope, findings = _read(document, signature, trust)
    if envelope is not None:
        findings += _integrity(envelope, document)
        if not _bad(findings):
            findings += _holder(envelope, authorities, trust, now, existed)
    found = SignatureFound(
        verdict=verdict_of(findings),
        findings=tuple(findings),
        document_sha256=hashlib.sha256(document).hexdigest(),
        signature_sha256=hashlib.sha256(signature).hexdigest(),
        existed_at=existed,
        checked_at=now,
    )
    if envelope is None:
        return found
    return replace(
        found,
        kept=envelope.kept,
        issuer=envelope.issuer,
        serial=envelope.serial,
        signed_at=envelope.signed_at,
        claims=None if found.verdict == "invalid" else envelope.claims,
    )


def _bad(findings: list[Finding]) -> bool:
    return any(finding.state == "bad" for finding in findings)


def _read(document: bytes, signature: bytes, trust: Trust) -> tuple[Envelope | None, list[Finding]]:
    for name, bytes_, limit in (
        ("document", document, trust.document_mib),
        ("signature", signature, trust.signature_mib),
    ):
        if len(bytes_) > limit * MIB:
            return None, [Finding(f"{name}_too_large", "bad", {"limit": str(limit)})]
    try:
        return envelope_read(signature), []
    except EnvelopeRefused as refused:
        return None, [refused.finding]


def _integrity(envelope: Envelope, document: bytes) -> list[Finding]:
    """Say whether the holder of the certificate's key signed these bytes."""
    signer, key = envelope.signer, envelope.certificate.public_key
    try:
        digest, mechanism = signer["digest_algorithm"], signer["signature_algorithm"]
        if refused := digest_refused(digest) or mechanism_refused(mechanism):
            return [Finding("algorithm_refused", "bad", {"name": refused})]
        if refused := key_refused(key) or pair_refused(mechanism, key):
            return [Finding("key_refused", "bad", {"name": refused})]
        name = str(digest["algorithm"].native)
        if _own_digest(mechanism) not in {"", name}:
            return [Finding("algorithm_refused", "bad", {"name": f"{name}/{_own_digest(mechanism)}"})]
        actual = hashlib.new(name, document).digest()
        intact, verified = validate_sig_integrity(
            signer,
            envelope.certificate,
            expected_content_type="data",
            actual_digest=actual,
            sig_validator=VERIFIER,
        )
    except SignatureValidationError:
        return [Finding("attributes_wrong", "bad")]
    except Exception:
        # What the libraries make of odd bytes has many names; none of them is a signature.
        return [Finding("unreadable", "bad")]
    if not verified:
        return [Finding("signature_wrong", "bad")]
    return [Finding("intact", "ok") if intact else Finding("document_differs", "bad")]


def _own_digest(mechanism: Any) -> str:
    """Name the digest that a signature algorithm says itself; it has to be that of the attributes (RFC 8933)."""
    try:
        return str(mechanism.hash_algo)
    except ValueError:
        return ""


def _holder(
    envelope: Envelope, authorities: Authorities, trust: Trust, now: datetime, existed: datetime
) -> list[Finding]:
    """Say whether the certificate was issued by somebody trusted, for this use, and held when it was used."""
    certificate = envelope.certificate
    findings = [usage_finding(certificate), *_signing_time(envelope, trust, now)]
    path, found = asyncio.run(path_find(certificate, envelope.others, authorities, at=existed, trust=trust))
    findings.append(found)
    if path is None or _bad(findings):
        # Nobody is asked about a certificate that is refused anyway.
        return findings
    if certificate.not_valid_after + trust.clock_tolerance < now:
        # Lists and responders forget what has expired (RFC 5280, 3.3): their silence means nothing.
        findings.append(Finding("expired_since", "unsure", {"at": certificate.not_valid_after.isoformat()}))
        return findings
    return findings + _revocation(envelope, path, authorities, trust, now, existed)


def _signing_time(envelope: Envelope, trust: Trust, now: datetime) -> list[Finding]:
    said = envelope.signed_at
    if said is None:
        return [Finding("signing_time_missing", "ok")]
    tolerance, certificate = trust.clock_tolerance, envelope.certificate
    values = {"at": said.astimezone(UTC).isoformat()}
    if said > now + tolerance:
        return [Finding("signed_in_future", "bad", values)]
    if said + tolerance < certificate.not_valid_before:
        return [Finding("signed_before_issue", "bad", values)]
    if said - tolerance > certificate.not_valid_after:
        return [Finding("signed_after_expiry", "bad", values)]
    return [Finding("signing_time", "ok", values)]


def _revocation(
    envelope: Envelope,
    path: ValidationPath,
    authorities: Authorities,
    trust: Trust,
    now: datetime,
    existed: datetime,
) -> list[Finding]:
    given = revocations_read((*trust.crls, *envelope.crls), (*trust.ocsps, *envelope.ocsps))
    known = (*envelope.others, *authorities.intermediates)
    roots = authorities.holding(now) or authorities.holding(existed)

    def context(crls: Any, ocsps: Any) -> Any:
        return context_of(roots, known, at=now, tolerance=trust.clock_tolerance, crls=crls, ocsps=ocsps)

    chain = list(path.iter_certs(include_root=True))
    asked = []
    # From the top: what the service gives about an authority may be needed to believe what it gives beneath.
    for issuer, certificate in pairwise(chain):
        came, words = service_ask(certificate, issuer, trust, now)
        given = Revocations(
            given.crls + came.crls, given.ocsps + came.ocsps, given.unreadable + came.unreadable
        )
        asked.append((certificate, words))

    async def heard() -> list[list[Word]]:
        return [words + await words_of(certificate, path, given, context) for certificate, words in asked]

    return [
        revocation_finding(words, existed_at=existed, authority=certificate is not chain[-1])
        for (certificate, _words), words in zip(asked, asyncio.run(heard()), strict=True)
    ]
