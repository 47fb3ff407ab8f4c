"""
Duties: no look at people's data without saying what for.

Services declare duties (``service.duties``). While one is named, the viewer has the rights over people that the
duty needs and that his roles in that service give, and no others; while none is named, he has none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from madoguchi.kernel.declarations import published_all, text_for
from madoguchi.kernel.rights import Grant, Viewer

CLASSES: dict[str, str] = {
    "people.identity_view": "identity",
    "people.address_view": "address",
    "people.household_view": "household",
    "people.history_view": "history",
    "people.contact_view": "contact",
    "people.protected_view": "protected",
}
"""The rights to look at people, and the class of data that each opens."""

CHOOSE = "people.duty_choose"
"""The right of whoever may name at least one duty (``viewers`` gives it); it stays while none is named."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One declared duty; ``key`` is ``service/duty``."""

    key: str
    service: str
    label: str
    basis: str
    rights: frozenset[str]


def duties_declared(language: str = "ja") -> dict[str, Duty]:
    """Give the duties of all published services by key, in their language."""
    found = {}
    for service in published_all("service"):
        for duty in service.document.get("duties") or ():
            key = f"{service.key}/{duty['key']}"
            label = str(text_for(service, f"duties.{duty['key']}.label", language))
            found[key] = Duty(key, service.key, label, duty["basis"], frozenset(duty["rights"]))
    return found


def duties_of(viewer: Viewer, language: str = "ja") -> list[Duty]:
    """Give the duties that a member of staff may name: those for which a role in the service gives a right."""
    held = {(grant.service, grant.right) for grant in viewer.grants}
    return [
        duty
        for duty in duties_declared(language).values()
        if any((duty.service, right) in held for right in duty.rights)
    ]


def duty_named(viewer: Viewer, key: str) -> Viewer:
    """
    Give the viewer doing a duty; without one, or with one that is not his, the viewer without a look at people.

    Other rights than those over people stay as they are.
    """
    duty = next((duty for duty in duties_of(viewer) if duty.key == key), None) if key else None
    grants = tuple(grant for grant in viewer.grants if _stays(grant, duty))
    return replace(viewer, grants=grants, duty=duty.label if duty else "", duty_key=duty.key if duty else "")


def classes_of(viewer: Viewer) -> list[str]:
    """Name the classes of data that a viewer may see now."""
    return [name for right, name in CLASSES.items() if viewer.may(right)]


def _stays(grant: Grant, duty: Duty | None) -> bool:
    if grant.right not in CLASSES:
        return True
    return duty is not None and grant.service == duty.service and grant.right in duty.rights
