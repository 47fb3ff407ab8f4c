"""Several at once: one content, one removal, and no sweep takes what somebody just gave."""

from __future__ import annotations

from datetime import timedelta

import pytest

from madoguchi.blocks.files.actions import content_sweep, file_remove
from madoguchi.blocks.files.models import Content, StoredFile
from madoguchi.blocks.files.queries import file_open
from madoguchi.blocks.files.testing import NOW, content_of, file_make, keeper, png_sample, text_sample
from madoguchi.blocks.files.types import FileLine
from madoguchi.kernel.models import AuditRow
from tests.support.databases import HouseDatabase
from tests.support.together import at_once, together

pytestmark = pytest.mark.slow


def read(key: str) -> bytes:
    opened = file_open(viewer=keeper(), key=key, now=NOW)
    with opened.body as body:
        return body.read()


def test_many_who_give_one_content_at_once_make_one(house_database: HouseDatabase) -> None:
    content = png_sample()
    lines = at_once(6, lambda: file_make(name="写真.png", content=content))
    assert [line for line in lines if isinstance(line, Exception)] == []
    assert Content.objects.count() == 1
    assert StoredFile.objects.filter(content__sha256=Content.objects.get().sha256).count() == 6
    keys = [line.key for line in lines if isinstance(line, FileLine)]
    assert len({read(key) for key in keys}) == 1


def test_a_sweep_and_a_giver_at_once_never_lose_a_content(house_database: HouseDatabase) -> None:
    later = NOW + timedelta(days=100)
    for _round in range(6):
        content = text_sample()
        old = file_make(content=content)
        file_remove(actor=keeper(), key=old.key, now=NOW)
        sha256 = content_of(old).sha256
        _swept, given_ = together(
            [
                lambda sha256=sha256: content_sweep(actor=keeper(), sha256=sha256, before=later, now=later),
                lambda content=content: file_make(content=content, now=later),
            ]
        )
        assert isinstance(given_, FileLine), given_
        assert read(given_.key) == content


def test_two_who_remove_one_file_at_once_remove_it_once(house_database: HouseDatabase) -> None:
    line = file_make()
    answers = at_once(3, lambda: file_remove(actor=keeper(), key=line.key, now=NOW))
    assert sorted(type(answer).__name__ for answer in answers) == ["FileRemoved", "FileRemoved", "NoneType"]
    assert AuditRow.objects.filter(event="files.file_removed").count() == 1
