"""
Acting for others: offering, handing over by a code, accepting, claiming by the register, taking back.

Invariants (``tests/people/mandates``, kill tests over each action):

1. Nobody accepts what was not offered to him: an offer is bound to the first who enters its code, and then its code
   is gone. Five wrong codes end it.
2. Only somebody who proved who he is (card, counter) gives, takes or claims; taking back needs no more than being
   signed in, and works at once.
3. A claim that fails says the same whatever it fails for: not even that a child is protected can be learnt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.mandates.codes import code_fits, code_kept, code_make, code_read, locator
from madoguchi.blocks.people.mandates.offers import (
    EVERY_SERVICE,
    LONGEST_YEARS,
    OWN_WORD,
    TRIES,
    offers_open,
    organisations_headed,
    service_labels,
    sides_of,
    years_later,
)
from madoguchi.blocks.people.mandates.standing import of_age_on, standing_of
from madoguchi.blocks.people.models import Assurance, Mandate, Party
from madoguchi.blocks.people.parties.facts import party_key as new_key
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.rights import NotAllowed, Record, Viewer
from madoguchi.kernel.subjects import Subject

WRONG_CODES_PER_HOUR = 10
_LOCATORS_TRIED = 20


class OfferGone(Refused):
    """The offer was taken, taken back, or its time is over."""

    message = _("この申し出は、もう受けられません。必要なときは、本人にもう一度申し出てもらってください。")


class MandateOver(Refused):
    """It has ended already."""

    message = _("もう終わっています。画面を開き直して、いまの状態を確かめてください。")


class MandateTaken(Refused):
    """One of the same kind between the same two holds on one of these days."""

    message = _(
        "同じ人どうしの、同じ種類の登録がもうあります。変えたいときは、先に今の登録を終えてください。"
    )


class OwnOffer(Refused):
    """Somebody entered the code of his own offer."""

    message = _("これは、あなたが出した申し出です。受けてもらう人に、番号を伝えてください。")


class TooManyCodes(Refused):
    """Too many codes were wrong."""

    message = _(
        "番号の間違いが続いたため、しばらく受け付けません。1時間ほどたってから、番号を確かめて入れてください。"
    )


class ServicesUnknown(Refused):
    """Nothing was chosen, or something that is not there."""

    message = _("代わりにできる手続きを、一つ以上選んでください。")


class PeriodRefused(Refused):
    """The mandate would last too long, or end before it begins."""

    message = _("期間は、今日から3年以内で選んでください。")


class ClaimRefused(Refused):
    """The register does not speak for this; why is not said."""

    message = _("この画面では登録できません。書類を持って、窓口で相談してください。")


class OnlyAtCounter(Refused):
    """A guardian is registered and ended by papers."""

    message = _("後見人などの登録は、書類を確かめて窓口で終えます。窓口で相談してください。")


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer, and the code to hand over; the code is kept nowhere."""

    mandate: Mandate
    code: str


@action("people.mandate_offer")
def mandate_offer(
    *,
    actor: Viewer,
    kind: str,
    services: Sequence[str],
    ends_on: date,
    grantor_key: str = "",
    now: datetime,
) -> Offered:
    """
    Offer somebody to act in one's name; who that is, is settled by whoever enters the code.

    :param kind: carer or tax_accountant for oneself, officer or tax_accountant for an organisation.
    :param services: keys of published services, or ``*`` alone.
    :param ends_on: the first day on which it no longer holds, at most three years from now.
    :param grantor_key: an organisation whose head officer the actor is; left out, the actor himself.
    :raises NotAllowed: the actor is not certain enough, acts for another, or does not head the organisation.
    :raises ServicesUnknown: nothing was chosen, or a service that is not published.
    :raises PeriodRefused: it would end today or in more than three years.
    """
    record = own_record(actor)
    grantor = _grantor(actor, record, grantor_key)
    if kind not in OWN_WORD[grantor.kind]:
        raise NotAllowed(f"{kind} of {grantor.kind}")
    if not actor.on < ends_on <= years_later(actor.on, LONGEST_YEARS):
        raise PeriodRefused
    code = _code_unlike(actor.on)
    mandate = Mandate.objects.create(
        key=new_key(), kind=kind, basis=Mandate.Basis.OWN_WORD, grantor=grantor,
        services=services_chosen(services), code=code_kept(code), offered_at=now, starts_on=actor.on,
        ends_on=ends_on,
    )  # fmt: skip
    audit_write(actor, "people.mandate_offered", mandate.subject(), detail=_detail(mandate))
    return Offered(mandate, code)


@action("people.mandate_code_enter", raises={"mandate_once": MandateTaken})
def mandate_code_enter(*, actor: Viewer, code: str, now: datetime) -> Mandate | None:
    """
    Take an offer in hand by its code: from now on it is for the actor alone to accept or decline.

    Nothing found is no exception: the wrong try has to be kept.

    :raises NotAllowed: the actor is not certain enough, or acts for another.
    :raises TooManyCodes: he entered too many wrong codes.
    :raises OwnOffer: it is his own offer.
    :raises MandateTaken: he acts for that person already.
    """
    record = own_record(actor)
    _codes_wrong(actor, now)
    entered = code_read(code)
    offers = Mandate.objects.filter(offers_open(actor.on), code_tries__lt=TRIES, delegate=None)
    for offer in offers.filter(code__startswith=locator(entered)) if entered else ():
        if not code_fits(entered, offer.code):
            _tried(offer, now)
            continue
        if offer.grantor_id in record.parties:
            raise OwnOffer
        same = Mandate.objects.filter(offers_open(actor.on), pk=offer.pk, code=offer.code, delegate=None)
        if same.update(delegate=record.party_id, code=""):
            audit_write(actor, "people.mandate_taken", offer.subject(), detail={"delegate": _key(record)})
            return Mandate.objects.get(pk=offer.pk)
    account = Subject("people.resident_account", actor.key.removeprefix("resident:"))
    audit_write(actor, "people.mandate_code_wrong", account)
    return None


@action("people.mandate_accept")
def mandate_accept(*, actor: Viewer, key: str, now: datetime) -> None:
    """
    Accept an offer that one has in hand.

    :raises NotAllowed: there is none of that key for the actor.
    :raises OfferGone: it was taken back meanwhile, or its time is over.
    """
    mandate = _in_hand(actor, key)
    if not Mandate.objects.filter(offers_open(actor.on), pk=mandate.pk).update(accepted_at=now):
        raise OfferGone
    audit_write(actor, "people.mandate_accepted", mandate.subject(), detail=_detail(mandate))
    event_emit("people.mandate_accepted", mandate.subject(), {"grantor": mandate.grantor.key})


@action("people.mandate_decline")
def mandate_decline(*, actor: Viewer, key: str, now: datetime) -> None:
    """
    Decline an offer that one has in hand.

    :raises NotAllowed: there is none of that key for the actor.
    :raises OfferGone: it was taken back meanwhile, or its time is over.
    """
    mandate = _in_hand(actor, key)
    waiting = Mandate.objects.filter(offers_open(actor.on), pk=mandate.pk)
    if not waiting.update(revoked_at=now, revoked_by=actor.key):
        raise OfferGone
    audit_write(actor, "people.mandate_declined", mandate.subject())
    event_emit("people.mandate_ended", mandate.subject(), {"by": "delegate"})


@action("people.mandate_claim", raises={"mandate_once": MandateTaken})
def mandate_claim(*, actor: Viewer, party_key: str, now: datetime) -> Mandate:
    """
    Claim to act for one's child, or for an association that one heads, as the city's records show it.

    It holds for every service, ends by itself when the child is of age, and holds only while the records show it.

    :raises NotAllowed: the actor is not certain enough, or acts for another.
    :raises ClaimRefused: the records do not speak for it, or nobody has that key; which of the two is not said.
    :raises MandateTaken: it is claimed already.
    """
    record = own_record(actor)
    party = Party.objects.filter(key=party_key, merged_into=None).first()
    if party is None:
        raise ClaimRefused
    known = standing_of([party.pk, record.party_id], actor.on)
    kind, ends_on = Mandate.Kind.OFFICER, None
    if party.kind == Party.Kind.PERSON:
        kind, ends_on = Mandate.Kind.PARENT, of_age_on(known.born.get(party.pk, ""))
    mandate = Mandate(
        key=new_key(), kind=kind, basis=Mandate.Basis.REGISTER, grantor=party, delegate_id=record.party_id,
        services=[EVERY_SERVICE], offered_at=now, accepted_at=now, starts_on=actor.on, ends_on=ends_on,
    )  # fmt: skip
    if not known.supports(mandate):
        raise ClaimRefused
    mandate.save(force_insert=True)
    audit_write(actor, "people.mandate_claimed", mandate.subject(), detail=_detail(mandate))
    event_emit("people.mandate_accepted", mandate.subject(), {"grantor": party.key})
    return mandate


@action("people.mandate_revoke")
def mandate_revoke(*, actor: Viewer, key: str, now: datetime) -> None:
    """
    End a mandate or an offer, by either side; it holds no more from the next request on.

    :raises NotAllowed: the actor is on neither side of one of that key, or acts for another.
    :raises OnlyAtCounter: it is a guardian's.
    :raises MandateOver: it has ended already.
    """
    mandate, side = mandate_between(actor, key)
    if mandate.kind == Mandate.Kind.GUARDIAN:
        raise OnlyAtCounter
    ended = Mandate.objects.filter(pk=mandate.pk, revoked_at=None)
    if not ended.update(revoked_at=now, revoked_by=actor.key, code=""):
        raise MandateOver
    audit_write(actor, "people.mandate_revoked", mandate.subject(), detail={"by": side})
    event_emit("people.mandate_ended", mandate.subject(), {"by": side})


def own_record(actor: Viewer) -> Record:
    """
    Give the actor's own record, when it is open and it is certain who he is.

    :raises NotAllowed: it is not.
    """
    record = actor.record
    if actor.kind != "resident" or record is None or record.mandate or actor.assurance < Assurance.CARD:
        raise NotAllowed(f"{actor.kind} {actor.key}: own record by card")
    return record


def mandate_between(actor: Viewer, key: str) -> tuple[Mandate, str]:
    """
    Find a mandate on one side of which the actor is, and say which: grantor or delegate.

    :raises NotAllowed: there is none.
    """
    record = actor.record
    if actor.kind != "resident" or record is None or record.mandate:
        raise NotAllowed(f"{actor.kind} {actor.key}: mandate {key}")
    given, held = sides_of(record, actor.on)
    mandates = Mandate.objects.select_related("grantor", "delegate").filter(key=key)
    # The head of an association may hold its mandate himself: then he ends it as its holder.
    for side, predicate in (("delegate", held), ("grantor", given)):
        if found := mandates.filter(predicate).first():
            return found, side
    raise NotAllowed(f"mandate {key}")


def services_chosen(services: Sequence[str]) -> list[str]:
    """
    Give the services that a mandate may name.

    :raises ServicesUnknown: there are none, or one of them is not published.
    """
    chosen = sorted(set(services))
    if EVERY_SERVICE in chosen:
        return [EVERY_SERVICE]
    if not chosen or not set(chosen) <= set(service_labels()):
        raise ServicesUnknown
    return chosen


def _grantor(actor: Viewer, record: Record, key: str) -> Party:
    if not key:
        return Party.objects.get(pk=record.party_id)
    found = organisations_headed(record.parties, actor.on).filter(key=key).first()
    if found is None:
        raise NotAllowed(f"organisation {key}")
    return found


def _code_unlike(on: date) -> str:
    """Make a code that does not share its first characters with another open offer, as far as there is room."""
    for _try in range(_LOCATORS_TRIED):
        code = code_make()
        if not Mandate.objects.filter(offers_open(on), code__startswith=locator(code)).exists():
            break
    return code


def _codes_wrong(actor: Viewer, now: datetime) -> None:
    wrong = AuditRow.objects.filter(event="people.mandate_code_wrong", actor_key=actor.key)
    if wrong.filter(at__gt=now - timedelta(hours=1)).count() >= WRONG_CODES_PER_HOUR:
        raise TooManyCodes


def _tried(offer: Mandate, now: datetime) -> None:
    Mandate.objects.filter(pk=offer.pk, code_tries__lt=TRIES).update(code_tries=F("code_tries") + 1)
    over = Mandate.objects.filter(pk=offer.pk, code_tries=TRIES, revoked_at=None)
    over.update(revoked_at=now, revoked_by="tries", code="")


def _in_hand(actor: Viewer, key: str) -> Mandate:
    record = own_record(actor)
    mandates = Mandate.objects.select_related("grantor").filter(delegate__in=record.parties)
    found = mandates.filter(key=key, basis=Mandate.Basis.OWN_WORD).first()
    if found is None:
        raise NotAllowed(f"offer {key}")
    return found


def _key(record: Record) -> str:
    return Party.objects.values_list("key", flat=True).get(pk=record.party_id)


def _detail(mandate: Mandate) -> dict[str, object]:
    return {
        "kind": mandate.kind,
        "basis": mandate.basis,
        "services": mandate.services,
        "grantor": mandate.grantor.key,
        "to": mandate.ends_on,
    }
