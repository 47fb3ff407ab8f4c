"""The tables of plans: editions, their items and indicators, and what was entered for each year."""

from madoguchi.blocks.measures.models.edition import Edition, Grade, Item, ItemOffice, ItemSection, YearTotal
from madoguchi.blocks.measures.models.entries import ActualEntry, Evaluation
from madoguchi.blocks.measures.models.indicator import Indicator, Target

__all__ = [
    "ActualEntry",
    "Edition",
    "Evaluation",
    "Grade",
    "Indicator",
    "Item",
    "ItemOffice",
    "ItemSection",
    "Target",
    "YearTotal",
]
