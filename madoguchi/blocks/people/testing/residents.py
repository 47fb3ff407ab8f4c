"""Clients that have named a duty, how to run the actions that show lists, and how to make the pages over residents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.test import Client

from madoguchi.blocks.people.actions import party_merge
from madoguchi.blocks.people.models import Membership, Protection, Source
from madoguchi.blocks.people.sessions import SessionStore
from madoguchi.blocks.people.testing.feeds import feed_bring, layout_ready, record
from madoguchi.blocks.people.testing.organisation import DAY, LONG_AGO, NOW, viewer_with
from madoguchi.blocks.people.testing.parties import (
    duty_viewer,
    household_make,
    organisation_make,
    pair_make,
    person_make,
)
from madoguchi.blocks.people.work import DUTY
from madoguchi.kernel.clock import now as clock_now
from madoguchi.kernel.testing import action_scenario, route_maker

COUNTER, KEEPER, PROTECTOR = "residents/counter", "residents/keeper", "residents/protector"
FEEDER, ACCEPTOR = "residents/feeder", "residents/feed_acceptor"
MOVE, MATCHING, PROTECTION = "residents/move", "residents/matching", "residents/protection"
ASSOCIATION = "residents/association"


def duty_begin(client: Client, duty: str, *, case: str = "", hours_ago: float = 0) -> Client:
    """Let a signed-in client have named a duty (``service/duty``); the client."""
    session = SessionStore(client.cookies[settings.SESSION_COOKIE_NAME].value)
    since = clock_now() - timedelta(hours=hours_ago)
    session[DUTY] = {"duty": duty, "case": case, "at": since.timestamp()}
    session.save()
    return client


def protection_make(
    *, name: str = "試験　守子", starts_on: date = LONG_AGO, ends_on: date | None = None
) -> Protection:
    """Make a protected person; the protection."""
    party = person_make(name=name, kana="シケン　モリコ")
    return Protection.objects.create(
        party=party, source=Source.COUNTER, entered_at=NOW, starts_on=starts_on, ends_on=ends_on
    )


# How to run each action

_LOOKS = ("people.identity_view", "people.address_view", "people.history_view")


@action_scenario("people.person_glance")
def _person_glance() -> dict[str, Any]:
    return {"actor": duty_viewer(*_LOOKS), "key": person_make().key, "now": NOW}


@action_scenario("people.pairs_open")
def _pairs_open() -> dict[str, Any]:
    pair_make()
    return {"actor": duty_viewer(*_LOOKS, "people.person_merge"), "now": NOW}


@action_scenario("people.pair_open")
def _pair_open() -> dict[str, Any]:
    return {"actor": duty_viewer(*_LOOKS, "people.person_merge"), "pair_id": pair_make().pk, "now": NOW}


@action_scenario("people.protections_open")
def _protections_open() -> dict[str, Any]:
    actor = duty_viewer(*_LOOKS, "people.protected_view")
    protection_make()
    return {"actor": actor, "now": NOW}


def organisation_with_officer(name: str = "") -> tuple[str, str]:
    """Make an organisation with one officer; both keys."""
    group, officer = organisation_make(name=name), person_make()
    Membership.objects.create(
        group=group, party=officer, kind="officer", relation="会長", head=True, source=Source.COUNTER, entered_at=NOW,
        starts_on=LONG_AGO,
    )  # fmt: skip
    return group.key, officer.key


@action_scenario("people.organisation_open")
def _organisation_open() -> dict[str, Any]:
    actor = duty_viewer(*_LOOKS, "people.party_keep")
    return {"actor": actor, "key": organisation_with_officer()[0], "now": NOW}


@action_scenario("people.organisations_export")
def _organisations_export() -> dict[str, Any]:
    return {"actor": viewer_with("people.party_keep"), "count": 3, "now": NOW}


# A real object for each page


def _nothing() -> dict[str, Any]:
    return {}


def _person() -> dict[str, Any]:
    return {"key": person_make(household=household_make()).key}


def _household() -> dict[str, Any]:
    home = household_make()
    person_make(household=home)
    return {"key": home.key}


def _protected() -> dict[str, Any]:
    return {"key": protection_make().party.key}


def _pair() -> dict[str, Any]:
    return {"pair_id": pair_make().pk}


def _merge() -> dict[str, Any]:
    merge = party_merge(
        actor=viewer_with("people.person_merge"), kept_key=person_make().key, gone_key=person_make().key,
        reason="同じ人", now=NOW,
    )  # fmt: skip
    return {"merge_id": merge.pk}


def _organisation() -> dict[str, Any]:
    return {"key": organisation_with_officer()[0]}


def _member() -> dict[str, Any]:
    group, officer = organisation_with_officer()
    return {"key": group, "kind": "officer", "member": officer}


def _feed() -> dict[str, Any]:
    layout_ready()
    return {"delivery_id": feed_bring([record(1)], as_of=DAY).pk}


def _page(route: str, make: Callable[[], dict[str, Any]], *roles: str, duty: str = "", **data: Any) -> None:
    def maker(_office_id: int) -> dict[str, Any]:
        return {"kwargs": make(), "roles": set(roles), "scope": "all", "duty": duty, "data": data}

    route_maker(f"people:{route}")(maker)


EVERY = (COUNTER, KEEPER, PROTECTOR)
_page("duty", _nothing, *EVERY)
_page("duty_end", _nothing, *EVERY)
_page("residents", _nothing, *EVERY, duty=MOVE)
_page("resident", _person, *EVERY, duty=MOVE)
_page("household", _household, *EVERY, duty=MOVE)
for _route in ("resident_name", "resident_address", "resident_birth"):
    _page(_route, _person, KEEPER, duty=MOVE)
_page("resident_enter", _nothing, KEEPER, duty=MOVE)
_page("pairs", _nothing, KEEPER, duty=MATCHING)
_page("pair", _pair, KEEPER, duty=MATCHING)
_page("merge_undo", _merge, KEEPER, duty=MATCHING)
_page("protections", _nothing, PROTECTOR, duty=PROTECTION)
_page("protection_begin", _person, PROTECTOR, duty=PROTECTION)
_page("protection_end", _protected, PROTECTOR, duty=PROTECTION)
for _route in ("organisations", "organisations_csv", "organisation_new"):
    _page(_route, _nothing, KEEPER)
for _route in ("organisation_name", "organisation_seat"):
    _page(_route, _organisation, KEEPER)
for _route in ("organisation_page", "member_seat"):
    _page(_route, _organisation, KEEPER, duty=ASSOCIATION)
_page("member_leave", _member, KEEPER, duty=ASSOCIATION)
for _route in ("feed", "feed_problems"):
    _page(_route, _feed, FEEDER, ACCEPTOR)
_page("feeds", _nothing, FEEDER, ACCEPTOR)
_page("feed_apply", _feed, FEEDER)
