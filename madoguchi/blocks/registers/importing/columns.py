"""Which column of a file becomes which field: proposed from its heading, remembered, or said by a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from madoguchi.blocks.fields.types import ComputedField, PointField, Repair
from madoguchi.blocks.registers.models import ColumnMap
from madoguchi.blocks.registers.schema import Schema
from madoguchi.kernel.tables import Table
from madoguchi.kit.canonical import canonical_hash
from madoguchi.kit.kana import search_fold

NUMBER, OFFICE, PARENT, IGNORED = "number", "office", "parent", ""
_NUMBERS = ("番号", "管理番号", "台帳番号", "no", "no.", "№", "id", "#property", "通番", "連番")
_OFFICES = ("所管課", "担当課", "所属", "組織", "課", "課名", "所管")
_BRACKETS = re.compile(r"[（(［\[【].*?[）)］\]】]|[※*＊]")


@dataclass(frozen=True, slots=True)
class FileMap:
    """
    How a file is read.

    :param columns: heading → key of a field, ``number``, ``office``, ``parent``, ``field:lat`` and ``field:lon`` for the two
        columns of a point, or "" for a column that is left out.
    :param repairs: the repairs that somebody chose, among those that guess.
    :param fixes: texts that stand in place of cells, by row and heading.
    """

    columns: Mapping[str, str]
    repairs: frozenset[Repair] = frozenset()
    fixes: Mapping[tuple[int, str], str] = field(default_factory=dict)


def headings_digest(headings: Sequence[str]) -> str:
    """Give what a file with these headings is known by."""
    return canonical_hash(sorted(headings))


def mapping_propose(schema: Schema, headings: Sequence[str]) -> dict[str, str]:
    """
    Propose what each heading becomes: what is remembered of these headings, else what fits by name.

    A field is given to one heading, the best that fits.
    """
    known = ColumnMap.objects.filter(register=schema.key, headings=headings_digest(headings)).first()
    if known is not None:
        return {heading: str(known.columns.get(heading, IGNORED)) for heading in headings}
    proposed = dict.fromkeys(headings, IGNORED)
    taken: set[str] = set()
    for fold in (str.strip, _folded, _bare):
        targets = {fold(name): target for name, target in reversed(list(_targets(schema)))}
        for heading in headings:
            target = targets.get(fold(heading), IGNORED)
            if not proposed[heading] and target and target not in taken:
                proposed[heading] = target
                taken.add(target)
    return proposed


def _targets(schema: Schema) -> Iterator[tuple[str, str]]:
    for key, one in schema.fields.items():
        if isinstance(one, ComputedField) or key in schema.totals:
            continue
        for language in ("ja", "en"):
            yield schema.label(key, language), key
        yield key, key
        yield from ((name, key) for name in one.names)
        if isinstance(one, PointField):
            yield from ((name, f"{key}:lat") for name in one.latitude)
            yield from ((name, f"{key}:lon") for name in one.longitude)
    yield from ((name, NUMBER) for name in (NUMBER, *schema.model.upload_names, *_NUMBERS))
    yield from ((name, OFFICE) for name in (OFFICE, *_OFFICES))
    if schema.model.parent is not None:
        yield PARENT, PARENT
        yield schema.words("parent.label"), PARENT
        yield f"{schema.words('parent.label')}の番号", PARENT


def _folded(name: str) -> str:
    return search_fold(name).replace(" ", "").replace("_", "")


def _bare(name: str) -> str:
    return _folded(_BRACKETS.sub("", name).rpartition("／")[2])


def table_choose(schema: Schema, tables: Sequence[Table]) -> Table | None:
    """Give the table of a file whose headings fit the register best; None where there is no table."""
    shown = [table for table in tables if not table.hidden] or list(tables)

    def fits(table: Table) -> int:
        proposed = mapping_propose(schema, [heading.name for heading in table.headings])
        return sum(bool(target) for target in proposed.values())

    return max(shown, key=fits, default=None)


def mapping_wrong(schema: Schema, columns: Mapping[str, str]) -> list[str]:
    """Say what is wrong with a mapping that somebody wrote; empty where nothing is."""
    known = {target for _name, target in _targets(schema)} | {IGNORED}
    wrong = [
        f"「{heading}」→「{target}」という項目はありません。"
        for heading, target in columns.items()
        if target not in known
    ]
    targets = [target for target in columns.values() if target]
    wrong += [
        f"「{target}」に、二つの列を当てています。"
        for target in sorted(set(targets))
        if targets.count(target) > 1
    ]
    return wrong
