"""A large file is read in bounded memory, and in seconds."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from madoguchi.kernel.tables import table_read, table_write

HEADINGS = [f"見出し{number}" for number in range(20)]


def rows(count: int) -> Iterator[list[Any]]:
    for number in range(count):
        half = [
            f"{number:08}",
            f"水無　星{number % 5000}",
            "東京都港区芝公園4丁目",
            Decimal(number) / 4,
            number,
            True,
            None,
        ]
        yield [*half, *half, *half[:6]]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_memory_does_not_grow_with_the_rows(form: Any) -> None:
    """Three times the rows take three times the packed rows, far less than the rows themselves."""
    kept = {}
    for count in (2_000, 6_000):
        content = table_write(form, HEADINGS, rows(count), sheet="表").content()
        tracemalloc.start()
        (table,) = table_read(content, f"a.{form}").tables
        assert sum(1 for _row in table.rows) == count
        kept[count] = tracemalloc.get_traced_memory()[1] - (
            len(content.decode()) * 4 if form == "jsonl" else 0
        )
        tracemalloc.stop()
    # A list of 4,000 rows of 20 cells takes more than 15 MB.
    assert kept[6_000] - kept[2_000] < 5_000_000


@pytest.mark.slow
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_ten_thousand_rows_are_read_in_seconds(form: Any) -> None:
    content = table_write(form, HEADINGS, rows(10_000), sheet="表").content()
    began = time.process_time()
    (table,) = table_read(content, f"a.{form}").tables
    assert sum(len(row.cells) for row in table.rows) == 200_000
    assert time.process_time() - began < 15
