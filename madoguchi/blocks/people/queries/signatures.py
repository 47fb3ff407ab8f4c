"""Signatures over documents: judging one, and what was found of those that were kept."""

from __future__ import annotations

from datetime import datetime

from madoguchi.blocks.people.identity.signatures import (
    CardClaims,
    Finding,
    SignatureFound,
    Trust,
    TrustMissing,
    finding_text,
    items_of,
    trust_of_city,
)
from madoguchi.blocks.people.models import DocumentSignature
from madoguchi.blocks.people.types import SignatureLine
from madoguchi.kernel.rights import Viewer


def signature_check(
    *, document: bytes, signature: bytes, trust: Trust, now: datetime, existed_at: datetime | None = None
) -> SignatureFound:
    """Judge a detached signature over a document (``identity.signatures.check``, which says how and what it raises)."""
    # Loaded when the first signature is judged: the libraries take a second, and most processes judge none.
    from madoguchi.blocks.people.identity.signatures import check

    return check.signature_check(
        document=document, signature=signature, trust=trust, now=now, existed_at=existed_at
    )


def signatures_of(viewer: Viewer, document_sha256: str) -> tuple[SignatureLine, ...]:
    """
    Give what was found of the signatures over a document, every look at them, the oldest first.

    A resident gets those of the open record; staff, doing a duty for which they may see who people are, and the
    house get all. None of them tells issuer or number of a certificate.
    """
    rows = (
        DocumentSignature.objects.filter(document_sha256=document_sha256)
        .select_related("party")
        .order_by("pk")
    )
    if viewer.kind == "resident" and viewer.record is not None:
        rows = rows.filter(party__in=viewer.record.parties)
    elif not viewer.may("people.identity_view"):
        return ()
    return tuple(_line(row) for row in rows)


def _line(row: DocumentSignature) -> SignatureLine:
    findings = [Finding(one["code"], one["state"], one["values"]) for one in row.findings]
    return SignatureLine(
        id=row.pk, party_id=row.party_id, verdict=row.verdict, signed_at=row.signed_at, checked_at=row.checked_at,
        texts=tuple(finding_text(finding) for finding in findings), codes=tuple(one.code for one in findings),
    )  # fmt: skip


__all__ = [
    "CardClaims",
    "SignatureFound",
    "Trust",
    "TrustMissing",
    "finding_text",
    "items_of",
    "signature_check",
    "signatures_of",
    "trust_of_city",
]
