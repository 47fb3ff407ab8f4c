"""Invariants 2–4 of actions, rights and numbering."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import OperationalError

from madoguchi.kernel.actions import (
    ConstraintRefused,
    NoActionRunning,
    NotAudited,
    Refused,
    StoreUnavailable,
    action,
)
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.models import Counter
from madoguchi.kernel.numbering import number_take
from madoguchi.kernel.rights import (
    EVERY_ROW,
    Grant,
    NotAllowed,
    UnknownRight,
    Viewer,
    anonymous_viewer,
    system_viewer,
)
from madoguchi.kernel.subjects import Subject
from tests.support.databases import HouseDatabase
from tests.support.forks import connection_anew

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
ACTOR = system_viewer(on=NOW.date(), duty="試験")
RIGHT = "kernel.events_run"


class Twice(Refused):
    message = "二度目です。"


@action("test.silent")
def silent(*, actor: Viewer, now: datetime) -> None:
    Counter.objects.create(series="silent", period="p")


@action("test.named", raises={"counter_once": Twice})
def named(*, actor: Viewer, now: datetime) -> None:
    Counter.objects.create(series="same", period="p")
    audit_write(actor, "kernel.delivery_retried", Subject("test", "1"))


@action("test.unnamed")
def unnamed(*, actor: Viewer, now: datetime) -> None:
    Counter.objects.create(series="negative", period="p", last=-1)


@action("test.store")
def store(*, actor: Viewer, now: datetime) -> None:
    Counter.objects.create(series="store", period="p")
    raise OperationalError("database or disk is full")


@action("test.numbers")
def numbers(*, actor: Viewer, now: datetime, fail: bool = False) -> int:
    audit_write(actor, "kernel.delivery_retried", Subject("test", "1"))
    number = number_take(series="document:情政", period="2026")
    if fail:
        raise ZeroDivisionError
    return number


@pytest.mark.django_db
def test_an_action_without_audit_is_refused_and_leaves_nothing() -> None:
    with pytest.raises(NotAudited):
        silent(actor=ACTOR, now=NOW)
    assert not Counter.objects.exists()


@pytest.mark.django_db
def test_a_constraint_becomes_the_named_exception_on_both_databases() -> None:
    named(actor=ACTOR, now=NOW)
    with pytest.raises(Twice):
        named(actor=ACTOR, now=NOW)


@pytest.mark.django_db
def test_a_constraint_without_a_name_speaks_our_words() -> None:
    with pytest.raises(ConstraintRefused) as refused:
        unnamed(actor=ACTOR, now=NOW)
    assert refused.value.details == {"constraint": "counter_not_negative"}
    assert "constraint" not in str(refused.value.message)


@pytest.mark.django_db
def test_a_store_that_cannot_write_is_a_clear_refusal_and_nothing_is_half_done() -> None:
    with pytest.raises(StoreUnavailable):
        store(actor=ACTOR, now=NOW)
    assert not Counter.objects.exists()


def test_an_action_must_take_actor_and_now() -> None:
    with pytest.raises(TypeError, match="actor"):

        @action("test.bad")
        def bad(*, now: datetime) -> None: ...


@pytest.mark.django_db
def test_numbers_have_no_gap_where_an_action_failed() -> None:
    assert numbers(actor=ACTOR, now=NOW) == 1
    with pytest.raises(ZeroDivisionError):
        numbers(actor=ACTOR, now=NOW, fail=True)
    assert numbers(actor=ACTOR, now=NOW) == 2
    with pytest.raises(NoActionRunning):
        number_take(series="document:情政", period="2026")


@pytest.mark.slow
def test_numbers_taken_at_once_by_four_processes_have_no_gap_and_no_double(
    house_database: HouseDatabase,
) -> None:
    import os

    from django.db import connection

    read, write = os.pipe()
    connection.close()
    pids = []
    for _ in range(4):
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                connection_anew()
                for _ in range(15):
                    os.write(write, f"{numbers(actor=ACTOR, now=NOW)}\n".encode())
                code = 0
            finally:
                os._exit(code)
        pids.append(pid)
    os.close(write)
    with os.fdopen(read) as pipe:
        taken = sorted(int(line) for line in pipe)
    assert [os.waitpid(pid, 0)[1] for pid in pids] == [0] * 4
    assert taken == list(range(1, 61))


def viewer(*grants: Grant) -> Viewer:
    return Viewer(kind="staff", key="staff:1", on=date(2026, 4, 1), grants=grants)


def test_a_right_reaches_the_offices_of_its_grant_and_no_others() -> None:
    one = viewer(Grant(RIGHT, frozenset({1, 2})))
    assert one.may(RIGHT)
    assert one.may(RIGHT, office_id=2)
    assert not one.may(RIGHT, office_id=3)
    assert viewer(Grant(RIGHT)).may(RIGHT, office_id=3)
    with pytest.raises(NotAllowed):
        one.must(RIGHT, office_id=3)


def test_a_right_compiles_to_one_predicate() -> None:
    assert (
        str(viewer(Grant(RIGHT, frozenset({2})), Grant(RIGHT, frozenset({1}))).where(RIGHT))
        == "(AND: ('office_id__in', [1, 2]))"
    )
    assert viewer(Grant(RIGHT)).where(RIGHT) == EVERY_ROW
    assert str(anonymous_viewer(on=NOW.date()).where(RIGHT)) == "(AND: ('pk__in', []))"
    assert ACTOR.where(RIGHT) == EVERY_ROW


def test_an_undeclared_right_cannot_be_asked_for() -> None:
    for asker in (ACTOR, viewer(Grant("kernel.unknown"))):
        with pytest.raises(UnknownRight):
            asker.may("kernel.unknown")


@pytest.mark.django_db
def test_a_grant_for_everything_survives_being_joined_to_another() -> None:
    Counter.objects.create(series="a", period="p")
    everything, nothing = viewer(Grant(RIGHT)).where(RIGHT), anonymous_viewer(on=NOW.date()).where(RIGHT)
    assert Counter.objects.filter(everything | nothing).count() == 1
    assert Counter.objects.filter(nothing | everything).count() == 1
    assert Counter.objects.filter(nothing & everything).count() == 0
