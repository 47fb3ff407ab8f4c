"""Loading, correcting and publishing editions; entering and judging; collection rounds; bodies."""

from madoguchi.blocks.measures.actions.editions import (
    edition_file_load,
    edition_load,
    edition_publish,
    year_publish,
)
from madoguchi.blocks.measures.actions.entries import (
    actual_enter,
    evaluation_enter,
    improvement_check,
    miss_enter,
    progress_enter,
    text_enter,
)
from madoguchi.blocks.measures.actions.refusals import (
    AlreadyPublished,
    CauseUnknown,
    Computed,
    DayMissing,
    EditionFrozen,
    EntryChanged,
    FigureTooFine,
    GradeUnknown,
    MyNumberTyped,
    NothingToPublish,
    SectionUnknown,
    SpecRefused,
    StatusUnknown,
    YearOutsidePlan,
)

__all__ = [
    "AlreadyPublished",
    "CauseUnknown",
    "Computed",
    "DayMissing",
    "EditionFrozen",
    "EntryChanged",
    "FigureTooFine",
    "GradeUnknown",
    "MyNumberTyped",
    "NothingToPublish",
    "SectionUnknown",
    "SpecRefused",
    "StatusUnknown",
    "YearOutsidePlan",
    "actual_enter",
    "edition_file_load",
    "edition_load",
    "edition_publish",
    "evaluation_enter",
    "improvement_check",
    "miss_enter",
    "progress_enter",
    "text_enter",
    "year_publish",
]
