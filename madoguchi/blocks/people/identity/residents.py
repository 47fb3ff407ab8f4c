"""
From a cookie to the resident who sends it, and whose record is open.

A session lives while it is used: half an hour without a request ends it, three minutes on a shared terminal.
The answer to whether it lives is worked out, not written: a request that comes too late finds nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.http import HttpRequest

from madoguchi.blocks.people.identity.digests import digest_of
from madoguchi.blocks.people.mandates.standing import mandates_holding
from madoguchi.blocks.people.models import Mandate, Party, PartyName, ResidentAccount, ResidentSession
from madoguchi.kernel.clock import day_of
from madoguchi.kernel.db.two_times import believed
from madoguchi.kernel.rights import Record, Viewer

COOKIE = "madoguchi_resident"
IDLE = timedelta(minutes=30)
IDLE_SHARED = timedelta(minutes=3)
SEEN_EVERY = timedelta(minutes=1)
SEEN_EVERY_SHARED = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Resident:
    """
    A signed-in resident on one request; ``record_name`` is whose record is open, ``own_name`` who is signed in.

    ``lapsed`` says that he was acting for somebody and no longer may.
    """

    session: ResidentSession
    account: ResidentAccount
    viewer: Viewer
    own_name: str
    record_name: str
    lapsed: bool = False

    @property
    def idle_seconds(self) -> int:
        """How long the session lives without a request."""
        return int(_idle(self.session).total_seconds())

    @property
    def acting(self) -> Mandate | None:
        """The mandate under which another's record is open."""
        return self.session.acting if self.viewer.record and self.viewer.record.mandate else None


def resident_of(request: HttpRequest) -> Resident | None:
    """Give the signed-in resident of a request, if any (the middleware put it there)."""
    found: Resident | None = getattr(request, "resident", None)
    return found or None


def resident_found(token: str, moment: datetime) -> Resident | None:
    """Find whose cookie this is, and note now and then that it was used."""
    sessions = ResidentSession.objects.select_related(
        "account__party__merged_into", "means", "acting__grantor"
    )
    session = sessions.filter(digest=digest_of(token), ended_at=None, ends_at__gt=moment).first()
    if session is None or session.account.closed_at is not None or session.means.ended_at is not None:
        return None
    if moment - session.seen_at > _idle(session):
        return None
    if moment - session.seen_at > (SEEN_EVERY_SHARED if session.shared else SEEN_EVERY):
        session_stay(session, moment)
    return _resident(session, day_of(moment))


def session_stay(session: ResidentSession, moment: datetime) -> None:
    """Note that a session is being used."""
    ResidentSession.objects.filter(pk=session.pk, ended_at=None).update(seen_at=moment)


def sessions_open(account: ResidentAccount, moment: datetime) -> list[ResidentSession]:
    """Give the sessions of an account that a browser could still go on with, the last used first."""
    rows = account.sessions.filter(ended_at=None, ends_at__gt=moment).select_related("means")
    return [row for row in rows.order_by("-seen_at") if moment - row.seen_at <= _idle(row)]


def sessions_tidy(*, now: datetime) -> int:
    """End the sessions whose time is up, and forget what the card said in them; how many there were."""
    idle = Q(shared=False, seen_at__lt=now - IDLE) | Q(shared=True, seen_at__lt=now - IDLE_SHARED)
    late = ResidentSession.objects.filter(idle | Q(ends_at__lte=now), ended_at=None)
    return late.update(ended_at=now, ended_by="idle", claims={})


def _resident(session: ResidentSession, on: date) -> Resident:
    account = session.account
    own = _standing(account.party) if account.party else None
    record = _record(own) if own else None
    lapsed = False
    open_party = own
    if session.acting is not None and own is not None:
        mandate = session.acting
        held = bool(mandates_holding(Mandate.objects.filter(pk=mandate.pk, delegate__in=_ids(own)), on))
        lapsed = not held
        if held:
            open_party = _standing(mandate.grantor)
            services = None if "*" in mandate.services else frozenset(mandate.services)
            record = Record(open_party.pk, _ids(open_party), mandate.key, services)
    names = _names([party.pk for party in (own, open_party) if party], on)
    own_name = names.get(own.pk, "") if own else ""
    viewer = Viewer(
        kind="resident", key=f"resident:{account.key}", on=on, name=own_name, record=record,
        assurance=session.assurance,
    )  # fmt: skip
    record_name = names.get(open_party.pk, "") if open_party else ""
    return Resident(session, account, viewer, own_name, record_name, lapsed)


def _idle(session: ResidentSession) -> timedelta:
    return IDLE_SHARED if session.shared else IDLE


def _standing(party: Party) -> Party:
    return party.merged_into or party


def _ids(party: Party) -> frozenset[int]:
    return frozenset([party.pk, *Party.objects.filter(merged_into=party).values_list("pk", flat=True)])


def _record(party: Party) -> Record:
    return Record(party.pk, _ids(party))


def _names(ids: list[int], on: date) -> dict[int, str]:
    rows = PartyName.objects.filter(believed(), party__in=ids, use=PartyName.Use.OFFICIAL, starts_on__lte=on)
    return dict(rows.order_by("starts_on").values_list("party_id", "name"))
