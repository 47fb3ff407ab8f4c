"""Rows to records: all or nothing, each refusal names its row, and the order of rows does not matter."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from madoguchi.blocks.people.actions import (
    NothingToChange,
    OrganisationMoved,
    OrganisationRowRefused,
    organisation_apply,
)
from madoguchi.blocks.people.models import Holding, Office, Post
from madoguchi.blocks.people.rows import CANCEL, SHEETS, rows_compare, rows_freeze, rows_known, rows_thaw
from madoguchi.blocks.people.testing import (
    LONG_AGO,
    NOW,
    deputy_make,
    holding_make,
    office_make,
    post_make,
    staff_make,
    viewer_with,
)
from madoguchi.kernel.models import AuditRow, OutboxEvent
from madoguchi.kernel.rights import NotAllowed
from madoguchi.kernel.stamps import stamp_read, stamped_forget

pytestmark = pytest.mark.django_db

APRIL = date(2026, 4, 1)
KEEPER = viewer_with("people.organisation_edit")


def apply(**rows: Any) -> Any:
    return organisation_apply(actor=KEEPER, rows=rows, now=NOW)


def refused(**rows: Any) -> OrganisationRowRefused:
    before, audit = rows_known(), AuditRow.objects.count()
    with pytest.raises(OrganisationRowRefused) as caught:
        apply(**rows)
    assert rows_known() == before
    assert AuditRow.objects.count() == audit
    return caught.value


def test_only_who_keeps_the_whole_city_hall_may_change_it() -> None:
    office = office_make()
    rows = {"offices": [{"key": "x", "starts_on": APRIL}]}
    for viewer in (viewer_with(), viewer_with("people.organisation_view"),
                   viewer_with("people.organisation_edit", offices=[office])):  # fmt: skip
        with pytest.raises(NotAllowed):
            organisation_apply(actor=viewer, rows=rows, now=NOW)
    assert not Office.objects.filter(key="x").exists()


def test_each_row_leaves_an_audit_row_without_names_of_persons() -> None:
    changes = apply(staff=[{"key": "1", "name": "秘密 花子", "kana": "ひみつ はなこ"}])
    assert len(changes) == 1
    assert apply(staff=[{"key": "1", "name": "秘密 華子", "kana": "ひみつ はなこ"}])[0].before == {
        "name": "秘密 花子"
    }
    assert [row.event for row in AuditRow.objects.order_by("pk")] == [
        "people.row_added",
        "people.row_changed",
    ]
    assert "秘密" not in " ".join(AuditRow.objects.values_list("detail", flat=True))
    assert OutboxEvent.objects.filter(kind="people.organisation_changed").count() == 2


def test_the_same_again_is_nothing_to_change() -> None:
    rows = {"staff": [{"key": "1", "name": "花子"}]}
    organisation_apply(actor=KEEPER, rows=rows, now=NOW)
    with pytest.raises(NothingToChange):
        organisation_apply(actor=KEEPER, rows=rows, now=NOW)


def test_a_basis_that_has_moved_is_refused() -> None:
    basis = stamp_read("organisation")
    apply(staff=[{"key": "1", "name": "花子"}])
    with pytest.raises(OrganisationMoved):
        organisation_apply(actor=KEEPER, rows={"staff": [{"key": "2", "name": "太郎"}]}, basis=basis, now=NOW)


def test_refusals_name_sheet_row_and_what_to_do() -> None:
    post, other = post_make(), post_make(office=office_make())
    held = holding_make(post=post)
    office = office_make()
    held_row = {"post": post.key, "staff": held.staff.key, "starts_on": LONG_AGO}
    someone = staff_make().key
    for sheet, row, told in (
        ("office_names", {"office": office.key, "name": "新", "starts_on": APRIL}, "二つの名称"),
        ("holdings", {"post": post.key, "staff": someone, "starts_on": APRIL}, "二人います"),
        ("holdings", {"post": other.key, "staff": held.staff.key, "starts_on": APRIL}, "二つの本務"),
        ("holdings", {**held_row, "starts_on": APRIL, "kind": "acting"}, "同じ日に二"),
        ("holdings", {**held_row, "ends_on": LONG_AGO}, "開始日より後"),
        ("holdings", {"post": "nix", "staff": someone, "starts_on": APRIL}, "「職」に「nix」がありません"),
        ("holdings", {"post": other.key, "staff": someone, "kind": "boss", "starts_on": APRIL}, "選択肢"),
        ("deputies", {"post": post.key, "deputy": post.key, "starts_on": APRIL}, "自分自身の代決者"),
        ("deputies", {"post": post.key, "deputy": other.key, "order": 0, "starts_on": APRIL}, "1から"),
        ("office_places", {"office": office.key, "parent": office.key, "starts_on": APRIL}, "自分自身の下"),
        (
            "successions",
            {"predecessor": office.key, "successor": office.key, "on": APRIL},
            "自分自身を引き継いで",
        ),
        ("offices", {"key": "a b", "starts_on": APRIL}, "キーには"),
        ("offices", {"key": "x" * 61, "starts_on": APRIL}, "60文字以内"),
        ("offices", {"key": "x", "starts_on": "2026-04-01"}, "値の種類"),
        ("offices", {"key": "x", "order": 2**31, "starts_on": APRIL}, "数が大きすぎます"),
        ("offices", {"key": "x"}, "必ず書いてください"),
        ("grants", {"post": post.key, "role": "no slash", "starts_on": APRIL}, "サービスと役割"),
        ("staff", {"key": "1", "name": "マイナ 123456789018"}, "マイナンバー"),
    ):
        error = refused(**{sheet: [row]})
        assert told in str(error.message), row
        assert error.sheet == sheet
        assert error.identity


def test_a_row_that_stands_twice_is_refused() -> None:
    error = refused(staff=[{"key": "1", "name": "花子"}, {"key": "１", "name": "華子"}])
    assert "二度書かれています" in str(error.message)


def test_one_bad_row_undoes_all() -> None:
    refused(
        staff=[{"key": "1", "name": "花子"}], holdings=[{"post": "nix", "staff": "1", "starts_on": APRIL}]
    )


def test_a_ring_of_offices_is_refused_whenever_it_would_close() -> None:
    one, two, three = office_make(), office_make(), office_make()
    apply(office_places=[{"office": one.key, "parent": two.key, "starts_on": APRIL}])
    apply(office_places=[{"office": two.key, "parent": three.key, "starts_on": date(2027, 4, 1)}])
    error = refused(office_places=[{"office": three.key, "parent": one.key, "starts_on": LONG_AGO}])
    assert "輪になっています" in str(error.message)
    # Before the second place begins there is no ring, and none after the first has ended.
    apply(
        office_places=[
            {"office": three.key, "parent": one.key, "starts_on": LONG_AGO, "ends_on": date(2027, 4, 1)}
        ]
    )


def test_a_post_that_becomes_one_for_many_takes_its_holders_along() -> None:
    post = post_make(single=True)
    holding_make(post=post)
    second = staff_make()
    row = {
        "key": post.key,
        "office": post.office.key,
        "title": post.title,
        "rank": post.rank,
        "starts_on": LONG_AGO,
    }
    holding = {"post": post.key, "staff": second.key, "starts_on": APRIL}
    apply(posts=[row | {"single": False}], holdings=[holding])
    assert set(Holding.objects.filter(post=post).values_list("sole", flat=True)) == {False}
    error = refused(posts=[row | {"single": True}])
    assert "二人います" in str(error.message)
    first = Holding.objects.exclude(staff=second).get(post=post)
    ended = {"post": post.key, "staff": first.staff.key, "starts_on": LONG_AGO, "ends_on": APRIL}
    apply(posts=[row | {"single": True}], holdings=[ended])
    assert set(Holding.objects.filter(post=post).values_list("sole", flat=True)) == {True}
    assert Post.objects.get(pk=post.pk).single


def test_what_makes_room_goes_first_whatever_the_order_of_rows() -> None:
    """On 1 April everybody moves on by one post: no step may meet a rule that the whole keeps."""
    posts = [post_make() for _ in range(6)]
    staff = [staff_make() for _ in range(6)]
    for post, person in zip(posts, staff, strict=True):
        holding_make(post=post, staff=person)
    moved = staff[1:] + staff[:1]
    rows = [
        {"post": post.key, "staff": person.key, "starts_on": LONG_AGO, "ends_on": APRIL}
        for post, person in zip(posts, staff, strict=True)
    ] + [
        {"post": post.key, "staff": person.key, "starts_on": APRIL}
        for post, person in zip(posts, moved, strict=True)
    ]
    random.Random(4).shuffle(rows)
    assert len(apply(holdings=rows)) == 12


def test_two_posts_may_swap_which_of_them_is_the_main_one() -> None:
    staff, one, two = staff_make(), post_make(), post_make()
    holding_make(post=one, staff=staff, kind="concurrent", starts_on=date(2019, 4, 1))
    holding_make(post=two, staff=staff, kind="main", starts_on=date(2020, 4, 1))
    apply(
        holdings=[
            {"post": one.key, "staff": staff.key, "kind": "main", "starts_on": date(2019, 4, 1)},
            {"post": two.key, "staff": staff.key, "kind": "concurrent", "starts_on": date(2020, 4, 1)},
        ]
    )
    assert Holding.objects.get(kind="main").post == one


def test_deputies_may_change_places() -> None:
    post, one, two = post_make(), post_make(), post_make()
    deputy_make(post=post, deputy=one, order=1)
    deputy_make(post=post, deputy=two, order=2)
    rows = [
        {"post": post.key, "deputy": two.key, "order": 1, "starts_on": LONG_AGO},
        {"post": post.key, "deputy": one.key, "order": 2, "starts_on": LONG_AGO},
    ]
    assert len(apply(deputies=rows)) == 2


def test_a_row_written_by_mistake_is_taken_back_with_all_that_hangs_on_it() -> None:
    post = post_make(roles=["a/b"])
    holding = holding_make(post=post)
    row: dict[str, Any] = {
        "key": post.key,
        "office": post.office.key,
        "title": post.title,
        "starts_on": LONG_AGO,
        CANCEL: True,
    }
    assert "ほかの行がこの行を使っています" in str(refused(posts=[row]).message)
    held = {"post": post.key, "staff": holding.staff.key, "starts_on": LONG_AGO, CANCEL: True}
    granted = {"post": post.key, "role": "a/b", "starts_on": LONG_AGO, CANCEL: True}
    # In any order of sheets: what hangs on a row goes before it.
    changes = apply(posts=[row], holdings=[held], grants=[granted])
    assert {change.what for change in changes} == {"removed"}
    assert not Post.objects.filter(pk=post.pk).exists()
    removed = AuditRow.objects.filter(event="people.row_removed")
    assert removed.count() == 3
    assert post.title in "".join(removed.values_list("detail", flat=True))
    with pytest.raises(NothingToChange):
        apply(posts=[row])


def test_rows_survive_json() -> None:
    holding_make(post=post_make(roles=["a/b"]), ends_on=APRIL)
    known = rows_known()
    assert rows_thaw(rows_freeze(known)) == known
    assert rows_compare(known).changes == ()
    assert set(known) == set(SHEETS)
    stamped_forget()


def test_a_reopened_account_sets_up_its_second_factor_anew() -> None:
    from allauth.mfa.models import Authenticator

    from madoguchi.blocks.people.actions import account_reopen
    from madoguchi.blocks.people.testing import PASSWORD, account_make, staff_make

    staff = staff_make()
    user = account_make(staff)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    account_reopen(actor=viewer_with("people.account_edit"), staff_key=staff.key, password=PASSWORD, now=NOW)
    assert not Authenticator.objects.filter(user=user).exists()
