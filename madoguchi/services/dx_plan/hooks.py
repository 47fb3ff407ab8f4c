"""What this service adds to the first set-up and to the demo."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings

from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.steps import demo_step, set_up_step
from madoguchi.services.dx_plan.editions import editions_load


@set_up_step("dx_plan.editions", 50)
def editions_at_set_up(actor: Viewer, now: datetime) -> None:
    """Load the plans that come with the service, to compare with."""
    editions_load(actor=actor, now=now)


@demo_step("dx_plan.editions", 50)
def editions_in_demo(actor: Viewer, now: datetime) -> None:
    """Load them again, now that the fictional city has the offices they name, and its own plan with them."""
    editions_load(actor=actor, now=now)
    editions_load(actor=actor, now=now, folder=Path(settings.CITY_DIR) / "plans")
