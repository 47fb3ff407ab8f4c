"""Our side of ``search_people`` and ``rights_filter``: looks at a sample city, with and without what a look costs."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from typing import Any

from bench.sides.orders import orders_answer

FOUND_AT_ONCE = 51
YEARS = range(1940, 2020, 8)
LEAST_SECONDS = 0.25

_questions: list[Any] = []


def questions(count: int) -> dict[str, float]:
    """Draw whom to look for; the same for the same city and number."""
    from madoguchi.blocks.people.models import PartyName
    from madoguchi.blocks.people.parties.search import Asked

    chance = random.Random(1)
    rows = (
        PartyName.objects.filter(use="official", withdrawn_at=None).exclude(kana="").exclude(birth_year=None)
    )
    first, last = rows.order_by("pk").first(), rows.order_by("pk").last()
    assert first is not None
    assert last is not None
    _questions.clear()
    while len(_questions) < count:
        row = rows.filter(pk__gte=chance.randint(first.pk, last.pk)).order_by("pk").first()
        assert row is not None
        family, year, draw = row.kana.partition("\u3000")[0], str(row.birth_year), chance.random()
        if draw < 0.5:
            asked = Asked(kana=family, born=year)
        elif draw < 0.8:
            asked = Asked(kana=family[: chance.randint(2, 4)], born=year)
        elif draw < 0.9:
            asked = Asked(kana=row.kana, born=year)
        else:
            asked = Asked(name=row.name.partition("\u3000")[0], born=year)
        if asked.narrow:
            _questions.append(asked)
    found = [len(_unlogged(asked).persons) for asked in _questions]
    return {"asked": len(_questions), "found": sum(found) / len(found), "persons": rows.count()}


def turn(which: str) -> list[float]:
    """Ask every question once; the milliseconds of each."""
    ask: Callable[[Any], Any] = {"logged": _logged, "unlogged": _unlogged, "bare": _bare}[which]
    taken = []
    for asked in _questions:
        began = time.perf_counter()
        ask(asked)
        taken.append((time.perf_counter() - began) * 1_000)
    return taken


def _viewer() -> Any:
    from madoguchi.kernel.clock import day_of, now
    from madoguchi.kernel.rights import Grant, Viewer

    grants = tuple(Grant(f"people.{name}_view") for name in ("identity", "address"))
    return Viewer(
        kind="staff", key="staff:bench", on=day_of(now()), grants=grants, duty="計測", duty_key="bench/look"
    )


def _logged(asked: Any) -> Any:
    from madoguchi.blocks.people.actions import persons_search
    from madoguchi.kernel.clock import now

    return persons_search(actor=_viewer(), asked=asked, now=now())


def _unlogged(asked: Any) -> Any:
    from madoguchi.blocks.people.parties.search import search

    viewer = _viewer()
    return search(asked, viewer=viewer, on=viewer.on)


def _bare(asked: Any) -> Any:
    from django.db import connection

    from madoguchi.kit.names import kana_key_prefix, name_key

    column, prefix = (
        ("kana_key", kana_key_prefix(asked.kana)) if asked.kana else ("name_key", name_key(asked.name))
    )
    statement = (
        f"SELECT party_id, name, kana FROM people_partyname WHERE withdrawn_at IS NULL AND birth_year = %s "
        f"AND {column} >= %s AND {column} < %s ORDER BY kana_key, id LIMIT {FOUND_AT_ONCE}"
    )
    # Below Django: the driver's own cursor, which keeps the prepared statement.
    connection.ensure_connection()
    values = (int(asked.born[:4]), prefix, prefix + "\U0010ffff")
    if connection.vendor == "postgresql":
        with connection.connection.cursor() as cursor:
            return cursor.execute(statement, values, prepare=True).fetchall()
    return connection.connection.execute(statement.replace("%s", "?"), values).fetchall()


def filtered(name: str, which: str) -> dict[str, float]:
    """Read the lists of some years, or count them; milliseconds of one, and the rows of all."""
    from madoguchi.blocks.people.parties.cards import seen_through

    # A request has its viewer before it lists anything.
    viewer = _viewer()
    rows = turns = 0
    began = time.perf_counter()
    # Long enough that what else the computer does falls on both sides alike.
    while time.perf_counter() - began < LEAST_SECONDS:
        turns += 1
        rows = sum(_listed(name, year, seen_through(viewer) if which == "ours" else None) for year in YEARS)
    return {"ms": (time.perf_counter() - began) * 1_000 / (turns * len(YEARS)), "rows": rows}


def _listed(name: str, year: int, may_see: Any) -> int:
    from madoguchi.blocks.people.models import Party, PartyName
    from madoguchi.blocks.people.parties.cards import ROOT
    from madoguchi.kernel.db.two_times import believed

    names = PartyName.objects.filter(
        believed(), use="official", birth_year=year, party__kind=Party.Kind.PERSON
    )
    names = names.annotate(root=ROOT).order_by("kana_key", "pk")
    if may_see is not None:
        names = names.filter(may_see)
    return names.count() if name == "count" else len(names[:50])


def _house() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "madoguchi.config.settings"
    import django

    django.setup()


orders: dict[str, Any] = {"questions": questions, "turn": turn, "filtered": filtered}

if __name__ == "__main__":
    _house()
    orders_answer(orders)
