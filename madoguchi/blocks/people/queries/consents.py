"""What somebody agreed to, and the proof of it."""

from __future__ import annotations

from collections.abc import Iterable

from madoguchi.blocks.people.consents.texts import (
    ConsentText,
    consent_declared,
    consent_text,
    consents_declared,
    covers,
)
from madoguchi.blocks.people.mandates.standing import names_told, root_of
from madoguchi.blocks.people.models import Consent, Party
from madoguchi.blocks.people.parties.cards import clusters
from madoguchi.blocks.people.parties.naming import names_on
from madoguchi.blocks.people.types import ConsentLine, ConsentNow, ConsentProof
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.declarations import published_version
from madoguchi.kernel.rights import NotAllowed, Viewer


def consent_now(party_id: int, key: str) -> ConsentNow:
    """
    Say how somebody's agreement to a purpose stands; ``.holds`` is what a service may rely on.

    :param party_id: the person, whose merged records count as well.
    :param key: key of a declared ``consent``.
    """
    return _stand(_newest(clusters([party_id]).ids, [key]).get(key), key)


def consents_open(viewer: Viewer, language: str) -> list[tuple[ConsentText, ConsentNow]]:
    """Give the consents that the viewer may answer for the open record, each with how it stands."""
    record = viewer.record
    if viewer.kind != "resident" or record is None:
        return []
    texts = [consent_text(declared, language) for declared in consents_declared()]
    texts = [text for text in texts if record.reaches(text.service)]
    newest = _newest(record.parties, [text.key for text in texts])
    return [(text, _stand(newest.get(text.key), text.key)) for text in texts]


def consent_open(viewer: Viewer, key: str, language: str) -> tuple[ConsentText, ConsentNow]:
    """
    Give one consent that the viewer may answer for the open record.

    :raises NotAllowed: there is none of that key, or the mandate does not reach its service.
    """
    found = [pair for pair in consents_open(viewer, language) if pair[0].key == key]
    if not found:
        raise NotAllowed(f"consent {key}")
    return found[0]


def consents_answered(viewer: Viewer, key: str = "") -> tuple[ConsentLine, ...]:
    """Give the answers of the open record, the newest first, to one consent or to all that the viewer may see."""
    record = viewer.record
    keys = [text.key for text, _now in consents_open(viewer, "ja") if key in ("", text.key)]
    if record is None or not keys:
        return ()
    rows = Consent.objects.filter(party__in=record.parties, consent__in=keys).order_by("-pk")
    return _lines(rows.select_related("mandate__delegate"), viewer)


def consent_proof(viewer: Viewer, consent_id: int) -> ConsentProof:
    """
    Give what proves one answer of the open record.

    :raises NotAllowed: there is no such answer, or the mandate does not reach its service.
    """
    line = next((line for line in consents_answered(viewer) if line.id == consent_id), None)
    if line is None:
        raise NotAllowed(f"answer {consent_id}")
    row = Consent.objects.select_related("party__merged_into").get(pk=consent_id)
    text = consent_text(published_version("consent", line.key, line.version), line.language)
    party: Party = row.party.merged_into or row.party
    name = names_on([party.pk], day_of(row.answered_at)).get(party.pk, "")
    intact = text.sha256 == row.sha256
    return ConsentProof(line, text.service, party.key, name, row.sha256, text.document, intact=intact)


def _newest(ids: Iterable[int], keys: list[str]) -> dict[str, Consent]:
    rows = Consent.objects.filter(party__in=list(ids), consent__in=keys).order_by("pk")
    return {row.consent: row for row in rows}


def _stand(last: Consent | None, key: str) -> ConsentNow:
    if last is None:
        return ConsentNow()
    declared = consent_declared(key)
    again = declared is None or not covers(last.version, declared)
    return ConsentNow(last.answer, again, last.version, last.answered_at)


def _lines(rows: Iterable[Consent], viewer: Viewer) -> tuple[ConsentLine, ...]:
    found = list(rows)
    delegates = {
        row.pk: root_of(row.mandate.delegate) for row in found if row.mandate and row.mandate.delegate
    }
    names = names_told(delegates.values(), viewer.on)
    return tuple(
        ConsentLine(
            row.pk, row.consent, row.version, row.language, row.answer, row.answered_at,
            names.get(delegates.get(row.pk, 0), ""),
        )
        for row in found
    )  # fmt: skip
