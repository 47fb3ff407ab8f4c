"""Offices, posts, holders and signed-in staff, how to run the actions on them, and how to make their pages."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client

from madoguchi.blocks.people import viewers
from madoguchi.blocks.people.accounts import MFA_SEEN
from madoguchi.blocks.people.models import (
    Deputy,
    Holding,
    Office,
    OfficeName,
    OfficePlace,
    OrganisationImport,
    Post,
    RoleGrant,
    StaffMember,
    User,
)
from madoguchi.blocks.people.organisation import STAMP
from madoguchi.blocks.people.rows import rows_freeze
from madoguchi.blocks.people.sessions import SessionStore
from madoguchi.kernel.clock import TOKYO
from madoguchi.kernel.declarations import roles_published
from madoguchi.kernel.rights import Grant, Viewer, system_viewer
from madoguchi.kernel.stamps import stamp_move, stamp_read, stamped_forget
from madoguchi.kernel.testing import action_scenario, route_maker

LONG_AGO = date(2000, 4, 1)
DAY = date(2026, 5, 12)
NOW = datetime(2026, 5, 12, 10, 0, tzinfo=TOKYO)
PASSWORD = "minamo-no-tsuki-2026"  # noqa: S105 - it opens accounts of tests only

_numbers = itertools.count(1)
_given: dict[str, frozenset[str]] = {}
_merged: tuple[object, int, dict[str, frozenset[str]]] = (None, 0, {})


def _changed() -> None:
    stamp_move(STAMP)
    stamped_forget(STAMP)


def office_make(
    *,
    key: str = "",
    name: str = "",
    parent: Office | None = None,
    level: str = "課",
    starts_on: date = LONG_AGO,
    ends_on: date | None = None,
) -> Office:
    """Make an office with a name, under another or at the top."""
    number = next(_numbers)
    office = Office.objects.create(
        key=key or f"office-{number}", level=level, starts_on=starts_on, ends_on=ends_on
    )
    OfficeName.objects.create(
        office=office, name=name or f"試験{number}課", starts_on=starts_on, ends_on=ends_on
    )
    if parent is not None:
        OfficePlace.objects.create(office=office, parent=parent, starts_on=starts_on, ends_on=ends_on)
    _changed()
    return office


def post_make(
    *,
    office: Office | None = None,
    key: str = "",
    title: str = "課長",
    rank: int = 60,
    single: bool = True,
    roles: Iterable[str] = (),
    scope: str = "own",
    starts_on: date = LONG_AGO,
    ends_on: date | None = None,
) -> Post:
    """Make a post that carries roles (``service/role``)."""
    post = Post.objects.create(
        key=key or f"post-{next(_numbers)}",
        office=office or office_make(),
        title=title,
        rank=rank,
        single=single,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    for role in roles:
        RoleGrant.objects.create(post=post, role=role, scope=scope, starts_on=starts_on, ends_on=ends_on)
    _changed()
    return post


def staff_make(*, key: str = "", name: str = "", kana: str = "しけん たろう") -> StaffMember:
    """Make a person who works for the city, without an account."""
    number = next(_numbers)
    return StaffMember.objects.create(
        key=key or f"s{number:05d}", name=name or f"試験 太郎{number}", kana=kana
    )


def holding_make(
    *,
    post: Post | None = None,
    staff: StaffMember | None = None,
    kind: str = Holding.Kind.MAIN,
    starts_on: date = LONG_AGO,
    ends_on: date | None = None,
) -> Holding:
    """Let a person hold a post."""
    post = post or post_make()
    holding = Holding.objects.create(
        post=post,
        staff=staff or staff_make(),
        kind=kind,
        sole=post.single,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    _changed()
    return holding


def deputy_make(*, post: Post, deputy: Post, order: int = 1, starts_on: date = LONG_AGO) -> Deputy:
    """Let one post decide for another."""
    return Deputy.objects.create(post=post, deputy=deputy, order=order, starts_on=starts_on)


def account_make(staff: StaffMember, *, password: str | None = None) -> User:
    """Open an account; without a password it can only be signed in by force."""
    user = User.objects.create_user(staff.key, password)
    StaffMember.objects.filter(pk=staff.pk).update(user=user)
    staff.user = user
    _changed()
    return user


def viewer_with(
    *rights: str,
    offices: Iterable[Office | int] | None = None,
    office: Office | None = None,
    on: date = DAY,
    service: str | None = None,
    key: str = "staff:s00000",
) -> Viewer:
    """
    Make a staff viewer that holds rights, without any row.

    :param offices: where the rights reach; left out, everywhere.
    :param office: whose member the viewer is.
    """
    reach = None if offices is None else frozenset(o if isinstance(o, int) else o.pk for o in offices)
    return Viewer(
        kind="staff",
        key=key,
        on=on,
        name="試験 太郎",
        office="試験課",
        office_id=office.pk if office else None,
        post="主事",
        grants=tuple(Grant(right, reach, service) for right in rights),
        offices=frozenset([office.pk]) if office else frozenset(),
    )


def role_with(*rights: str, service: str = "testing") -> str:
    """Give a role that carries these rights, as if a published service declared it."""
    mark = hashlib.sha256(" ".join(sorted(rights)).encode()).hexdigest()[:12]
    role = f"{service}/t{mark}"
    _given[role] = frozenset(rights)
    # The role's name is known to nobody but the caller, so that it may stay for the life of the process.
    vars(viewers)["roles_published"] = _roles_of_tests
    stamped_forget()
    return role


def _roles_of_tests() -> dict[str, frozenset[str]]:
    global _merged
    published = roles_published()
    if _merged[0] is not published or _merged[1] != len(_given):
        _merged = (published, len(_given), {**published, **_given})
    return _merged[2]


def staff_user(
    *rights: str,
    office: Office | None = None,
    roles: Iterable[str] = (),
    scope: str = "own",
    service: str = "testing",
) -> User:
    """
    Make an account whose post carries rights.

    :param office: whose post it is; left out, a new office.
    :param roles: published roles (``service/role``) beside the rights.
    :param scope: ``own`` (the office and those under it) or ``all``.
    """
    given = [*roles, *([role_with(*rights, service=service)] if rights else [])]
    holding = holding_make(post=post_make(office=office, roles=given, scope=scope))
    return account_make(holding.staff)


def sign_in(client: Client, user: User) -> None:
    """Sign a client in without passing the door: no signal, so nothing in the audit trail of the test."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[MFA_SEEN] = True
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)


def staff_client(
    *rights: str,
    office: Office | None = None,
    roles: Iterable[str] = (),
    scope: str = "own",
    service: str = "testing",
) -> Client:
    """Give a test client that is signed in as ``staff_user`` makes it, second factor seen."""
    client = Client()
    sign_in(client, staff_user(*rights, office=office, roles=roles, scope=scope, service=service))
    return client


# How to run each action of the block


def _keeper() -> Viewer:
    return viewer_with("people.organisation_edit", "people.account_edit")


def _rows() -> dict[str, list[dict[str, Any]]]:
    """A small office with everything in it; no sheet stays empty."""
    number = next(_numbers)
    new, old, chief, clerk, person = (
        f"{word}-{number}" for word in ("new", "old", "chief", "clerk", "person")
    )
    since: dict[str, Any] = {"starts_on": date(2026, 4, 1)}
    before = office_make(key=old)
    return {
        "offices": [
            {"key": new, **since},
            {"key": old, "level": "課", "starts_on": before.starts_on, "ends_on": date(2026, 4, 1)},
        ],
        "office_names": [{"office": new, "name": "試験推進課", **since}],
        "office_places": [{"office": new, "parent": office_make().key, **since}],
        "successions": [{"predecessor": old, "successor": new, "on": date(2026, 4, 1)}],
        "posts": [
            {"key": chief, "office": new, "title": "課長", "rank": 60, **since},
            {"key": clerk, "office": new, "title": "係長", "rank": 40, **since},
        ],
        "staff": [{"key": person, "name": "試験 花子", "kana": "しけん はなこ"}],
        "holdings": [{"post": chief, "staff": person, **since}],
        "deputies": [{"post": chief, "deputy": clerk, **since}],
        "grants": [{"post": chief, "role": "testing/keeper", **since}],
    }


@action_scenario("people.organisation_apply")
def _apply() -> dict[str, Any]:
    return {"actor": _keeper(), "rows": _rows(), "now": NOW, "basis": stamp_read(STAMP)}


@action_scenario("people.organisation_export")
def _export() -> dict[str, Any]:
    holding_make()
    return {"actor": _keeper(), "now": NOW}


@action_scenario("people.organisation_import")
def _import() -> dict[str, Any]:
    return {"actor": _keeper(), "rows": _rows(), "file_name": "組織.xlsx", "sha256": "0" * 64, "now": NOW}


def import_make(rows: dict[str, list[dict[str, Any]]] | None = None) -> OrganisationImport:
    """Make a workbook that was read and waits to be applied."""
    rows = rows or _rows()
    return OrganisationImport.objects.create(
        uploaded_at=NOW,
        uploaded_by="staff:s00000",
        file_name="組織.xlsx",
        sha256="0" * 64,
        rows=rows_freeze(rows),
        basis=stamp_read(STAMP),
    )


@action_scenario("people.organisation_import_apply")
def _import_apply() -> dict[str, Any]:
    kept = import_make()
    return {"actor": _keeper(), "import_id": kept.pk, "basis": kept.basis, "now": NOW}


@action_scenario("people.account_open")
def _account_open() -> dict[str, Any]:
    return {"actor": _keeper(), "staff_key": staff_make().key, "password": PASSWORD, "now": NOW}


@action_scenario("people.account_reopen")
def _account_reopen() -> dict[str, Any]:
    staff = staff_make()
    account_make(staff)
    return {"actor": _keeper(), "staff_key": staff.key, "password": PASSWORD, "now": NOW}


@action_scenario("people.sign_in_note")
def _sign_in_note() -> dict[str, Any]:
    actor = system_viewer(on=NOW.date(), duty="サインイン")
    return {"actor": actor, "staff_key": staff_make().key, "outcome": "signed_in", "now": NOW}


@action_scenario("people.account_close")
def _account_close() -> dict[str, Any]:
    staff = staff_make()
    account_make(staff)
    return {"actor": _keeper(), "staff_key": staff.key, "now": NOW}


# A real object for each page


PERSONNEL = "city_hall/personnel"
# Beyond looking at one office, everything here concerns the whole city hall: a role over one office is not enough.
EVERYWHERE = {"roles": {PERSONNEL}, "scope": "all"}


def _office_of(office_id: int) -> Office:
    return Office.objects.get(pk=office_id)


def _plain(_office_id: int) -> dict[str, Any]:
    return {"kwargs": {}, "roles": {PERSONNEL}}


def _city_wide(_office_id: int) -> dict[str, Any]:
    return {"kwargs": {}, **EVERYWHERE}


def _of_office(office_id: int) -> dict[str, Any]:
    return {"kwargs": {"key": _office_of(office_id).key}, "roles": {PERSONNEL}}


def _of_post(office_id: int) -> dict[str, Any]:
    post = post_make(office=_office_of(office_id))
    holding_make(post=post)
    return {"kwargs": {"key": post.key}, "roles": {PERSONNEL}}


def _of_person(office_id: int) -> dict[str, Any]:
    holding = holding_make(post=post_make(office=_office_of(office_id)))
    return {"kwargs": {"key": holding.staff.key}, "roles": {PERSONNEL}}


def _of_account(office_id: int) -> dict[str, Any]:
    holding = holding_make(post=post_make(office=_office_of(office_id)))
    account_make(holding.staff)
    return {"kwargs": {"key": holding.staff.key}, **EVERYWHERE}


def _of_holding(office_id: int) -> dict[str, Any]:
    holding = holding_make(post=post_make(office=_office_of(office_id)))
    return {"kwargs": {"holding_id": holding.pk}, **EVERYWHERE}


def _of_deputy(office_id: int) -> dict[str, Any]:
    office = _office_of(office_id)
    deputy = deputy_make(post=post_make(office=office), deputy=post_make(office=office, title="係長"))
    return {"kwargs": {"deputy_id": deputy.pk}, **EVERYWHERE}


def _of_grant(office_id: int) -> dict[str, Any]:
    post = post_make(office=_office_of(office_id), roles=["testing/one"])
    return {"kwargs": {"grant_id": post.grants.get().pk}, **EVERYWHERE}


def _everywhere(maker: Callable[[int], dict[str, Any]]) -> Callable[[int], dict[str, Any]]:
    return lambda office_id: {**maker(office_id), **EVERYWHERE}


def _of_import(_office_id: int) -> dict[str, Any]:
    return {"kwargs": {"import_id": import_make().pk}, **EVERYWHERE}


for _name, _maker in {
    "tree": _plain,
    "vacant": _plain,
    "staff": _plain,
    "workbooks": _city_wide,
    "workbook_download": _city_wide,
    "office": _of_office,
    "office_rename": _everywhere(_of_office),
    "office_end": _everywhere(_of_office),
    "post": _of_post,
    "holder_add": _everywhere(_of_post),
    "deputy_add": _everywhere(_of_post),
    "grant_add": _everywhere(_of_post),
    "holding_end": _of_holding,
    "grant_end": _of_grant,
    "deputy_end": _of_deputy,
    "person": _of_person,
    "account_open": _everywhere(_of_person),
    "account_reopen": _of_account,
    "account_close": _of_account,
    "workbook": _of_import,
    "workbook_apply": _of_import,
}.items():
    route_maker(f"people:{_name}")(_maker)
