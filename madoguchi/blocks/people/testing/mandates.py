"""Residents who act for each other: makers, how to run each action, and the counter's pages."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from madoguchi.blocks.people.actions import mandate_offer
from madoguchi.blocks.people.mandates.codes import code_kept, code_make
from madoguchi.blocks.people.mandates.offers import years_later
from madoguchi.blocks.people.models import (
    Assurance,
    Mandate,
    Means,
    Membership,
    Party,
    ResidentSession,
    Source,
)
from madoguchi.blocks.people.parties.cards import clusters
from madoguchi.blocks.people.parties.facts import party_key
from madoguchi.blocks.people.testing.organisation import DAY, LONG_AGO, NOW
from madoguchi.blocks.people.testing.parties import (
    duty_viewer,
    household_make,
    organisation_make,
    person_make,
    resident_account_make,
)
from madoguchi.kernel.declarations import roles_published
from madoguchi.kernel.rights import Record, Viewer
from madoguchi.kernel.testing import action_scenario, route_maker

KEEP = "people.mandate_keep"
CLERK = (KEEP, "people.identity_view")
_numbers = itertools.count(1)


def resident_viewer(
    party: Party, *, assurance: int = Assurance.CARD, acting: Mandate | None = None, on: date = DAY
) -> Viewer:
    """Make the viewer of a signed-in resident with an account, his own record open or that of a mandate."""
    means = Means.objects.filter(account__party=party, account__closed_at=None, ended_at=None).first()
    means = means or resident_account_make(party)
    opened = party if acting is None else acting.grantor
    services = None if acting is None or "*" in acting.services else frozenset(acting.services)
    record = Record(opened.pk, frozenset(clusters([opened.pk]).ids), acting.key if acting else "", services)
    key = f"resident:{means.account.key}"
    return Viewer(kind="resident", key=key, on=on, record=record, assurance=assurance)


def mandate_make(
    grantor: Party,
    delegate: Party | None,
    *,
    kind: str = Mandate.Kind.CARER,
    basis: str = Mandate.Basis.OWN_WORD,
    services: Sequence[str] = ("*",),
    starts_on: date = LONG_AGO,
    ends_on: date | None = None,
    offered_at: datetime = NOW,
    accepted: bool = True,
    revoked_at: datetime | None = None,
    code: str = "",
    papers: str = "",
) -> Mandate:
    """Make a mandate; without a delegate an offer with a code."""
    return Mandate.objects.create(
        key=party_key(), kind=kind, basis=basis, grantor=grantor, delegate=delegate, services=list(services),
        starts_on=starts_on, ends_on=ends_on, offered_at=offered_at, papers=papers,
        accepted_at=offered_at if delegate is not None and accepted else None, revoked_at=revoked_at,
        revoked_by="resident:someone" if revoked_at else "",
        code="" if delegate else code_kept(code or code_make()),
    )  # fmt: skip


def family_make(
    *, born: str = "2015-06-01", relation: str = "子", adult_relation: str = "世帯主", protected: bool = False
) -> tuple[Party, Party]:
    """Make an adult and a child in one household; give (adult, child)."""
    home = household_make()
    adult = person_make(born="1980-01-02", household=home, relation=adult_relation,
                        head=adult_relation == "世帯主")  # fmt: skip
    child = person_make(born=born, household=home, relation=relation, head=False, protected=protected)
    return adult, child


def head_officer_make() -> tuple[Party, Party]:
    """Make a person who heads an association; give (person, association)."""
    person, association = person_make(), organisation_make()
    Membership.objects.create(
        group=association, party=person, kind=Membership.Kind.OFFICER, head=True, relation="会長",
        source=Source.COUNTER, entered_at=NOW, starts_on=LONG_AGO,
    )  # fmt: skip
    return person, association


def session_make(party: Party) -> ResidentSession:
    """Make an open session of a person."""
    viewer = resident_viewer(party)
    means = Means.objects.get(account__key=viewer.key.removeprefix("resident:"))
    return ResidentSession.objects.create(
        digest=f"{next(_numbers):064d}", account=means.account, means=means, assurance=Assurance.CARD,
        proved_at=NOW, began_at=NOW, seen_at=NOW, ends_at=NOW,
    )  # fmt: skip


def mandate_clerk(*rights: str) -> Viewer:
    """Make a clerk who keeps mandates at the counter and has named a duty."""
    return duty_viewer(*CLERK, *rights)


# How to run each action


@action_scenario("people.mandate_offer")
def _offer() -> dict[str, Any]:
    return {"actor": resident_viewer(person_make()), "kind": "carer", "services": ["*"],
            "ends_on": years_later(DAY, 1), "now": NOW}  # fmt: skip


@action_scenario("people.mandate_code_enter")
def _code_enter() -> dict[str, Any]:
    offered = mandate_offer(**_offer())
    return {"actor": resident_viewer(person_make()), "code": offered.code, "now": NOW}


def _in_hand() -> dict[str, Any]:
    delegate = person_make()
    mandate = mandate_make(person_make(), delegate, accepted=False)
    return {"actor": resident_viewer(delegate), "key": mandate.key, "now": NOW}


action_scenario("people.mandate_accept")(_in_hand)
action_scenario("people.mandate_decline")(_in_hand)


@action_scenario("people.mandate_claim")
def _claim() -> dict[str, Any]:
    adult, child = family_make()
    return {"actor": resident_viewer(adult), "party_key": child.key, "now": NOW}


@action_scenario("people.mandate_revoke")
def _revoke() -> dict[str, Any]:
    grantor = person_make()
    mandate = mandate_make(grantor, person_make())
    return {"actor": resident_viewer(grantor), "key": mandate.key, "now": NOW}


@action_scenario("people.session_act")
def _act() -> dict[str, Any]:
    delegate = person_make()
    mandate = mandate_make(person_make(), delegate)
    session = session_make(delegate)
    return {"actor": resident_viewer(delegate), "session_id": session.pk, "mandate_key": mandate.key,
            "now": NOW}  # fmt: skip


@action_scenario("people.mandates_open")
def _open() -> dict[str, Any]:
    grantor = person_make()
    mandate_make(grantor, person_make())
    return {"actor": mandate_clerk(), "party_key": grantor.key, "now": NOW}


@action_scenario("people.mandate_enter")
def _enter() -> dict[str, Any]:
    return {"actor": mandate_clerk(), "kind": "guardian", "grantor_key": person_make().key,
            "delegate_key": person_make().key, "services": ["*"], "papers": "登記事項証明書（後見）",
            "starts_on": DAY, "ends_on": None, "now": NOW}  # fmt: skip


@action_scenario("people.mandate_end")
def _end() -> dict[str, Any]:
    mandate = mandate_make(
        person_make(), person_make(), kind="guardian", basis="papers", papers="登記事項証明書"
    )
    return {"actor": mandate_clerk(), "key": mandate.key, "reason": "court", "now": NOW}


# A real object for each page of the counter


def _roles() -> set[str]:
    return {name for name, rights in roles_published().items() if KEEP in rights}


def _of_person(_office_id: int) -> dict[str, Any]:
    return {"kwargs": {"key": person_make().key}, "roles": _roles(), "scope": "all"}


def _of_mandate(_office_id: int) -> dict[str, Any]:
    mandate = mandate_make(person_make(), person_make())
    kwargs = {"key": mandate.grantor.key, "mandate_key": mandate.key}
    return {"kwargs": kwargs, "roles": _roles(), "scope": "all"}


route_maker("people:mandates")(_of_person)
route_maker("people:mandate_add")(_of_person)
route_maker("people:mandate_close")(_of_mandate)
