"""Invariants 7 to 10 of ``madoguchi.kernel.declarations``: versions, refusals, upgrades, what a request sees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from madoguchi.kernel.db.written_once import NeverChanges
from madoguchi.kernel.declarations import (
    DeclarationsRefused,
    MajorChangeNeedsUpgrade,
    NothingToPublish,
    Published,
    UnknownDeclaration,
    declarations_publish,
    publish_plan,
    published,
    published_all,
    published_version,
    roles_published,
    text_for,
)
from madoguchi.kernel.declarations.kinds import touches
from madoguchi.kernel.declarations.publishing import declarations_publish_now
from madoguchi.kernel.models import AuditRow, PublishedDeclaration, Stamp
from madoguchi.kernel.rights import NotAllowed, Viewer, system_viewer
from madoguchi.kit.canonical import canonical_hash

NOW = datetime(2024, 4, 1, 9, tzinfo=UTC)
HOUSE = system_viewer(on=date(2024, 4, 1), duty="試験")
WARDS = """\
kind: codelist
key: wards
label: 地区
items:
  - {code: "01", label: 中央}
  - {code: "02", label: 北}
samples:
  - {code: "01", on: 2024-04-01}
  - {code: "09", on: 2024-04-01, refused: 「09」という符号はありません。}
"""
WITHOUT_NORTH = WARDS.replace('  - {code: "02", label: 北}\n', "")

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(tmp_path: Path, settings: Any) -> Path:
    settings.CITY_DIR = tmp_path
    (tmp_path / "bindings.yaml").write_text("site: {name: みなも市}\n")
    (tmp_path / "declarations").mkdir()
    write(tmp_path, WARDS)
    return tmp_path


@pytest.fixture
def request_thread() -> Iterator[None]:
    """This thread serves a request."""
    request_started.send(sender=None)
    yield
    request_finished.send(sender=None)


@pytest.fixture(autouse=True)
def _connection_kept_open(monkeypatch: pytest.MonkeyPatch) -> None:
    # The framework closes old connections around a request, and the test's data with an in-memory one.
    monkeypatch.setattr("django.db.connections.all", lambda **_: [])


def write(city: Path, text: str) -> None:
    (city / "declarations" / "wards.yaml").write_text(text, encoding="utf-8")


def publish(*keys: str, actor: Viewer = HOUSE) -> list[Published]:
    return declarations_publish(actor=actor, keys=list(keys) or ["wards"], reason="年度の切り替え", now=NOW)


def test_a_version_is_stored_with_its_hash_and_its_audit_row(city: Path) -> None:
    (version,) = publish()
    row = PublishedDeclaration.objects.get(kind="codelist", key="wards")
    assert (version.name, version.version, version.published_at) == ("codelist/wards", 1, NOW)
    assert row.sha256 == canonical_hash({"declaration": version.document, "texts": version.texts})
    assert (row.reason, row.published_by) == ("年度の切り替え", "system")
    audit = AuditRow.objects.get(action="kernel.declaration_publish")
    assert (audit.event, audit.subject_key) == ("kernel.declaration_published", "codelist/wards")
    assert row.sha256 in audit.detail
    assert published("codelist", "wards").model.item_on("02", date(2024, 4, 1)).label == "北"


def test_publishing_what_is_published_writes_nothing(city: Path) -> None:
    assert len(publish()) == 1
    before = AuditRow.objects.count()
    assert publish() == []
    with pytest.raises(NothingToPublish):
        declarations_publish_now(actor=HOUSE, keys=["wards"], reason="", now=NOW)
    write(city, "# only a comment\n" + WARDS)
    assert publish() == []
    assert (PublishedDeclaration.objects.filter(key="wards").count(), AuditRow.objects.count()) == (1, before)


def test_all_the_house_and_city_declare_is_published_at_once(city: Path) -> None:
    names = {version.name for version in declarations_publish(actor=HOUSE, keys=None, reason="", now=NOW)}
    assert {"codelist/wards", "service/dx_plan"} <= names
    assert "dx_plan" in {service.key for service in published_all("service")}


def test_only_who_has_the_right_publishes(city: Path) -> None:
    clerk = Viewer(kind="staff", key="staff:1", on=date(2024, 4, 1))
    with pytest.raises(NotAllowed):
        publish(actor=clerk)
    assert not PublishedDeclaration.objects.filter(key="wards").exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (WARDS.replace("label: 地区", "lable: 地区"), "wards.yaml:3: field-unknown"),
        (WARDS.split("samples:")[0], "wards.yaml:1: samples-missing"),
        (WARDS.replace("「09」という", "「08」という"), "wards.yaml:9: sample-failed"),
        (WARDS + "  bad: [\n", "yaml-syntax"),
    ],
)
def test_what_lint_or_a_sample_refuses_is_not_published(city: Path, text: str, says: str) -> None:
    write(city, WARDS)
    (city / "declarations" / "other.yaml").write_text(WARDS.replace("key: wards", "key: others"))
    write(city, text)
    with pytest.raises(DeclarationsRefused) as caught:
        publish("wards", "others")
    assert says in str(caught.value)
    assert not PublishedDeclaration.objects.filter(key__in=["wards", "others"]).exists()


def test_a_mistake_elsewhere_does_not_stop_what_was_asked_for(city: Path) -> None:
    (city / "declarations" / "other.yaml").write_text(WARDS.replace("key: wards", "key: others\nlable: x"))
    assert len(publish("codelist/wards")) == 1
    with pytest.raises(DeclarationsRefused):
        publish("others")


def test_an_unknown_key_is_refused_with_the_nearest(city: Path) -> None:
    with pytest.raises(UnknownDeclaration, match="「wards」ではありませんか"):
        publish("ward")


def test_a_major_change_needs_an_upgrade_of_this_very_version(city: Path) -> None:
    publish()
    write(city, WITHOUT_NORTH)
    with pytest.raises(MajorChangeNeedsUpgrade, match=r"今は 1 版.*削除 items.02: 「北」"):
        publish()
    write(city, WITHOUT_NORTH + "upgrade: {from_version: 2, explain: 北は中央に移す}\n")
    with pytest.raises(MajorChangeNeedsUpgrade):
        publish()
    write(city, WITHOUT_NORTH + "upgrade: {from_version: 1, explain: 北は中央に移す}\n")
    assert [version.version for version in publish()] == [2]
    assert PublishedDeclaration.objects.get(key="wards", version=2).change == "major"
    # The leave that was given for version 1 does not cover the next major change.
    write(city, WARDS.replace('"01", label: 中央', '"05", label: 東').replace('code: "01", on', 'code: "05", on')
          + "upgrade: {from_version: 1, explain: 北は中央に移す}\n")  # fmt: skip
    with pytest.raises(MajorChangeNeedsUpgrade, match="今は 2 版"):
        publish()


def test_a_plan_counts_what_an_upgrade_would_touch_and_writes_nothing(city: Path) -> None:
    publish()
    write(city, WITHOUT_NORTH)
    known: list[tuple[str, int]] = []
    counter = ("codelist", "台帳の行", lambda key, version: known.append((key, version)) or 7)
    with touches.momentarily("test.rows", counter):
        (planned,) = publish_plan(["wards"]).versions
    assert known == [("wards", 1)]
    assert [(touched.label, touched.count) for touched in planned.touched] == [("台帳の行", 7)]
    assert planned.lacks_upgrade
    assert PublishedDeclaration.objects.filter(key="wards").count() == 1


def test_what_began_with_a_version_keeps_it(city: Path) -> None:
    publish()
    (city / "declarations" / "texts.en.yaml").write_text("wards.label: Wards\n")
    write(city, WARDS.replace("label: 地区", "label: 地域"))
    assert [version.version for version in publish()] == [2]
    first, second = published_version("codelist", "wards", 1), published_version("codelist", "wards", 2)
    assert (first.document["label"], second.document["label"]) == ("地区", "地域")
    assert (text_for(first, "label", "en").lang, text_for(second, "label", "en").value) == ("ja", "Wards")
    assert published("codelist", "wards").version == 2
    with pytest.raises(UnknownDeclaration):
        published_version("codelist", "wards", 3)
    with pytest.raises(UnknownDeclaration):
        published("codelist", "hamlets")


def test_a_published_version_never_changes(city: Path) -> None:
    publish()
    rows = PublishedDeclaration.objects.filter(key="wards")
    with pytest.raises(NeverChanges):
        rows.update(reason="x")
    with pytest.raises(NeverChanges):
        rows.delete()
    with pytest.raises(NeverChanges):
        rows.get().delete()
    table = PublishedDeclaration._meta.db_table
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET body = %s", ["{}"])
    copy = rows.get()
    copy.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)
    assert "地区" in rows.get().body


def test_one_query_per_request_and_the_next_request_sees_the_new_version(
    city: Path, request_thread: None
) -> None:
    publish()
    published("codelist", "wards")
    request_started.send(sender=None)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for _ in range(5):
            assert published("codelist", "wards").version == 1
            published_all("service")
            roles_published()
    assert len(queries) == 1
    # Another process publishes: this request goes on with what it began with, the next one does not.
    row = PublishedDeclaration.objects.get(key="wards")
    row.pk, row.version = None, 2
    row.save(force_insert=True)
    Stamp.objects.filter(name="kernel.declarations").update(value=1)
    assert published("codelist", "wards").version == 1
    request_started.send(sender=None)
    assert published("codelist", "wards").version == 2


def test_the_request_that_publishes_sees_its_own_version(city: Path, request_thread: None) -> None:
    assert published_all("codelist") == []
    publish()
    assert published("codelist", "wards").version == 1


def test_what_was_rolled_back_is_not_remembered(city: Path) -> None:
    with transaction.atomic():
        publish()
        assert published("codelist", "wards").document["label"] == "地区"
        transaction.set_rollback(True)
    write(city, WARDS.replace("label: 地区", "label: 地域"))
    publish()
    assert published("codelist", "wards").document["label"] == "地域"


def test_the_rights_of_published_roles_stay_the_same_object_until_something_is_published(city: Path) -> None:
    declarations_publish(actor=HOUSE, keys=["service/dx_plan"], reason="", now=NOW)
    roles = roles_published()
    assert "measures.actual_enter" in roles["dx_plan/contributor"]
    assert roles_published() is roles
    publish()
    assert roles_published() is not roles
    assert roles_published() == roles
