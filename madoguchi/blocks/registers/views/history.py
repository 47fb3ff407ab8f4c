"""What happened to a record: who, when, from which day, what changed from and to, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext

from madoguchi.blocks.people.queries import office_names
from madoguchi.blocks.registers.models import Record, Version
from madoguchi.blocks.registers.presentation import Shown
from madoguchi.kernel.models import AuditRow

Kind = Version.Kind
TONES = {
    Kind.ADDED: "success", Kind.CORRECTED: "warning", Kind.RETIRED: "error", Kind.REVIVED: "info",
}  # fmt: skip
EVENTS = ("added", "changed", "corrected", "retired", "revived", "split")
ABSENT = "–"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed: its label, what it was and what it is."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Happening:
    """
    One thing that was done to a record.

    :param starts_on: the first day for which it speaks; ``last`` the last one, None where it goes on.
    :param corrected: it says that what was recorded before was never so.
    """

    at: datetime
    kind: str
    label: str
    tone: str
    who: str
    reason: str
    starts_on: date | None
    last: date | None
    differences: tuple[Difference, ...]
    corrected: bool = False


def happenings(shown: Shown, record: Record, seen: frozenset[str], *, on: date) -> list[Happening]:
    """Give what happened to a record, the newest first; three queries however much that is."""
    rows = list(
        Version.objects.filter(record=record)
        .select_related("parent")
        .order_by("entered_at", "starts_on", "pk")
    )
    people = _people(record)
    offices = office_names(office_ids={row.office_id for row in rows}, on=on)
    telling = _Telling(shown, record, seen, rows, people, offices)
    moments = sorted(
        {row.entered_at for row in rows} | {row.withdrawn_at for row in rows if row.withdrawn_at}
    )
    return [one for moment in reversed(moments) for one in telling.at(moment)]


def _people(record: Record) -> dict[datetime, tuple[str, str]]:
    """Give who did something and as what, by moment: the trail has the office and post of that day."""
    found = AuditRow.objects.filter(
        subject_kind=record.subject().kind, subject_key=record.number,
        event__in=[f"registers.record_{event}" for event in EVENTS] + ["registers.records_merged"],
    )  # fmt: skip
    lines = found.values_list("at", "actor_key", "actor_office", "actor_post")
    return {at: (key, f"{office} {post}".strip()) for at, key, office, post in lines}


class _Telling:
    """Turns versions into what happened."""

    def __init__(
        self, shown: Shown, record: Record, seen: frozenset[str], rows: Sequence[Version],
        people: Mapping[datetime, tuple[str, str]], offices: Mapping[int, str],
    ) -> None:  # fmt: skip
        self.shown, self.record, self.seen, self.people, self.offices = shown, record, seen, people, offices
        self.rows = rows
        self._entered: dict[datetime, list[Version]] = defaultdict(list)
        for row in rows:
            self._entered[row.entered_at].append(row)

    def at(self, moment: datetime) -> Iterable[Happening]:
        """Tell what was done at one moment; rows that only had their period cut say nothing by themselves."""
        entered = self._entered.get(moment, [])
        told = [one for row in entered if (one := self._told(row)) is not None]
        ended = self._ended(moment)
        if ended is not None and not told:
            told.append(ended)
        return told

    def _told(self, row: Version) -> Happening | None:
        before = self._before(row)
        differences = self._differences(before, row) if before is not None else ()
        if row.kind == Kind.CARRIED and not differences:
            return None
        label, kind = row.get_kind_display(), row.kind
        if kind == Kind.CARRIED:
            label = gettext("合計の計算し直し")
        corrected = kind == Kind.CORRECTED
        last = date.fromordinal(row.ends_on.toordinal() - 1) if row.ends_on is not None else None
        return Happening(
            row.entered_at, kind, label, TONES.get(Kind(kind), "neutral"), self._who(row.entered_at, row.entered_by),
            row.reason, row.starts_on, last, differences, corrected,
        )  # fmt: skip

    def _before(self, row: Version) -> Version | None:
        """Give what was believed of the first day of a version just before it was entered."""
        for other in self.rows:
            believed = other.entered_at < row.entered_at and (
                other.withdrawn_at is None or other.withdrawn_at >= row.entered_at
            )
            if believed and other.holds_on(row.starts_on):
                return other
        return None

    def _ended(self, moment: datetime) -> Happening | None:
        """Tell an end: until then it went on, and from then on it does not."""
        before = [
            row
            for row in self.rows
            if row.entered_at < moment and (row.withdrawn_at is None or row.withdrawn_at >= moment)
        ]
        after = [
            row
            for row in self.rows
            if row.entered_at <= moment and (row.withdrawn_at is None or row.withdrawn_at > moment)
        ]
        if not any(row.ends_on is None for row in before) or any(row.ends_on is None for row in after):
            return None
        day = max((row.ends_on for row in after if row.ends_on), default=None)
        known = self.record.retired_on is not None and self.record.retired_on == (
            day or self.record.retired_on
        )
        reason = self.record.retired_reason if known else ""
        entered = next(iter(self._entered.get(moment, [])), None)
        who = self._who(moment, entered.entered_by if entered is not None else "")
        starts_on = day or self.record.retired_on
        return Happening(
            moment, Kind.RETIRED, str(Kind.RETIRED.label), "error", who, reason, starts_on, None, ()
        )

    def _who(self, moment: datetime, key: str) -> str:
        found, seat = self.people.get(moment, (key, ""))
        number = (found or key).removeprefix("staff:")
        if number == "system":
            return gettext("システム")
        return gettext("%(seat)s（%(number)s）") % {"seat": seat, "number": number} if seat else number

    def _differences(self, before: Version, row: Version) -> tuple[Difference, ...]:
        found = [
            Difference(
                self.shown.schema.label(key), self._text(key, before.payload), self._text(key, row.payload)
            )
            for key in self.shown.schema.fields
            if key in self.seen and before.payload.get(key) != row.payload.get(key)
        ]
        if before.office_id != row.office_id:
            names = [self.offices.get(pk, ABSENT) for pk in (before.office_id, row.office_id)]
            found.append(Difference(gettext("持ち主の組織"), *names))
        if before.parent_id != row.parent_id:
            names = [one.number if one is not None else ABSENT for one in (before.parent, row.parent)]
            found.append(Difference(self.shown.schema.words("parent.label"), *names))
        hidden = sum(
            before.payload.get(key) != row.payload.get(key)
            for key in self.shown.schema.fields
            if key not in self.seen
        )
        if hidden:
            words = gettext("見る権限のない%(count)d項目") % {"count": hidden}
            found.append(Difference(words, ABSENT, gettext("変わりました")))
        return tuple(found)

    def _text(self, key: str, payload: Mapping[str, Any]) -> str:
        return self.shown.text(key, payload.get(key)) or ABSENT
