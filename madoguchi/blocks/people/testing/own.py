"""How to run what residents change and read of their own."""

from __future__ import annotations

from typing import Any

from madoguchi.blocks.people.testing.consents import consents_ready
from madoguchi.blocks.people.testing.mandates import resident_viewer
from madoguchi.blocks.people.testing.organisation import NOW
from madoguchi.blocks.people.testing.parties import person_make
from madoguchi.kernel.testing import action_scenario


def _resident() -> dict[str, Any]:
    return {"actor": resident_viewer(person_make()), "now": NOW}


@action_scenario("people.own_address_put")
def _address() -> dict[str, Any]:
    return {**_resident(), "address": "みなも市二番町3番4号", "postcode": "7700001"}


@action_scenario("people.notices_choose")
def _notices() -> dict[str, Any]:
    consents_ready()
    return {**_resident(), "mail": "hanako@example.jp", "ways": {"due": ["mail", "portal"]}}


@action_scenario("people.language_choose")
def _language() -> dict[str, Any]:
    return {**_resident(), "language": "en"}


@action_scenario("people.own_record_read")
def _read() -> dict[str, Any]:
    return {**_resident(), "page": "profile", "data": ["identity", "address"]}


@action_scenario("people.held_export")
def _held() -> dict[str, Any]:
    return {**_resident(), "sha256": "0" * 64, "parts": {"people.names": 1}}
