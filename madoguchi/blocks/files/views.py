"""Giving files to browsers: as what they are, never as a page of ours, and only to whom their owner lets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from madoguchi.blocks.files.queries import file_open, preview_open
from madoguchi.blocks.files.types import OpenedFile, PreviewKind
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of

PIECE = 64 * 1024
INLINE = ("image/jpeg", "image/png", "image/webp", "application/pdf", "text/plain")
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
# Nothing in it runs, loads, frames or is framed, should a browser take it for a page after all.
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
# The readers of PDF in Chrome and Safari are pages of the browser's own, which a sandbox stops. A PDF with scripts is
# never kept, and what is no PDF is never shown as one.
PDF_POLICY = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


@require_safe
def file(request: HttpRequest, key: str, name: str) -> HttpResponseBase:  # noqa: ARG001 - the address is for people
    """Give a file under the name that it was kept with."""
    opened = file_open(viewer=viewer_of(request), key=key, now=now())
    return _given(request, opened, name=opened.line.name, download="download" in request.GET)


@require_safe
def preview(request: HttpRequest, key: str, kind: str) -> HttpResponseBase:
    """Give a preview of a file."""
    if kind not in PreviewKind.values:
        raise Http404
    opened = preview_open(viewer=viewer_of(request), key=key, kind=PreviewKind(kind), now=now())
    if opened is None:
        raise Http404
    return _given(
        request, opened, name=f"{kind}.{'webp' if kind == PreviewKind.THUMBNAIL else 'txt'}", download=False
    )


def _given(request: HttpRequest, opened: OpenedFile, *, name: str, download: bool) -> HttpResponseBase:
    start, length, status = 0, opened.size, 200
    if opened.seekable and "Range" in request.headers:
        try:
            asked = _range(request.headers["Range"], opened.size)
        except _NotThere:
            opened.body.close()
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{opened.size}"})
        if asked is not None:
            start, length, status = asked[0], asked[1] - asked[0] + 1, 206
    pieces = _pieces(opened.body, start, length)
    response = StreamingHttpResponse(pieces, status=status, content_type=opened.media_type)
    response._resource_closers.append(opened.body.close)  # type: ignore[attr-defined]
    plain = opened.media_type.partition(";")[0]
    inline = plain in INLINE and not download
    response.headers["Content-Length"] = str(length)
    disposition = content_disposition_header(not inline, name)
    response.headers["Content-Disposition"] = disposition or "inline"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = (
        PDF_POLICY if inline and plain == "application/pdf" else SANDBOX
    )
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    if opened.seekable:
        response.headers["Accept-Ranges"] = "bytes"
    if status == 206:
        response.headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{opened.size}"
    return response


class _NotThere(Exception):
    """Only bytes behind the end were asked for."""


def _range(header: str, size: int) -> tuple[int, int] | None:
    """
    Read a header ``Range`` (RFC 9110, 14.2): first and last byte; None for the whole, also where it cannot be read.

    :raises _NotThere: no byte that is asked for is there.
    """
    found = _RANGE.fullmatch(header.strip())
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:
        count = int(found[2])
        if not count:
            raise _NotThere
        return max(size - count, 0), size - 1
    first, last = int(found[1]), int(found[2]) if found[2] else size - 1
    if found[2] and last < first:
        return None
    if first >= size:
        raise _NotThere
    return first, min(last, size - 1)


def _pieces(body: IO[bytes], start: int, length: int) -> Iterator[bytes]:
    if start:
        body.seek(start)
    while length and (piece := body.read(min(PIECE, length))):
        length -= len(piece)
        yield piece
