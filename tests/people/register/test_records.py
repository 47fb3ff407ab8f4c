"""What a record of a known person comes down to: corrections, stays of a day, protections, what others entered."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from madoguchi.blocks.people.actions import birth_put, name_put, person_open
from madoguchi.blocks.people.models import (
    Birth,
    FeedDelivery,
    Membership,
    PartyAddress,
    PartyName,
    Protection,
    Residence,
    Source,
)
from madoguchi.blocks.people.testing import (
    DAY,
    NOW,
    duty_viewer,
    feed_bring,
    feed_run,
    layout_ready,
    record,
    viewer_with,
)
from madoguchi.kernel.db.two_times import believed
from tests.people.register.whose import names, party, spans

pytestmark = pytest.mark.django_db
LONG_AGO = date(2020, 4, 1)
OTHERS = [record(number) for number in range(10, 60)]
ONE_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def layout() -> None:
    layout_ready()


@pytest.mark.parametrize("known", [True, False])
def test_a_resident_of_less_than_a_day_is_one_for_a_day(known: bool) -> None:
    feed_run(OTHERS)
    day = date(2026, 5, 3)
    text = day.strftime("%Y%m%d")
    baby: dict[str, Any] = {"born": text, "address_since": text, "resident_since": text, "began_by": "2"}
    gone = {"ended_on": text, "ended_by": "2", "died": text, "changed_on": text}
    if known:
        feed_run([record(1, **baby)], sequence=1)
    feed_run([record(1, **baby, **gone)], sequence=2 if known else 1)
    assert spans(Residence, 1) == [(day, day + ONE_DAY)]
    assert Birth.objects.get(believed(), party=party(1)).died == day.isoformat()


def test_a_protection_that_ends_before_it_begins_is_refused_and_one_of_no_day_hides_a_day() -> None:
    wrong = feed_bring([record(1, protected_from="20260501", protected_to="20260430")])
    assert (wrong.state, "支援措置の終わりの日" in wrong.problems[0]) == (FeedDelivery.State.REFUSED, True)
    feed_run([record(1, protected_from="20260501", protected_to="20260501"), *OTHERS])
    assert spans(Protection, 1) == [(date(2026, 5, 1), date(2026, 5, 2))]


@pytest.mark.parametrize("day", ["20260501", "20260101", "20250101", ""])
def test_a_protection_ends_however_old_the_last_change_is(day: str) -> None:
    feed_run([*OTHERS, record(1, protected_from="20260101"), record(2, protected_from="20260601")])
    feed_run([record(1, changed_on=day), record(2, changed_on=day)], sequence=1)
    assert spans(Protection, 1) == [
        (date(2026, 1, 1), date(2026, 5, 1) if day == "20260501" else DAY),
    ]
    assert not spans(Protection, 2)
    assert Protection.objects.filter(party=party(2)).exists()


RENAMED = {"name": "水無　月子", "changed_on": "20260501"}
BORNE: list[tuple[str, dict[str, str], list[tuple[str, date, date | None]]]] = [
    ("cancelled", {"changed_on": "20200401"}, [("試験　人1", LONG_AGO, None)]),
    ("another from before", {"name": "水無　星", "changed_on": "20260415"},
     [("試験　人1", LONG_AGO, date(2026, 4, 15)), ("水無　星", date(2026, 4, 15), None)]),
    ("borne since before", {**RENAMED, "changed_on": "20260415"},
     [("試験　人1", LONG_AGO, date(2026, 4, 15)), ("水無　月子", date(2026, 4, 15), None)]),
    ("an old change of something else", {**RENAMED, "changed_on": "20200401", "sex": "2"},
     [("試験　人1", LONG_AGO, date(2026, 5, 1)), ("水無　月子", date(2026, 5, 1), None)]),
    ("a later one", {"name": "水無　星", "changed_on": "20260510"},
     [("試験　人1", LONG_AGO, date(2026, 5, 1)), ("水無　月子", date(2026, 5, 1), date(2026, 5, 10)),
      ("水無　星", date(2026, 5, 10), None)]),
]  # fmt: skip


@pytest.mark.parametrize(("values", "borne"), [case[1:] for case in BORNE], ids=[case[0] for case in BORNE])
def test_the_last_record_says_what_a_person_is_called_now(
    values: dict[str, str], borne: list[tuple[str, date, date | None]]
) -> None:
    feed_run([record(1), *OTHERS])
    feed_run([record(1, **RENAMED)], sequence=1)
    feed_run([record(1, **values)], sequence=2)
    assert names(1) == borne


def test_an_alias_that_is_no_more_is_gone_even_if_it_began_after_the_last_change() -> None:
    feed_run([record(1), record(2, alias="ＭＯＯＮ"), *OTHERS])
    feed_run([record(1, alias="ＭＯＯＮ", changed_on="20260501")], sequence=1)
    feed_run([record(1, changed_on="20200401"), record(2, changed_on="20260502")], sequence=2)
    assert names(1, "alias") == []
    assert names(2, "alias") == [("ＭＯＯＮ", LONG_AGO, date(2026, 5, 2))]
    feed_run([record(2, changed_on="20200401", sex="2")], sequence=3)
    assert names(2, "alias") == [("ＭＯＯＮ", LONG_AGO, date(2026, 5, 2))]


def test_what_the_counter_entered_stays_until_the_register_speaks() -> None:
    feed_run([record(1), record(2), *OTHERS])
    keeper = viewer_with("people.party_keep")
    for number in (1, 2):
        name_put(actor=keeper, party_key=party(number).key, name="ＭＯＯＮ", use="alias",
                 starts_on=date(2025, 4, 1), now=NOW)  # fmt: skip
    feed_run([record(1, sex="2", changed_on="20260501"), record(2, gone="1")], sequence=1)
    assert names(1, "alias") == names(2, "alias") == [("ＭＯＯＮ", date(2025, 4, 1), None)]
    birth_put(actor=keeper, party_key=party(2).key, born="1971", now=NOW)
    feed_run([record(2, gone="1", sex="2")], sequence=2)
    assert Birth.objects.get(believed(), party=party(2)).born == "1971"
    feed_run([record(1, sex="2", alias="ＳＵＮ", changed_on="20260510")], sequence=3)
    assert names(1, "alias") == [
        ("ＭＯＯＮ", date(2025, 4, 1), date(2026, 5, 10)), ("ＳＵＮ", date(2026, 5, 10), None),
    ]  # fmt: skip
    sources = PartyName.objects.filter(believed(), party=party(1), use="alias").order_by("starts_on")
    assert list(sources.values_list("source", flat=True)) == [Source.COUNTER, Source.REGISTER]


@pytest.mark.parametrize("again", ["20260505", "20260508", ""])
def test_who_never_left_never_left_the_household(again: str) -> None:
    home = {"household": "1010", "relation": "子"}
    feed_run([record(1, **home), *OTHERS])
    feed_run([record(1, **home, ended_on="20260505", ended_by="1", changed_on="20260505")], sequence=1)
    feed_run([record(1, **home, changed_on=again)], sequence=2)
    for model in (Residence, Membership, PartyAddress):
        assert spans(model, 1) == [(LONG_AGO, None)]


def test_days_that_are_none_and_readings_of_foreign_names() -> None:
    none = {"changed_on": "00000000", "protected_from": "00000000", "protected_to": "99999999"}
    feed_run([record(1, kana="ジャン＝ポール", ended_on="99999999", died="99999999", **none), *OTHERS])
    assert spans(Residence, 1) == [(LONG_AGO, None)]
    sees = duty_viewer("people.identity_view")
    card = person_open(actor=sees, key=party(1).key, now=NOW).card
    assert (card.status, card.kana) == ("resident", "ジャン・ポール")
