"""The editions that come with the service, and those that a city keeps in its folder under ``plans/``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from madoguchi.blocks.measures.actions import edition_files_load
from madoguchi.kernel.rights import Viewer

SAMPLES = Path(__file__).parent / "samples"


def editions_load(*, actor: Viewer, now: datetime, folder: Path = SAMPLES) -> list[str]:
    """
    Load every edition of a folder; the keys loaded. Entries made since an earlier load stay.

    :param folder: as for ``edition_files_load``.
    :raises FileRefused: a file cannot be read as an edition.
    """
    return [edition.key for edition in edition_files_load(actor=actor, folder=folder, now=now)]
