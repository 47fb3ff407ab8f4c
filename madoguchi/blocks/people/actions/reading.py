"""
Looking at people's data. A look is an action: it leaves a row, and without that row there is no look.

Invariants (``tests/people/test_reading.py``):

1. Nobody is searched for or opened without a named duty, and nobody sees a class of data that the duty does not
   need, or that his roles do not give.
2. Each look is written down before its answer leaves: who, for which duty, which classes, whose data.
3. A protected person is not there for whoever may not see protected persons: no list, no search, no page, not even
   as a member of a household.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.models import Party
from madoguchi.blocks.people.parties.cards import seen
from madoguchi.blocks.people.parties.duties import classes_of
from madoguchi.blocks.people.parties.search import Asked, Found, search
from madoguchi.blocks.people.parties.sheets import household_members, person_sheet
from madoguchi.blocks.people.types import HouseholdMember, PersonCard, PersonSheet
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_read
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.subjects import Subject


class DutyMissing(Refused):
    """No duty was named."""

    message = _("人の記録を見るには、先に用務を選んでください。何のために見たかは、本人に伝わります。")


class TooLittleAsked(Refused):
    """The search would show people who have nothing to do with the duty."""

    message = _("条件が足りません。氏名を2文字以上と、生年月日か住所を入れてください。")


@action("people.persons_search")
def persons_search(*, actor: Viewer, asked: Asked, now: datetime, case: str = "") -> Found:  # noqa: ARG001
    """
    Find persons, and write down that they were looked for and who was shown.

    :param case: for which case or visitor, in the words of whoever asks; no personal data.
    :raises DutyMissing: the actor named no duty.
    :raises NotAllowed: the actor may not look at persons.
    :raises TooLittleAsked: the question is too wide.
    """
    duty_ask(actor)
    if not asked.narrow:
        raise TooLittleAsked
    found = search(asked, viewer=actor, on=actor.on)
    shown = [person_subject(card) for card in found.persons]
    data = [name for name in classes_of(actor) if name in ("identity", "address")]
    audit_read(
        actor, "people.persons_searched", Subject("people.search", "persons"), data=data, read=shown,
        duty=actor.duty_key, by=asked.parts, case=case, more=found.more,
    )  # fmt: skip
    return found


@action("people.person_open")
def person_open(
    *,
    actor: Viewer,
    key: str,
    now: datetime,  # noqa: ARG001
    on: date | None = None,
    at: datetime | None = None,
    case: str = "",
) -> PersonSheet:
    """
    Give what the actor's duty may see of a person, and write down that it was seen.

    :param on: the day for which the page is asked; today when left out.
    :param at: as it was known at this moment.
    :raises DutyMissing: the actor named no duty.
    :raises NotAllowed: there is nobody of that key whom the actor may know of.
    """
    duty_ask(actor)
    party = party_seen(actor, key, Party.Kind.PERSON)
    sheet = person_sheet(party.pk, viewer=actor, on=on or actor.on, at=at)
    read = [party.subject(), *(person_subject(member.card) for member in sheet.household or ())]
    audit_read(
        actor, "people.person_opened", party.subject(), data=sheet.classes, read=list(dict.fromkeys(read)),
        duty=actor.duty_key, case=case,
    )  # fmt: skip
    return sheet


@action("people.household_open")
def household_open(
    *,
    actor: Viewer,
    key: str,
    on: date,
    now: datetime,  # noqa: ARG001
    at: datetime | None = None,
    case: str = "",
) -> tuple[HouseholdMember, ...]:
    """
    Give a household as it was on a day, and write down that it was seen.

    :param at: as it was known at this moment.
    :raises DutyMissing: the actor named no duty.
    :raises NotAllowed: the actor may not see households, or there is none of that key that day.
    """
    duty_ask(actor)
    actor.must("people.household_view")
    party = Party.objects.filter(key=key, kind=Party.Kind.HOUSEHOLD).first()
    members = household_members(party.pk, viewer=actor, on=on, at=at) if party else ()
    if party is None or not members:
        raise NotAllowed(f"household {key}")
    read = [person_subject(member.card) for member in members]
    audit_read(
        actor, "people.household_opened", party.subject(), data=[*classes_of(actor)], read=read,
        duty=actor.duty_key, on=on, case=case,
    )  # fmt: skip
    return members


def party_seen(viewer: Viewer, key: str, kind: str) -> Party:
    """
    Find a party that the viewer may know of; a merged one leads to the one that it stands under.

    :raises NotAllowed: there is none.
    """
    party = Party.objects.select_related("merged_into").filter(key=key, kind=kind).first()
    root = party and (party.merged_into or party)
    if root is None or not Party.objects.filter(seen(viewer), pk=root.pk).exists():
        raise NotAllowed(f"{kind} {key}")
    return root


def duty_ask(actor: Viewer) -> None:
    """
    Refuse a look that is for nothing.

    :raises DutyMissing: the actor named no duty.
    :raises NotAllowed: the duty does not need to know who somebody is, or the actor's roles do not give it.
    """
    if not actor.duty:
        raise DutyMissing
    actor.must("people.identity_view")


def person_subject(card: PersonCard) -> Subject:
    """Give the reference of a person on a card."""
    return Subject("people.person", card.key)
