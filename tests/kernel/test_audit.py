"""The invariants of ``kernel/audit.py``: each planted fault is found and named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kernel.actions import NoActionRunning, action
from madoguchi.kernel.audit import (
    AuditType,
    audit_seal,
    audit_types,
    audit_verify,
    audit_write,
    merkle_root,
    roots_file,
)
from madoguchi.kernel.models import AuditBatch, AuditLeaf, AuditRow
from madoguchi.kernel.rights import Viewer, system_viewer
from madoguchi.kernel.subjects import Subject
from madoguchi.kit.registry import NotRegistered
from tests.support.databases import HouseDatabase
from tests.support.forks import connection_anew

NOW = datetime(2026, 11, 20, 3, 4, 5, 678901, tzinfo=UTC)
ACTOR = system_viewer(on=NOW.date(), duty="試験")


@action("test.audited")
def audited(*, actor: Viewer, count: int, now: datetime) -> None:
    for number in range(count):
        audit_write(actor, "kernel.delivery_retried", Subject("test", str(number)), detail={"n": number})


@pytest.fixture(autouse=True)
def roots(tmp_path: Path, settings: object) -> None:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]


def write(count: int = 1) -> None:
    audited(actor=ACTOR, count=count, now=NOW)


def found() -> list[tuple[str, str]]:
    return [(fault.kind, fault.where) for fault in audit_verify().faults]


@pytest.mark.django_db
def test_an_untouched_trail_is_whole_sealed_or_not() -> None:
    write(5)
    assert audit_verify().unsealed == 5
    assert found() == []
    assert audit_seal(now=NOW) == 5
    report = audit_verify()
    assert (report.rows, report.batches, report.unsealed, list(report.faults)) == (5, 1, 0, [])


@pytest.mark.django_db
def test_sealing_twice_seals_each_row_once() -> None:
    write(3)
    audit_seal(now=NOW)
    assert audit_seal(now=NOW) == 0
    write(2)
    assert audit_seal(now=NOW) == 2
    assert AuditBatch.objects.count() == 2
    assert len(roots_file().read_text().splitlines()) == 2


def change_sealed(row: int) -> None:
    AuditRow.objects.filter(pk=row).update(detail='{"n":9}')


def remove_sealed(row: int) -> None:
    AuditRow.objects.filter(pk=row).delete()


def insert_before_seal(row: int) -> None:
    copy = AuditRow.objects.get(pk=row)
    copy.pk = None
    copy.subject_key = "slipped in"
    copy.save()


def insert_and_seal(row: int) -> None:
    insert_before_seal(row)
    audit_seal(now=NOW)


def change_unsealed(_row: int) -> None:
    write()
    AuditRow.objects.filter(pk=AuditRow.objects.latest("pk").pk).update(actor_key="somebody else")


def change_leaf(row: int) -> None:
    AuditLeaf.objects.filter(row_id=row).update(digest="0" * 64)


def cut_tail(_row: int) -> None:
    write(2)
    audit_seal(now=NOW)
    last = AuditBatch.objects.latest("number")
    rows = list(last.leaves.values_list("row_id", flat=True))
    last.leaves.all().delete()
    last.delete()
    AuditRow.objects.filter(pk__in=rows).delete()


def cut_everything(_row: int) -> None:
    AuditLeaf.objects.all().delete()
    AuditBatch.objects.all().delete()
    AuditRow.objects.all().delete()


def forge_batch(_row: int) -> None:
    AuditBatch.objects.update(root="f" * 64)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("plant", "kinds"),
    [
        (change_sealed, {"changed"}),
        (remove_sealed, {"removed"}),
        (insert_before_seal, {"inserted"}),
        (insert_and_seal, {"inserted"}),
        (change_unsealed, {"inserted"}),
        (change_leaf, {"changed"}),
        (cut_tail, {"cut"}),
        (cut_everything, {"cut"}),
        (forge_batch, {"changed"}),
    ],
)
def test_a_planted_fault_is_found_and_named(plant: Callable[[int], None], kinds: set[str]) -> None:
    write(7)
    audit_seal(now=NOW)
    target = AuditRow.objects.order_by("pk")[3].pk
    assert found() == []
    plant(target)
    faults = found()
    assert {kind for kind, _where in faults} == kinds
    if plant in (change_sealed, remove_sealed):
        assert faults == [(faults[0][0], f"row {target}")]


@pytest.mark.django_db
def test_a_wrong_key_is_told_apart_from_tampering(tmp_path: Path) -> None:
    write(2)
    audit_seal(now=NOW)
    key = tmp_path / "keys" / "audit.key"
    key.write_text("x" * 64 + "\n")
    assert "key" in {kind for kind, _where in found()}


@pytest.mark.django_db
def test_a_crash_between_seal_and_file_is_mended_by_the_next_seal() -> None:
    write(2)
    audit_seal(now=NOW)
    lines = roots_file().read_text()
    roots_file().write_text(lines[: len(lines) // 2])
    audit_seal(now=NOW)
    assert found() == []
    write()
    audit_seal(now=NOW)
    assert found() == []


@pytest.mark.django_db
def test_an_undeclared_event_and_a_row_outside_an_action_are_refused() -> None:
    with pytest.raises(NoActionRunning):
        audit_write(ACTOR, "kernel.delivery_retried", Subject("test", "1"))

    with audit_types.momentarily("test.known", AuditType("test.known", "")), pytest.raises(NotRegistered):
        _undeclared(actor=ACTOR, now=NOW)
    assert not AuditRow.objects.exists()


@action("test.undeclared")
def _undeclared(*, actor: Viewer, now: datetime) -> None:
    audit_write(actor, "test.known", Subject("test", "1"))
    audit_write(actor, "test.unknown", Subject("test", "1"))


@pytest.mark.slow
def test_two_sealers_at_once_seal_each_row_once(house_database: HouseDatabase) -> None:
    write(30)
    pids = []
    connection.close()
    import os

    for _ in range(2):
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                connection_anew()
                audit_seal(now=NOW)
                code = 0
            finally:
                os._exit(code)
        pids.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in pids] == [0, 0]
    audit_seal(now=NOW)
    assert AuditLeaf.objects.count() == 30
    assert found() == []


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=40, unique=True))
def test_the_root_depends_on_every_leaf_and_its_place(leaves: list[bytes]) -> None:
    root = merkle_root(leaves)
    for index in range(len(leaves)):
        assert merkle_root(leaves[:index] + leaves[index + 1 :]) != root
    if len(leaves) > 1:
        assert merkle_root([leaves[1], leaves[0], *leaves[2:]]) != root
