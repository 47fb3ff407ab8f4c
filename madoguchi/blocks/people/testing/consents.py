"""Declared consents and answers for tests."""

from __future__ import annotations

from typing import Any

from madoguchi.blocks.people.consents.texts import ConsentText, consent_text
from madoguchi.blocks.people.testing.mandates import resident_viewer
from madoguchi.blocks.people.testing.organisation import DAY, NOW
from madoguchi.blocks.people.testing.parties import person_make
from madoguchi.kernel.declarations import declarations_publish, published
from madoguchi.kernel.rights import system_viewer
from madoguchi.kernel.testing import action_scenario

CONSENT = "city_hall.prefill"


def consents_ready(language: str = "ja", key: str = CONSENT) -> ConsentText:
    """Publish the consents and notice purposes of the house, and give the text of one."""
    actor = system_viewer(on=DAY, duty="試験")
    names = ["consent/city_hall.prefill", "consent/city_hall.mail_notices", "codelist/people.notice_purposes"]
    declarations_publish(actor=actor, keys=names, reason="試験", now=NOW)
    return consent_text(published("consent", key), language)


@action_scenario("people.consent_answer")
def _answer() -> dict[str, Any]:
    text = consents_ready()
    return {"actor": resident_viewer(person_make()), "key": text.key, "answer": "given",
            "sha256": text.sha256, "language": "ja", "now": NOW}  # fmt: skip
