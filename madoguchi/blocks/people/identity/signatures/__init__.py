"""
Judging what a card has signed: a detached signature, its certificate, and whether that still held.

``check`` is imported where a signature is judged, and not here: the libraries behind it take a second to load, which
every command and every start would pay.
"""

from madoguchi.blocks.people.identity.signatures.certificates import CertificateUnreadable
from madoguchi.blocks.people.identity.signatures.claims import items_of
from madoguchi.blocks.people.identity.signatures.trust import trust_of_city, validity_services
from madoguchi.blocks.people.identity.signatures.types import (
    CardClaims,
    Finding,
    SignatureFound,
    Statement,
    Trust,
    TrustMissing,
    ValidityAnswer,
    ValidityAsked,
    ValidityService,
    ValidityUnreachable,
)
from madoguchi.blocks.people.identity.signatures.words import finding_text

__all__ = [
    "CardClaims",
    "CertificateUnreadable",
    "Finding",
    "SignatureFound",
    "Statement",
    "Trust",
    "TrustMissing",
    "ValidityAnswer",
    "ValidityAsked",
    "ValidityService",
    "ValidityUnreachable",
    "finding_text",
    "items_of",
    "trust_of_city",
    "validity_services",
]
