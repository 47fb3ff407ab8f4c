"""The pages of registers."""

from madoguchi.blocks.registers.views.changing import add, change, correct
from madoguchi.blocks.registers.views.changing_many import bulk
from madoguchi.blocks.registers.views.descending import split
from madoguchi.blocks.registers.views.ending import retire, revive
from madoguchi.blocks.registers.views.exporting import export_personal
from madoguchi.blocks.registers.views.importing import file_new, file_page
from madoguchi.blocks.registers.views.listing import export, records, registers
from madoguchi.blocks.registers.views.merging import merge
from madoguchi.blocks.registers.views.requesting import change_request, requests
from madoguchi.blocks.registers.views.rounds import stocktake, stocktake_file, stocktakes
from madoguchi.blocks.registers.views.saving import drop as list_drop
from madoguchi.blocks.registers.views.saving import save as list_save
from madoguchi.blocks.registers.views.sheets import sheet
from madoguchi.blocks.registers.views.showing import record
from madoguchi.blocks.registers.views.stocktaking import stocktake_line, stocktake_office
from madoguchi.blocks.registers.views.tabulating import statistic_file, statistics

__all__ = [
    "add",
    "bulk",
    "change",
    "change_request",
    "correct",
    "export",
    "export_personal",
    "file_new",
    "file_page",
    "list_drop",
    "list_save",
    "merge",
    "record",
    "records",
    "registers",
    "requests",
    "retire",
    "revive",
    "sheet",
    "split",
    "statistic_file",
    "statistics",
    "stocktake",
    "stocktake_file",
    "stocktake_line",
    "stocktake_office",
    "stocktakes",
]
