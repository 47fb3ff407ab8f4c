"""Writing: drafts, and corrections begun."""

from __future__ import annotations

import secrets
from datetime import datetime

from madoguchi.blocks.messages.actions.found import draft_consume, draft_found, sent_found
from madoguchi.blocks.messages.actions.refusals import (
    AlreadyCorrected,
    CorrectionUnderWay,
    DraftMoved,
    MyNumberTyped,
    NoticeOver,
    TooLong,
)
from madoguchi.blocks.messages.models import Audience, Draft, Notice
from madoguchi.blocks.messages.types import Ask, AudienceKind, NoticeTyped
from madoguchi.kernel.actions import action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.subjects import Subject
from madoguchi.kit.check_characters import my_number_find, receipt_number
from madoguchi.kit.wareki import wareki_format

TYPED_LIMIT = 100_000


@action("messages.notice_draft_save")
def notice_draft_save(
    *,
    actor: Viewer,
    typed: NoticeTyped,
    now: datetime,
    draft_key: str | None = None,
    revision: int | None = None,
    about: Subject | None = None,
    office_id: int | None = None,
) -> Draft:
    """
    Keep a notice as it was typed, valid or not; a new draft without ``draft_key``.

    :param revision: of the draft that was on the screen; a colleague may have changed it since.
    :param about: what the notice is about; fixed when the draft is made.
    :param office_id: in whose name; left out, the actor's own office.
    :raises NotAllowed: the actor may not send for this office, or there is no such draft.
    :raises DraftMoved: the draft changed after it was shown.
    :raises MyNumberTyped: nothing is stored.
    """
    _storable(typed)
    if draft_key is None:
        draft = _draft_make(actor, typed, now, about=about, office_id=office_id)
    else:
        draft = _draft_change(actor, typed, now, draft_key, revision)
    audit_write(actor, "messages.draft_saved", draft.subject(), detail={"revision": draft.revision})
    return draft


@action("messages.notice_draft_discard")
def notice_draft_discard(*, actor: Viewer, draft_key: str, now: datetime) -> None:  # noqa: ARG001
    """
    Throw a draft away.

    :raises NotAllowed: there is no such draft for this actor.
    :raises DraftMoved: it was sent or discarded at this very moment.
    """
    draft = draft_found(actor, draft_key)
    draft_consume(draft)
    audit_write(actor, "messages.draft_discarded", draft.subject())


@action("messages.notice_correct", raises={"draft_corrects_once": CorrectionUnderWay})
def notice_correct(*, actor: Viewer, notice_key: str, now: datetime) -> Draft:
    """
    Begin a correction: a draft with the old text that, once sent, stands in the old notice's place.

    :raises NotAllowed: the actor may not send for the office that sent it, or there is no such notice.
    :raises AlreadyCorrected: there is a correction; correct that one.
    :raises NoticeOver: it was withdrawn; write a new one.
    :raises CorrectionUnderWay: somebody is at it.
    """
    notice = sent_found(actor, notice_key)
    if notice.withdrawals.exists():
        raise NoticeOver
    if notice.corrections.exists():
        raise AlreadyCorrected
    if under_way := notice.correction_drafts.first():
        raise CorrectionUnderWay(draft_key=under_way.key)
    draft = _draft_insert(
        actor, typed_of(notice), now, about=notice.about(), office_id=notice.office_id, corrects=notice
    )
    audit_write(actor, "messages.correction_started", notice.subject(), detail={"draft": draft.key})
    return draft


def typed_of(notice: Notice) -> NoticeTyped:
    """Give a sent notice as somebody would type it, to begin a correction."""
    chosen = (
        Audience.objects.filter(notice=notice, chosen=True)
        .order_by("pk")
        .values_list("office__key", flat=True)
    )
    under = notice.audience.filter(chosen=False).exists()
    return NoticeTyped(
        title=notice.title,
        body=notice.body,
        urgency=notice.urgency,
        ask=Ask.ACKNOWLEDGE.value if notice.needs_acknowledgement else Ask.READ.value,
        deadline=wareki_format(notice.deadline_on) if notice.deadline_on else "",
        audience=AudienceKind.EVERYBODY.value if notice.everybody else AudienceKind.OFFICES.value,
        offices=tuple(chosen),
        with_under=under,
    )


# Inside


def _storable(typed: NoticeTyped) -> None:
    texts = {"title": typed.title, "body": typed.body, "deadline": typed.deadline}
    for field, text in texts.items():
        if my_number_find(text):
            raise MyNumberTyped(field=field)
    if (
        sum(map(len, (*texts.values(), typed.urgency, typed.ask, typed.audience, *typed.offices)))
        > TYPED_LIMIT
    ):
        raise TooLong


def _draft_make(
    actor: Viewer, typed: NoticeTyped, now: datetime, *, about: Subject | None, office_id: int | None
) -> Draft:
    office_id = office_id or actor.office_id
    if office_id is None:
        raise NotAllowed("a notice is sent in the name of an office")
    actor.must("messages.notice_send", office_id=office_id)
    return _draft_insert(actor, typed, now, about=about, office_id=office_id, corrects=None)


def _draft_insert(
    actor: Viewer,
    typed: NoticeTyped,
    now: datetime,
    *,
    about: Subject | None,
    office_id: int,
    corrects: Notice | None,
) -> Draft:
    about = about or Subject("", "")
    return Draft.objects.create(
        key=receipt_number(secrets.token_bytes(16)), office_id=office_id, author=actor.key, author_name=actor.name,
        typed=typed.as_json(), corrects=corrects, created_at=now, changed_at=now, subject_kind=about.kind,
        subject_key=about.key, subject_title=about.title[:200], subject_page=about.page,
    )  # fmt: skip


def _draft_change(
    actor: Viewer, typed: NoticeTyped, now: datetime, draft_key: str, revision: int | None
) -> Draft:
    draft = draft_found(actor, draft_key)
    seen = draft.revision if revision is None else revision
    changed = Draft.objects.filter(pk=draft.pk, revision=seen).update(
        typed=typed.as_json(), revision=seen + 1, changed_at=now
    )
    if not changed:
        raise DraftMoved
    draft.typed, draft.revision, draft.changed_at = typed.as_json(), seen + 1, now
    return draft
