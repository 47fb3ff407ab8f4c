"""
The file that somebody takes home: everything held about him as JSON, the same on paper (PDF), in one ZIP.

The schema is documented in ``docs/privacy.md``; ``SCHEMA`` changes when it does.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext

from madoguchi.blocks.people.access.log import keys_of
from madoguchi.blocks.people.held.registry import Coded, HeldAsk, HeldPart, Value, held_parts_ordered
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.typeset import typeset
from madoguchi.ui.formats import date_text, moment_text

SCHEMA: Final = "madoguchi.held/1"
TEMPLATE: Final = Path(__file__).with_name("held.typ")
ON_PAPER: Final = 1_000
"""Entries of one part that are printed; the data hold them all, and the paper says so."""


@dataclass(frozen=True, slots=True)
class Export:
    """The file, its digest, and how many entries it has of what."""

    content: bytes
    sha256: str
    counts: Mapping[str, int]


def held_ask(viewer: Viewer, language: str) -> HeldAsk:
    """Ask about the person whose own record is open; the viewer has one."""
    assert viewer.record is not None
    keys = tuple(keys_of(viewer.record))
    account = viewer.key.removeprefix("resident:")
    return HeldAsk(viewer.record.parties, keys, account, language, viewer.on)


def held_file(ask: HeldAsk, *, name: str, city: str, now: datetime) -> Export:
    """
    Make the file.

    :param name: of the person, for the front of the paper.
    :raises FontMissing, TypesetFailed: the paper cannot be made.
    """
    gathered = [(part, [dict(row) for row in part.gather(ask)]) for part in held_parts_ordered()]
    data = {
        "schema": SCHEMA,
        "made_at": _plain(now),
        "city": city,
        "parts": [
            {
                "name": part.name,
                "rows": [{field: _plain(row[field]) for field in part.fields} for row in rows],
            }
            for part, rows in gathered
        ],
    }
    printed = typeset(TEMPLATE, _printed(gathered, name=name, city=city, now=now), lang=ask.language)
    content = _zip(
        {
            "held.json": json.dumps(data, ensure_ascii=False, indent=1).encode(),
            "held.pdf": printed,
        },
        now,
    )
    counts = {part.name: len(rows) for part, rows in gathered}
    return Export(content, hashlib.sha256(content).hexdigest(), counts)


def _printed(
    gathered: list[tuple[HeldPart, list[dict[str, Value]]]], *, name: str, city: str, now: datetime
) -> dict[str, Any]:
    return {
        "title": gettext("市が持っているあなたの記録"),
        "lead": gettext("%(city)sが%(name)sさんについて持っている記録です。%(moment)sに作りました。")
        % {"city": city, "name": name, "moment": moment_text(now)},
        "none": gettext("記録はありません。"),
        "parts": [
            {
                "label": str(part.label),
                "count": gettext("%(count)d件") % {"count": len(rows)},
                "more": _more(len(rows)),
                "rows": [_written(part, row) for row in rows[-ON_PAPER:]],
            }
            for part, rows in gathered
        ],
    }


def _more(count: int) -> str:
    if count <= ON_PAPER:
        return ""
    words = gettext("新しいほうから%(most)d件を印刷しています。すべては held.json にあります。")
    return words % {"most": ON_PAPER}


def _written(part: HeldPart, row: Mapping[str, Value]) -> list[list[str]]:
    pairs = ((str(label), _words(row[field])) for field, label in part.fields.items())
    return [[label, words] for label, words in pairs if words]


def _words(value: Value) -> str:
    if isinstance(value, Coded):
        return str(value.label)
    if isinstance(value, bool):
        return gettext("はい") if value else ""
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return date_text(value)
    if isinstance(value, list):
        return gettext("、").join(value)
    return "" if value is None else str(value)


def _plain(value: Value) -> Any:
    if isinstance(value, Coded):
        return value.code
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value


def _zip(files: Mapping[str, bytes], now: datetime) -> bytes:
    whole = io.BytesIO()
    stamp = now.astimezone(UTC)
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (stamp.year, stamp.month, stamp.day, stamp.hour, stamp.minute, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return whole.getvalue()
