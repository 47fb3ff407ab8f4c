"""The records of a sample city: figures, households, names, and that they are an extract."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.blocks.people.register.extract import HEAD, Resident, residents_of
from madoguchi.blocks.people.sample_city import figures
from madoguchi.blocks.people.sample_city.city import city_records
from madoguchi.blocks.people.sample_city.difference import city_after, difference_records
from madoguchi.blocks.people.sample_city.drawing import stream
from madoguchi.blocks.people.sample_city.files import residents_file
from madoguchi.blocks.people.sample_city.households import Builder
from madoguchi.blocks.people.sample_city.names import lines_read
from madoguchi.blocks.people.sample_city.people import People
from madoguchi.blocks.people.testing import GROUND, layout_ready
from madoguchi.kernel.layouts import layout_read
from madoguchi.kernel.layouts.kind import Layout
from madoguchi.kit.check_characters import my_number_find
from madoguchi.kit.names import kana_normalise, name_normalise
from madoguchi.kit.variants import variants_search_fold

ON = date(2026, 5, 1)
COUNT = 3_000


@cache
def city(seed: int = 1, residents: int = COUNT, on: date = ON) -> tuple[Resident, ...]:
    return tuple(city_records(residents=residents, seed=seed, on=on, ground=GROUND))


@pytest.fixture
def layout(db: None) -> Layout:
    return layout_ready()


def age(one: Resident, on: date = ON) -> int:
    """The age as far as the birth is known; a year alone counts as its first day."""
    born = date.fromisoformat(f"{one.born}-01-01"[:10] if len(one.born) < 10 else one.born)
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def homes(records: tuple[Resident, ...] | list[Resident]) -> dict[str, list[Resident]]:
    found = defaultdict(list)
    for one in records:
        if one.is_resident:
            found[one.household].append(one)
    return found


def test_there_are_as_many_as_asked_and_as_many_of_each_age_as_published() -> None:
    living = [one for one in city() if one.is_resident]
    assert len(living) == COUNT
    known = [one for one in living if len(one.born) == 10]
    assert len(known) > 0.99 * COUNT
    shares = [sum(first <= age(one) <= last for one in known) / len(known) for first, last in figures.GROUPS]
    assert shares == pytest.approx([0.111, 0.587, 0.302], abs=0.005)


def test_at_full_size_the_shares_are_right_to_a_thousandth() -> None:
    people = People(figures.RESIDENTS, on=ON)
    counts = [sum(people.of_age(age) for age in range(first, last + 1)) for first, last in figures.GROUPS]
    assert sum(counts) == figures.RESIDENTS
    assert [count / figures.RESIDENTS for count in counts] == pytest.approx([0.111, 0.587, 0.302], abs=1e-5)
    women = [sum(people.left("2", age) for age in ages) for ages in (range(20), range(85, 107))]
    everybody = [sum(people.of_age(age) for age in ages) for ages in (range(20), range(85, 107))]
    assert women[0] / everybody[0] < 0.5 < 0.6 < women[1] / everybody[1]
    # Many were born from 1947 to 1949, few in the years around; some of 18 to 22 have left.
    born = {year: people.of_age(ON.year - year) for year in range(1940, 2012)}
    assert born[1948] > 1.1 * max(born[1945], born[1952])
    assert born[ON.year - 22] < born[ON.year - 16]


def test_households_are_of_about_two_and_make_sense() -> None:
    found = homes(city())
    assert COUNT / len(found) == pytest.approx(2.1, abs=0.08)
    sizes = Counter(len(home) for home in found.values())
    assert sizes[1] > sizes[2] > sizes[3] > sizes[4] > sizes[5] > 0
    relations = {one.relation for one in city()}
    assert {"世帯主", "妻", "夫", "子", "長男", "長女", "母", "子の妻", "子の子", "同居人"} <= relations
    for home in found.values():
        assert [one.relation for one in home].count(HEAD) == 1
    assert_families(city())


def assert_families(records: tuple[Resident, ...]) -> None:
    for home in homes(records).values():
        head = next(one for one in home if one.relation == HEAD)
        spouses = [one for one in home if one.relation in ("妻", "夫")]
        assert len(spouses) <= 1
        for spouse in spouses:
            assert spouse.sex == ("2" if spouse.relation == "妻" else "1") != head.sex
            assert min(age(spouse), age(head)) >= 18
        for one in home:
            last = one.relation.rpartition("の")[2]
            if last in {"子", "長男", "二男", "長女", "二女"} and "の" not in one.relation:
                assert age(head) - age(one) >= 17
                assert all(age(spouse) > age(one) for spouse in spouses)
            if one.relation in ("父", "母"):
                assert age(one) - age(head) >= 17
            if one.relation == "子の子":
                assert age(head) - age(one) >= 34


def test_names_come_from_the_lists_alone() -> None:
    families = {variants_search_fold(name) for name, _kana in lines_read("families")}
    given = {variants_search_fold(name) for *_cells, name, _kana in lines_read("given")}
    latin = {
        part for _kind, what, text, _kana in lines_read("foreign") for part in text.split() if what != "kanji"
    }
    kanji = {text for _kind, what, text, _kana in lines_read("foreign") if what == "kanji"}
    for one in city():
        if one.name in kanji:
            continue
        if "\u3000" in one.name:
            family, own = map(variants_search_fold, one.name.split("\u3000"))
            assert family in families, one.name
            assert own in given, one.name
        else:
            assert set(one.name.split(" ")) <= latin, one.name
    assert len(families) >= 600
    assert len(list(lines_read("given"))) >= 1_200


def test_names_and_readings_stand_as_they_are_kept() -> None:
    for one in city():
        assert (name_normalise(one.name), kana_normalise(one.kana)) == (one.name, one.kana)
    for name, kana in lines_read("families"):
        assert (name_normalise(name), kana_normalise(kana)) == (name, kana)
    for *_cells, name, kana in lines_read("given"):
        assert (name_normalise(name), kana_normalise(kana)) == (name, kana)


def test_every_kind_of_record_is_there_that_a_register_has_to_cope_with() -> None:
    whole = [one for seed in range(1, 5) for one in city(seed)]
    names = [one.name for one in whole]
    letters = set("".join(names))
    assert letters & set("髙﨑邊邉齋濵澤嶋德") >= set("髙﨑邊澤")
    assert any("\U000e0100" <= letter <= "\U000e01ef" for letter in letters)
    assert "𠮷" in letters
    assert any(len(name.partition("\u3000")[0]) == 1 for name in names if "\u3000" in name)
    foreign = [one for one in whole if one.name.isascii()]
    assert 0.005 < len(foreign) / len(whole) < 0.015
    assert any(one.kana for one in foreign)
    assert any(not one.kana for one in foreign)
    assert any(one.alias for one in foreign)
    assert any(" " not in one.name for one in foreign)
    assert max(len(one.name) for one in foreign) > 60
    assert max(len(one.kana) for one in whole if not one.name.isascii()) >= 11
    assert {len(one.born) for one in whole} >= {4, 10} or {len(one.born) for one in whole} >= {7, 10}
    assert any(one.born.endswith("-02-29") for one in whole)
    assert any(one.former_name for one in whole)
    assert {one.ended_by for one in whole} >= {"", "died", "moved_out", "abroad"}
    removed = sum(not one.is_resident for one in whole)
    assert removed / len(whole) == pytest.approx(0.02, abs=0.002)
    assert 0 < sum(bool(one.protected_from) for one in whole) / len(whole) < 0.004
    born = Counter(
        (seed, one.household, one.born) for seed in range(1, 5) for one in city(seed) if one.is_resident
    )
    assert max(born.values()) == 2
    same = Counter((one.name, one.born) for one in city() if one.is_resident)
    assert [pair for pair, count in same.items() if count == 2]
    assert any(date.fromisoformat(one.address_since).year < 2000 for one in whole)


def test_nobody_has_a_my_number() -> None:
    for one in city():
        assert len(one.number) == len(one.household) == 10
        assert not my_number_find(f"{one.address} {one.name}")


def test_the_records_are_a_full_extract(layout: Layout) -> None:
    read = residents_of(layout_read(layout, residents_file(layout, city())), full=True)
    assert tuple(read) == city()


@pytest.mark.parametrize("percent", [1, 10])
def test_a_difference_leads_to_a_full_extract_of_the_next_day(layout: Layout, percent: float) -> None:
    changes = difference_records(city(), percent=percent, seed=1, on=ON, ground=GROUND)
    assert len(changes) == pytest.approx(COUNT * percent / 100, abs=6)
    assert residents_of(layout_read(layout, residents_file(layout, changes)), full=False) == changes
    after = city_after(city(), changes)
    assert residents_of(layout_read(layout, residents_file(layout, after)), full=True) == after
    known = {one.number: one for one in city()}
    assert all(known.get(one.number) != one for one in changes)
    if percent == 10:
        assert {one.ended_by for one in changes} == {"", "died", "moved_out"}
        assert any(one.number not in known for one in changes)
        assert any(one.began_by == "born" and one.born == "2026-05-02" for one in changes)
        assert any(one.number in known and one.name != known[one.number].name for one in changes)
        assert any(
            one.is_resident and not known[one.number].is_resident for one in changes if one.number in known
        )
    assert changes == difference_records(city(), percent=percent, seed=1, on=ON, ground=GROUND)


def test_a_seed_gives_the_same_bytes_in_every_process(layout: Layout) -> None:
    ours = residents_file(layout, city(7, 300))
    code = (
        "import django, hashlib, sys; django.setup();"
        "from datetime import date;"
        "from madoguchi.blocks.people.sample_city.city import city_records;"
        "from madoguchi.blocks.people.testing import GROUND;"
        "records = city_records(residents=300, seed=7, on=date(2026, 5, 1), ground=GROUND);"
        "print(hashlib.sha256(repr(records).encode()).hexdigest())"
    )
    answers = set()
    for seed in ("1", "2"):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "DJANGO_SETTINGS_MODULE": "madoguchi.config.settings",
        }
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        answers.add(done.stdout)
    assert len(answers) == 1
    assert residents_file(layout, city_records(residents=300, seed=7, on=ON, ground=GROUND)) == ours
    assert residents_file(layout, city(8, 300)) != ours


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    residents=st.integers(50, 400),
    day=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
)
def test_any_small_city_is_whole(seed: int, residents: int, day: date) -> None:
    built = Builder(People(residents, on=day), stream(seed, "households")).build()
    assert sum(len(home.members) for home in built) == residents
    records = city_records(residents=residents, seed=seed, on=day, ground=GROUND)
    for home in homes(records).values():
        assert [one.relation for one in home].count(HEAD) == 1
    for one in records:
        assert one.resident_since <= one.address_since <= day.isoformat()
        assert len(one.born) < 10 or one.born <= one.resident_since
        assert not one.ended_on or one.address_since < one.ended_on <= day.isoformat()
    assert len({one.number for one in records}) == len(records)
    changes = difference_records(records, percent=5, seed=seed, on=day, ground=GROUND)
    after = homes(city_after(records, changes))
    for home in after.values():
        assert [one.relation for one in home].count(HEAD) == 1, home
