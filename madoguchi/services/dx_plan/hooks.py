"""What this service adds to the first set-up and to the demo."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings

from madoguchi.blocks.measures.actions import RoundOpen, YearOutsidePlan, bodies_file_load, round_open
from madoguchi.kernel.calendar import business_days_add
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.rights import Viewer
from madoguchi.kernel.steps import demo_step, set_up_step
from madoguchi.kit.fiscal import fiscal_year_of
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


@demo_step("dx_plan.bodies", 70)
def bodies_in_demo(actor: Viewer, now: datetime) -> None:
    """Set up the bodies that steer the fictional city's plan, with a meeting behind them and some to come."""
    bodies_file_load(actor=actor, path=Path(settings.CITY_DIR) / "bodies.yaml", now=now)


@demo_step("dx_plan.round", 60)
def round_in_demo(actor: Viewer, now: datetime) -> None:
    """Ask the offices of the fictional city how their items stand in the middle of the year."""
    on = day_of(now)
    year = fiscal_year_of(on).year
    with suppress(RoundOpen, YearOutsidePlan):
        round_open(
            actor=actor, key="minamo-2026", year=year, kind="half", due_on=business_days_add(on, 15),
            message="上半期の取組を、分かる範囲でお知らせください。", groups={}, now=now,
        )  # fmt: skip
