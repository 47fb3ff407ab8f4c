"""The editions that come with the service, and those that a city keeps in its folder under ``plans/``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from madoguchi.blocks.measures.actions import edition_load
from madoguchi.blocks.measures.files import edition_read
from madoguchi.kernel.rights import Viewer

SAMPLES = Path(__file__).parent / "samples"


def editions_load(*, actor: Viewer, now: datetime, folder: Path = SAMPLES) -> list[str]:
    """
    Load every edition of a folder; the keys loaded. Entries made since an earlier load stay.

    :param folder: holds ``<key>.yaml`` and ``texts.<lang>.yaml``; need not exist.
    :raises FileRefused: a file cannot be read as an edition.
    """
    keys = []
    for path in sorted(folder.glob("*.yaml")):
        if not path.name.startswith("texts."):
            spec, translations = edition_read(path)
            edition_load(actor=actor, spec=spec, translations=translations, now=now)
            keys.append(spec.key)
    return keys
