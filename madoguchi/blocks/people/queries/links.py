"""Parties as other blocks point at them: by number, shown by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from madoguchi.blocks.people.models import Party
from madoguchi.blocks.people.parties.cards import clusters
from madoguchi.blocks.people.parties.naming import names_on
from madoguchi.kit.portions import portions


def parties_find(*, texts: Iterable[str], kinds: Iterable[str]) -> dict[str, str]:
    """
    Give the key of each text that names a party: its number, or a corporate number (法人番号).

    A merged party is found as the one that stands for it; what names none is left out.
    """
    asked = sorted(set(texts))
    rows = Party.objects.filter(kind__in=list(kinds)).select_related("merged_into")
    found: dict[str, str] = {}
    for some in portions(asked):
        for row in rows.filter(key__in=some):
            found[row.key] = (row.merged_into or row).key
        for row in rows.filter(corporate_number__in=some, merged_into=None).exclude(corporate_number=""):
            found[row.corporate_number] = row.key
    return found


def party_titles(*, keys: Iterable[str], on: date) -> Mapping[str, str]:
    """Give the names of parties by key, as far as everybody may be told them: not those of protected persons."""
    rows = Party.objects.filter(key__in=sorted(set(keys))).values_list("key", "pk", "merged_into_id")
    roots = {key: merged or pk for key, pk, merged in rows}
    hidden = clusters(set(roots.values()), protected_on=on).hidden
    names = names_on(set(roots.values()) - hidden, on)
    return {key: names[root] for key, root in roots.items() if root in names}
