"""What changes registers, with why it may be refused."""

from madoguchi.blocks.registers.actions.records import (
    ApprovalNeeded,
    NothingToChange,
    NumberTaken,
    ParentGone,
    ReasonNeeded,
    RecordChangedMeanwhile,
    RecordGone,
    RecordRetired,
    StillHolds,
    record_add,
    record_change,
    record_correct,
    record_retire,
    record_revive,
)

__all__ = [
    "ApprovalNeeded",
    "NothingToChange",
    "NumberTaken",
    "ParentGone",
    "ReasonNeeded",
    "RecordChangedMeanwhile",
    "RecordGone",
    "RecordRetired",
    "StillHolds",
    "record_add",
    "record_change",
    "record_correct",
    "record_retire",
    "record_revive",
]
