"""How the city writes to somebody: the purposes that a city declares, and the ways that can be chosen for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from madoguchi.kernel.declarations import CodeItem, UnknownDeclaration, published, text_for

PURPOSES: Final = "people.notice_purposes"
WAYS: Final = ("portal", "mail", "letter")
USUAL: Final = ("portal",)
"""What holds where nothing was chosen."""


@dataclass(frozen=True, slots=True)
class NoticeWays:
    """By which ways somebody is told of a purpose; ``mail`` is the address, "" where mail was not chosen."""

    portal: bool
    mail: str
    letter: bool


def notice_purposes(on: date) -> list[CodeItem]:
    """Give the purposes of a day, in their order; none where the city declares none."""
    try:
        items: list[CodeItem] = published("codelist", PURPOSES).model.items_on(on)
    except UnknownDeclaration:
        return []
    return items


def notice_purpose_label(code: str, language: str) -> str:
    """Give the label of a purpose in a language."""
    return str(text_for(published("codelist", PURPOSES), f"items.{code}.label", language))


def ways_chosen(notify_by: Mapping[str, Any], purpose: str) -> NoticeWays:
    """Read what an account says of one purpose."""
    chosen = notify_by.get("ways", {}).get(purpose, USUAL)
    mail = str(notify_by.get("mail", "")) if "mail" in chosen else ""
    return NoticeWays("portal" in chosen, mail, "letter" in chosen)
