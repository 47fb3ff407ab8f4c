"""What is asked of a signature, what was found, and the protocol of whoever knows which certificates still hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.actions import Unavailable
from madoguchi.kernel.health import Health

MIB = 1024 * 1024

Verdict = Literal["valid", "unsure", "invalid"]
FindingState = Literal["ok", "unsure", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked: a code of ``words.TEXTS`` and what its sentence names; no personal data."""

    code: str
    state: FindingState
    values: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Write it for the database."""
        return {"code": self.code, "state": self.state, "values": dict(self.values)}


@dataclass(frozen=True, slots=True)
class CardClaims:
    """
    Whom a signing certificate names, each as text; empty where it does not say. For the request alone, never kept.

    ``born`` is as much as is known, as in ``kit.partial_dates``; ``sex`` "1" or "2". The last two say at which
    places of name and address the card writes another character than the register; in whose form is not verified.
    """

    name: str = field(default="", repr=False)
    born: str = field(default="", repr=False)
    sex: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    name_substituted: str = field(default="", repr=False)
    address_substituted: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SignatureFound:
    """
    What a check found; both digests tie it to the very bytes that were checked.

    :param kept: the signature as it may be kept, DER without certificates; empty where it could not be read.
    :param issuer: whose certificate it claims to be; ``serial`` its number, in hexadecimal digits.
    :param signed_at: what the signer's own clock said; it proves nothing.
    :param existed_at: since when the signature is known to exist.
    :param claims: whom the certificate names; None where the signature is invalid or the certificate does not say.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    document_sha256: str
    signature_sha256: str
    existed_at: datetime
    checked_at: datetime
    kept: bytes = field(default=b"", repr=False)
    issuer: str = ""
    serial: str = field(default="", repr=False)
    signed_at: datetime | None = None
    claims: CardClaims | None = field(default=None, repr=False)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the findings, in their order."""
        return tuple(finding.code for finding in self.findings)


@dataclass(frozen=True, slots=True)
class ValidityAsked:
    """
    The question whether a certificate still holds.

    :param certificate: DER; ``issuer`` the DER of the authority that issued it.
    :param request: a request of RFC 6960 with a nonce of ours, ready to be sent.
    :param ocsp_urls: where the certificate says that it can be asked; an adapter asks only hosts it knows.
    """

    certificate: bytes = field(repr=False)
    issuer: bytes = field(repr=False)
    request: bytes = field(repr=False)
    ocsp_urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """What a verification company says in its own words, over a channel that proves who speaks; ``at`` its clock."""

    status: Literal["good", "revoked", "unknown"]
    at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ValidityAnswer:
    """
    The answer: lists (DER or PEM), a response to our request (DER), or a statement; any of them may be missing.

    Lists and responses are believed only as far as their own signatures reach.
    """

    crls: tuple[bytes, ...] = ()
    ocsp: bytes | None = None
    statement: Statement | None = None


class ValidityUnreachable(Exception):
    """Whoever knows did not answer; the text, for the log, says why and names nobody."""


class ValidityService(Protocol):
    """Whoever knows which certificates still hold: J-LIS itself, or a company that verifies for the city."""

    name: str

    def answer(self, asked: ValidityAsked, *, now: datetime) -> ValidityAnswer:
        """
        Ask about one certificate, within seconds.

        :raises ValidityUnreachable: there is no answer.
        """

    def check(self, *, now: datetime) -> Health:
        """Say for the office's health page whether it can be asked."""


@dataclass(frozen=True, slots=True)
class Trust:
    """
    Whom the city trusts, and how strictly; ``trust.trust_of_city`` reads it.

    :param roots: certificates of the authorities, each DER or PEM; ``intermediates`` those between them and signers.
    :param crls: revocation lists at hand besides those that come with the signature; ``ocsps`` responses.
    :param service: who is asked; None: nobody.
    :param nonce_required: refuse responses that do not repeat our nonce (RFC 9654 lets responders leave it out).
    :param clock_tolerance: how far a clock of others may be ahead.
    """

    roots: tuple[bytes, ...] = field(repr=False)
    intermediates: tuple[bytes, ...] = field(default=(), repr=False)
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    ocsps: tuple[bytes, ...] = field(default=(), repr=False)
    service: ValidityService | None = None
    nonce_required: bool = False
    clock_tolerance: timedelta = timedelta(minutes=5)
    document_mib: int = 20
    signature_mib: int = 1


def verdict_of(findings: Sequence[Finding]) -> Verdict:
    """Sum up: one bad finding makes it invalid, one unsure at least unsure."""
    states = {finding.state for finding in findings}
    if "bad" in states or not states:
        return "invalid"
    return "unsure" if "unsure" in states else "valid"


class TrustMissing(Unavailable):
    """The city has named no authority whose certificates it trusts: nothing can be judged."""

    message = _(
        "いま電子署名を確かめられません。ほかの方法で手続きするか、しばらくしてからもう一度お試しください。"
    )
