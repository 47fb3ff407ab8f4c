"""
Accounts that are opened at the counter, for people without a card reader or an e-mail address.

The clerk looks at the papers and hands over a number and a start code. The first sign-in with the code makes the
person choose a passphrase; from then on the code is nothing.

Invariants (``tests/people/identity/test_counter.py``):

1. The start code and the passphrase are kept as password hashes only; the code holds for 14 days and once.
2. Which papers were shown stands in the audit trail; without papers nothing is opened or reset.
3. A reset ends every session of the account and the passphrase before it.
4. Only an account of nobody is linked, to a person who has none.
"""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.actions.identity import (
    AccountClosed,
    MeansEnded,
    PersonHasAccount,
    accounts_of_party,
    proof_ask,
    sessions_end,
)
from madoguchi.blocks.people.actions.reading import party_seen
from madoguchi.blocks.people.models import Assurance, Means, Party, ResidentAccount, ResidentSession
from madoguchi.blocks.people.parties.facts import party_key as new_key
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.declarations import CodeItem, UnknownDeclaration, published
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.kit.check_characters import receipt_number, receipt_number_parse
from madoguchi.kit.refusals import Refused as TextRefused

PAPERS = "people.identity_papers"
CODE_LASTS = timedelta(days=14)


class PapersMissing(Refused):
    """No papers were shown, or such as are not on the list."""

    message = _("確かめた本人確認書類を、一覧から一つ以上選んでください。")


class NumberThere(Refused):
    """The person has a number from the counter already."""

    message = _(
        "この人は、窓口で受け取った番号をもう持っています。使えなくなったときは「作り直す」を選んでください。"
    )


class NumberMissing(Refused):
    """The person has no number from the counter."""

    message = _("この人は、窓口で受け取る番号をまだ持っていません。先に「開く」を選んでください。")


class AccountOfNobodyMissing(Refused):
    """No open account of this number is still nobody's."""

    message = _(
        "この番号のアカウントは、ないか、もう持ち主が決まっています。本人の画面の番号を確かめてください。"
    )


@dataclass(frozen=True, slots=True)
class CounterSecret:
    """What opens a number: the hash of a start code until a moment, or the hash of a passphrase."""

    hash: str
    start_until: str = ""

    @classmethod
    def of(cls, means: Means) -> CounterSecret:
        """Read it."""
        return cls(**json.loads(means.secret))

    def text(self) -> str:
        """Write it for the database."""
        return json.dumps(asdict(self))

    @property
    def is_start(self) -> bool:
        """Whether a passphrase has still to be chosen."""
        return bool(self.start_until)

    @property
    def until(self) -> datetime | None:
        """When a start code ends to hold; None for a passphrase."""
        return datetime.fromisoformat(self.start_until) if self.start_until else None

    def opens(self, typed: str, *, now: datetime) -> bool:
        """Say whether what was typed opens the number; a start code only while it lasts."""
        if self.until is None:
            return check_password(passphrase_fold(typed), self.hash)
        return check_password(code_read(typed), self.hash) and now < self.until


@dataclass(frozen=True, slots=True)
class StartCode:
    """A start code, for the paper, and its hash, for the record."""

    code: str
    hash: str

    @classmethod
    def make(cls) -> StartCode:
        """Make a new one."""
        code = receipt_number(os.urandom(16))
        return cls(code, make_password(code))

    def secret(self, now: datetime) -> str:
        """Write it for the database, to hold from now."""
        return CounterSecret(self.hash, (now + CODE_LASTS).isoformat()).text()


def passphrase_hash(typed: str) -> str:
    """Give the hash by which a passphrase is kept; it takes as long as it is meant to."""
    return make_password(passphrase_fold(typed))


def passphrase_fold(typed: str) -> str:
    """Give a passphrase in the form in which it is hashed, whatever width an input method gave it."""
    return unicodedata.normalize("NFKC", typed).strip()


def code_read(typed: str) -> str:
    """Give a typed start code in the form in which it was printed; as it is where it cannot be one."""
    try:
        return receipt_number_parse(typed)
    except TextRefused:
        return typed


def papers_on(on: date) -> list[CodeItem]:
    """Give the papers that prove who somebody is, as the city has declared them for a day."""
    try:
        items: list[CodeItem] = published("codelist", PAPERS).model.items_on(on)
    except UnknownDeclaration:
        return []
    return items


def counter_means(party: Party) -> Means | None:
    """Find a person's live number from the counter."""
    return _numbers(accounts_of_party(party)).first()


@action(
    "people.counter_account_open",
    raises={"person_one_account": PersonHasAccount, "means_opens_one_account": NumberThere},
)
def counter_account_open(
    *, actor: Viewer, party_key: str, papers: Sequence[str], start: StartCode, now: datetime
) -> str:
    """
    Open a person's account at the counter, or add a number to the one that there is; the number.

    :param papers: codes of ``people.identity_papers`` that the clerk has looked at.
    :param start: a new start code, made by the caller: hashing it takes longer than a write may.
    :raises NotAllowed: the actor opens no accounts, or may not know of the person.
    :raises PapersMissing: no papers, or others.
    :raises NumberThere: the person has a number already.
    """
    party = _asked(actor, party_key, papers)
    if counter_means(party) is not None:
        raise NumberThere
    account = accounts_of_party(party).first()
    if account is None:
        account = ResidentAccount.objects.create(
            key=new_key(), party=party, opened_by=ResidentAccount.Opened.COUNTER, opened_at=now
        )
        audit_write(actor, "people.resident_account_opened", account.subject(), detail={"by": "counter"})
    means = Means.objects.create(
        account=account, kind=Means.Kind.COUNTER, subject=account.key, secret=start.secret(now),
        assurance=Assurance.IN_PERSON, added_at=now,
    )  # fmt: skip
    detail = {"party": party.key, "means": means.pk, "papers": sorted(papers)}
    audit_write(actor, "people.counter_number_given", account.subject(), detail=detail)
    return account.key


@action("people.counter_account_reset")
def counter_account_reset(
    *, actor: Viewer, party_key: str, papers: Sequence[str], start: StartCode, now: datetime
) -> str:
    """
    Give a number a new start code: the passphrase is gone, and so is every session of the account. The number.

    :raises NotAllowed: the actor opens no accounts, or may not know of the person.
    :raises PapersMissing: no papers, or others.
    :raises NumberMissing: the person has no number.
    """
    party = _asked(actor, party_key, papers)
    accounts = list(accounts_of_party(party))
    numbers = _numbers(accounts)
    means = numbers.first()
    if means is None:
        raise NumberMissing
    Means.objects.filter(pk=means.pk).update(secret=start.secret(now))
    # Merged records may have brought a number each: one of them is enough.
    numbers.exclude(pk=means.pk).update(ended_at=now, end_reason="counter_reset", secret="")
    # Whatever opened this record, under whichever of its numbers, is asked again.
    ended = sessions_end(ResidentSession.objects.filter(account__in=accounts), "counter_reset", now)
    detail = {"party": party.key, "means": means.pk, "papers": sorted(papers), "sessions": ended}
    audit_write(actor, "people.counter_number_reset", means.account.subject(), detail=detail)
    return means.subject


@action("people.counter_account_link", raises={"person_one_account": PersonHasAccount})
def counter_account_link(
    *,
    actor: Viewer,
    party_key: str,
    account_key: str,
    papers: Sequence[str],
    now: datetime,  # noqa: ARG001
) -> None:
    """
    Say whose an account is that its card could not tell, or that was opened by mail.

    :param account_key: the number that the account's own page shows.
    :raises NotAllowed: the actor opens no accounts, or may not know of the person.
    :raises PapersMissing: no papers, or others.
    :raises AccountOfNobodyMissing: no open account of that number is still nobody's.
    :raises PersonHasAccount: the person has another open account.
    """
    party = _asked(actor, party_key, papers)
    if accounts_of_party(party).exists():
        raise PersonHasAccount
    free = ResidentAccount.objects.filter(key=account_key, party=None, closed_at=None)
    if not free.update(party=party):
        raise AccountOfNobodyMissing
    account = ResidentAccount.objects.get(key=account_key)
    detail = {"party": party.key, "how": "counter", "papers": sorted(papers)}
    audit_write(actor, "people.account_linked", account.subject(), detail=detail)


@action("people.counter_passphrase_choose")
def counter_passphrase_choose(
    *,
    actor: Viewer,
    means_id: int,
    known: str,
    hashed: str,
    now: datetime,  # noqa: ARG001
) -> None:
    """
    Put a passphrase in the place of a start code or of the passphrase before it.

    :param actor: the house itself, for somebody who has just typed the start code; the account's owner.
    :param known: what is kept (``Means.secret``) and was proved; when it has changed meanwhile, nothing is done.
    :param hashed: ``passphrase_hash`` of what the validators let pass; by the caller, who holds no write back by it.
    :raises NotAllowed: it is not the actor's number.
    :raises ProofTooWeak: the actor has signed in by something that proves less.
    :raises MeansEnded: what was proved no longer holds.
    """
    means = Means.objects.select_related("account").get(pk=means_id)
    if actor.kind != "system" and actor.key != f"resident:{means.account.key}":
        raise NotAllowed(f"means {means_id}")
    proof_ask(actor, means)
    if means.account.closed_at is not None:
        raise AccountClosed
    changed = Means.objects.filter(pk=means_id, kind=Means.Kind.COUNTER, secret=known, ended_at=None).update(
        secret=CounterSecret(hashed).text()
    )
    if not changed:
        raise MeansEnded
    audit_write(
        actor, "people.counter_passphrase_chosen", means.account.subject(), detail={"means": means_id}
    )


def _numbers(accounts: Iterable[ResidentAccount]) -> QuerySet[Means]:
    """Give the live numbers of accounts, that of the oldest first."""
    live = Means.objects.filter(kind=Means.Kind.COUNTER, ended_at=None, account__in=accounts)
    return live.select_related("account").order_by("account")


def _asked(actor: Viewer, party_key: str, papers: Sequence[str]) -> Party:
    actor.must("people.counter_account")
    party = party_seen(actor, party_key, Party.Kind.PERSON)
    known = {item.code for item in papers_on(actor.on)}
    if not papers or not set(papers) <= known:
        raise PapersMissing
    return party
