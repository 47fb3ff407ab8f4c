"""A backup holds every file and no draft; a restore brings them back and tells which are damaged."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from madoguchi.blocks.files.queries import file_open
from madoguchi.blocks.files.storage import DRAFTS, content_path
from madoguchi.blocks.files.testing import NOW, content_of, file_make, keeper, png_sample
from madoguchi.config import environment
from madoguchi.config.backup.restore import restore
from madoguchi.config.backup.write import backup_write
from madoguchi.config.environment import EnvironmentRefused, environment_read
from tests.config.conftest import Ground, _template, ground, installed  # noqa: F401 - fixtures

pytestmark = pytest.mark.slow
LATER = NOW + timedelta(hours=1)


def read(key: str) -> bytes:
    opened = file_open(viewer=keeper(), key=key, now=NOW)
    with opened.body as body:
        return body.read()


def test_files_come_back_and_damage_is_told(installed: Ground, tmp_path: Path) -> None:  # noqa: F811
    lines = [file_make(name="図.png", content=png_sample()), file_make(sealed=True)]
    contents = [read(line.key) for line in lines]
    (installed.data / "files" / DRAFTS / "half").write_bytes(b"half")
    whole, damaged = tmp_path / "whole.zip", tmp_path / "damaged.zip"
    assert backup_write(whole, now=NOW)["files"] == 2
    path = installed.data / "files" / content_path(content_of(lines[0]).sha256)
    path.write_bytes(b"!")
    backup_write(damaged, now=LATER)

    data = installed.empty()
    said: list[object] = []
    answer = restore(whole, keys=None, force=False, without_keys=False, now=LATER, say=said.append)
    assert answer["damaged_files"] == []
    assert [read(line.key) for line in lines] == contents
    assert not (data / "files" / DRAFTS).exists()

    installed.empty()
    out = io.StringIO()
    with pytest.raises(CommandError, match="ファイル 1 個") as refused:
        call_command("restore", str(damaged), stdout=out)
    assert path.name in str(refused.value)
    assert read(lines[1].key) == contents[1], "the rest came back"


# FILES_URL


@pytest.mark.parametrize(
    "url",
    [
        "ftp://k:hidden@b/x", "s3://", "s3://k@bucket", "s3://k:hidden@B_ad", "s3://k:hidden@bucket?other=1", "hidden",
        "s3://[k:hidden@bucket", "s3://k:hidden@bucket?endpoint",
    ],
)  # fmt: skip
def test_a_wrong_url_is_named_and_not_repeated(url: str, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentRefused, match="FILES_URL") as refused:
        environment_read({"MADOGUCHI_DATA": str(tmp_path / "data"), "FILES_URL": url})
    assert "hidden" not in str(refused.value)
    assert not (tmp_path / "data").exists()


def test_s3_needs_its_packages_and_is_set_up_by_its_url(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {
        "MADOGUCHI_DATA": str(tmp_path),
        "FILES_URL": "s3://key:se%2Fcret@bucket/city/files?endpoint=https://s3.example.jp&region=ap-1",
    }
    with pytest.raises(EnvironmentRefused, match="django-storages"):
        environment_read(variables)
    monkeypatch.setattr(environment, "find_spec", lambda name: object())
    found: dict[str, Any] = environment_read(variables).files
    assert found["BACKEND"] == "storages.backends.s3.S3Storage"
    options = found["OPTIONS"]
    assert (options["bucket_name"], options["location"]) == ("bucket", "city/files")
    assert (options["access_key"], options["secret_key"]) == ("key", "se/cret")
    assert (options["endpoint_url"], options["region_name"]) == ("https://s3.example.jp", "ap-1")
    assert options["file_overwrite"] is True
    plain = environment_read(variables | {"FILES_URL": "s3://bucket"}).files["OPTIONS"]
    assert plain["access_key"] is plain["secret_key"] is plain["endpoint_url"] is None
    assert environment_read(variables | {"FILES_URL": ""}).files == {}
