"""The editions that come with the service, and those that a city keeps in its folder under ``plans/``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from madoguchi.blocks.measures.actions import edition_file_load
from madoguchi.kernel.rights import Viewer

SAMPLES = Path(__file__).parent / "samples"


def editions_load(*, actor: Viewer, now: datetime, folder: Path = SAMPLES) -> list[str]:
    """
    Load every edition of a folder; the keys loaded. Entries made since an earlier load stay.

    :param folder: holds ``<key>.yaml`` and ``texts.<lang>.yaml``; need not exist.
    :raises FileRefused: a file cannot be read as an edition.
    """
    paths = [path for path in sorted(folder.glob("*.yaml")) if not path.name.startswith("texts.")]
    return [edition_file_load(actor=actor, path=path, now=now).key for path in paths]
