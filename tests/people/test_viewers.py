"""The invariants at the top of ``viewers.py``: rights follow posts, days and published roles."""

from __future__ import annotations

from datetime import date

import pytest

from madoguchi.blocks.people import viewers
from madoguchi.blocks.people.actions import account_close, organisation_apply
from madoguchi.blocks.people.models import Holding, OfficeSuccession, User
from madoguchi.blocks.people.testing import (
    DAY,
    NOW,
    account_make,
    holding_make,
    office_make,
    post_make,
    role_with,
    staff_client,
    staff_make,
    staff_user,
    viewer_with,
)
from madoguchi.blocks.people.viewers import viewer_for
from madoguchi.kernel.clock import now as clock_now
from madoguchi.kernel.clock import today
from madoguchi.kernel.stamps import stamped_forget

pytestmark = pytest.mark.django_db

VIEW, EDIT = "people.organisation_view", "people.organisation_edit"
APRIL = date(2026, 4, 1)


def user_holding(*holdings: Holding) -> User:
    return account_make(holdings[0].staff)


def test_rights_end_on_the_day_the_holding_ends() -> None:
    post = post_make(roles=[role_with(VIEW)])
    user = user_holding(holding_make(post=post, starts_on=date(2025, 4, 1), ends_on=APRIL))
    assert viewer_for(user=user, on=date(2026, 3, 31)).may(VIEW)
    assert viewer_for(user=user, on=date(2025, 4, 1)).may(VIEW)
    for day in (APRIL, date(2025, 3, 31)):
        viewer = viewer_for(user=user, on=day)
        assert not viewer.may(VIEW)
        assert not viewer.is_signed_in


def test_rights_end_with_the_post_and_with_the_grant() -> None:
    post = post_make(roles=[role_with(VIEW)], ends_on=APRIL)
    user = user_holding(holding_make(post=post))
    assert viewer_for(user=user, on=date(2026, 3, 31)).may(VIEW)
    assert not viewer_for(user=user, on=APRIL).is_signed_in
    given = post_make(roles=[role_with(VIEW)])
    given.grants.update(ends_on=APRIL)
    stamped_forget()
    user = user_holding(holding_make(post=given))
    assert viewer_for(user=user, on=date(2026, 3, 31)).may(VIEW)
    after = viewer_for(user=user, on=APRIL)
    assert after.is_signed_in
    assert not after.may(VIEW)


def test_a_change_of_the_organisation_is_seen_at_once() -> None:
    post = post_make(roles=[role_with(VIEW)])
    holding = holding_make(post=post)
    user = user_holding(holding)
    assert viewer_for(user=user, on=DAY).may(VIEW)
    row = {"post": post.key, "staff": holding.staff.key, "starts_on": holding.starts_on, "ends_on": APRIL}
    organisation_apply(actor=viewer_with(EDIT), rows={"holdings": [row]}, now=NOW)
    assert not viewer_for(user=user, on=DAY).may(VIEW)


def test_own_reaches_down_and_back_but_not_sideways_or_up() -> None:
    top = office_make(level="部")
    mine, beside = office_make(parent=top), office_make(parent=top)
    under = office_make(parent=mine)
    deeper = office_make(parent=under)
    ended = office_make(parent=top, ends_on=APRIL)
    OfficeSuccession.objects.create(predecessor=ended, successor=under, on=APRIL)
    stamped_forget()
    user = user_holding(holding_make(post=post_make(office=mine, roles=[role_with(VIEW)])))
    viewer = viewer_for(user=user, on=DAY)
    for office in (mine, under, deeper, ended):
        assert viewer.may(VIEW, office_id=office.pk), office
    for office in (top, beside):
        assert not viewer.may(VIEW, office_id=office.pk), office
    assert viewer.office_id == mine.pk


def test_a_scope_of_all_reaches_everything() -> None:
    user = user_holding(holding_make(post=post_make(roles=[role_with(VIEW)], scope="all")))
    assert viewer_for(user=user, on=DAY).may(VIEW, office_id=office_make().pk)


def test_the_main_post_names_the_person_whatever_else_they_hold() -> None:
    staff = staff_make(name="兼務 太郎")
    high = post_make(title="部長", rank=90, roles=[role_with(EDIT)])
    main = post_make(title="課長", rank=60, roles=[role_with(VIEW)])
    holding_make(post=high, staff=staff, kind="acting")
    user = user_holding(holding_make(post=main, staff=staff))
    viewer = viewer_for(user=user, on=DAY)
    assert (viewer.post, viewer.office_id, viewer.name) == ("課長", main.office_id, "兼務 太郎")
    assert viewer.key == f"staff:{staff.key}"
    # Each right reaches the office of the post that carries it, no further.
    assert viewer.may(EDIT, office_id=high.office_id)
    assert not viewer.may(EDIT, office_id=main.office_id)


def test_a_role_that_no_published_service_declares_gives_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    user = user_holding(
        holding_make(post=post_make(roles=["nowhere/nobody", "city_hall/nobody"], scope="all"))
    )
    viewer = viewer_for(user=user, on=DAY)
    assert viewer.is_signed_in
    assert viewer.grants == ()
    # A role that is taken back gives nothing from the next request on.
    role = role_with(VIEW)
    user = user_holding(holding_make(post=post_make(roles=[role])))
    assert viewer_for(user=user, on=DAY).may(VIEW)
    monkeypatch.setattr(viewers, "roles_published", dict)
    assert not viewer_for(user=user, on=DAY).may(VIEW)


def test_a_right_of_one_service_is_not_that_of_another() -> None:
    user = staff_user(VIEW, scope="all", service="dx_plan")
    viewer = viewer_for(user=user, on=DAY)
    assert viewer.may(VIEW, service="dx_plan")
    assert not viewer.may(VIEW, service="akiya")


def test_who_left_yesterday_is_signed_out_today() -> None:
    client = staff_client(VIEW, scope="all")
    assert client.get("/office/organisation/").status_code == 200
    Holding.objects.update(ends_on=today())
    stamped_forget()
    response = client.get("/office/organisation/")
    assert response.status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_closed_account_is_nobody() -> None:
    client = staff_client(VIEW, scope="all")
    user = User.objects.get()
    assert client.get("/office/organisation/").status_code == 200
    account_close(actor=viewer_with("people.account_edit"), staff_key=user.username, now=clock_now())
    assert client.get("/office/organisation/").status_code == 302
