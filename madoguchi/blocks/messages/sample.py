"""The notices of the fictional city: sent on fixed days, done by some in time, by some late, by some never."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from madoguchi.blocks.messages.actions import notice_acknowledge, notice_draft_save, notice_send
from madoguchi.blocks.messages.models import Notice, Receipt
from madoguchi.blocks.messages.types import AudienceKind, NoticeTyped
from madoguchi.blocks.people.queries import staff_viewer
from madoguchi.kernel.clock import TOKYO, day_of
from madoguchi.kit.yaml12 import yaml_load


def notices_load(path: Path) -> int:
    """
    Send the notices of a YAML file (``config/sample_city/notices.yaml`` shows the form), each once.

    :return: how many were sent now; 0 when all of them were before.
    """
    wanted: list[dict[str, Any]] = yaml_load(path.read_text(encoding="utf-8"))["notices"]
    known = set(Notice.objects.values_list("title", flat=True))
    fresh = [one for one in wanted if one["title"] not in known]
    for one in fresh:
        _send(one)
    return len(fresh)


def _send(one: dict[str, Any]) -> None:
    sent_at = _moment(one["sent_at"])
    sender = staff_viewer(staff_key=one["from"], on=day_of(sent_at))
    typed = NoticeTyped(
        title=one["title"],
        body=one["body"],
        deadline=one["deadline"].isoformat(),
        audience=AudienceKind.EVERYBODY.value,
    )
    draft = notice_draft_save(actor=sender, typed=typed, now=sent_at)
    notice = notice_send(actor=sender, draft_key=draft.key, revision=draft.revision, now=sent_at)
    persons = list(Receipt.objects.filter(notice=notice).order_by("person").values_list("person", flat=True))
    for marked in one["acknowledged"]:
        # Every so-many-th recipient: a fixed choice, so that every demo shows the same figure.
        for person in persons[marked["first"] :: marked["every"]]:
            moment = _moment(marked["at"])
            reader = staff_viewer(staff_key=person.removeprefix("staff:"), on=day_of(moment))
            notice_acknowledge(actor=reader, notice_key=notice.key, now=moment)


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=TOKYO)
