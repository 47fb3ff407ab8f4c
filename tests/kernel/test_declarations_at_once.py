"""Invariants 7 and 8 of ``madoguchi.kernel.declarations`` when several publish at the same moment."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from madoguchi.kernel.declarations import PublishedMeanwhile, declarations_publish
from madoguchi.kernel.models import AuditRow, PublishedDeclaration
from madoguchi.kernel.rights import system_viewer

NOW = datetime(2024, 4, 1, 9, tzinfo=UTC)
WARDS = """\
kind: codelist
key: wards
label: 地区
items:
  - {code: "01", label: 中央}
samples:
  - {code: "01", on: 2024-04-01}
  - {code: "09", on: 2024-04-01, refused: 「09」という符号はありません。}
"""


@pytest.mark.slow
def test_publishers_at_the_same_moment_make_one_version(
    house_database: Any, tmp_path: Path, settings: Any
) -> None:
    settings.CITY_DIR = tmp_path
    (tmp_path / "declarations").mkdir()
    (tmp_path / "declarations" / "wards.yaml").write_text(WARDS, encoding="utf-8")
    house = system_viewer(on=date(2024, 4, 1), duty="試験")
    results: list[int] = []

    def run() -> None:
        try:
            results.append(len(declarations_publish(actor=house, keys=["wards"], reason="", now=NOW)))
        except PublishedMeanwhile:
            results.append(0)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [0, 0, 0, 1]
    assert PublishedDeclaration.objects.filter(key="wards").count() == 1
    assert AuditRow.objects.filter(action="kernel.declaration_publish").count() == 1
