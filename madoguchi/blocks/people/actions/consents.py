"""
Answering whether one agrees: given, refused, withdrawn. Each answer is a row that is never changed.

Invariants (``tests/people/consents``, kill test):

1. An answer belongs to the very text that was shown: a text that changed meanwhile is shown again first.
2. Whoever acts for another answers only where his mandate reaches the service that asks.
3. What was agreed to can be taken back at any time, whatever has become of the text.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.consents.texts import consent_declared, consent_text, covers
from madoguchi.blocks.people.models import Assurance, Consent, Mandate, Party, ResidentAccount
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.rights import NotAllowed, Viewer


class TextChanged(Refused):
    """The text that was shown is not the newest."""

    message = _("文面が新しくなりました。まだ記録していません。新しい文面を読んで、もう一度選んでください。")


class AnswerRefused(Refused):
    """This answer cannot follow what stood before; the message says why."""


class AlreadyAnswered(Refused):
    """The same answer to the same text stands already."""

    message = _("もう同じ答えを記録しています。変えたいときだけ、選び直してください。")


@action("people.consent_answer")
def consent_answer(
    *, actor: Viewer, key: str, answer: str, sha256: str, language: str, now: datetime
) -> Consent:
    """
    Record what the person whose record is open, or who acts for him, answers to a declared consent.

    :param answer: given, refused or withdrawn.
    :param sha256: the digest of the text that was shown, in ``language``.
    :raises NotAllowed: nobody certain enough, no such consent, or a mandate that does not reach its service.
    :raises TextChanged: another text was shown than the newest.
    :raises AnswerRefused: there is nothing to withdraw, or something to withdraw and not to refuse.
    :raises AlreadyAnswered: that is the answer which stands.
    """
    record, declared = actor.record, consent_declared(key)
    if actor.kind != "resident" or record is None or declared is None or actor.assurance < Assurance.CARD:
        raise NotAllowed(f"{actor.kind} {actor.key}: consent {key}")
    text = consent_text(declared, language)
    actor.must_own(record.party_id, service=text.service)
    if answer not in Consent.Answer.values:
        raise NotAllowed(f"answer {answer}")
    if sha256 != text.sha256:
        raise TextChanged
    last = Consent.objects.filter(party__in=record.parties, consent=key).order_by("pk").last()
    stands = last is not None and covers(last.version, declared)
    # An agreement to an older text is over for whoever relies on it; its owner may still take it back.
    before = last.answer if last is not None and (stands or answer == Consent.Answer.WITHDRAWN) else ""
    if message := declared.model.refusal(answer, before):
        raise AnswerRefused(message)
    if stands and answer == before:
        raise AlreadyAnswered
    mandate = Mandate.objects.get(key=record.mandate) if record.mandate else None
    consent = Consent.objects.create(
        party_id=record.party_id, consent=key, version=text.version, sha256=text.sha256, language=language,
        answer=answer, answered_at=now, mandate=mandate,
        account=ResidentAccount.objects.get(key=actor.key.removeprefix("resident:")),
    )  # fmt: skip
    party = Party.objects.get(pk=record.party_id)
    detail = {"consent": key, "version": text.version, "answer": answer, "mandate": record.mandate}
    audit_write(actor, "people.consent_answered", party.subject(), detail=detail)
    event_emit("people.consent_answered", party.subject(), {"consent": key, "answer": answer})
    return consent
