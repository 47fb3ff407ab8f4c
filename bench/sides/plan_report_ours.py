"""Our side of ``plan_report``: an invented plan with ten years of results, and one year of it as files."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import threading
import time
from pathlib import Path
from typing import Any

from bench.sides.orders import orders_answer

FIRST_YEAR, YEARS = 2020, 10
YEAR = 2026
PILLARS = 8
OFFICES = ("デジタル推進課", "住民課", "税務課", "福祉課", "学校教育課", "道路課", "防災課", "広報課")
VERBS = ("見直し", "整え", "広げ", "つなぎ", "試し", "まとめ", "比べ")
THINGS = (
    "申請の様式",
    "窓口の手順",
    "庁内の台帳",
    "職員の研修",
    "市民への案内",
    "データの公開",
    "委託の仕様",
)


def prepare(items: int) -> dict[str, int]:
    """Make the installation and load the plan."""
    _house()
    from madoguchi.blocks.measures.actions import edition_load
    from madoguchi.blocks.measures.types import EditionSpec
    from madoguchi.config.setup import database_ready
    from madoguchi.kernel.clock import day_of, now
    from madoguchi.kernel.rights import system_viewer
    from madoguchi.ui.texts import texts_compile

    texts_compile()
    database_ready()
    moment = now()
    keeper = system_viewer(on=day_of(moment), duty="bench")
    edition_load(actor=keeper, spec=EditionSpec.model_validate(plan(items)), translations={}, now=moment)
    return {"items": items}


def report() -> dict[str, Any]:
    """Read one year and write it in every format, in a process that has done nothing before."""
    _house()
    from madoguchi.blocks.measures.document import plan_of
    from madoguchi.blocks.measures.lines import edition_get
    from madoguchi.blocks.measures.outputs import FORMATS, report_file
    from madoguchi.blocks.measures.queries import report as read
    from madoguchi.kernel.clock import day_of, now

    took, sizes, before = {}, {}, time.process_time()
    with ChildrenWatched() as children:
        began = time.perf_counter()
        result = read(edition_key="bench", year=YEAR, on=day_of(now()))
        spec = plan_of(edition_get("bench"))
        took["read"] = time.perf_counter() - began
        for kind in FORMATS:
            at = time.perf_counter()
            sizes[kind] = len(report_file(result, spec, kind))
            took[kind] = time.perf_counter() - at
        seconds = time.perf_counter() - began
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    memory = {"own": own, "child": children.peak, "sum": own + children.peak}
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "seconds": seconds, "took": took, "sizes": sizes, "items": len(result.items), "memory": memory,
        "cpu": sum(one.ru_utime + one.ru_stime for one in used) - before,
    }  # fmt: skip


class ChildrenWatched:
    """
    Watches the peak memory of the processes that this one starts, in MB; one of them lives at a time.

    What the operating system says of them afterwards will not do: it counts the moment in which a child is still a
    copy of its parent.
    """

    def __init__(self) -> None:
        self.peak = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> ChildrenWatched:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        ours = Path("/proc/self/cmdline").read_bytes()
        while not self._ended.wait(0.005):
            for task in Path("/proc/self/task").iterdir():
                with contextlib.suppress(OSError):
                    for child in (task / "children").read_text().split():
                        self._look(Path("/proc", child), ours)

    def _look(self, child: Path, ours: bytes) -> None:
        with contextlib.suppress(OSError):
            # In this order: what is said after the name has changed is said of the new program.
            if (child / "cmdline").read_bytes() not in (b"", ours):
                said = re.search(r"VmHWM:\s+(\d+)", (child / "status").read_text())
                self.peak = max(self.peak, int(said[1]) * 1024 / 1e6 if said else 0.0)


def plan(items: int) -> dict[str, Any]:
    """Make the file of an invented plan of so many items."""
    return {
        "key": "bench", "city": "みなも市", "title": "みなも市くらしの計画", "issued": "2020-03",
        "first_year": FIRST_YEAR, "last_year": FIRST_YEAR + YEARS - 1,
        "grades": [
            {"key": "S", "meaning": "目標を大きく上回った", "from_ratio": "1.2"},
            {"key": "A", "meaning": "目標に届いた", "from_ratio": "1"},
            {"key": "B", "meaning": "目標にやや届かない", "from_ratio": "0.6"},
            {"key": "C", "meaning": "目標に届かない", "from_ratio": "0"},
        ],
        "pillars": [
            {"no": str(pillar), "title": f"方針{pillar}",
             "items": [item(number) for number in range(pillar, items + 1, PILLARS)]}
            for pillar in range(1, PILLARS + 1)
        ],
    }  # fmt: skip


def item(number: int) -> dict[str, Any]:
    """
    Make one item with two indicators, and figures, texts and grades of ten years; no two texts are the same.

    A year of it prints about 380 letters, as an item of Tokushima's report of FY2019 does.
    """
    years = range(FIRST_YEAR, FIRST_YEAR + YEARS)
    return {
        "no": str(number), "title": f"{THINGS[number % 7]}を{VERBS[number % 5]}る取組（その{number}）",
        "offices": [OFFICES[number % 8], OFFICES[(number + 3) % 8]] if number % 3 else [OFFICES[number % 8]],
        "plan": sentences(number, 0, 2), "goal": sentences(number, 1, 1),
        "indicators": [
            {"name": f"{THINGS[number % 7]}の件数{which}", "unit": "件", "kind": "flow",
             "base": {"year": FIRST_YEAR - 1, "value": str(number % 40)},
             "targets": {year: str(100 + number % 50 + year - FIRST_YEAR) for year in years},
             "actuals": {year: str(60 + (number * 7 + year + which) % 90) for year in years}}
            for which in (1, 2)
        ],
        "results": {
            year: {"grade": "SABC"[(number + year) % 4], "done": sentences(number, year, 3),
                   "next": sentences(number, year + 1, 1)}
            for year in years
        },
    }  # fmt: skip


def sentences(number: int, turn: int, count: int) -> str:
    """Write so many lines of about forty letters."""
    return "\n".join(
        f"({at + 1}) {OFFICES[(number + at) % 8]}と{OFFICES[(number + turn + at) % 8]}で"
        f"{THINGS[(number * 3 + turn + at) % 7]}を{number + turn}件{VERBS[(number + turn * 2 + at) % 7]}、結果を翌月に知らせた。"
        for at in range(count)
    )


def _house() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "madoguchi.config.settings"
    import django

    django.setup()


orders: dict[str, Any] = {"prepare": prepare, "report": report}

if __name__ == "__main__":
    orders_answer(orders)
