"""What the models promise, the database holds: raw writes are refused on both."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from madoguchi.blocks.files.models import Content, Derived, Hold, StoredFile
from madoguchi.blocks.files.testing import NOW, content_of, file_make
from madoguchi.kernel.actions import constraint_of

pytestmark = pytest.mark.django_db
DIGEST = "a" * 64


def refused_by(act: Any) -> str:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        act()
    return constraint_of(refused.value)


def content(**values: Any) -> Content:
    return Content.objects.create(
        **{"sha256": DIGEST, "size": 1, "media_type": "text/plain", "stored_at": NOW, "verdict": "unchecked"}
        | values
    )


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"sha256": "a" * 63}, "content_named_by_digest"),
        ({"size": 0}, "content_not_empty"),
        ({"sealed": True}, "content_sealed_or_open"),
        ({"plain_mac": DIGEST}, "content_sealed_or_open"),
        ({"verdict": "clean"}, "content_verdict_at_a_moment"),
        ({"verdict": "waiting", "checked_at": NOW}, "content_verdict_at_a_moment"),
        ({"verdict": "other"}, "content_verdict_at_a_moment"),
        ({"virus": "Eicar"}, "content_virus_of_infected"),
        ({"damage": "missing"}, "content_damaged_at_a_moment"),
        ({"damaged_at": NOW}, "content_damaged_at_a_moment"),
    ],
)
def test_a_content_that_cannot_be(values: dict[str, Any], name: str) -> None:
    assert refused_by(lambda: content(**values)) == name
    assert content(sealed=True, plain_mac=DIGEST)


def test_one_row_for_one_content() -> None:
    content()
    assert refused_by(content) == "content_once"


@pytest.mark.parametrize(
    ("column", "value"),
    [("sha256", "b" * 64), ("size", 2), ("media_type", "text/html"), ("plain_mac", DIGEST)],
)
def test_what_a_content_is_never_changes(column: str, value: Any) -> None:
    row = content()
    with connection.cursor() as cursor:
        name = refused_by(
            lambda: cursor.execute(f"UPDATE files_content SET {column} = %s WHERE id = %s", [value, row.pk])
        )
    assert name in ("content_unchanged", "content_sealed_or_open")
    Content.objects.filter(pk=row.pk).update(verified_at=NOW, swept_at=NOW)


def test_what_a_file_is_never_changes_but_it_may_go() -> None:
    line, other = file_make(), file_make()
    mine = StoredFile.objects.filter(key=line.key)
    for values in (
        {"content": content_of(other)}, {"name": "b.txt"}, {"about_key": "1"}, {"added_by": "x"},
        {"added_at": NOW - timedelta(days=1)},
    ):  # fmt: skip
        assert refused_by(lambda values=values: mine.update(**values)) == "file_unchanged"
    assert refused_by(lambda: mine.update(removed_at=NOW)) == "file_removed_by_somebody"
    assert (
        refused_by(lambda: mine.update(removed_at=NOW - timedelta(days=1), removed_by="x"))
        == "file_removed_by_somebody"
    )
    assert mine.update(removed_at=NOW, removed_by="x") == 1


def test_a_file_has_a_name_and_a_subject_and_a_key_of_its_own() -> None:
    row = content()
    values = {
        "content": row,
        "added_at": NOW,
        "added_by": "x",
        "about_kind": "a",
        "about_key": "b",
        "name": "c",
        "key": "k",
    }
    make = StoredFile.objects.create
    assert refused_by(lambda: make(**values | {"name": ""})) == "file_has_a_name"
    assert refused_by(lambda: make(**values | {"about_key": ""})) == "file_about_something"
    make(**values)
    assert refused_by(lambda: make(**values)) == "file_key_once"


def test_a_preview_is_another_content_or_a_reason() -> None:
    origin, other = content(), content(sha256="b" * 64)
    values = {"origin": origin, "kind": "thumbnail", "made_at": NOW}
    make = Derived.objects.create
    assert refused_by(lambda: make(**values, content=origin)) == "preview_is_no_original"
    assert refused_by(lambda: make(**values)) == "preview_or_reason"
    assert refused_by(lambda: make(**values, content=other, problem="x")) == "preview_or_reason"
    make(**values, content=other)
    assert refused_by(lambda: make(**values, problem="x")) == "preview_once"


def test_a_hold_has_a_reason_and_an_end_by_somebody() -> None:
    values = {"content": content(), "held_at": NOW, "held_by": "x"}
    assert refused_by(lambda: Hold.objects.create(**values, reason="")) == "hold_has_a_reason"
    hold = Hold.objects.create(**values, reason="開示請求")
    mine = Hold.objects.filter(pk=hold.pk)
    assert refused_by(lambda: mine.update(released_at=F("held_at"))) == "hold_released_by_somebody"
