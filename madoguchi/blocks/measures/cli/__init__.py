"""The words of ``madoguchi plan``, one module each: ``NAME``, ``HELP``, ``arguments(parser)`` and ``run(call)``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from madoguchi.blocks.measures.lines import NoSuchPlan, edition_get
from madoguchi.blocks.measures.models import Edition
from madoguchi.blocks.measures.queries import editions
from madoguchi.kernel.management.house_command import CommandRefused
from madoguchi.kernel.rights import Viewer


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a word: its options, the moment, who acts, and where messages go (stderr)."""

    options: dict[str, Any]
    now: datetime
    actor: Viewer
    say: Callable[[str], None]


def edition_called(key: str) -> Edition:
    """
    Find the edition that a call names.

    :raises CommandRefused: there is none; the message names those that there are.
    """
    try:
        return edition_get(key)
    except NoSuchPlan:
        known = "、".join(row["key"] for row in editions())
        raise CommandRefused(f"「{key}」という計画はありません。あるのは: {known}") from None


def written(path: Path | None, content: str | bytes) -> str | bytes:
    """
    Write an output to its file, or give it back for stdout.

    :raises CommandRefused: the file cannot be written.
    """
    if path is None:
        return content
    try:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    except OSError as error:
        raise CommandRefused(f"{path} に書けません: {error}") from None
    return ""
