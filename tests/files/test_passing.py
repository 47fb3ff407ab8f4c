"""A file of one subject becomes a file of another too: for whom, and what is told of many files at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from madoguchi.blocks.files.actions import file_pass, file_remove
from madoguchi.blocks.files.models import Content, StoredFile
from madoguchi.blocks.files.previews import previews_make
from madoguchi.blocks.files.queries import (
    file_subject,
    files_lying,
    files_named,
    files_titles,
    thumbnails_there,
)
from madoguchi.blocks.files.testing import (
    DAY,
    KIND,
    NOW,
    content_of,
    file_make,
    keeper,
    png_sample,
    subject_make,
    waiting_make,
)
from madoguchi.blocks.files.types import Verdict
from madoguchi.kernel.rights import NotAllowed, Viewer

pytestmark = pytest.mark.django_db
CLERK = Viewer("staff", "staff:1", DAY, offices=frozenset({1}))


def test_the_same_content_belongs_to_both_and_the_first_stays() -> None:
    given = file_make(subject=subject_make("1"))
    passed = file_pass(actor=CLERK, key=given.key, subject=subject_make("1"), now=NOW)
    assert passed.key != given.key
    assert (passed.name, passed.added_by) == (given.name, CLERK.key)
    assert content_of(passed) == content_of(given)
    file_remove(actor=keeper(), key=given.key, now=NOW)
    assert list(files_named(viewer=CLERK, keys=[given.key, passed.key])) == [passed.key]
    assert Content.objects.count() == 1


def test_only_what_one_may_read_and_only_where_one_may_write() -> None:
    mine, theirs = file_make(subject=subject_make("1")), file_make(subject=subject_make("2"))
    for key, subject in (
        (theirs.key, subject_make("1")),
        (mine.key, subject_make("2")),
        ("nothing", subject_make("1")),
    ):
        with pytest.raises(NotAllowed):
            file_pass(actor=CLERK, key=key, subject=subject, now=NOW)
    sealed = file_make(subject=subject_make("1"), sealed=True)
    infected = file_make(subject=subject_make("1"))
    Content.objects.filter(pk=content_of(infected).pk).update(
        verdict=Verdict.INFECTED, checked_at=NOW, virus="test"
    )
    for key in (sealed.key, infected.key):
        with pytest.raises(NotAllowed):
            file_pass(actor=keeper(), key=key, subject=subject_make("1"), now=NOW)
    assert StoredFile.objects.count() == 4


def test_of_many_files_those_are_told_that_one_may_read() -> None:
    mine, theirs, waits = (
        file_make(subject=subject_make("1")),
        file_make(subject=subject_make("2")),
        waiting_make(),
    )
    keys = [theirs.key, waits.key, mine.key, "nothing"]
    assert list(files_named(viewer=CLERK, keys=keys)) == [mine.key]
    assert list(files_named(viewer=keeper(), keys=keys)) == [theirs.key, waits.key, mine.key]
    assert list(files_named(viewer=replace(CLERK, key=keeper().key or "system"), keys=[waits.key])) == [
        waits.key
    ]
    assert files_titles(keys=keys)[theirs.key] == theirs.name
    assert file_subject(key=mine.key) == (KIND, "1")
    assert file_subject(key="nothing") is None


def test_what_lies_and_of_what_there_is_a_picture() -> None:
    picture, text = file_make(name="絵.png", content=png_sample()), file_make()
    assert thumbnails_there(keys=[picture.key, text.key]) == frozenset()
    previews_make(now=NOW)
    assert thumbnails_there(keys=[picture.key, text.key]) == {picture.key}
    assert files_lying(kind=KIND, before=NOW) == []
    file_remove(actor=keeper(), key=text.key, now=NOW)
    assert files_lying(kind=KIND, before=NOW + timedelta(days=1)) == [picture.key]
    assert files_lying(kind="testing.other", before=NOW + timedelta(days=1)) == []
