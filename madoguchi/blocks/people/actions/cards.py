"""
Accounts by the card: whose it is, a card that was renewed, and a provider whose names for people have all changed.

Invariants (``tests/people/identity/test_card.py``, ``test_relink.py``):

1. A card opens the account of the person whom it describes, or one that is nobody's yet; never another's.
2. A new name (``sub``) for a person who has an account is added to that account; the old one of the same provider
   ends with its sessions. Mandates, consents and history stay where they are.
3. Somebody whom the register does not know becomes a person of his own, with the card as the source.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.actions.identity import (
    MeansTaken,
    PersonHasAccount,
    account_of,
    accounts_of_party,
    sessions_end,
)
from madoguchi.blocks.people.models import (
    Assurance,
    Birth,
    Means,
    Party,
    PartyAddress,
    PartyName,
    ResidentAccount,
    ResidentSession,
    Source,
)
from madoguchi.blocks.people.parties.facts import address_values, name_values
from madoguchi.blocks.people.parties.facts import party_key as new_key
from madoguchi.blocks.people.parties.matching import SEX, FourItems, person_match
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.subjects import Subject
from madoguchi.kit.check_characters import my_number_find
from madoguchi.kit.refusals import Refused as TextRefused

RENEWED = "renewed"


class CardOfAnother(Refused):
    """The card is not that of the person whose account is open."""

    message = _("このカードは、いまサインインしている人のものではありません。何も変えていません。")


@dataclass(frozen=True, slots=True)
class Settled:
    """The means that a card opens now; ``uncertain``: nobody could say whose record it is."""

    means: Means
    uncertain: bool = False


@action(
    "people.card_settle",
    raises={"person_one_account": PersonHasAccount, "means_opens_one_account": MeansTaken},
)
def card_settle(
    *,
    actor: Viewer,
    issuer: str,
    subject: str,
    items: FourItems,
    account_key: str = "",
    now: datetime,
) -> Settled:
    """
    Find or open the account of whoever has just proved by card who he is.

    :param actor: the house itself, right after the provider's answer was verified.
    :param subject: the provider's name for the person.
    :param account_key: the account whose owner asked to add the card to it.
    :raises NotAllowed: a person called this.
    :raises CardOfAnother: that account is somebody else's.
    :raises MeansTaken: the card opens another account than that one.
    :raises PersonHasAccount: the person has another account than that one.
    """
    if actor.kind != "system":
        raise NotAllowed("card_settle")
    asked = account_of(actor, account_key) if account_key else None
    live = Means.objects.filter(kind=Means.Kind.CARD, issuer=issuer, ended_at=None)
    known = live.select_related("account").filter(subject=subject).first()
    if known is not None:
        if asked is not None and known.account_id != asked.pk:
            raise MeansTaken
        audit_write(actor, "people.card_known", known.account.subject(), detail={"means": known.pk})
        account = _known_now(actor, known.account, items, now)
        return Settled(known, uncertain=account.party_id is None)
    party = _party_of(items, now)
    account = _account_for(actor, party, asked, now)
    _renew(actor, live.filter(account=account), now)
    means = Means.objects.create(
        account=account, kind=Means.Kind.CARD, issuer=issuer, subject=subject, assurance=Assurance.CARD,
        added_at=now,
    )  # fmt: skip
    audit_write(actor, "people.means_added", account.subject(), detail={"kind": "card", "means": means.pk})
    return Settled(means, uncertain=account.party_id is None)


@action("people.provider_sign_out")
def provider_sign_out(
    *, actor: Viewer, issuer: str, subject: str = "", provider_session: str = "", now: datetime
) -> int:
    """
    End what a provider says is over: one of its sessions, or all sessions of one of its people.

    :raises NotAllowed: the actor is not the house itself.
    """
    if actor.kind != "system" or not (subject or provider_session):
        raise NotAllowed("provider_sign_out")
    sessions = ResidentSession.objects.filter(means__kind=Means.Kind.CARD, means__issuer=issuer)
    if subject:
        sessions = sessions.filter(means__subject=subject)
    if provider_session:
        sessions = sessions.filter(provider_session=provider_session)
    count = sessions_end(sessions, "provider", now)
    audit_write(
        actor,
        "people.provider_signed_out",
        Subject("people.issuer", issuer[:200]),
        detail={"sessions": count},
    )
    return count


def account_of_party(party: Party) -> ResidentAccount | None:
    """Find the open account of a person, the oldest where merged records had one each."""
    return accounts_of_party(party).first()


def _known_now(actor: Viewer, account: ResidentAccount, items: FourItems, now: datetime) -> ResidentAccount:
    """Look again whose an account is that was nobody's: the register may have learnt of the person meanwhile."""
    match = person_match(items, on=day_of(now)) if account.party_id is None else None
    if match is None or match.party is None or account_of_party(match.party) is not None:
        return account
    return _linked(actor, account, match.party)


def _party_of(items: FourItems, now: datetime) -> Party | None:
    match = person_match(items, on=day_of(now))
    if match.verdict == "nobody":
        return _party_from_card(items, now)
    return match.party


def _party_from_card(items: FourItems, now: datetime) -> Party | None:
    """Enter a person as the card describes him; nobody where the city cannot keep what it says."""
    on = day_of(now)
    try:
        name = name_values(name=items.name, born=items.born)
    except TextRefused:
        return None
    if my_number_find(items.name) or my_number_find(items.address):
        return None
    party = Party.objects.create(key=new_key(), kind=Party.Kind.PERSON, entered_at=now)
    Birth.objects.create(
        party=party, born=items.born, sex=SEX.get(items.sex, ""), source=Source.CARD, entered_at=now
    )
    PartyName.objects.create(party=party, source=Source.CARD, entered_at=now, starts_on=on, **name)
    address = address_values(written=items.address, on=on)
    PartyAddress.objects.create(party=party, source=Source.CARD, entered_at=now, starts_on=on, **address)
    return party


def _account_for(
    actor: Viewer, party: Party | None, asked: ResidentAccount | None, now: datetime
) -> ResidentAccount:
    own = account_of_party(party) if party else None
    if asked is not None:
        if own is not None and own.pk != asked.pk:
            raise PersonHasAccount if asked.party_id is None else CardOfAnother
        if asked.party_id is not None and own is None:
            raise CardOfAnother
        return _linked(actor, asked, party)
    if own is not None:
        return own
    account = ResidentAccount.objects.create(
        key=new_key(), opened_by=ResidentAccount.Opened.CARD, opened_at=now
    )
    audit_write(actor, "people.resident_account_opened", account.subject(), detail={"by": "card"})
    return _linked(actor, account, party)


def _linked(actor: Viewer, account: ResidentAccount, party: Party | None) -> ResidentAccount:
    if party is None or account.party_id is not None:
        return account
    # Conditional: whoever was faster has said whose it is.
    if not ResidentAccount.objects.filter(pk=account.pk, party=None, closed_at=None).update(party=party):
        raise CardOfAnother
    account.party = party
    audit_write(actor, "people.account_linked", account.subject(), detail={"party": party.key, "how": "card"})
    return account


def _renew(actor: Viewer, old: QuerySet[Means], now: datetime) -> None:
    for means in old:
        sessions_end(ResidentSession.objects.filter(means=means), RENEWED, now)
        Means.objects.filter(pk=means.pk).update(ended_at=now, end_reason=RENEWED)
        detail = {"kind": means.kind, "means": means.pk, "reason": RENEWED}
        audit_write(actor, "people.means_ended", means.account.subject(), detail=detail)
