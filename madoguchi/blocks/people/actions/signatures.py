"""
Keeping what a check of somebody's signature over a document found.

Invariants (``tests/people/identity/test_signatures_kept.py``, kill tests):

1. What is kept was found of this very document; a later look is of the very signature that was kept.
2. No certificate is kept, and nothing that the certificate said but its issuer and number.
3. A later look adds a row and changes none.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.identity.signatures import SignatureFound
from madoguchi.blocks.people.models import DocumentSignature, Party
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.subjects import Subject


class OtherDocument(Refused):
    """What was found belongs to another document."""

    message = _("確かめた署名が、この文書のものではありません。文書と署名を選び直してください。")


class OtherSignature(Refused):
    """What was found belongs to another signature than the one at hand."""

    message = _("確かめた結果が、この署名のものではありません。署名を確かめ直してください。")


@action("people.document_signature_keep")
def document_signature_keep(
    *,
    actor: Viewer,
    party_id: int | None,
    document_sha256: str,
    signature: bytes,
    found: SignatureFound,
    now: datetime,  # noqa: ARG001
) -> DocumentSignature:
    """
    Keep what was found of a signature, valid or not, with the digest of what was signed.

    :param party_id: whose document it is; None where nobody is known yet, which only the house may say.
    :param document_sha256: lower-case hexadecimal digits, of the document as the caller has it.
    :param signature: as it came in; without its certificates it is kept.
    :raises NotAllowed: it is not the actor's own record.
    :raises OtherDocument: what was found belongs to another document.
    :raises OtherSignature: what was found belongs to another signature.
    """
    _must_keep(actor, party_id)
    if found.document_sha256 != document_sha256:
        raise OtherDocument
    if found.signature_sha256 != hashlib.sha256(signature).hexdigest():
        raise OtherSignature
    row = _row(found, party_id)
    audit_write(actor, "people.signature_kept", _subject(row), detail=_detail(row, found))
    return row


@action("people.signature_recheck")
def signature_recheck(
    *,
    actor: Viewer,
    signature_id: int,
    found: SignatureFound,
    now: datetime,  # noqa: ARG001
) -> DocumentSignature:
    """
    Keep what a later look at a kept signature found, beside what was found before.

    :param found: from ``signature_check`` with ``existed_at`` = ``checked_at`` of the row.
    :raises NotAllowed: there is none of that number in the actor's own record.
    :raises OtherSignature: another document, signature or moment of coming in.
    """
    kept = DocumentSignature.objects.filter(pk=signature_id).first()
    if kept is None:
        raise NotAllowed(f"signature {signature_id}")
    _must_keep(actor, kept.party_id)
    same = (found.document_sha256, found.kept, found.issuer, found.serial)
    if same != (kept.document_sha256, bytes(kept.signature), kept.issuer, kept.serial):
        raise OtherSignature
    if not found.kept or found.existed_at < _first_checked(kept):
        # What could not be read is no signature; and nobody may claim that the city had it before it did.
        raise OtherSignature
    row = _row(found, kept.party_id)
    detail = {**_detail(row, found), "of": kept.pk}
    audit_write(actor, "people.signature_rechecked", _subject(row), detail=detail)
    return row


def _must_keep(actor: Viewer, party_id: int | None) -> None:
    if actor.kind == "system":
        return
    if party_id is None:
        raise NotAllowed(f"{actor.kind} {actor.key}: signature of nobody")
    actor.must_own(party_id)


def _first_checked(kept: DocumentSignature) -> datetime:
    same = DocumentSignature.objects.filter(
        document_sha256=kept.document_sha256, issuer=kept.issuer, serial=kept.serial, party=kept.party
    )
    return min(row.checked_at for row in same if bytes(row.signature) == bytes(kept.signature))


def _row(found: SignatureFound, party_id: int | None) -> DocumentSignature:
    return DocumentSignature.objects.create(
        party_id=party_id, document_sha256=found.document_sha256, signature=found.kept, issuer=found.issuer,
        serial=found.serial, signed_at=found.signed_at, checked_at=found.checked_at, verdict=found.verdict,
        findings=[finding.to_json() for finding in found.findings],
    )  # fmt: skip


def _subject(row: DocumentSignature) -> Subject:
    if row.party_id is None:
        return Subject("people.document", row.document_sha256)
    return Party.objects.get(pk=row.party_id).subject()


def _detail(row: DocumentSignature, found: SignatureFound) -> dict[str, object]:
    # Neither issuer nor number: the number of a card's certificate stands for a person.
    return {
        "signature": row.pk,
        "document_sha256": row.document_sha256,
        "verdict": row.verdict,
        "findings": list(found.codes),
    }
