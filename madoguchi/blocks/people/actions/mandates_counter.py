"""Mandates at the counter: registered by papers (guardians, and whoever comes without a card), and ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.actions.mandates import (
    MandateOver,
    MandateTaken,
    OwnOffer,
    PeriodRefused,
    services_chosen,
)
from madoguchi.blocks.people.actions.reading import DutyMissing, party_seen
from madoguchi.blocks.people.mandates.lines import lines_of
from madoguchi.blocks.people.mandates.standing import of_age_on, root_of, standing_of
from madoguchi.blocks.people.models import Mandate, Party
from madoguchi.blocks.people.parties.cards import clusters, seen
from madoguchi.blocks.people.parties.facts import party_key as new_key
from madoguchi.blocks.people.parties.naming import names_on
from madoguchi.blocks.people.types import MandateLine
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_read, audit_write
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.rights import NotAllowed, Viewer

END_REASONS: Final = {
    "wish": _("本人か代わりの人の申し出"),
    "court": _("裁判所の決定"),
    "died": _("どちらかが亡くなった"),
    "mistake": _("登録の誤り"),
    "misuse": _("不適切な使い方"),
}
"""Why a mandate is ended at the counter."""


class MandatePapersMissing(Refused):
    """No papers were named."""

    message = _("確かめた書類の名前を入れてください。例：登記事項証明書（後見）、令和8年5月1日付け委任状")


class AlreadyOfAge(Refused):
    """Nobody is a parent of an adult here."""

    message = _("成年の人に、親権者は登録できません。ほかの種類を選んでください。")


class DelegateUnknown(Refused):
    """There is nobody of that number whom the actor may know of."""

    message = _("その番号の人は見つかりません。人をさがす画面で、番号を確かめてください。")


class KindRefused(Refused):
    """The kind does not fit who gives it."""

    message = _("この種類は、この人には登録できません。団体の役員は、団体の記録から登録してください。")


@dataclass(frozen=True, slots=True)
class MandatesOfParty:
    """Somebody's mandates, both ways, as a clerk sees them; ``delegate`` who is about to act for him, by name."""

    party: Party
    name: str
    given: tuple[MandateLine, ...]
    held: tuple[MandateLine, ...]
    delegate: str = ""


@action("people.mandates_open")
def mandates_open(
    *,
    actor: Viewer,
    party_key: str,
    delegate_key: str = "",
    case: str = "",
    now: datetime,  # noqa: ARG001
) -> MandatesOfParty:
    """
    Give the mandates of a person or organisation, and write down who was seen.

    Sides whom the actor may not know of are shown without a name.

    :param delegate_key: who is about to act for the party, to be shown by name.
    :raises DelegateUnknown: there is no person of that number whom the actor may know of.
    :raises DutyMissing: the actor named no duty.
    :raises NotAllowed: he may not keep mandates, or may not know of the party.
    """
    party = _party(actor, party_key)
    ids = clusters([party.pk]).ids
    mandates = Mandate.objects.select_related("grantor", "delegate").order_by("-offered_at", "-pk")
    given = list(mandates.filter(grantor__in=ids))
    held = list(mandates.filter(delegate__in=ids))
    others = [one.delegate for one in given if one.delegate] + [one.grantor for one in held]
    allowed = Party.objects.filter(seen(actor), pk__in={root_of(other) for other in others})
    delegate = _delegate(actor, delegate_key) if delegate_key else None
    known = {other.pk: other for other in (*allowed, party, delegate) if other is not None}
    names = names_on(known, actor.on)
    subjects = dict.fromkeys(other.subject() for other in (party, *known.values()))
    audit_read(
        actor, "people.mandates_opened", party.subject(), data=["identity", "mandates"], read=list(subjects),
        duty=actor.duty_key, case=case,
    )  # fmt: skip
    return MandatesOfParty(
        party,
        names.get(party.pk, ""),
        lines_of(given, names=names, side="grantor", viewer=actor),
        lines_of(held, names=names, side="delegate", viewer=actor),
        names.get(delegate.pk, "") if delegate else "",
    )


@action("people.mandate_enter", raises={"mandate_once": MandateTaken, "mandate_for_another": OwnOffer})
def mandate_enter(
    *,
    actor: Viewer,
    kind: str,
    grantor_key: str,
    delegate_key: str,
    services: Sequence[str],
    papers: str,
    starts_on: date,
    ends_on: date | None,
    now: datetime,
) -> Mandate:
    """
    Register by papers that somebody acts for another; it holds without being accepted again.

    :param papers: what was looked at, by name and date.
    :param ends_on: the first day on which it no longer holds; None until further notice. A parent's ends by itself.
    :raises DutyMissing: the actor named no duty.
    :raises NotAllowed: he may not keep mandates, or may not know of the grantor.
    :raises DelegateUnknown: he may not know of the delegate, or that is no person.
    :raises MandatePapersMissing, ServicesUnknown, PeriodRefused, KindRefused, AlreadyOfAge: what was typed cannot be kept.
    :raises MandateTaken: one of the same kind holds on one of these days.
    """
    grantor = _party(actor, grantor_key)
    delegate = _delegate(actor, delegate_key)
    if delegate.pk == grantor.pk:
        raise DelegateUnknown
    if not papers.strip():
        raise MandatePapersMissing
    if (kind == Mandate.Kind.OFFICER) != (grantor.kind == Party.Kind.ORGANISATION):
        raise KindRefused
    if ends_on is not None and ends_on <= starts_on:
        raise PeriodRefused
    if kind == Mandate.Kind.PARENT:
        ends_on = _until_of_age(grantor, starts_on, ends_on)
    mandate = Mandate.objects.create(
        key=new_key(), kind=kind, basis=Mandate.Basis.PAPERS, grantor=grantor, delegate=delegate,
        services=services_chosen(services), papers=papers.strip(), offered_at=now, accepted_at=now,
        starts_on=starts_on, ends_on=ends_on,
    )  # fmt: skip
    detail = {"kind": kind, "grantor": grantor.key, "delegate": delegate.key, "to": ends_on}
    audit_write(actor, "people.mandate_entered", mandate.subject(), detail=detail)
    event_emit("people.mandate_accepted", mandate.subject(), {"grantor": grantor.key})
    return mandate


@action("people.mandate_end")
def mandate_end(*, actor: Viewer, key: str, reason: str, now: datetime) -> None:
    """
    End any mandate or offer at the counter.

    :param reason: one of ``END_REASONS``.
    :raises DutyMissing: the actor named no duty.
    :raises NotAllowed: he may not keep mandates, or may know of neither side.
    :raises MandateOver: it has ended already.
    """
    _keeper_ask(actor)
    if reason not in END_REASONS:
        raise NotAllowed(f"reason {reason}")
    mandate = Mandate.objects.select_related("grantor", "delegate").filter(key=key).first()
    sides = [root_of(party) for party in (mandate.grantor, mandate.delegate) if party] if mandate else []
    if mandate is None or not Party.objects.filter(seen(actor), pk__in=sides).exists():
        raise NotAllowed(f"mandate {key}")
    ended = Mandate.objects.filter(pk=mandate.pk, revoked_at=None)
    if not ended.update(revoked_at=now, revoked_by=actor.key, code=""):
        raise MandateOver
    audit_write(actor, "people.mandate_revoked", mandate.subject(), detail={"by": "counter", "why": reason})
    event_emit("people.mandate_ended", mandate.subject(), {"by": "counter"})


def _keeper_ask(actor: Viewer) -> None:
    actor.must("people.mandate_keep")
    if not actor.duty:
        raise DutyMissing


def _party(actor: Viewer, key: str) -> Party:
    _keeper_ask(actor)
    kind = Party.objects.filter(key=key).values_list("kind", flat=True).first()
    if kind not in (Party.Kind.PERSON, Party.Kind.ORGANISATION):
        raise NotAllowed(f"party {key}")
    return party_seen(actor, key, kind)


def _delegate(actor: Viewer, key: str) -> Party:
    try:
        return party_seen(actor, key, Party.Kind.PERSON)
    except NotAllowed as unseen:
        raise DelegateUnknown from unseen


def _until_of_age(child: Party, starts_on: date, ends_on: date | None) -> date | None:
    last = of_age_on(standing_of([child.pk], starts_on).born.get(child.pk, ""))
    if last is None:
        return ends_on
    if last <= starts_on:
        raise AlreadyOfAge
    return min(last, ends_on) if ends_on else last
