"""Our side of ``list_page``: the fictional city, a plan of sixty items, and an officer who has signed in."""

from __future__ import annotations

import os
from typing import Any

from bench.sides.orders import orders_answer
from bench.sides.pages import Page

ITEMS = 60
YEAR = 2026


def prepare() -> dict[str, Any]:
    """Set everything up as a first start does, and open the page once."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "madoguchi.config.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.urls import reverse

    from madoguchi.blocks.measures.actions import edition_load
    from madoguchi.blocks.measures.types import EditionSpec
    from madoguchi.blocks.people.testing import staff_client
    from madoguchi.config.demo import demo_load
    from madoguchi.config.setup import database_ready
    from madoguchi.config.wsgi import application
    from madoguchi.kernel.clock import day_of, now
    from madoguchi.kernel.rights import system_viewer
    from madoguchi.ui.texts import texts_compile

    texts_compile()
    database_ready()
    moment = now()
    demo_load(now=moment)
    keeper = system_viewer(on=day_of(moment), duty="bench")
    edition_load(actor=keeper, spec=EditionSpec.model_validate(plan()), translations={}, now=moment)
    client = staff_client(roles=["dx_plan/officer"], scope="all")
    name = settings.SESSION_COOKIE_NAME
    path = reverse("measures:edition", args=["bench"])
    orders["page"] = Page(
        application, path, query=f"year={YEAR}", cookie=f"{name}={client.cookies[name].value}"
    )
    orders["page"].warm_up()
    return orders["page"].look()


def plan() -> dict[str, Any]:
    """Make the file of an invented plan."""
    return {
        "key": "bench", "city": "みなも市", "title": "みなも市くらしの計画", "first_year": 2024, "last_year": 2028,
        "grades": [
            {"key": "S", "meaning": "目標を大きく上回った", "from_ratio": "1.2"},
            {"key": "A", "meaning": "目標に届いた", "from_ratio": "1"},
            {"key": "B", "meaning": "目標にやや届かない", "from_ratio": "0.6"},
            {"key": "C", "meaning": "目標に届かない", "from_ratio": "0"},
        ],
        "pillars": [
            {"no": str(pillar), "title": f"方針{pillar}",
             "items": [item(number) for number in range(pillar, ITEMS + 1, 4)]}
            for pillar in range(1, 5)
        ],
    }  # fmt: skip


def item(number: int) -> dict[str, Any]:
    """Make one item with a figure, a judgement and the texts of a year."""
    return {
        "no": str(number), "title": f"手続のオンライン化を進める取組（その{number}）",
        "offices": ["デジタル推進課", "住民課"] if number % 3 else ["住民課"],
        "plan": "申請の多い手続から順に、画面だけで終わるようにする。", "goal": "年度の終わりまでに目標の件数に届く。",
        "indicators": [{"name": "オンラインで終わった件数", "unit": "件", "kind": "flow",
                        "targets": {YEAR: "1200"}, "actuals": {YEAR: str(600 + 15 * number)}}],
        "results": {YEAR: {"grade": "SABC"[number % 4], "done": "様式を見直し、窓口で案内した。",
                           "next": "本人確認の手順を短くする。"}},
    }  # fmt: skip


def queries() -> int:
    """Count what one page asks of the database."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        orders["page"].get()
    return len(captured)


def profile(path: str, pages: int = 300) -> None:
    """Write a profile of so many pages, for whoever wants to know where the time goes."""
    import cProfile

    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(pages):
        orders["page"].get()
    profiler.disable()
    profiler.dump_stats(path)


def turn(seconds: float) -> dict[str, float]:
    """Show the page for so long."""
    return orders["page"].turn(seconds)


orders: dict[str, Any] = {"prepare": prepare, "queries": queries, "turn": turn, "profile": profile}

if __name__ == "__main__":
    orders_answer(orders)
