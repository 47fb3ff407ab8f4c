"""From the signer's certificate to an authority that the city trusts (RFC 5280, 6.1), without asking anybody."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext, find_valid_path
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    PathValidationError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)

from madoguchi.blocks.people.identity.signatures.algorithms import ALLOWED, VERIFIER
from madoguchi.blocks.people.identity.signatures.certificates import certificate_read
from madoguchi.blocks.people.identity.signatures.types import Finding, Trust

USAGE: Final = KeyUsageConstraints(
    # What tells the signing certificate of a card from the one for signing in, which lacks the second.
    key_usage={"digital_signature", "non_repudiation"},
    match_all_key_usages=True,
    key_usage_forbidden={"key_cert_sign", "crl_sign"},
    # Where a certificate limits itself to purposes, signing documents has to be among them (RFC 5280, 4.2.1.12;
    # RFC 9336 for the first).
    extd_key_usage={"1.3.6.1.5.5.7.3.36", "email_protection"},
    explicit_extd_key_usage_required=False,
)
_UNASKED: Final = CertRevTrustPolicy(
    RevocationCheckingPolicy(RevocationCheckingRule.NO_CHECK, RevocationCheckingRule.NO_CHECK)
)
_ASKED: Final = CertRevTrustPolicy(
    RevocationCheckingPolicy(
        RevocationCheckingRule.CRL_OR_OCSP_REQUIRED, RevocationCheckingRule.CRL_OR_OCSP_REQUIRED
    )
)

# Its warnings quote the names that certificates carry; what they say is in our findings.
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Authorities:
    """The certificates of a ``Trust``, read."""

    roots: tuple[Any, ...] = field(repr=False)
    intermediates: tuple[Any, ...] = field(repr=False)

    def holding(self, at: datetime) -> tuple[Any, ...]:
        """Give the roots that are within their time."""
        return tuple(root for root in self.roots if root.not_valid_before <= at <= root.not_valid_after)


def authorities_read(trust: Trust) -> Authorities:
    """
    Read the certificates of a trust.

    :raises CertificateUnreadable: one of them is none.
    """
    return Authorities(
        tuple(certificate_read(root) for root in trust.roots),
        tuple(certificate_read(one) for one in trust.intermediates),
    )


def context_of(
    roots: Sequence[Any],
    others: Sequence[Any],
    *,
    at: datetime,
    tolerance: Any,
    crls: Sequence[Any] | None = None,
    ocsps: Sequence[Any] = (),
) -> ValidationContext:
    """
    Give what the library needs to validate; it fetches nothing by itself.

    :param crls: revocation lists; None: nothing is asked about revocation.
    """
    return ValidationContext(
        trust_roots=list(roots), other_certs=list(others), moment=at, time_tolerance=tolerance,
        crls=list(crls or ()), ocsps=list(ocsps), revinfo_policy=_UNASKED if crls is None else _ASKED,
        algorithm_usage_policy=ALLOWED, signature_validator=VERIFIER, allow_fetching=False,
    )  # fmt: skip


async def path_find(
    certificate: Any, others: Sequence[Any], authorities: Authorities, *, at: datetime, trust: Trust
) -> tuple[ValidationPath | None, Finding]:
    """Find a valid path for a moment; the path, or None, and what was found."""
    roots = authorities.holding(at)
    if not roots:
        return None, Finding("roots_over", "bad")
    known = (*others, *authorities.intermediates)
    try:
        context = context_of(roots, known, at=at, tolerance=trust.clock_tolerance)
        paths = context.path_builder.async_build_paths_lazy(certificate)
        path = await find_valid_path(certificate, paths, validation_context=context)
    except (PathBuildingError, InvalidCertificateError):
        return None, Finding("path_missing", "bad")
    except ValidationError as error:
        return None, _path_refused(error)
    except Exception:
        # A certificate of somebody's own making, odd enough to trip the library, leads to no authority of ours.
        return None, Finding("path_wrong", "bad")
    if path.pkix_len < 1:
        return None, Finding("path_missing", "bad")
    return path, Finding("path_trusted", "ok")


def _path_refused(error: ValidationError) -> Finding:
    own = isinstance(error, PathValidationError) and error.is_ee_cert
    match error:
        case ExpiredError():
            return Finding(
                "expired" if own else "authority_over", "bad", {"at": error.expired_dt.isoformat()}
            )
        case NotYetValidError() if own:
            return Finding("not_yet_valid", "bad", {"at": error.valid_from.isoformat()})
        case DisallowedAlgorithmError():
            return Finding("path_algorithm", "bad")
    return Finding("path_wrong", "bad")


def usage_finding(certificate: Any) -> Finding:
    """Say whether a certificate is meant for signing documents, and not for signing in or for issuing others."""
    try:
        USAGE.validate(certificate)
    except InvalidCertificateError:
        return Finding("usage_wrong", "bad")
    constraints = certificate.basic_constraints_value
    if constraints is not None and constraints["ca"].native:
        return Finding("usage_wrong", "bad")
    return Finding("usage_right", "ok")
