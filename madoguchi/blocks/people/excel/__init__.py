"""The organisation as an Excel workbook: written for people, read back with every fault named by its cell."""

from madoguchi.blocks.people.excel.problems import Problem
from madoguchi.blocks.people.excel.read import organisation_read
from madoguchi.blocks.people.excel.write import organisation_workbook

__all__ = ["Problem", "organisation_read", "organisation_workbook"]
