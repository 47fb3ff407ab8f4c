"""The pages of registers."""

from madoguchi.blocks.registers.views.changing import add, change, correct
from madoguchi.blocks.registers.views.ending import retire, revive
from madoguchi.blocks.registers.views.importing import file_new, file_page
from madoguchi.blocks.registers.views.listing import export, records, registers
from madoguchi.blocks.registers.views.showing import record

__all__ = [
    "add",
    "change",
    "correct",
    "export",
    "file_new",
    "file_page",
    "record",
    "records",
    "registers",
    "retire",
    "revive",
]
