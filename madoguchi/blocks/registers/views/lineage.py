"""Where a record came from and what came of it, several generations in both directions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from madoguchi.blocks.registers.models import Descent, Record, Version
from madoguchi.blocks.registers.presentation import Shown, record_url
from madoguchi.blocks.registers.schema import Schema
from madoguchi.blocks.registers.seeing import VIEW, fields_seen
from madoguchi.kernel.rights import Viewer
from madoguchi.ui.formats import date_text

GENERATIONS, MOST = 6, 60


@dataclass(frozen=True, slots=True)
class Relative:
    """A record before or after this one; ``steps`` counts the splits and merges between, ``url`` is "" where it is hidden."""

    number: str
    title: str
    url: str
    steps: int
    said: str
    ended: bool


def lineage(viewer: Viewer, schema: Schema, record: Record) -> list[tuple[str, list[Relative]]]:
    """Give what a record came from and what came of it; two queries a generation, and none where there are no splits."""
    if not schema.model.genealogy:
        return []
    before = list(_walk(record, up=True))
    after = list(_walk(record, up=False))
    titles = _titles(viewer, schema, [one.pk for one, _steps, _line in (*before, *after)])
    parts = [(gettext("もとの記録"), before), (gettext("ここから生まれた記録"), after)]
    return [
        (label, [_relative(viewer, schema, *one, titles=titles) for one in found])
        for label, found in parts
        if found
    ]


def _walk(record: Record, *, up: bool) -> Iterable[tuple[Record, int, Descent]]:
    """Give the records one step away, then those two steps away, and so on; each once."""
    here, there = ("result", "source") if up else ("source", "result")
    known, last, count = {record.pk}, [record.pk], 0
    for steps in range(1, GENERATIONS + 1):
        lines = (
            Descent.objects.filter(**{f"{here}__in": last})
            .select_related(there)
            .order_by("happened_on", "pk")
        )
        last = []
        for line in lines[: MOST - count]:
            found: Record = getattr(line, there)
            if found.pk not in known:
                known.add(found.pk)
                last.append(found.pk)
                count += 1
                yield found, steps, line
        if not last or count >= MOST:
            return


def _titles(viewer: Viewer, schema: Schema, ids: Iterable[int]) -> dict[int, str]:
    """Give the words by which records are known, of those that have ended the last ones."""
    wanted = list(ids)
    if not wanted or schema.model.title not in fields_seen(viewer, schema):
        return {}
    shown = Shown(schema, on=viewer.on)
    rows = Version.objects.filter(record__in=wanted).order_by("entered_at", "starts_on")
    return {pk: shown.title(payload) for pk, payload in rows.values_list("record_id", "payload")}


def _relative(
    viewer: Viewer, schema: Schema, found: Record, steps: int, line: Descent, *, titles: dict[int, str]
) -> Relative:
    seen = viewer.may(VIEW, office_id=found.office_id, service=schema.service)
    said = _said(line.kind, line.happened_on)
    if not seen:
        return Relative(gettext("見る権限のない記録"), "", "", steps, said, ended=False)
    ended = found.retired_on is not None and found.retired_on <= viewer.on
    return Relative(
        found.number, titles.get(found.pk, ""), record_url(schema.key, found.number), steps, said, ended
    )


def _said(kind: str, day: date) -> str:
    text = gettext("%(day)sに分割") if kind == Descent.Kind.SPLIT else gettext("%(day)sに統合")
    return text % {"day": date_text(day)}
