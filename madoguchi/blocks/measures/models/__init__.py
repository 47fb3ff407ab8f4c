"""The tables of plans: editions and their documents, what was entered for each year, rounds, bodies."""

from madoguchi.blocks.measures.models.bodies import AgendaItem, Body, Meeting, Membership
from madoguchi.blocks.measures.models.edition import (
    Edition,
    EditionDocument,
    Grade,
    Item,
    ItemOffice,
    YearPublication,
    YearTotal,
)
from madoguchi.blocks.measures.models.entries import (
    ActualEntry,
    Evaluation,
    ImprovementCheck,
    Miss,
    Progress,
    ResultText,
)
from madoguchi.blocks.measures.models.indicator import Indicator, Target
from madoguchi.blocks.measures.models.rounds import Answer, Round, RoundLine, RoundRequest
from madoguchi.blocks.measures.models.sheets import PlanImport, SheetMapping

__all__ = [
    "ActualEntry",
    "AgendaItem",
    "Answer",
    "Body",
    "Edition",
    "EditionDocument",
    "Evaluation",
    "Grade",
    "ImprovementCheck",
    "Indicator",
    "Item",
    "ItemOffice",
    "Meeting",
    "Membership",
    "Miss",
    "PlanImport",
    "Progress",
    "ResultText",
    "Round",
    "RoundLine",
    "RoundRequest",
    "SheetMapping",
    "Target",
    "YearPublication",
    "YearTotal",
]
