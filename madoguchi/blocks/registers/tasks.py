"""Work of registers that the worker does."""

from __future__ import annotations

from datetime import datetime

from madoguchi.blocks.registers.indexes import indexes_make
from madoguchi.blocks.registers.schema import schema_get
from madoguchi.kernel.outbox import Event, event_declare, handler

event_declare(
    "registers.indexes_wanted", "key: the register whose declared indexes changed while it holds records"
)


@handler("registers.indexes_wanted", "registers.indexes_make", outside=True)
def indexes_follow(event: Event, now: datetime) -> None:
    """Make the indexes of a register that holds records."""
    indexes_make(schema_get(event.payload["key"]), now=now, concurrently=True)
