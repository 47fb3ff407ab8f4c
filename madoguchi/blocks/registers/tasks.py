"""Work of registers that the worker does."""

from __future__ import annotations

from datetime import datetime

from madoguchi.blocks.registers.schema import schema_get
from madoguchi.blocks.registers.slots import slots_fill
from madoguchi.kernel.outbox import Event, event_declare, handler

event_declare(
    "registers.slots_wanted", "key: the register whose indexed fields changed while it holds records"
)


@handler("registers.slots_wanted", "registers.slots_fill", outside=True)
def slots_follow(event: Event, now: datetime) -> None:
    """Fill the slots of a register that holds records."""
    slots_fill(schema_get(event.payload["key"]), now=now)
