"""A file comes to something, and goes from it. Whether somebody may do that the owner of the subject says."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import IO

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.files.intake.refusals import VirusFound
from madoguchi.blocks.files.intake.taking import file_take
from madoguchi.blocks.files.lines import file_line
from madoguchi.blocks.files.models import Content, StoredFile
from madoguchi.blocks.files.owners import file_owner
from madoguchi.blocks.files.store import content_exists, content_put
from madoguchi.blocks.files.types import FileLine, FileOwner, FileRules, Taken, Verdict
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.subjects import Subject
from madoguchi.kit.check_characters import RECEIPT_BYTES_NEEDED, receipt_number


class FileRemoved(Refused):
    """Somebody removed the file before."""

    message = _("このファイルは、もう外されています。画面を開き直してください。")


def file_add(
    *,
    actor: Viewer,
    name: str,
    content: bytes | IO[bytes],
    subject: Subject,
    rules: FileRules | None = None,
    sealed: bool = False,
    now: datetime,
) -> FileLine:
    """
    Take a file in and keep it for a subject: ``file_take`` and ``file_keep``. Not for the inside of another action.

    :param sealed: store it sealed with the key of the subject's owner.
    :raises NotAllowed: the owner of the subject lets this actor add nothing, or has no key.
    :raises FileRefused: the file cannot be taken; its subclasses say why.
    """
    owner = _owner(actor, subject)
    key = None
    if sealed:
        if owner.seal_key is None:
            raise NotAllowed(f"no key for sealed files of {subject.kind}")
        key = owner.seal_key(actor, subject.key)
    try:
        taken = file_take(name=name, content=content, rules=rules, seal_key=key)
    except VirusFound as found:
        infection_note(actor=actor, subject=subject, virus=found.virus, now=now)
        raise
    return file_keep(actor=actor, taken=taken, subject=subject, now=now)


@action("files.file_keep")
def file_keep(*, actor: Viewer, taken: Taken, subject: Subject, now: datetime) -> FileLine:
    """
    Make what was taken in a file of a subject.

    :raises NotAllowed: the owner of the subject lets this actor add nothing.
    """
    _owner(actor, subject)
    content = content_row(actor, taken, now)
    stored = StoredFile.objects.create(
        key=receipt_number(secrets.token_bytes(RECEIPT_BYTES_NEEDED)), content=content, name=taken.name,
        about_kind=subject.kind, about_key=subject.key, added_at=now, added_by=actor.key or actor.kind,
    )  # fmt: skip
    about = {"about_kind": subject.kind, "about_key": subject.key}
    audit_write(
        actor, "files.file_kept", stored.subject(),
        detail={**about, "content": content.sha256, "size": content.size, "media_type": content.media_type},
    )  # fmt: skip
    event_emit("files.file_kept", stored.subject(), {**about, "content": content.sha256})
    return file_line(stored)


@action("files.file_pass")
def file_pass(*, actor: Viewer, key: str, subject: Subject, now: datetime) -> FileLine:
    """
    Make a file of one subject a file of another too: the same content under the same name. The first stays where it is.

    :raises NotAllowed: there is no such file, a virus was found in it, it is sealed for its owner, the actor may not read it,
        or the owner of the other subject lets him add nothing.
    """
    _owner(actor, subject)
    live = StoredFile.objects.filter(key=key, removed_at=None, content__swept_at=None, content__sealed=False)
    given = live.exclude(content__verdict=Verdict.INFECTED).select_related("content").first()
    if given is None or not file_owner(given.about_kind).may_read(actor, given.about_key):
        raise NotAllowed(f"{actor.kind} {actor.key}: file {key}")
    # Takes the row until the commit: a sweep that is under way is waited for, the next one finds us.
    Content.objects.filter(pk=given.content_id).update(swept_at=None)
    stored = StoredFile.objects.create(
        key=receipt_number(secrets.token_bytes(RECEIPT_BYTES_NEEDED)), content=given.content, name=given.name,
        about_kind=subject.kind, about_key=subject.key, added_at=now, added_by=actor.key or actor.kind,
    )  # fmt: skip
    about = {"about_kind": subject.kind, "about_key": subject.key, "content": given.content.sha256}
    audit_write(actor, "files.file_kept", stored.subject(), detail={**about, "from": key})
    event_emit("files.file_kept", stored.subject(), about)
    return file_line(stored)


def content_row(actor: Viewer, taken: Taken, now: datetime) -> Content:
    """Give the one row of a content, its bytes surely there; inside an action."""
    clean = taken.verdict == Verdict.CLEAN
    content, made = Content.objects.get_or_create(
        sha256=taken.sha256,
        defaults={
            "size": taken.size, "media_type": taken.media_type, "sealed": taken.sealed, "plain_mac": taken.plain_mac,
            "width": taken.width, "height": taken.height, "pages": taken.pages, "stored_at": now,
            "verdict": taken.verdict, "checked_at": now if clean else None,
        },
    )  # fmt: skip
    # The UPDATE takes the row until the commit: a sweep that is under way is waited for, the next one finds us.
    Content.objects.filter(pk=content.pk).update(swept_at=None)
    content.refresh_from_db()
    if content.damage or not content_exists(content.sha256):
        content_put(content.sha256, taken.body, anew=True)
    if content.damage:
        Content.objects.filter(pk=content.pk).update(damage="", damaged_at=None, verified_at=now)
        audit_write(actor, "files.content_mended", content.subject(), detail={"by": "given again"})
    if clean and not made and content.verdict in (Verdict.WAITING, Verdict.UNCHECKED):
        Content.objects.filter(pk=content.pk).update(verdict=Verdict.CLEAN, checked_at=now)
    content.refresh_from_db()
    return content


@action("files.file_remove")
def file_remove(*, actor: Viewer, key: str, now: datetime) -> None:
    """
    Take a file off its subject. Its content stays until a sweep finds that nothing names it.

    :raises NotAllowed: there is no such file, or its owner lets this actor remove nothing.
    :raises FileRemoved: it was removed before.
    """
    stored = StoredFile.objects.filter(key=key).first()
    if stored is None:
        raise NotAllowed(f"file {key}")
    subject = Subject(stored.about_kind, stored.about_key)
    _owner(actor, subject)
    open_ = StoredFile.objects.filter(pk=stored.pk, removed_at=None)
    if not open_.update(removed_at=now, removed_by=actor.key or actor.kind):
        raise FileRemoved
    about = {"about_kind": subject.kind, "about_key": subject.key}
    audit_write(actor, "files.file_removed", stored.subject(), detail=about)
    event_emit("files.file_removed", stored.subject(), about)


@action("files.infection_note")
def infection_note(*, actor: Viewer, subject: Subject, virus: str, now: datetime) -> None:  # noqa: ARG001
    """Write down that a file with a virus was refused; nothing of the file is kept."""
    audit_write(actor, "files.infection_found", Subject(subject.kind, subject.key), detail={"virus": virus})


def _owner(actor: Viewer, subject: Subject) -> FileOwner:
    owner = file_owner(subject.kind)
    if not owner.may_write(actor, subject.key):
        raise NotAllowed(f"{actor.kind} {actor.key}: files of {subject.kind} {subject.key}")
    return owner
