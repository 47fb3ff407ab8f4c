"""The pages of registers."""

from madoguchi.blocks.registers.views.listing import records, registers
from madoguchi.blocks.registers.views.showing import record

__all__ = ["record", "records", "registers"]
