"""What parties are called on a day, for pages that show a name and nothing else of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from madoguchi.blocks.people.models import PartyName
from madoguchi.blocks.people.parties.cards import clusters
from madoguchi.kernel.db.two_times import believed


def names_on(ids: Iterable[int], on: date) -> dict[int, str]:
    """
    Give the official names of some parties that stand for themselves, by id: two queries.

    Of whoever has none that day the last one: somebody moved away, or died.
    """
    cluster = clusters(set(ids))
    rows = PartyName.objects.filter(
        believed(), party__in=cluster.ids, use=PartyName.Use.OFFICIAL, starts_on__lte=on
    )
    found: dict[int, str] = {}
    own: set[int] = set()
    for party_id, name in rows.order_by("starts_on").values_list("party_id", "name"):
        root = cluster.root_of[party_id]
        # The name under which a record stands itself comes before those of records merged into it.
        if party_id == root:
            own.add(root)
        elif root in own:
            continue
        found[root] = name
    return found
