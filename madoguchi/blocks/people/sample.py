"""Loading an organisation from one readable YAML file: the fictional city of the demo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password

from madoguchi.blocks.people.actions import NothingToChange, account_open, organisation_apply
from madoguchi.blocks.people.models import StaffMember
from madoguchi.blocks.people.rows import SHEETS
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.yaml12 import yaml_load


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demo: whose it is, and what to try with it."""

    username: str
    name: str
    note: str


def organisation_load(path: Path, *, actor: Viewer, now: datetime) -> int:
    """
    Load the organisation of a YAML file (``config/sample_city/organisation.yaml`` shows the form).

    :return: how many rows changed; 0 when all of it was loaded before.
    :raises OrganisationRowRefused: the file contradicts itself or what is recorded.
    """
    try:
        return len(organisation_apply(actor=actor, rows=rows_of_file(path), now=now))
    except NothingToChange:
        return 0


def accounts_load(path: Path, *, actor: Viewer, now: datetime, password: str) -> list[DemoAccount]:
    """
    Open the accounts that the file names, all with one password; those that are open stay as they are.

    :raises ValidationError: the password is too weak.
    """
    wanted = _read(path)["accounts"]["who"]
    persons = {
        person.key: person for person in StaffMember.objects.filter(key__in=[who["staff"] for who in wanted])
    }
    new = [who["staff"] for who in wanted if persons[who["staff"]].user_id is None]
    # Half a second each, on purpose; these are no secret.
    hashed = make_password(password) if new else ""
    for key in new:
        account_open(actor=actor, staff_key=key, password=password, hashed=hashed, now=now)
    return [DemoAccount(who["staff"], persons[who["staff"]].name, str(who["note"])) for who in wanted]


def password_of_file(path: Path) -> str:
    """Give the password that the file proposes for its accounts."""
    return str(_read(path)["accounts"]["password"])


def rows_of_file(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Turn the file into the rows that ``organisation_apply`` takes."""
    return _Unfolding(_read(path)).rows


def _read(path: Path) -> Mapping[str, Any]:
    read: Mapping[str, Any] = yaml_load(path.read_text(encoding="utf-8"))
    return read


class _Unfolding:
    """Unfolds the tree of the file into rows, sheet by sheet."""

    def __init__(self, file: Mapping[str, Any]) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SHEETS}
        self._since: date = file["since"]
        self._held_since: date = file["held_since"]
        self._titles: Mapping[str, Any] = file["titles"]
        self._every_post: Mapping[str, str] = file.get("every_post", {})
        for number, person in file["staff"].items():
            name, _mark, kana = person.partition("・")
            self.rows["staff"].append({"key": number, "name": name, "kana": kana})
        self._offices(file["offices"], parent=None)

    def _offices(self, offices: Iterable[Mapping[str, Any]], *, parent: str | None) -> None:
        for order, office in enumerate(offices, start=1):
            since, until = office.get("since", self._since), office.get("until")
            key = office["key"]
            self.rows["offices"].append(
                {"key": key, "level": office.get("level", "課"), "order": order * 10,
                 "starts_on": since, "ends_on": until}
            )  # fmt: skip
            names = {since: office["name"], **office.get("renamed", {})}
            for value, period in _periods(names, until):
                self.rows["office_names"].append({"office": key, "name": value, **period})
            places = office.get("moved") or ({since: parent} if parent else {})
            for value, period in _periods(places, until):
                self.rows["office_places"].append({"office": key, "parent": value, **period})
            for heir in office.get("succeeded_by", ()):
                self.rows["successions"].append({"predecessor": key, "successor": heir, "on": until})
            for post in office.get("posts", ()):
                self._post(post, key, since, until)
            self._offices(office.get("under", ()), parent=key)

    def _post(self, post: Mapping[str, Any], office: str, since: date, until: date | None) -> None:
        kind = {
            **self._titles.get(post["title"], {}),
            **{k: v for k, v in post.items() if k in ("key", "rank")},
        }
        key = f"{office}.{kind['key']}"
        period = {"starts_on": since, "ends_on": until}
        self.rows["posts"].append(
            {"key": key, "office": office, "title": post["title"], "rank": kind["rank"],
             "single": not kind.get("many", False), **period}
        )  # fmt: skip
        for role, scope in {**self._every_post, **kind.get("roles", {}), **post.get("roles", {})}.items():
            self.rows["grants"].append({"post": key, "role": role, "scope": scope, **period})
        for order, deputy in enumerate(post.get("deputies", ()), start=1):
            self.rows["deputies"].append({"post": key, "deputy": deputy, "order": order, **period})
        for held in post.get("held", ()):
            given = {"who": held} if isinstance(held, str) else held
            self.rows["holdings"].append(
                {"post": key, "staff": given["who"], "kind": given.get("as", "main"),
                 "starts_on": max(given.get("since", self._held_since), since),
                 "ends_on": given.get("until", until)}
            )  # fmt: skip


def _periods(by_day: Mapping[date, str], until: date | None) -> Iterator[tuple[str, dict[str, date | None]]]:
    """Turn "from this day it is so" into periods that meet."""
    days = sorted(by_day)
    for number, day in enumerate(days, start=1):
        following = days[number] if number < len(days) else until
        yield by_day[day], {"starts_on": day, "ends_on": following}
