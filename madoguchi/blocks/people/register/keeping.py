"""
The files that wait between check and application, in ``feeds/`` of the data folder.

They are gone when they are applied or refused, and when nobody has applied them within two weeks.
"""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from madoguchi.blocks.people.models import FeedDelivery
from madoguchi.kernel.actions import Unavailable

State = FeedDelivery.State
KEPT_FOR = timedelta(days=14)


class FeedFileGone(Unavailable):
    """The file that was checked is no longer here, or is another."""


def feed_keep(content: bytes) -> str:
    """Keep a file under its SHA-256, readable by this user alone; the SHA-256."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = _path(sha256)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return sha256


def feed_content(sha256: str) -> bytes:
    """
    Give a kept file.

    :raises FeedFileGone: it is not there, or no longer what it was.
    """
    try:
        content = _path(sha256).read_bytes()
    except OSError as error:
        raise FeedFileGone(_GONE) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise FeedFileGone(_GONE)
    return content


def feed_forget(sha256: str) -> None:
    """Delete a kept file: it holds everybody's data, and the facts are in the database."""
    _path(sha256).unlink(missing_ok=True)


def feeds_tidy(*, now: datetime) -> int:
    """Delete the files that nobody applied in time, and what an import that broke off left; how many there were."""
    since = now - KEPT_FOR
    waiting = FeedDelivery.objects.filter(state__in=[State.CHECKED, State.ALARM], received_at__gte=since)
    wanted = set(waiting.values_list("sha256", flat=True))
    folder = Path(settings.DATA_DIR) / "feeds"
    # A file that is just being received has no row yet.
    left = [one for one in folder.glob("*") if one.stem not in wanted and _written(one) < since]
    for one in left:
        one.unlink(missing_ok=True)
    return len(left)


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


_GONE = "検査したファイルがこのコンピューターにありません。もう一度取り込んでください。"


def _path(sha256: str) -> Path:
    return Path(settings.DATA_DIR) / "feeds" / f"{sha256}.csv"
