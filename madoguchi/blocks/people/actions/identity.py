"""
Accounts of residents, the means that open them, and their sessions.

Invariants (``tests/people/identity/test_accounts.py``, kill tests over each action):

1. A sign-in ends the session that the browser had before: on a shared terminal nobody finds the last visitor's.
2. Ending a means or an account ends its sessions in the same transaction; "everywhere" is one statement.
3. The last means of an account cannot be taken off; the account can be closed.
4. Ending all means of an issuer (F37) leaves accounts, records, mandates and consents as they are: whoever proves
   again who he is finds his account.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.identity.digests import digest_of
from madoguchi.blocks.people.models import Assurance, Means, Party, ResidentAccount, ResidentSession
from madoguchi.blocks.people.parties.cards import clusters
from madoguchi.blocks.people.parties.facts import party_key as new_key
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kernel.subjects import Subject

LASTS = timedelta(hours=12)
LASTS_SHARED = timedelta(minutes=30)
CLOSE_REASONS: Final = {
    "wish": _("本人の申し出"),
    "died": _("亡くなった"),
    "double": _("同じ人のアカウントが二つある"),
    "misuse": _("ほかの人が使ったおそれ"),
}
"""Why an account is closed."""


class MeansTaken(Refused):
    """This card, address, passkey or number opens another account."""

    message = _(
        "この方法は、別のアカウントで使われています。そのアカウントでサインインするか、窓口で相談してください。"
    )


class PersonHasAccount(Refused):
    """The person has an open account already."""

    message = _(
        "この人のアカウントは、もうあります。そのアカウントでサインインするか、窓口で相談してください。"
    )


class LastMeans(Refused):
    """It is the only way into the account."""

    message = _(
        "サインインの手段がなくなるため、外せません。先に別の手段を加えるか、アカウントを閉じてください。"
    )


class ProofTooWeak(Refused):
    """The sign-in proves less than the means that it would change: whoever reads somebody's mail is not yet he."""

    message = _(
        "いまのサインインでは変えられません。この方法か、同じくらい確かな方法でサインインし直してください。"
    )


class AccountClosed(Refused):
    """The account is closed."""

    message = _("このアカウントは閉じられています。使うには、窓口かカードで新しく開いてください。")


class MeansEnded(Refused):
    """This way into the account was taken off."""

    message = _("この方法は、もう使えません。別の方法でサインインしてください。")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that was begun; ``token`` goes into the cookie and is kept nowhere."""

    token: str
    session: ResidentSession


@action("people.resident_account_open", raises={"means_opens_one_account": MeansTaken})
def resident_account_open(
    *,
    actor: Viewer,
    opened_by: str,
    kind: str,
    subject: str,
    issuer: str = "",
    secret: str = "",
    assurance: int,
    label: str = "",
    language: str = "ja",
    now: datetime,
) -> Means:
    """
    Open an account with its first means; whose it is, is said by the card, or at the counter.

    :param actor: the house itself, on a sign-in that proved the means, or staff at the counter.
    :raises NotAllowed: a person who may not open accounts.
    :raises MeansTaken: the means opens another account.
    """
    _must_keep(actor)
    account = ResidentAccount.objects.create(
        key=new_key(), opened_by=opened_by, opened_at=now, language=language
    )
    means = Means.objects.create(
        account=account, kind=kind, issuer=issuer, subject=subject, secret=secret, assurance=assurance,
        label=label, added_at=now,
    )  # fmt: skip
    audit_write(actor, "people.resident_account_opened", account.subject(), detail={"by": opened_by})
    return means


@action("people.means_add", raises={"means_opens_one_account": MeansTaken})
def means_add(
    *,
    actor: Viewer,
    account_key: str,
    kind: str,
    subject: str,
    issuer: str = "",
    secret: str = "",
    uses: int = 0,
    assurance: int,
    label: str = "",
    now: datetime,
) -> Means:
    """
    Add a way into an account: by its owner, who cannot give it more assurance than the session has, or by staff.

    :param uses: where the counter of a passkey stands.
    :raises NotAllowed: it is not the actor's account.
    :raises AccountClosed: the account is closed.
    :raises MeansTaken: the means opens another account.
    """
    account = account_of(actor, account_key)
    if actor.kind == "resident" and assurance > max(actor.assurance, Assurance.CONTACT):
        raise NotAllowed(f"assurance {assurance} of {actor.assurance}")
    means = Means.objects.create(
        account=account, kind=kind, issuer=issuer, subject=subject, secret=secret, uses=uses, assurance=assurance,
        label=label, added_at=now,
    )  # fmt: skip
    audit_write(actor, "people.means_added", account.subject(), detail={"kind": kind, "means": means.pk})
    return means


@action("people.means_end")
def means_end(*, actor: Viewer, means_id: int, reason: str, now: datetime) -> None:
    """
    Take a way into an account off, and end the sessions that it opened.

    :raises NotAllowed: it is not the actor's account.
    :raises ProofTooWeak: the means proves more than the actor's sign-in.
    :raises LastMeans: the owner would lose the account.
    """
    means = Means.objects.select_related("account").filter(pk=means_id, ended_at=None).first()
    if means is None:
        raise NotAllowed(f"means {means_id}")
    account = account_of(actor, means.account.key)
    proof_ask(actor, means)
    # Claimed together: of two windows that take off two means at once, the second finds one left.
    live = account.means.select_for_update().filter(ended_at=None).order_by("pk")
    if actor.kind == "resident" and set(live.values_list("pk", flat=True)) <= {means_id}:
        raise LastMeans
    Means.objects.filter(pk=means_id).update(ended_at=now, end_reason=reason, secret="")
    sessions_end(ResidentSession.objects.filter(means=means), "means_ended", now)
    audit_write(
        actor, "people.means_ended", account.subject(), detail={"kind": means.kind, "means": means_id}
    )


@action("people.means_name")
def means_name(*, actor: Viewer, means_id: int, label: str, now: datetime) -> None:  # noqa: ARG001
    """
    Give a means the name by which its owner knows it.

    :raises NotAllowed: it is not the actor's account.
    """
    means = Means.objects.select_related("account").filter(pk=means_id, ended_at=None).first()
    if means is None:
        raise NotAllowed(f"means {means_id}")
    account = account_of(actor, means.account.key)
    Means.objects.filter(pk=means_id).update(label=label[:100])
    audit_write(actor, "people.means_named", account.subject(), detail={"means": means_id})


@action("people.issuer_end")
def issuer_end(*, actor: Viewer, issuer: str, reason: str, now: datetime) -> int:
    """
    End every means of an issuer: its subjects mean nobody any more (F37). Accounts stay and wait for new proof.

    :raises NotAllowed: the actor is not the house itself.
    """
    if actor.kind != "system":
        raise NotAllowed("issuer_end")
    ended = Means.objects.filter(issuer=issuer, kind=Means.Kind.CARD, ended_at=None)
    # The means first: a sign-in that comes between finds it ended, or its session is ended with the others.
    ids = list(ended.values_list("pk", flat=True))
    count = ended.update(ended_at=now, end_reason=reason)
    sessions_end(ResidentSession.objects.filter(means__in=ids), "issuer_ended", now)
    subject = Subject("people.issuer", issuer[:200])
    audit_write(actor, "people.issuer_ended", subject, detail={"issuer": issuer, "means": count})
    return count


@action("people.resident_sign_in")
def resident_sign_in(
    *,
    actor: Viewer,
    means_id: int,
    device: str = "",
    shared: bool = False,
    previous: str = "",
    provider_session: str = "",
    claims: Mapping[str, str] | None = None,
    uses: int | None = None,
    known: str | None = None,
    now: datetime,
) -> SignedIn:
    """
    Begin a session, after the means was proved; the one that the browser had before ends.

    :param actor: the house itself.
    :param shared: a terminal that people use in turn: the session is short.
    :param previous: the cookie that the browser sent.
    :param claims: what the card said, for this session only.
    :param uses: the counter of a passkey; one that does not rise belongs to a copy.
    :param known: the secret that was proved; when it has changed meanwhile, nobody is signed in.
    :raises NotAllowed: a person called this.
    :raises MeansEnded: the means was taken off meanwhile, or its secret changed.
    :raises AccountClosed: the account was closed.
    """
    if actor.kind != "system":
        raise NotAllowed("resident_sign_in")
    means = Means.objects.select_related("account").get(pk=means_id)
    if means.account.closed_at is not None:
        raise AccountClosed
    proved = Means.objects.filter(pk=means_id, ended_at=None)
    changes: dict[str, object] = {"used_at": now} if uses is None else {"used_at": now, "uses": uses}
    if uses is not None:
        # A device that counts never goes back to 0; one that does not count always says 0 (WebAuthn 6.1.1).
        proved = proved.filter(uses__lt=uses) if uses else proved.filter(uses=0)
    if known is not None:
        proved = proved.filter(secret=known)
    if not proved.update(**changes):
        raise MeansEnded
    if previous:
        sessions_end(ResidentSession.objects.filter(digest=digest_of(previous)), "next_visitor", now)
    token = secrets.token_urlsafe(32)
    session = ResidentSession.objects.create(
        digest=digest_of(token), account=means.account, means=means, assurance=means.assurance, proved_at=now,
        began_at=now, seen_at=now, ends_at=now + (LASTS_SHARED if shared else LASTS), device=device[:100],
        shared=shared, provider_session=provider_session, claims=dict(claims or {}),
    )  # fmt: skip
    audit_write(actor, "people.resident_signed_in", means.account.subject(), detail={"kind": means.kind})
    return SignedIn(token, session)


@action("people.resident_sign_out")
def resident_sign_out(*, actor: Viewer, session_id: int | None = None, by: str, now: datetime) -> int:
    """
    End one session of the actor's account, or all of them; how many there were.

    :param session_id: left out: every session, everywhere.
    :param by: signed_out, everywhere, provider (back-channel), other.
    :raises NotAllowed: there is no such session of the actor's.
    """
    account = account_of(actor, actor.key.removeprefix("resident:"))
    sessions = ResidentSession.objects.filter(account=account)
    if session_id is not None:
        sessions = sessions.filter(pk=session_id)
        if not sessions.exists():
            raise NotAllowed(f"session {session_id}")
    count = sessions_end(sessions, by, now)
    audit_write(actor, "people.resident_signed_out", account.subject(), detail={"by": by, "sessions": count})
    return count


@action("people.resident_account_close")
def resident_account_close(*, actor: Viewer, account_key: str, reason: str, now: datetime) -> None:
    """
    Close an account: its means and sessions end; what was done with it stays.

    :param reason: one of ``CLOSE_REASONS``: what is written freely about somebody could not be taken out of the trail.
    :raises NotAllowed: it is not the actor's account.
    :raises AccountClosed: it was closed before.
    """
    if reason not in CLOSE_REASONS:
        raise NotAllowed(f"reason {reason[:20]}")
    account = account_of(actor, account_key)
    if not ResidentAccount.objects.filter(pk=account.pk, closed_at=None).update(closed_at=now):
        raise AccountClosed
    account.means.filter(ended_at=None).update(ended_at=now, end_reason=reason, secret="")
    sessions_end(ResidentSession.objects.filter(account=account), "account_closed", now)
    audit_write(actor, "people.resident_account_closed", account.subject(), detail={"reason": reason})


def account_of(actor: Viewer, account_key: str) -> ResidentAccount:
    """
    Find an account that the actor may change: his own, any for the house and for the counter.

    :raises NotAllowed: it is not his.
    :raises AccountClosed: it is closed.
    """
    own = actor.kind == "resident" and actor.key == f"resident:{account_key}"
    if not own:
        _must_keep(actor)
    account = ResidentAccount.objects.filter(key=account_key).first()
    if account is None:
        raise NotAllowed(f"account {account_key}")
    if account.closed_at is not None:
        raise AccountClosed
    return account


def accounts_of_party(party: Party) -> QuerySet[ResidentAccount]:
    """Give the open accounts of a person, under whichever of the person's records; the oldest first."""
    return ResidentAccount.objects.filter(party__in=clusters([party.pk]).ids, closed_at=None).order_by("pk")


def proof_ask(actor: Viewer, means: Means) -> None:
    """
    Refuse an owner who has proved less at this sign-in than a means of his proves.

    :raises ProofTooWeak: he has.
    """
    if actor.kind == "resident" and actor.assurance < means.assurance:
        raise ProofTooWeak


def _must_keep(actor: Viewer) -> None:
    if actor.kind != "system":
        actor.must("people.counter_account")


def sessions_end(sessions: QuerySet[ResidentSession], by: str, now: datetime) -> int:
    """End sessions, inside an action; how many there were. What the card said is forgotten with them."""
    return sessions.filter(ended_at=None).update(ended_at=now, ended_by=by, claims={})
