"""What this block adds to the demo."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings

from madoguchi.blocks.places.files import areas_load
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.steps import demo_step


@demo_step("places.areas", 5)
def areas_in_demo(actor: Viewer, now: datetime) -> None:
    """Load the towns before anything that has an address."""
    areas_load(Path(settings.CITY_DIR) / "areas.yaml", actor=actor, now=now)
