"""
Slots: values of indexed fields in columns that all registers share.

A city has dozens of registers with some five indexes each. As expression indexes they would all lie on one table, and every row
that is written, and every query that is planned, would look at each of them: with 290 a row took 1.3 ms instead of 0.15. So a
declared index takes one of a few columns, each with one index over (register, value, number) of the current versions.

Invariants (``tests/registers/test_slots.py``):

1. A field keeps its slot as long as it is declared; a slot serves one field of a register.
2. A filled slot holds what the payload says, for every believed version; lists use it only when it is filled.
3. Text longer than a column is cut, and is compared with the payload as well.
4. Values declared unique stand once among current versions, whoever writes: the database refuses by name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from madoguchi.blocks.fields.types import FieldPart, Json
from madoguchi.blocks.registers.indexes import kind_of
from madoguchi.blocks.registers.models import (
    NUMBER_SLOTS,
    SLOTS,
    TEXT_SLOTS,
    UNIQUE_SLOTS,
    RegisterSlot,
    Version,
)
from madoguchi.blocks.registers.schema import Schema
from madoguchi.kernel.stamps import Stamped, stamp_move

STAMP = "registers.slots"
CUT = 200
PORTION = 1_000
NATURAL = "natural"


@dataclass(frozen=True, slots=True)
class SlotMap:
    """The slots of a register: by key of the field, what is unique by its slot, and which are filled."""

    fields: Mapping[str, str] = field(default_factory=dict)
    unique: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    natural: bool = False
    unfilled: frozenset[str] = frozenset()

    def ready(self, key: str) -> str:
        """Give the slot by which a field can be asked for; "" where there is none or it is not filled yet."""
        slot = self.fields.get(key, "")
        return "" if slot in self.unfilled else slot


def _read() -> dict[str, SlotMap]:
    found: dict[str, list[RegisterSlot]] = {}
    for row in RegisterSlot.objects.order_by("pk"):
        found.setdefault(row.register, []).append(row)
    return {
        register: SlotMap(
            {row.fields: row.slot for row in rows if row.slot[0] in "tn" and row.slot != NATURAL},
            {row.slot: tuple(row.fields.split()) for row in rows if row.slot.startswith("u")},
            any(row.slot == NATURAL for row in rows),
            frozenset(row.slot for row in rows if row.filled_at is None),
        )
        for register, rows in found.items()
    }


_maps: Stamped[dict[str, SlotMap]] = Stamped(STAMP, _read)


def slots_of(register: str) -> SlotMap:
    """Give the slots of a register, kept per process until they change."""
    return _maps.get().get(register, SlotMap())


def slots_wanted(schema: Schema) -> list[tuple[str, str]]:
    """Give what a register wants: the kind of slot (t, n, u, natural) and the fields, with blanks between."""
    wanted = [("n" if kind_of(schema.fields[key]) == "int" else "t", key) for key in schema.model.indexes]
    wanted += [("u", " ".join(keys)) for keys in schema.model.unique]
    return [*wanted, (NATURAL, "")] if schema.model.natural else wanted


def slots_assign(schema: Schema, *, now: datetime, empty: bool) -> bool:
    """
    Give the fields of a new version their slots; whether records that are there have to be filled.

    :param empty: the register holds no records yet.
    """
    rows = {
        (row.slot.rstrip("0123456789"), row.fields): row
        for row in RegisterSlot.objects.filter(register=schema.key)
    }
    wanted = slots_wanted(schema)
    changed = False
    for pair, row in rows.items():
        # The natural key may be made of other fields: its slot is filled anew.
        if pair not in wanted or pair[0] == NATURAL:
            row.delete()
            changed = True
    kept = {row.slot for pair, row in rows.items() if pair in wanted and pair[0] != NATURAL}
    for kind, fields in wanted:
        if kind != NATURAL and (kind, fields) in rows:
            continue
        slot = _free(kind, kept)
        kept.add(slot)
        filled = now if empty else None
        RegisterSlot.objects.create(register=schema.key, fields=fields, slot=slot, filled_at=filled)
        changed = True
    if changed:
        stamp_move(STAMP)
    return RegisterSlot.objects.filter(register=schema.key, filled_at=None).exists()


def _free(kind: str, taken: Iterable[str]) -> str:
    if kind == NATURAL:
        return NATURAL
    most = {"t": TEXT_SLOTS, "n": NUMBER_SLOTS, "u": UNIQUE_SLOTS}[kind]
    used = set(taken)
    return next(slot for number in range(1, most + 1) if (slot := f"{kind}{number}") not in used)


def slots_fill(schema: Schema, *, now: datetime) -> int:
    """
    Fill the slots of the records that were there before their fields were indexed, in portions; how many versions.

    Outside a transaction each portion commits by itself; running it twice changes nothing.

    :raises IntegrityError: what is now unique stands twice; the slots stay unfilled.
    """
    missing = set(
        RegisterSlot.objects.filter(register=schema.key, filled_at=None).values_list("slot", flat=True)
    )
    if not missing:
        return 0
    count, last, slots = 0, 0, slots_of(schema.key)
    while True:
        rows = Version.objects.filter(register=schema.key, withdrawn_at=None, pk__gt=last).order_by("pk")[
            :PORTION
        ]
        portion = list(rows.values_list("pk", "payload"))
        if not portion:
            break
        for pk, payload in portion:
            values = slot_values(schema, payload, slots)
            Version.objects.filter(pk=pk).update(**{slot: values[slot] for slot in missing})
        count, last = count + len(portion), portion[-1][0]
    RegisterSlot.objects.filter(register=schema.key, slot__in=missing).update(filled_at=now)
    stamp_move(STAMP)
    return count


def slot_values(schema: Schema, payload: Mapping[str, Json], slots: SlotMap) -> dict[str, Any]:
    """Give the values of all slots for a payload, in the order of ``SLOTS``; None where there is nothing."""
    values: dict[str, Any] = dict.fromkeys(SLOTS)
    for key, slot in slots.fields.items():
        if key in schema.fields:
            values[slot] = slot_value(schema.fields[key], payload.get(key))
    for slot, keys in slots.unique.items():
        values[slot] = unique_value([payload.get(key) for key in keys])
    if slots.natural:
        values[NATURAL] = unique_value([payload.get(key) for key in schema.model.natural])
    return values


def slot_value(part: FieldPart, value: Json) -> Any:
    """Give a value as its slot holds it: a number, else text that is cut."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    if kind_of(part) == "int":
        return value
    return _text(value)[:CUT]


def unique_value(values: Iterable[Json]) -> str | None:
    """Give what stands for several values together; None where one is missing, a digest where it is long."""
    texts = [None if value is None else _text(value) for value in values]
    if None in texts:
        return None
    joined = "\x1f".join(str(text) for text in texts)
    return joined if len(joined) <= CUT else f"sha256:{hashlib.sha256(joined.encode()).hexdigest()}"


def _text(value: Json) -> str:
    if isinstance(value, dict):
        return str(value.get("written", ""))
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
