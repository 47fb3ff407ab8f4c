"""Files go to browsers as what they are, to whom their owner lets, and never as a page of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.blocks.files.previews import preview_make
from madoguchi.blocks.files.queries import file_address, preview_address
from madoguchi.blocks.files.storage import content_path
from madoguchi.blocks.files.testing import (
    NOW,
    content_of,
    file_make,
    jpeg_sample,
    pdf_sample,
    png_sample,
    subject_make,
    xlsx_sample,
)
from madoguchi.blocks.files.types import FileLine, PreviewKind
from madoguchi.blocks.files.views import _NotThere, _range
from madoguchi.blocks.people.testing import office_make, staff_client

pytestmark = pytest.mark.django_db


def ask(
    line: FileLine, client: Client | None = None, *, office: bool = False, query: str = "", **headers: str
) -> Any:
    return (client or Client()).get(file_address(line, office=office) + query, headers=headers)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


@pytest.mark.parametrize(
    ("name", "content", "shown"),
    [
        ("写真.jpg", jpeg_sample(), True),
        ("図.png", png_sample(), True),
        ("図面.pdf", pdf_sample(), True),
        ("メモ.txt", b"<script>alert(1)</script>", True),
        ("一覧.csv", b"a,b\n", False),
        ("名簿.xlsx", xlsx_sample(), False),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_file_is_given_as_what_it_is(name: str, content: bytes, shown: bool) -> None:
    line = file_make(name=name, content=content)
    response = ask(line)
    given_ = body(response)
    assert response.status_code == 200
    assert len(given_) == int(response["Content-Length"]) == line.size
    assert response["Content-Type"] == line.media_type
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    way, _semicolon, told = response["Content-Disposition"].partition("; filename*=utf-8''")
    assert way == ("inline" if shown else "attachment")
    assert unquote(told) == name
    policy = response["Content-Security-Policy"]
    assert policy.startswith("sandbox") or name.endswith(".pdf")
    assert "frame-ancestors 'none'" in policy
    assert ask(line, query="?download")["Content-Disposition"].startswith("attachment")


def test_a_name_cannot_add_a_header() -> None:
    line = file_make(name='a"\r\nX-Evil: 1;.txt')
    response = ask(line)
    assert "X-Evil" not in response.headers
    assert "\n" not in response["Content-Disposition"]


def test_the_owner_decides_on_both_faces() -> None:
    here, elsewhere = office_make(), office_make()
    line = file_make(subject=subject_make(str(here.pk)))
    assert ask(line, staff_client(office=here), office=True).status_code == 200
    assert ask(line, staff_client(office=elsewhere), office=True).status_code == 404
    assert ask(line).status_code == 404
    assert ask(line, office=True).status_code == 302
    assert Client().post(file_address(line, office=False)).status_code == 405
    assert Client().get("/files/K7M4-90XW-H2PC/a.txt").status_code == 404


def test_a_part_is_given_as_asked() -> None:
    content = bytes(range(32, 127)) * 20
    line = file_make(content=content)
    for asked, start, end in (
        ("bytes=0-9", 0, 10),
        ("bytes=1890-", 1890, 1900),
        ("bytes=-5", 1895, 1900),
        ("bytes=5-9999", 5, 1900),
    ):
        response = ask(line, Range=asked)
        assert response.status_code == 206
        assert body(response) == content[start:end]
        assert response["Content-Range"] == f"bytes {start}-{end - 1}/1900"
        assert int(response["Content-Length"]) == end - start
    assert ask(line, Range="bytes=1900-").status_code == 416
    for odd in ("bytes=9-5", "bytes=1-2,4-5", "lines=1-2", "bytes=-"):
        response = ask(line, Range=odd)
        assert (response.status_code, body(response)) == (200, content)


@given(st.integers(1, 10**6), st.text("bytes=0123456789-, ", max_size=20))
def test_no_range_leads_out_of_the_file(size: int, header: str) -> None:
    try:
        found = _range(header, size)
    except _NotThere:
        return
    assert found is None or 0 <= found[0] <= found[1] < size


def test_a_sealed_file_is_given_whole_and_unsealed() -> None:
    content = b"sealed words " * 9_999
    line = file_make(content=content, sealed=True)
    response = ask(line, Range="bytes=0-9")
    assert (response.status_code, body(response)) == (200, content)
    assert "Accept-Ranges" not in response.headers


def test_a_preview_is_given_where_there_is_one() -> None:
    line = file_make(name="a.png", content=png_sample())
    address = preview_address(line, PreviewKind.THUMBNAIL, office=False)
    assert Client().get(address).status_code == 404
    preview_make(sha256=content_of(line).sha256, now=NOW)
    response = Client().get(address)
    assert (response.status_code, response["Content-Type"]) == (200, "image/webp")
    assert body(response)
    assert Client().get(address.replace("thumbnail", "other")).status_code == 404
    assert Client().head(address).status_code == 200


def test_bytes_that_are_gone_are_said_in_words(data: Path) -> None:
    line = file_make()
    (data / "files" / content_path(content_of(line).sha256)).unlink()
    response = ask(line)
    assert response.status_code == 503
    assert "担当者に知らせて" in response.content.decode()
