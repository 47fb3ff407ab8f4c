"""A fake bench, and a stage in a temporary folder: no real side is started."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bench.core import Bench, Result, Stage, limit_compare, times_compare


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path, quick=True, say=lambda text: None, most=60)


@pytest.fixture
def fake() -> Callable[..., Bench]:
    """Make a bench that answers at once: ``fake(ours=[…], peer=[…])``."""

    def make(
        *, ours: list[float], peer: list[float], limit: float = 10, missing: tuple[str, ...] = ()
    ) -> Bench:
        def run(stage: Stage) -> Result:
            stage.say(f"quick: {stage.quick}")
            parts = [
                times_compare("speed", unit="ms", goal=2.0, ours=ours, peer=peer),
                limit_compare("size", unit="kB", ours=5, limit=limit),
            ]
            return Result("fake", 2.0, parts, ("speed",), len(ours), missing)

        return Bench("fake", "twice as fast", run)

    return make
