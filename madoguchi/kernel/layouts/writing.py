"""Writing a file by its layout, with the last line by which a reader sees that it is whole."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from madoguchi.kernel.layouts.kind import Layout

_FIGURE = re.compile("-?[0-9]+")


def layout_write(layout: Layout, rows: Iterable[Sequence[str]]) -> bytes:
    """Write rows of cells as they stand in the file (the sender's codes, days in eight figures)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=layout.delimiter, lineterminator="\r\n")
    writer.writerow([column.name for column in layout.columns])
    places = {column.target: place for place, column in enumerate(layout.columns)}
    sums, count = dict.fromkeys(layout.trailer.sums, 0), 0
    for row in rows:
        count += 1
        for target in sums:
            cell = row[places[target]].strip()
            sums[target] += int(cell) if _FIGURE.fullmatch(cell) else 0
        writer.writerow(row)
    writer.writerow([layout.trailer.mark, count, *sums.values()])
    return text.getvalue().encode(layout.encoding)
