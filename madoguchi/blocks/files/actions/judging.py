"""What the worker finds out about contents: the verdict of the scanner, and their previews."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.files.actions.keeping import content_row
from madoguchi.blocks.files.models import Content, Derived
from madoguchi.blocks.files.types import PreviewKind, Taken, Verdict
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.rights import NotAllowed, Viewer

RIGHT = "files.content_keep"


class ContentJudged(Refused):
    """The content has its verdict already."""

    message = _("このファイルの検査は済んでいます。")


@action("files.content_judge")
def content_judge(*, actor: Viewer, sha256: str, virus: str, now: datetime) -> None:
    """
    Write down what the scanner said of a content that waited.

    :param virus: what the scanner calls what it found, "" for nothing.
    :raises NotAllowed: the actor does not keep contents. :raises ContentJudged: it has a verdict.
    """
    actor.must_everywhere(RIGHT)
    verdict = Verdict.INFECTED if virus else Verdict.CLEAN
    waiting = Content.objects.filter(sha256=sha256, verdict__in=[Verdict.WAITING, Verdict.UNCHECKED])
    if not waiting.update(verdict=verdict, virus=virus[:200], checked_at=now):
        raise ContentJudged
    content = Content.objects.get(sha256=sha256)
    audit_write(
        actor,
        "files.content_judged",
        content.subject(),
        detail={"verdict": verdict.value, "virus": virus[:200]},
    )
    for stored in content.files.filter(removed_at=None):
        payload = {
            "about_kind": stored.about_kind, "about_key": stored.about_key, "verdict": verdict.value,
            "content": sha256,
        }  # fmt: skip
        event_emit("files.content_judged", stored.subject(), payload)


@action("files.preview_keep")
def preview_keep(
    *, actor: Viewer, sha256: str, kind: PreviewKind, taken: Taken | None, problem: str = "", now: datetime
) -> None:
    """
    Keep a preview of a content in place of an earlier one of its kind, or the reason why there is none.

    :param taken: the preview; None with a ``problem``.
    :raises NotAllowed: the actor does not keep contents, or there is no such content.
    """
    actor.must_everywhere(RIGHT)
    origin = Content.objects.filter(sha256=sha256, swept_at=None).first()
    if origin is None:
        raise NotAllowed(f"content {sha256}")
    if taken is not None and taken.sha256 == sha256:
        # A short text is its own beginning; a preview is never the original.
        taken, problem = None, "whole"
    content = content_row(actor, taken, now) if taken else None
    Derived.objects.update_or_create(
        origin=origin, kind=kind, defaults={"content": content, "problem": problem[:200], "made_at": now}
    )
    detail = {"kind": kind.value, "content": content.sha256 if content else "", "problem": problem[:200]}
    audit_write(actor, "files.preview_kept", origin.subject(), detail=detail)
