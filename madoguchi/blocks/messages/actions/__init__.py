"""Writing, sending, reading, acknowledging, correcting and withdrawing notices."""

from madoguchi.blocks.messages.actions.alarms import alarm_send
from madoguchi.blocks.messages.actions.drafts import (
    notice_correct,
    notice_draft_discard,
    notice_draft_save,
    typed_of,
)
from madoguchi.blocks.messages.actions.receiving import notice_acknowledge, notice_read
from madoguchi.blocks.messages.actions.refusals import (
    AlreadyAcknowledged,
    AlreadyCorrected,
    AlreadyRead,
    AlreadyWithdrawn,
    CorrectionUnderWay,
    DraftMoved,
    MyNumberTyped,
    NoRecipients,
    NothingToAcknowledge,
    NothingToRemind,
    NoticeIncomplete,
    NoticeOver,
    NotNearYet,
    ReasonMissing,
    TooLong,
)
from madoguchi.blocks.messages.actions.sending import (
    content_hash,
    notice_remind,
    notice_send,
    notice_withdraw,
)

__all__ = [
    "AlreadyAcknowledged",
    "AlreadyCorrected",
    "AlreadyRead",
    "AlreadyWithdrawn",
    "CorrectionUnderWay",
    "DraftMoved",
    "MyNumberTyped",
    "NoRecipients",
    "NotNearYet",
    "NothingToAcknowledge",
    "NothingToRemind",
    "NoticeIncomplete",
    "NoticeOver",
    "ReasonMissing",
    "TooLong",
    "alarm_send",
    "content_hash",
    "notice_acknowledge",
    "notice_correct",
    "notice_draft_discard",
    "notice_draft_save",
    "notice_read",
    "notice_remind",
    "notice_send",
    "notice_withdraw",
    "typed_of",
]
