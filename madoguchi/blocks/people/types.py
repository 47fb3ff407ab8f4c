"""What people tells the floors above: offices on a day, and who holds a post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class OfficeOnDay:
    """An office as it stands on one day; ``path`` names it from the top."""

    id: int
    key: str
    name: str
    level: str
    order: int
    parent_id: int | None
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a post in a period, in what way."""

    staff_key: str
    staff_name: str
    post_key: str
    post_title: str
    office_id: int
    kind: str
    rank: int
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class PostOnDay:
    """A post as it stands on one day, held or not; ``single`` for a post of one person."""

    id: int
    key: str
    title: str
    office_id: int
    office_name: str
    rank: int
    single: bool


@dataclass(frozen=True, slots=True)
class PersonCard:
    """
    A person in a list: enough to tell one from another, and no more.

    ``born`` is ISO as far as known; ``status`` one of resident, moved_out, died, other; ``address`` is None where
    the viewer may not see addresses.
    """

    id: int
    key: str
    name: str
    kana: str
    born: str
    sex: str
    status: str
    address: str | None
    protected: bool
    found_by: str = ""


@dataclass(frozen=True, slots=True)
class FactOnPage:
    """
    One fact as a page shows it: what, from when to when, where it came from.

    ``match`` says of an address how far it was understood and how surely (``places``): "block/exact".
    """

    what: str
    text: str
    kana: str
    starts_on: date | None
    ends_on: date | None
    source: str
    match: str = ""


@dataclass(frozen=True, slots=True)
class HouseholdMember:
    """A member of a household on a day; those whom the viewer may not see are left out."""

    card: PersonCard
    relation: str
    head: bool


@dataclass(frozen=True, slots=True)
class PersonSheet:
    """
    What one person's page shows; a part the viewer may not see is None.

    ``numbers`` are those of source systems, as (system, number); ``merged`` the keys that stand under this one.
    """

    card: PersonCard
    classes: tuple[str, ...]
    names: tuple[FactOnPage, ...]
    addresses: tuple[FactOnPage, ...] | None
    residences: tuple[FactOnPage, ...] | None
    household_key: str | None
    household: tuple[HouseholdMember, ...] | None
    numbers: tuple[tuple[str, str], ...]
    merged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PairLine:
    """Two persons who may be one, as a list shows them; ``reasons`` are kana, characters, address."""

    id: int
    score: int
    reasons: tuple[str, ...]
    found_at: datetime
    one: PersonCard
    other: PersonCard


@dataclass(frozen=True, slots=True)
class PairSheets:
    """Two persons side by side."""

    id: int
    score: int
    reasons: tuple[str, ...]
    one: PersonSheet
    other: PersonSheet


@dataclass(frozen=True, slots=True)
class ProtectionLine:
    """A protection that holds or is to come, and whose."""

    card: PersonCard
    starts_on: date
    ends_on: date | None
    source: str


@dataclass(frozen=True, slots=True)
class MemberLine:
    """An officer or a member of an organisation over time; those whom the viewer may not see are left out."""

    party_key: str
    party_kind: str
    name: str
    kind: str
    relation: str
    head: bool
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class OrganisationLine:
    """An organisation in a list, as it is called and where it sits on a day."""

    key: str
    name: str
    kana: str
    form: str
    corporate_number: str
    address: str


@dataclass(frozen=True, slots=True)
class OrganisationSheet:
    """One organisation with its history; the members are those whom the viewer may know of."""

    line: OrganisationLine
    names: tuple[FactOnPage, ...]
    addresses: tuple[FactOnPage, ...]
    members: tuple[MemberLine, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to one item of a review of rights: ``keep`` or ``end``; who ends says why."""

    item_id: int
    answer: str
    reason: str = ""


MandateSide = Literal["grantor", "delegate"]
MandateState = Literal[
    "offered", "in_hand", "lapsed", "void", "coming", "holds", "suspended", "over", "ended"
]
"""
How a mandate stands on a day. Before it is accepted: offered, in_hand (somebody entered its code), lapsed (nobody
took it in time), void (taken back, declined, or too many wrong codes). After: coming, holds, suspended (its basis stands no more), over, ended.
"""


@dataclass(frozen=True, slots=True)
class MandateLine:
    """
    A mandate as one of its sides sees it; ``side`` says which.

    ``services`` are keys, or ``*`` for every one; ``last_on`` the last day on which it holds, None until further
    notice; ``closes_on`` the last day on which an offer can be taken; ``ended_by`` one of self, other, counter,
    tries, or "".
    """

    key: str
    kind: str
    basis: str
    side: MandateSide
    grantor: str
    delegate: str
    services: tuple[str, ...]
    papers: str
    starts_on: date
    last_on: date | None
    state: MandateState
    offered_at: datetime
    closes_on: date
    accepted_at: datetime | None
    ended_at: datetime | None
    ended_by: str


@dataclass(frozen=True, slots=True)
class Claimable:
    """Somebody for whom one may claim to act by the city's records, and whether one has."""

    key: str
    name: str
    kind: str
    claimed: bool


@dataclass(frozen=True, slots=True)
class ConsentNow:
    """
    How somebody's agreement to one purpose stands.

    ``answer`` is the newest: given, refused, withdrawn, or "" where nobody has answered; ``asked_again`` that the
    text has changed so much since that the answer no longer speaks to it.
    """

    answer: str = ""
    asked_again: bool = False
    version: int = 0
    answered_at: datetime | None = None

    @property
    def holds(self) -> bool:
        """Whether the agreement may be relied on."""
        return self.answer == "given" and not self.asked_again


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One answer of a history; ``by`` is the delegate's name where somebody else answered, else ""."""

    id: int
    key: str
    version: int
    language: str
    answer: str
    answered_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class ConsentProof:
    """
    What proves an answer: the whole text that was read, its digest now and as kept then, when, and by whom.

    ``document`` is the text as plain data (``consents/texts``); ``intact`` that both digests are one; ``service``
    the one that asks.
    """

    line: ConsentLine
    service: str
    party_key: str
    party_name: str
    sha256: str
    document: Mapping[str, Any]
    intact: bool


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """
    What one look at a signature over a document found; ``verdict`` is valid, unsure or invalid.

    ``texts`` say it to staff, a sentence per finding, in the language of the page; ``signed_at`` is what the signer's
    own clock said.
    """

    id: int
    party_id: int | None
    verdict: str
    signed_at: datetime | None
    checked_at: datetime
    texts: tuple[str, ...]
    codes: tuple[str, ...]
