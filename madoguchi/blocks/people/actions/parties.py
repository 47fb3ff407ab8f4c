"""
Entering persons and organisations by hand, and what is known of them besides the resident register.

Every function puts one fact on its time line (``kit.timelines``). What the register says is not changed
here: it would come back with the next file, and until then two offices would work by different facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.models import (
    Birth,
    Membership,
    Party,
    PartyAddress,
    PartyName,
    Protection,
    Source,
)
from madoguchi.blocks.people.models.parties import DatedFact
from madoguchi.blocks.people.parties.cards import clusters
from madoguchi.blocks.people.parties.facts import (
    address_values,
    edit_write,
    name_values,
    party_key,
    spans_of,
    with_all,
)
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.db.two_times import believed, known_on
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.check_characters import corporate_number_parse, my_number_find
from madoguchi.kit.partial_dates import partial_date_parse
from madoguchi.kit.refusals import Refused as TextRefused
from madoguchi.kit.timelines import Span, span_begin, span_end


class PartyGone(Refused):
    """There is no such party, or it now stands under another."""

    message = _("この人の記録は見つかりません。統合されたかもしれません。もう一度さがしてください。")


class FromRegister(Refused):
    """The fact comes from the resident register."""

    message = _(
        "住民記録から来た内容は、ここでは変えられません。住民記録の側で直すと、次の連携で反映されます。"
    )


class PeriodTaken(Refused):
    """The day is taken by another fact: two processes put one at the same time."""

    message = _("同じ日の記録がほかにあります。画面を開き直して、もう一度確かめてください。")


class TypedRefused(Refused):
    """A typed name, number or day cannot be kept; the message says why."""


_TAKEN = dict.fromkeys(
    [
        "party_one_name", "party_one_address", "party_one_residence", "party_protected_once", "party_born_once",
        "person_one_household", "household_one_head", "member_once", "officer_once",
    ],
    PeriodTaken,
)  # fmt: skip


@action("people.person_enter", raises=_TAKEN)
def person_enter(
    *,
    actor: Viewer,
    name: str,
    kana: str = "",
    born: str = "",
    sex: str = "",
    address: str = "",
    starts_on: date,
    now: datetime,
) -> Party:
    """
    Enter a person whom the resident register does not know.

    :param born: ISO, as far as known (``kit.partial_dates``).
    :param starts_on: from when name and address hold.
    :raises NotAllowed: the actor does not keep parties.
    :raises TypedRefused: a text cannot be kept; a My Number stands in it.
    """
    actor.must("people.party_keep")
    _my_number_refuse(name, kana, born, address)
    born = _born(born)
    party = Party.objects.create(key=party_key(), kind=Party.Kind.PERSON, entered_at=now)
    Birth.objects.create(party=party, born=born, sex=sex, source=Source.COUNTER, entered_at=now)
    _begin(PartyName, party, _name(name, kana, born), starts_on, now)
    if address:
        kind = PartyAddress.Kind.RESIDENCE
        _begin(PartyAddress, party, address_values(written=address, on=starts_on), starts_on, now, kind=kind)
    audit_write(actor, "people.party_entered", party.subject())
    return party


@action("people.organisation_enter", raises={**_TAKEN, "party_corporate_number_once": PeriodTaken})
def organisation_enter(
    *,
    actor: Viewer,
    name: str,
    kana: str = "",
    form: str,
    corporate_number: str = "",
    address: str = "",
    starts_on: date,
    now: datetime,
) -> Party:
    """
    Enter an organisation: a company, a 自治会, a 医療機関.

    :param form: a code of the codelist ``people.organisation_forms``.
    :raises NotAllowed: the actor does not keep parties.
    :raises TypedRefused: a text or the 法人番号 cannot be kept.
    """
    actor.must("people.party_keep")
    _my_number_refuse(name, kana, address)
    number = _corporate_number(corporate_number)
    party = Party.objects.create(
        key=party_key(), kind=Party.Kind.ORGANISATION, form=form, corporate_number=number, entered_at=now
    )
    _begin(PartyName, party, _name(name, kana), starts_on, now)
    if address:
        kind = PartyAddress.Kind.SEAT
        _begin(PartyAddress, party, address_values(written=address, on=starts_on), starts_on, now, kind=kind)
    audit_write(actor, "people.party_entered", party.subject())
    return party


@action("people.name_put", raises=_TAKEN)
def name_put(
    *,
    actor: Viewer,
    party_key: str,
    name: str,
    kana: str = "",
    use: str = PartyName.Use.OFFICIAL,
    starts_on: date,
    now: datetime,
) -> None:
    """
    Let a party bear a name from a day on. The name that it bore that day is taken for an error and withdrawn.

    :raises NotAllowed: the actor does not keep parties.
    :raises FromRegister: the register says what this name is.
    :raises TypedRefused: the name cannot be kept.
    """
    actor.must("people.party_keep")
    party = party_found(party_key)
    _my_number_refuse(name, kana)
    _register_refuse(PartyName, party, starts_on, use=use)
    born = Birth.objects.filter(believed(), party=party).values_list("born", flat=True).first() or ""
    _begin(PartyName, party, _name(name, kana, born), starts_on, now, use=use)
    audit_write(actor, "people.party_changed", party.subject(), detail={"what": "name", "use": use})


@action("people.address_put", raises=_TAKEN)
def address_put(
    *,
    actor: Viewer,
    party_key: str,
    address: str,
    kind: str = PartyAddress.Kind.MAILING,
    starts_on: date,
    now: datetime,
) -> None:
    """
    Let a party have an address of a kind from a day on; an empty one ends it.

    :raises NotAllowed: the actor does not keep parties.
    :raises FromRegister: the register says where the person lives.
    """
    actor.must("people.party_keep")
    party = party_found(party_key)
    _my_number_refuse(address)
    _register_refuse(PartyAddress, party, starts_on, kind=kind)
    if address:
        _begin(PartyAddress, party, address_values(written=address, on=starts_on), starts_on, now, kind=kind)
    else:
        _end(PartyAddress, party, starts_on, now, kind=kind)
    audit_write(actor, "people.party_changed", party.subject(), detail={"what": "address", "kind": kind})


@action("people.birth_put", raises=_TAKEN)
def birth_put(
    *, actor: Viewer, party_key: str, born: str, died: str = "", sex: str = "", now: datetime
) -> None:
    """
    Correct when a person was born or died, and the sex; the names follow, since their search holds the year.

    :raises NotAllowed: the actor does not keep parties.
    :raises FromRegister: the register knows this person.
    :raises TypedRefused: a day cannot be one.
    """
    actor.must("people.party_keep")
    party = party_found(party_key)
    born, died = _born(born), _born(died)
    old = Birth.objects.filter(believed(), party=party)
    if old.filter(source=Source.REGISTER).exists():
        raise FromRegister
    old.update(withdrawn_at=now)
    Birth.objects.create(party=party, born=born, died=died, sex=sex, source=Source.COUNTER, entered_at=now)
    PartyName.objects.filter(party=party).update(birth_year=int(born[:4]) if born else None)
    audit_write(actor, "people.party_changed", party.subject(), detail={"what": "birth"})


@action("people.member_seat", raises=_TAKEN)
def member_seat(
    *,
    actor: Viewer,
    group_key: str,
    party_key: str,
    kind: str,
    relation: str = "",
    head: bool = False,
    starts_on: date,
    now: datetime,
) -> None:
    """
    Let a person or organisation belong to an organisation, as an officer or a member, from a day on.

    :raises NotAllowed: the actor does not keep parties.
    :raises PartyGone: one of the two is not there, or the group is no organisation.
    """
    actor.must("people.party_keep")
    group, party = party_found(group_key), party_found(party_key)
    if group.kind != Party.Kind.ORGANISATION:
        raise PartyGone
    values = {"head": head, "relation": relation}
    _begin(Membership, party, values, starts_on, now, group_id=group.pk, kind=kind)
    audit_write(actor, "people.member_seated", group.subject(), detail={"member": party.key, "kind": kind})


@action("people.member_leave")
def member_leave(
    *, actor: Viewer, group_key: str, party_key: str, kind: str, on: date, now: datetime
) -> None:
    """
    Let somebody belong to an organisation no longer from a day on.

    :raises NotAllowed: the actor does not keep parties.
    :raises PartyGone: that party does not belong to it on that day.
    """
    actor.must("people.party_keep")
    group, party = party_found(group_key), party_found(party_key)
    if group.kind != Party.Kind.ORGANISATION:
        raise PartyGone
    _end(Membership, party, on, now, group_id=group.pk, kind=kind)
    audit_write(actor, "people.member_left", group.subject(), detail={"member": party.key, "kind": kind})


@action("people.protection_begin", raises=_TAKEN)
def protection_begin(
    *, actor: Viewer, party_key: str, starts_on: date, ends_on: date | None, now: datetime
) -> None:
    """
    Hide a person (支援措置) from a day, usually for a year (住民基本台帳事務処理要領 第5-10).

    :raises NotAllowed: the actor does not keep protections.
    :raises PartyGone: there is no such person.
    :raises PeriodTaken: the person is protected on one of these days already.
    """
    actor.must("people.protection_keep")
    party = party_found(party_key)
    Protection.objects.create(
        party=party, source=Source.COUNTER, entered_at=now, starts_on=starts_on, ends_on=ends_on
    )
    audit_write(actor, "people.protection_begun", party.subject(), detail={"from": starts_on, "to": ends_on})


@action("people.protection_end")
def protection_end(*, actor: Viewer, party_key: str, on: date, now: datetime) -> None:
    """
    End a protection on a day, on whichever record of the person the counter put it.

    :raises NotAllowed: the actor does not keep protections.
    :raises PartyGone: the person is not protected on that day.
    :raises FromRegister: it is the register that protects the person: it ends there.
    """
    actor.must("people.protection_keep")
    party = party_found(party_key)
    records = Party.objects.filter(pk__in=clusters([party.pk]).ids)
    ended = [
        edit_write(Protection, one, span_end(spans_of(Protection, one, source=Source.COUNTER), on),
                   source=Source.COUNTER, now=now)
        for one in records
    ]  # fmt: skip
    if not any(ended):
        held = Protection.objects.filter(known_on(on), party__in=records)
        raise FromRegister if held.exists() else PartyGone
    audit_write(actor, "people.protection_ended", party.subject(), detail={"on": on})


def party_found(key: str) -> Party:
    """
    Find a party by its key; one that was merged leads to the one that it stands under.

    :raises PartyGone: there is none.
    """
    party = Party.objects.select_related("merged_into").filter(key=key).first()
    if party is None:
        raise PartyGone
    return party.merged_into or party


def _begin(
    model: type[DatedFact],
    party: Party,
    values: Mapping[str, Any],
    starts_on: date,
    now: datetime,
    **only: Any,
) -> None:
    new = Span(starts_on, None, with_all(model, {**values, **only}))
    edit_write(model, party, span_begin(spans_of(model, party, **only), new), source=Source.COUNTER, now=now)


def _end(model: type[DatedFact], party: Party, on: date, now: datetime, **only: Any) -> None:
    edit = span_end(spans_of(model, party, **only), on)
    if not edit_write(model, party, edit, source=Source.COUNTER, now=now):
        raise PartyGone


def _register_refuse(model: type[DatedFact], party: Party, on: date, **only: Any) -> None:
    later = model._default_manager.filter(believed(), party=party, source=Source.REGISTER, **only)
    if any(row.ends_on is None or row.ends_on > on for row in later):
        raise FromRegister


def _name(name: str, kana: str, born: str = "") -> dict[str, Any]:
    try:
        return name_values(name=name, kana=kana, born=born)
    except TextRefused as refused:
        raise TypedRefused(str(refused)) from refused


def _born(text: str) -> str:
    try:
        return partial_date_parse(text).iso if text else ""
    except TextRefused as refused:
        raise TypedRefused(str(refused)) from refused


def _corporate_number(text: str) -> str:
    try:
        return corporate_number_parse(text) if text else ""
    except TextRefused as refused:
        raise TypedRefused(str(refused)) from refused


def _my_number_refuse(*texts: str) -> None:
    if any(my_number_find(text) for text in texts):
        raise TypedRefused(
            _("マイナンバー（12桁の番号）は保存できません。番号を消してから保存してください。")
        )
