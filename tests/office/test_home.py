"""The first page: who one is, what waits, where to go."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from madoguchi.blocks.people.testing import staff_client, viewer_with
from madoguchi.kernel.clock import TOKYO
from madoguchi.kernel.pages import MenuEntry, Tile, menu_entries, pages_faults, waiting_tiles
from madoguchi.office.views.home import greeting

pytestmark = pytest.mark.django_db
HOME = "/office/"


@pytest.mark.parametrize(
    ("hour", "words"),
    [(8, "おはようございます"), (11, "こんにちは"), (17, "おつかれさまです"), (2, "おつかれさまです")],
)
def test_one_is_greeted_by_the_hour(hour: int, words: str) -> None:
    moment = datetime(2026, 5, 12, hour, 30, tzinfo=TOKYO)
    assert greeting(viewer=viewer_with(), now=moment) == f"{words}、試験 太郎さん"


def test_what_waits_is_shown() -> None:
    def ask(viewer: Any, moment: Any) -> list[Tile]:
        return [Tile("承認待ち", 3, "/office/health/", unit="件", note="今日まで", tone="warning")]

    client = staff_client()
    assert "いま待っていることはありません" in client.get(HOME).content.decode()
    with waiting_tiles.momentarily("t.waits", ask):
        page = client.get(HOME).content.decode()
    assert "承認待ち" in page
    assert "今日まで" in page
    assert "いま待っていることはありません" not in page


def test_a_tile_that_fails_does_not_close_the_page() -> None:
    def broken(viewer: Any, moment: Any) -> list[Tile]:
        raise RuntimeError

    with waiting_tiles.momentarily("t.broken", broken):
        assert staff_client().get(HOME).status_code == 200


def test_a_menu_entry_that_leads_nowhere_does_not_close_the_page() -> None:
    entry = MenuEntry("どこへも", "t:nowhere")
    with menu_entries.momentarily("t:nowhere", entry):
        assert pages_faults() == ["t:nowhere: no such route"]
        page = staff_client().get(HOME).content.decode()
    assert "どこへも" not in page


def test_every_declared_page_leads_somewhere() -> None:
    assert pages_faults() == []


def test_the_screens_one_may_open_are_listed() -> None:
    page = staff_client("kernel.health_view").get(HOME).content.decode()
    assert page.count('href="/office/health/"') == 2, "in the menu and on the page"
    assert 'href="/office/audit/"' not in page


def test_the_number_of_queries(django_assert_max_num_queries: Any) -> None:
    client = staff_client("kernel.health_view", "kernel.events_run")
    client.get(HOME)
    with django_assert_max_num_queries(12):
        client.get(HOME)
