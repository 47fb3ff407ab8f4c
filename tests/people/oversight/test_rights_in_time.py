"""Joiner, mover, leaver: rights follow the days of the organisation, and a grant's class of data caps them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from madoguchi.blocks.people.actions import organisation_apply
from madoguchi.blocks.people.changes import (
    grant_add_rows,
    grant_end_rows,
    holding_end_rows,
    holding_start_rows,
)
from madoguchi.blocks.people.models import RoleGrant
from madoguchi.blocks.people.oversight.holders import RightsAsked, rights_lines, rights_on
from madoguchi.blocks.people.queries import staff_viewer, staff_with_right
from madoguchi.blocks.people.testing import (
    DAY,
    LONG_AGO,
    NOW,
    account_make,
    holding_make,
    office_make,
    post_make,
    role_with,
    sign_in,
    staff_make,
    viewer_with,
)
from madoguchi.blocks.people.viewers import right_within
from madoguchi.kernel.clock import today

pytestmark = pytest.mark.django_db
VIEW, EDIT, ACCOUNTS = "people.organisation_view", "people.organisation_edit", "people.account_edit"
KEEPER = viewer_with(EDIT)
TOMORROW = DAY + timedelta(days=1)


def may(staff_key: str, right: str, on: date, office_id: int | None = None) -> bool:
    return staff_viewer(staff_key=staff_key, on=on).may(right, office_id=office_id)


def test_a_joiner_has_the_rights_of_the_post_from_the_first_day_on() -> None:
    post, staff = post_make(roles=[role_with(VIEW)]), staff_make()
    rows = holding_start_rows(post=post, staff=staff, kind="main", on=TOMORROW)
    organisation_apply(actor=KEEPER, rows=rows, now=NOW)
    assert not may(staff.key, VIEW, DAY)
    assert may(staff.key, VIEW, TOMORROW)


def test_a_leaver_has_none_from_the_day_on_and_is_signed_out() -> None:
    holding = holding_make(post=post_make(roles=[role_with(VIEW)]))
    organisation_apply(actor=KEEPER, rows=holding_end_rows(holding=holding, on=TOMORROW), now=NOW)
    assert may(holding.staff.key, VIEW, DAY)
    assert not may(holding.staff.key, VIEW, TOMORROW)
    # The same through a session that is open: the last post ended today.
    gone = holding_make(post=post_make(roles=[role_with(VIEW)]), ends_on=today())
    client = Client()
    sign_in(client, account_make(gone.staff))
    answer = client.get("/office/")
    assert answer.status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_mover_loses_the_old_rights_and_gets_the_new_ones_on_one_day() -> None:
    old_office, new_office = office_make(), office_make()
    old = post_make(office=old_office, roles=[role_with(VIEW, ACCOUNTS)])
    new = post_make(office=new_office, roles=[role_with(VIEW)])
    holding = holding_make(post=old)
    key = holding.staff.key
    rows = holding_start_rows(post=new, staff=holding.staff, kind="main", on=TOMORROW, ends_main=True)
    organisation_apply(actor=KEEPER, rows=rows, now=NOW)
    assert (may(key, VIEW, DAY, old_office.pk), may(key, VIEW, DAY, new_office.pk)) == (True, False)
    assert (may(key, VIEW, TOMORROW, old_office.pk), may(key, VIEW, TOMORROW, new_office.pk)) == (False, True)
    assert (may(key, ACCOUNTS, DAY), may(key, ACCOUNTS, TOMORROW)) == (True, False)


def test_a_grant_gives_no_right_above_its_class_of_data() -> None:
    # internal, personal and restricted.
    role = role_with(VIEW, EDIT, ACCOUNTS)
    post = post_make(roles=[role])
    key = holding_make(post=post).staff.key
    reached = {
        "open": set(), "internal": {VIEW}, "personal": {VIEW, EDIT}, "restricted": {VIEW, EDIT, ACCOUNTS},
    }  # fmt: skip
    for upto, rights in reached.items():
        row = {
            "post": post.key,
            "role": role,
            "scope": "own",
            "upto": upto,
            "starts_on": LONG_AGO,
            "ends_on": None,
        }
        if upto != "restricted":
            organisation_apply(actor=KEEPER, rows={"grants": [row]}, now=NOW)
        else:
            RoleGrant.objects.filter(post=post).update(upto=upto)
        viewer = staff_viewer(staff_key=key, on=DAY)
        assert {right for right in (VIEW, EDIT, ACCOUNTS) if viewer.may(right)} == rights, upto
        assert [one.staff_key for one in staff_with_right(right=EDIT, on=DAY)] == (
            [key] if EDIT in rights else []
        )
    assert not right_within("people.no_such_right", "restricted")


def test_a_role_is_given_capped_and_taken_by_rows() -> None:
    post, role = post_make(), role_with(VIEW, EDIT)
    key = holding_make(post=post).staff.key
    rows = grant_add_rows(post=post, role=role, scope="own", upto="internal", on=DAY)
    organisation_apply(actor=KEEPER, rows=rows, now=NOW)
    assert (may(key, VIEW, DAY), may(key, EDIT, DAY)) == (True, False)
    given = list(RoleGrant.objects.filter(post=post).select_related("post"))
    organisation_apply(actor=KEEPER, rows=grant_end_rows(grants=given, on=TOMORROW), now=NOW)
    assert (may(key, VIEW, DAY), may(key, VIEW, TOMORROW)) == (True, False)
    organisation_apply(actor=KEEPER, rows=grant_end_rows(grants=given, on=DAY), now=NOW)
    assert not RoleGrant.objects.filter(post=post).exists()


def test_the_list_of_a_day_says_who_has_what_from_when_to_when() -> None:
    office = office_make()
    post = post_make(office=office, roles=["testing/one"], starts_on=date(2026, 4, 1))
    staff = holding_make(post=post, starts_on=date(2026, 5, 1), ends_on=date(2026, 7, 1)).staff
    post.grants.update(ends_on=date(2026, 6, 1))
    post_make(office=office, roles=["testing/two"])

    def lines(on: date, **asked: object) -> list[tuple[str, str, date, date | None]]:
        rows = rights_on(RightsAsked(**asked), on=on)
        return [(one.staff_key, one.role, one.starts_on, one.ends_on) for one in rights_lines(rows)]

    line = (staff.key, "testing/one", date(2026, 5, 1), date(2026, 6, 1))
    assert lines(date(2026, 5, 12)) == [line]
    assert lines(date(2026, 4, 30)) == lines(date(2026, 6, 1)) == []
    on = date(2026, 5, 12)
    assert lines(on, office_ids=frozenset([office.pk])) == lines(on, service="testing") == [line]
    assert lines(on, word=staff.key) == lines(on, role="testing/one") == [line]
    assert lines(on, office_ids=frozenset()) == lines(on, service="test") == lines(on, word="だれか") == []
    # What no service declares gives nothing, and so reaches no class of data.
    assert lines(on, data_class="open") == []
