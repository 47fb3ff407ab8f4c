"""
Whether the certificates of a path still hold: revocation lists (RFC 5280, 6.3), responses (RFC 6960), statements.

Every source at hand is heard, each for itself: one that says "revoked" outweighs all others, and what none of them
could say is never taken for "good".
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from asn1crypto import crl as crl_forms
from asn1crypto import ocsp as ocsp_forms
from asn1crypto import pem
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import (
    CRLNoMatchesError,
    CRLValidationError,
    CRLValidationIndeterminateError,
    OCSPNoMatchesError,
    OCSPValidationError,
    OCSPValidationIndeterminateError,
    RevokedError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.revinfo.validate_crl import verify_crl
from pyhanko_certvalidator.revinfo.validate_ocsp import verify_ocsp_response

from madoguchi.blocks.people.identity.signatures.types import (
    Finding,
    Statement,
    Trust,
    ValidityAnswer,
    ValidityAsked,
    ValidityUnreachable,
)

NONCE_BYTES: Final = 32
"""As RFC 9654, 2.1, recommends."""
STATEMENT_HOLDS: Final = timedelta(minutes=10)

Said = Literal[
    "good",
    "revoked",
    "unknown",
    "stale",
    "untrusted",
    "unreadable",
    "nonce_differs",
    "nonce_missing",
    "unreachable",
]
# What to tell of several reasons why nobody could say: the one that an official can act on first.
_REASONS: Final[Sequence[Said]] = (
    "unknown", "untrusted", "nonce_differs", "nonce_missing", "unreadable", "stale", "unreachable",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """What one source said of one certificate; ``at`` as of when, or since when it is revoked."""

    said: Said
    source: Literal["crl", "ocsp", "statement"]
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Revocations:
    """What is at hand: lists and responses, of asn1crypto, that came with the signature or with the trust."""

    crls: tuple[Any, ...] = field(default=(), repr=False)
    ocsps: tuple[Any, ...] = field(default=(), repr=False)
    unreadable: int = 0


ContextMake = Callable[[Sequence[Any], Sequence[Any]], ValidationContext]
"""Gives a context with these lists and these responses."""


def revocations_read(crls: Iterable[bytes], ocsps: Iterable[bytes]) -> Revocations:
    """Read lists (DER or PEM) and responses (DER); what cannot be read is counted."""
    read_crls = [_read(crl_forms.CertificateList, one) for one in crls]
    read_ocsps = [_read(ocsp_forms.OCSPResponse, one) for one in ocsps]
    return Revocations(
        tuple(one for one in read_crls if one is not None),
        tuple(one for one in read_ocsps if one is not None),
        read_crls.count(None) + read_ocsps.count(None),
    )


def _read(form: Any, written: bytes) -> Any | None:
    try:
        der = pem.unarmor(written)[2] if pem.detect(written) else written
        loaded = form.load(der, strict=True)
        # The outermost parts; a list of a big authority has hundreds of thousands of lines.
        for name in loaded:
            loaded[name]
    except Exception:
        # The library has many words for it; see envelope_read.
        return None
    return loaded


def service_ask(certificate: Any, issuer: Any, trust: Trust, now: datetime) -> tuple[Revocations, list[Word]]:
    """Ask the service about one certificate: what came to hand, and what is already said by it."""
    if trust.service is None:
        return Revocations(), []
    nonce = secrets.token_bytes(NONCE_BYTES)
    asked = _question(certificate, issuer, nonce)
    try:
        answer = trust.service.answer(asked, now=now)
    except ValidityUnreachable:
        return Revocations(), [Word("unreachable", "ocsp")]
    words = [] if answer.statement is None else [_statement_word(answer.statement, now)]
    ocsps, word = _nonce_kept(answer, nonce, trust)
    return revocations_read(answer.crls, ocsps), words + word


def _question(certificate: Any, issuer: Any, nonce: bytes) -> ValidityAsked:
    der, issuer_der = certificate.dump(), issuer.dump()
    builder = ocsp.OCSPRequestBuilder().add_certificate(
        x509.load_der_x509_certificate(der),
        x509.load_der_x509_certificate(issuer_der),
        # A name for the certificate, no seal: responders are only bound to know this one (RFC 5019, 2.1.1).
        hashes.SHA1(),  # noqa: S303
    )
    request = builder.add_extension(x509.OCSPNonce(nonce), critical=False).build()
    return ValidityAsked(der, issuer_der, request.public_bytes(Encoding.DER), tuple(certificate.ocsp_urls))


def _nonce_kept(answer: ValidityAnswer, nonce: bytes, trust: Trust) -> tuple[tuple[bytes, ...], list[Word]]:
    if answer.ocsp is None:
        return (), []
    response = _read(ocsp_forms.OCSPResponse, answer.ocsp)
    try:
        repeated = None if response is None else response.nonce_value
        said = None if repeated is None else repeated.native
    except Exception:
        # An error response has no inside, an odd one no sense; the check of the response itself will say so.
        return (answer.ocsp,), []
    if said is None:
        return ((), [Word("nonce_missing", "ocsp")]) if trust.nonce_required else ((answer.ocsp,), [])
    if said != nonce:
        return (), [Word("nonce_differs", "ocsp")]
    return (answer.ocsp,), []


def _statement_word(statement: Statement, now: datetime) -> Word:
    if abs(now - statement.at) > STATEMENT_HOLDS:
        return Word("stale", "statement", statement.at)
    if statement.status == "revoked":
        return Word("revoked", "statement", statement.revoked_at or statement.at)
    return Word(statement.status, "statement", statement.at)


async def words_of(
    certificate: Any, path: ValidationPath, found: Revocations, context: ContextMake
) -> list[Word]:
    """Hear every list and response about one certificate of a path."""
    words = [Word("unreadable", "crl")] * bool(found.unreadable)
    if found.crls:
        words += await _crl_words(certificate, path, found.crls, context)
    for response in found.ocsps:
        words += await _ocsp_words(certificate, path, response, found.crls, context)
    return words


async def _crl_words(
    certificate: Any, path: ValidationPath, crls: Sequence[Any], context: ContextMake
) -> list[Word]:
    # All lists together: a delta means nothing without its base.
    own: list[Any] = []
    as_of: datetime | None = None
    try:
        own = [one for one in crls if one.issuer == certificate.issuer]
        as_of = max(one["tbs_cert_list"]["this_update"].native for one in own or crls)
        await verify_crl(certificate, path, context(crls, ()))
    except RevokedError as error:
        return [Word("revoked", "crl", error.revocation_dt)]
    except CRLNoMatchesError:
        # A list in the right name that leads nowhere is somebody else's; lists of other authorities say nothing.
        return [Word("untrusted", "crl")] if own else []
    except CRLValidationIndeterminateError as error:
        return [Word("stale", "crl", as_of) if error.suspect_stale else Word("untrusted", "crl")]
    except CRLValidationError:
        return [Word("untrusted", "crl")]
    except Exception:
        # Odd lists trip the library in many ways; none of them makes a certificate good.
        return [Word("unreadable", "crl")]
    return [Word("good", "crl", as_of)]


async def _ocsp_words(
    certificate: Any, path: ValidationPath, response: Any, crls: Sequence[Any], context: ContextMake
) -> list[Word]:
    as_of: datetime | None = None
    try:
        if response["response_status"].native != "successful":
            return [Word("unreachable", "ocsp")]
        parts = response.basic_ocsp_response["tbs_response_data"]["responses"]
        own = [part for part in parts if part["cert_id"]["serial_number"].native == certificate.serial_number]
        if not own:
            return []
        as_of = max(part["this_update"].native for part in own)
        await verify_ocsp_response(certificate, path, context(crls, [response]))
    except RevokedError as error:
        return [Word("revoked", "ocsp", error.revocation_dt)]
    except OCSPNoMatchesError:
        return []
    except OCSPValidationIndeterminateError as error:
        if not error.failures:
            # Signed by the right one, fresh, and neither good nor revoked.
            return [Word("unknown", "ocsp", as_of)]
        return [Word("stale", "ocsp", as_of) if error.suspect_stale else Word("untrusted", "ocsp")]
    except OCSPValidationError:
        return [Word("untrusted", "ocsp")]
    except Exception:
        # As with lists.
        return [Word("unreadable", "ocsp")]
    return [Word("good", "ocsp", as_of)]


def revocation_finding(words: Sequence[Word], *, existed_at: datetime, authority: bool) -> Finding:
    """
    Sum up what was said of one certificate.

    :param existed_at: since when the signature is known to exist: what was revoked later was good then.
    :param authority: it is not the signer's own.
    """
    whose = "authority" if authority else "certificate"
    revoked = min((word for word in words if word.said == "revoked"), key=_since, default=None)
    if revoked is not None:
        at = _since(revoked)
        later = at > existed_at
        code = f"{whose}_revoked_later" if later else f"{whose}_revoked"
        return Finding(code, "ok" if later else "bad", {"at": at.isoformat(), "source": revoked.source})
    good = [word for word in words if word.said == "good"]
    if good:
        freshest = max(good, key=_since)
        values = {"at": _since(freshest).isoformat(), "source": freshest.source}
        return Finding(f"{whose}_not_revoked", "ok", values)
    for reason in _REASONS:
        for word in words:
            if word.said == reason:
                return Finding(f"revocation_{reason}", "unsure", {"whose": whose, "source": word.source})
    return Finding("revocation_not_asked", "unsure", {"whose": whose})


def _since(word: Word) -> datetime:
    assert word.at is not None
    return word.at
