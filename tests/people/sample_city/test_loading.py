"""A sample city in the database: by the path of the register, once, never among others."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from madoguchi.blocks.people.actions import (
    CityInhabited,
    SampleCityThere,
    feed_apply,
    feed_receive,
    household_open,
    sample_city_make,
)
from madoguchi.blocks.people.models import (
    FeedDelivery,
    Mandate,
    Membership,
    Party,
    PartyAddress,
    PartyName,
    PartyNumber,
    Protection,
    Residence,
)
from madoguchi.blocks.people.queries import cast_sign_ins, sample_city_file
from madoguchi.blocks.people.sample_city.cast import cast_parties, residents_load
from madoguchi.blocks.people.sample_city.city import city_records
from madoguchi.blocks.people.sample_city.difference import city_after, difference_records
from madoguchi.blocks.people.sample_city.ground import NoTowns, ground_on
from madoguchi.blocks.people.testing import (
    NOW,
    duty_viewer,
    feed_run,
    layout_ready,
    papers_ready,
    person_make,
    record,
    viewer_with,
)
from madoguchi.blocks.people.testing.feeds import BRINGER
from madoguchi.blocks.places.files import areas_load
from madoguchi.config.environment import SAMPLE_CITY
from madoguchi.kernel.db.two_times import believed, known_on
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.rights import NotAllowed, system_viewer

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 12)

HOUSE = system_viewer(on=DAY, duty="試験")
RESIDENTS = 400
LAYOUT = "residents.juki"


@pytest.fixture
def towns() -> None:
    layout_ready()
    areas_load(SAMPLE_CITY / "areas.yaml", actor=HOUSE, now=NOW)


@pytest.fixture
def city(towns: None) -> None:
    sample_city_make(actor=HOUSE, residents=RESIDENTS, seed=1, as_of=DAY, now=NOW)


def test_the_city_is_loaded_as_a_first_file_would_be(city: None) -> None:
    delivery = FeedDelivery.objects.get()
    assert (delivery.state, delivery.extent, delivery.layout) == ("applied", "full", LAYOUT)
    assert Residence.objects.filter(known_on(DAY)).count() == RESIDENTS
    assert PartyNumber.objects.filter(system=LAYOUT).count() == delivery.counts["new"] > RESIDENTS
    heads = Membership.objects.filter(known_on(DAY), kind="household", head=True)
    assert heads.count() == heads.values("group").distinct().count()
    assert not PartyName.objects.filter(name_key="").exists()
    assert Protection.objects.filter(known_on(DAY)).exists()
    row = AuditRow.objects.get(event="people.sample_city_made")
    assert json.loads(row.detail)["seed"] == 1


def test_every_address_is_understood_to_the_house(city: None) -> None:
    rows = PartyAddress.objects.filter(known_on(DAY))
    assert rows.count() == RESIDENTS
    assert set(rows.values_list("level", flat=True)) <= {"house", "building"}
    assert not rows.filter(area="").exists()


def test_its_own_file_says_nothing_new_and_its_difference_applies(city: None) -> None:
    whole = sample_city_file(residents=RESIDENTS, seed=1, as_of=DAY, layout=LAYOUT)
    given: dict[str, Any] = {"actor": BRINGER, "layout_key": LAYOUT, "file_name": "x.csv", "now": NOW}
    same = feed_receive(**given, extent="full", content=whole, as_of=DAY)
    assert (same.state, same.counts["same"], same.counts["changed"]) == (
        "checked",
        FeedDelivery.objects.exclude(pk=same.pk).get().counts["new"],
        0,
    )
    changes = sample_city_file(residents=RESIDENTS, seed=1, as_of=DAY, layout=LAYOUT, difference=2)
    tomorrow = date(2026, 5, 13)
    given["now"] = NOW + timedelta(days=1)
    delivery = feed_receive(**given, extent="difference", content=changes, as_of=tomorrow, sequence=1)
    assert (delivery.state, delivery.problems) == ("checked", [])
    feed_apply(actor=BRINGER, delivery_id=delivery.pk, now=NOW)
    records = city_records(residents=RESIDENTS, seed=1, on=DAY, ground=ground_on(DAY))
    after = city_after(records, difference_records(records, percent=2, seed=1, on=DAY, ground=ground_on(DAY)))
    living = {one.number: one for one in after if one.is_resident}
    rows = Residence.objects.filter(known_on(tomorrow), party__numbers__system=LAYOUT)
    assert set(rows.values_list("party__numbers__number", flat=True)) == set(living)
    memberships = Membership.objects.filter(known_on(tomorrow), kind="household").select_related("group")
    system = f"{LAYOUT}/household"
    found = memberships.filter(group__numbers__system=system, party__numbers__system=LAYOUT)
    values = found.values_list("party__numbers__number", "group__numbers__number", "relation")
    assert {number: rest for number, *rest in values} == {
        number: [one.household, one.relation] for number, one in living.items()
    }


def test_the_same_city_is_made_once_and_another_never_beside_it(city: None) -> None:
    before = Party.objects.count()
    with pytest.raises(SampleCityThere):
        sample_city_make(actor=HOUSE, residents=RESIDENTS, seed=1, as_of=DAY, now=NOW)
    with pytest.raises(CityInhabited):
        sample_city_make(actor=HOUSE, residents=RESIDENTS, seed=2, as_of=DAY, now=NOW)
    with pytest.raises(NotAllowed):
        sample_city_make(actor=viewer_with(), residents=RESIDENTS, seed=1, as_of=DAY, now=NOW)
    assert Party.objects.count() == before


def test_nobody_invented_is_put_among_residents_nor_where_there_are_no_towns(towns: None) -> None:
    person_make()
    with pytest.raises(CityInhabited):
        sample_city_make(actor=HOUSE, residents=60, seed=1, as_of=DAY, now=NOW)
    with pytest.raises(NoTowns):
        ground_on(date(1950, 1, 1))


def test_a_widow_heads_her_household_from_the_day_of_her_husband_s_death() -> None:
    layout_ready()
    lived = {"household": "77", "address_since": "19900401", "resident_since": "19900401"}
    dead = {"ended_on": "20240310", "ended_by": "2", "died": "20240310"}
    feed_run(
        [
            record(1, **lived, sex="2", name="水無　月子"),
            record(2, **lived, **dead),
            record(3, **lived, relation="子"),
        ]
    )
    sees = duty_viewer("people.identity_view", "people.household_view", "people.history_view")
    key = PartyNumber.objects.get(system=f"{LAYOUT}/household", number="77").party.key
    before = household_open(actor=sees, key=key, on=date(2024, 3, 9), now=NOW)
    assert {member.card.name: member.relation for member in before} == {
        "試験　人2": "世帯主", "水無　月子": "", "試験　人3": "子",
    }  # fmt: skip
    after = household_open(actor=sees, key=key, on=date(2024, 3, 10), now=NOW)
    assert {member.card.name: member.relation for member in after} == {
        "水無　月子": "世帯主",
        "試験　人3": "子",
    }


def test_an_address_is_read_with_the_towns_of_its_last_day(towns: None) -> None:
    old = {"address": "みなも市新田開3番1号", "address_since": "19800401", "resident_since": "19800401"}
    left = {"ended_on": "20100401", "ended_by": "1"}
    new = {"address": "みなも市新開町3番1号", "address_since": "19800401", "resident_since": "19800401"}
    feed_run([record(1, **old, **left), record(2, **new)])
    rows = PartyAddress.objects.filter(believed()).order_by("party")
    assert [(row.area, row.quality) for row in rows] == [("town.0011000", "exact")] * 2


# The command


def run(*arguments: str) -> Any:
    out = StringIO()
    call_command("sample_city", *arguments, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def test_the_command_makes_and_writes(tmp_path: Path) -> None:
    layout_ready()
    file, other = tmp_path / "city.csv", tmp_path / "difference.csv"
    day = ("--as-of", "2026-05-12")
    answer = run("--residents", "60", "--seed", "3", *day, "--write", str(file))
    assert answer == {"residents": 60, "seed": 3, "as_of": "2026-05-12", "written": str(file)}
    assert not Party.objects.exists()
    run("--residents", "60", "--seed", "3", *day, "--difference", "5", "--write", str(other))
    assert 3 <= other.read_text().count("\n") - 2 <= 9
    made = run("--residents", "60", "--seed", "3", *day)
    assert made["made"]
    assert made["records"] == file.read_text().count("\n") - 2
    assert not run("--residents", "60", "--seed", "3", *day)["made"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--residents", "3"], 2, "--residents"),
        (["--as-of", "yesterday"], 2, "--as-of"),
        (["--difference", "1"], 2, "--write"),
        (["--difference", "0", "--write", "x.csv"], 2, "--difference"),
        (["--residents", "60", "--write", "/nowhere/x.csv"], 1, "書けません"),
    ],
)
def test_the_command_refuses(arguments: list[str], code: int, words: str) -> None:
    layout_ready()
    with pytest.raises(CommandError, match=words) as refused:
        call_command("sample_city", *arguments, stderr=StringIO())
    assert refused.value.returncode == code
    assert not Party.objects.exists()


def test_a_real_city_gets_no_invented_people(settings: Any, tmp_path: Path) -> None:
    settings.CITY_DIR = tmp_path
    with pytest.raises(CommandError, match="MADOGUCHI_CITY"):
        call_command("sample_city", stderr=StringIO())


# The demo


def test_the_demo_has_a_small_city_and_its_cast(towns: None) -> None:
    papers_ready()
    file = SAMPLE_CITY / "residents.yaml"
    assert cast_sign_ins(file) == []
    residents_load(file, actor=HOUSE, now=NOW)
    parties = cast_parties(file)
    names = {word: PartyName.objects.get(party=party).name for word, party in parties.items()}
    assert (names["tsukiko"], names["hajime"]) == ("水無　月子", "河井　一")
    officers = Membership.objects.filter(kind="officer", head=True).order_by("pk")
    assert [row.party for row in officers] == [parties["hajime"], parties["mio"]]
    assert Residence.objects.filter(known_on(DAY)).count() == 1_200 + len(parties)
    for one in cast_sign_ins(file):
        page = Client().post("/sign-in/counter/", {"number": one.number, "passphrase": one.passphrase})
        assert page.headers["Location"] == "/me/", "the passphrase is the person's own: nothing more is asked"
    acting = {(row.grantor, row.delegate) for row in Mandate.objects.all()}
    assert (parties["hoshi"], parties["tsukiko"]) in acting
    before = Party.objects.count(), AuditRow.objects.count()
    residents_load(file, actor=HOUSE, now=NOW)
    assert (Party.objects.count(), AuditRow.objects.count()) == before


def test_the_demo_leaves_other_residents_alone(towns: None) -> None:
    person_make()
    residents_load(SAMPLE_CITY / "residents.yaml", actor=HOUSE, now=NOW)
    assert Residence.objects.count() == 1
