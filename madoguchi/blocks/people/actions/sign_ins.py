"""
On the way to a sign-in: the mail with link and code, and failures that stay on record.

The secrets of a mail are made when it is sent, not when it is asked for: so none of them ever stands in the outbox,
which keeps its events for good. What the event carries is the number of the attempt. A repeated delivery makes new
secrets and so spoils those of a mail that may have got through; the person types the newest one.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.actions.identity import (
    MeansTaken,
    account_of,
    resident_account_open,
)
from madoguchi.blocks.people.identity.attempts import Begun, attempt_begin
from madoguchi.blocks.people.identity.digests import digest_keyed, digest_of
from madoguchi.blocks.people.models import Assurance, Means, ResidentAccount, SignInAttempt
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.subjects import Subject

CODE_FIGURES = 6


class AttemptOver(Refused):
    """The sign-in was finished, or its time is over, or the browser is another one."""

    message = _(
        "このサインインは終わったか、時間切れになりました。もう一度はじめからサインインしてください。"
    )


@dataclass(frozen=True, slots=True)
class SignInMail:
    """What a mail has to say; ``code`` and ``link`` are kept nowhere but in it."""

    address: str = field(repr=False)
    code: str = field(repr=False)
    link: str = field(repr=False)
    language: str


def attempt_subject(attempt: SignInAttempt) -> Subject:
    """The reference for audit rows and events: a number that says nothing of anybody."""
    return Subject("people.sign_in", str(attempt.pk))


@action("people.sign_in_mail_ask")
def sign_in_mail_ask(
    *,
    actor: Viewer,
    address: str,
    origin: str,
    language: str,
    next_address: str = "",
    shared: bool = False,
    account_key: str = "",
    now: datetime,
) -> Begun:
    """
    Begin a sign-in by mail: a mail will go to the address, whether somebody is known by it or not.

    :param actor: the house itself; the account's owner, to add the address to it.
    :param address: already folded (``identity.mail.address_fold``).
    :param origin: "https://host" as the person reached us, for the link.
    :raises NotAllowed: somebody else's account.
    """
    account: ResidentAccount | None = None
    if account_key:
        account = account_of(actor, account_key)
    elif actor.kind != "system":
        raise NotAllowed("sign_in_mail_ask")
    state = {"address": address, "origin": origin, "language": language, "shared": shared}
    begun = attempt_begin(
        kind=Means.Kind.MAIL, state=state, next_address=next_address, account=account, now=now
    )
    subject = attempt_subject(begun.attempt)
    audit_write(actor, "people.sign_in_mail_asked", subject)
    event_emit("people.sign_in_mail_asked", subject)
    return begun


@action("people.sign_in_mail_write")
def sign_in_mail_write(*, actor: Viewer, attempt_id: int, now: datetime) -> SignInMail:
    """
    Make the secrets of a mail; those of an earlier one for the same attempt no longer hold.

    :raises NotAllowed: the actor is not the house itself.
    :raises AttemptOver: there is nothing to sign in to any more: no mail is needed.
    """
    if actor.kind != "system":
        raise NotAllowed("sign_in_mail_write")
    live = SignInAttempt.objects.filter(
        pk=attempt_id, kind=Means.Kind.MAIL, used_at=None, ends_at__gt=now
    ).exclude(browser="")
    attempt = live.first()
    if attempt is None:
        raise AttemptOver
    code = f"{secrets.randbelow(10**CODE_FIGURES):0{CODE_FIGURES}d}"
    link = secrets.token_urlsafe(32)
    kept = {"code": digest_keyed(f"{attempt.key}:{code}", what="code"), "link": digest_of(link)}
    if not live.update(state={**attempt.state, **kept}):
        raise AttemptOver
    audit_write(actor, "people.sign_in_mail_written", attempt_subject(attempt))
    state = attempt.state
    return SignInMail(
        address=state["address"],
        code=code,
        link=f"{state['origin']}{reverse('me:mail_link', args=[link])}",
        language=state["language"],
    )


@action("people.resident_sign_in_fail")
def resident_sign_in_fail(*, actor: Viewer, kind: str, means: Means | None, now: datetime) -> None:  # noqa: ARG001
    """
    Write down that somebody tried to come in and failed; what was typed is not kept.

    :param means: what was tried; None when there is none of that name, which is written as well: how long the answer
        takes must not tell the two apart, and whoever tries many names shall be seen.
    :raises NotAllowed: the actor is not the house itself.
    """
    if actor.kind != "system":
        raise NotAllowed("resident_sign_in_fail")
    subject = means.account.subject() if means is not None else Subject("people.account", "unknown")
    audit_write(actor, "people.resident_sign_in_failed", subject, detail={"kind": kind})


def mail_means_found(address: str) -> Means | None:
    """Find the means of an address that is in use."""
    live = Means.objects.filter(kind=Means.Kind.MAIL, issuer="", subject=address, ended_at=None)
    return live.select_related("account").first()


def mail_means_open(*, actor: Viewer, address: str, language: str, now: datetime) -> Means:
    """Give the means of an address that was just proved; the first time an account is opened for it."""
    if found := mail_means_found(address):
        return found
    try:
        return resident_account_open(
            actor=actor, opened_by=ResidentAccount.Opened.MAIL, kind=Means.Kind.MAIL, subject=address,
            assurance=Assurance.CONTACT, language=language, now=now,
        )  # fmt: skip
    except MeansTaken:
        # Another window of the same person was faster.
        found = mail_means_found(address)
        if found is None:
            raise
        return found
