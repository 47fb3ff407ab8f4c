"""The editions that come with the service: real cities' published plans, for comparison and for the demo."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from madoguchi.blocks.measures.actions import edition_load
from madoguchi.blocks.measures.files import edition_read
from madoguchi.kernel.rights import Viewer

SAMPLES = Path(__file__).parent / "samples"


def editions_load(*, actor: Viewer, now: datetime) -> list[str]:
    """Load every edition under ``samples/``; the keys loaded. Entries made since an earlier load stay."""
    keys = []
    for path in sorted(SAMPLES.glob("*.yaml")):
        if not path.name.startswith("texts."):
            spec, translations = edition_read(path)
            edition_load(actor=actor, spec=spec, translations=translations, now=now)
            keys.append(spec.key)
    return keys
