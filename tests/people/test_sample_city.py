"""The fictional city: it loads, loading it twice changes nothing, and it says what the plans need."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from madoguchi.blocks.people.models import Holding, OfficeName, RoleGrant, StaffMember, User
from madoguchi.blocks.people.organisation import organisation
from madoguchi.blocks.people.queries import (
    deputies_on,
    holders_on,
    office_find,
    office_on,
    offices_carrying,
    posts_without_holder,
)
from madoguchi.blocks.people.rows import SHEETS, rows_known
from madoguchi.blocks.people.sample import accounts_load, organisation_load, password_of_file, rows_of_file
from madoguchi.blocks.people.testing import NOW, viewer_with
from madoguchi.config.environment import SAMPLE_CITY
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.rights import system_viewer
from madoguchi.kernel.stamps import stamped_forget
from madoguchi.kit.yaml12 import yaml_load

pytestmark = pytest.mark.django_db

FILE = SAMPLE_CITY / "organisation.yaml"
SERVICES = Path(SAMPLE_CITY).parent.parent / "services"
BEFORE, AFTER = date(2026, 3, 31), date(2026, 4, 1)
SYSTEM = system_viewer(on=NOW.date(), duty="試験")


@pytest.fixture
def city() -> None:
    organisation_load(FILE, actor=SYSTEM, now=NOW)
    stamped_forget()


def named(on: date) -> set[str]:
    return {office.name for office in organisation().day(on).in_order()}


@pytest.mark.usefixtures("city")
def test_loading_twice_is_harmless() -> None:
    rows, audit = rows_known(), AuditRow.objects.count()
    assert all(rows[name] for name in SHEETS)
    assert organisation_load(FILE, actor=SYSTEM, now=NOW) == 0
    assert rows_known() == rows
    assert AuditRow.objects.count() == audit


@pytest.mark.usefixtures("city")
def test_every_office_of_the_sample_plan_is_found_by_its_printed_name() -> None:
    plan = yaml_load((SERVICES / "dx_plan/samples/tokushima-2019.yaml").read_text(encoding="utf-8"))
    printed = {name for item in _items(plan) for name in item}
    assert len(printed) >= 20
    for name in printed:
        assert office_find(name=name, on=date(2019, 10, 1)) is not None, name


def _items(node: object) -> list[list[str]]:
    if isinstance(node, dict):
        found = [list(node["offices"])] if isinstance(node.get("offices"), list) else []
        return found + [inner for value in node.values() for inner in _items(value)]
    if isinstance(node, list):
        return [inner for value in node for inner in _items(value)]
    return []


@pytest.mark.usefixtures("city")
def test_the_first_of_april_is_data() -> None:
    digital = office_on(key="digital", on=BEFORE)
    assert digital is not None
    assert (digital.name, digital.path[-2]) == ("情報推進課", "総務部")
    renamed = office_on(key="digital", on=AFTER)
    assert renamed is not None
    assert (renamed.id, renamed.name, renamed.path[-2]) == (digital.id, "デジタル推進課", "企画政策部")
    assert {"観光課", "文化振興課", "市民環境政策課"} <= named(BEFORE)
    assert {"にぎわい交流課", "環境政策課", "資源循環課", "産業観光部"} <= named(AFTER)
    assert not {"観光課", "文化振興課", "市民環境政策課"} & named(AFTER)
    before, after = ({o.key: o.id for o in organisation().day(day).in_order()} for day in (BEFORE, AFTER))
    assert offices_carrying(office_id=before["kanko"], on=AFTER) == {after["nigiwai"]}
    assert offices_carrying(office_id=before["bunka"], on=AFTER) == {after["nigiwai"]}
    assert offices_carrying(office_id=before["shimin-kankyo"], on=AFTER) == {after["kankyo"], after["shigen"]}
    assert 40 <= len(after) <= 60


@pytest.mark.usefixtures("city")
def test_who_held_what() -> None:
    def holder(post: str, on: date) -> list[tuple[str, str]]:
        return [(held.staff_name, held.kind) for held in holders_on(post_key=post, on=on)]

    assert holder("somu.chief", BEFORE) == [("齋藤 凪", "main")]
    assert holder("somu.chief", AFTER) == [("早瀬 千里", "main")]
    assert holder("kasen.chief", AFTER) == [("堤 大河", "acting")]
    assert holder("kaikei.chief", AFTER) == [("𠮷水 澄", "concurrent")]
    assert posts_without_holder(on=date(2026, 9, 30)) == []
    assert posts_without_holder(on=date(2026, 10, 1)) == ["nozei.chief"]
    assert [held.staff_name for held in deputies_on(post_key="nozei.chief", on=date(2026, 10, 1))] == [
        "分納 翠"
    ]


@pytest.mark.usefixtures("city")
def test_names_keep_their_glyphs_and_everybody_has_a_reading() -> None:
    names = "".join(StaffMember.objects.values_list("name", flat=True))
    for glyph in "髙﨑邊𠮷濵齋瀨栁桒":
        assert glyph in names
    assert 60 <= StaffMember.objects.count() <= 90
    assert not StaffMember.objects.filter(kana="").exists()
    assert not StaffMember.objects.exclude(holdings__isnull=False).exists()


@pytest.mark.usefixtures("city")
def test_roles_stand_where_the_demo_needs_them() -> None:
    def posts(role: str, scope: str) -> set[str]:
        grants = RoleGrant.objects.filter(role=role)
        assert set(grants.values_list("scope", flat=True)) == {scope}
        return set(grants.values_list("post__key", flat=True))

    assert posts("dx_plan/officer", "all") == {"digital.dx"}
    assert posts("city_hall/system", "all") == {"digital.system"}
    assert posts("city_hall/personnel", "all") == {"jinji.chief", "jinji.section"}
    assert posts("city_hall/auditor", "all") == {"kansa.director"}
    assert len(posts("city_hall/staff", "own")) == len(rows_known()["posts"])
    contributors = posts("dx_plan/contributor", "own")
    for office in organisation().day(AFTER).in_order():
        if office.level == "課":
            assert f"{office.key}.chief" in contributors, office.name


@pytest.mark.usefixtures("city")
def test_demo_accounts_are_opened_once() -> None:
    password = password_of_file(FILE)
    accounts = accounts_load(FILE, actor=SYSTEM, now=NOW, password=password)
    assert {account.username for account in accounts} == set(User.objects.values_list("username", flat=True))
    assert accounts_load(FILE, actor=SYSTEM, now=NOW, password=password) == accounts
    for account in accounts:
        user = User.objects.get(username=account.username)
        assert user.check_password(password)
        assert Holding.objects.filter(staff__user=user, ends_on=None).exists()


@pytest.mark.usefixtures("city")
def test_the_file_says_all_of_it_and_nothing_else() -> None:
    assert {name: len(rows) for name, rows in rows_of_file(FILE).items()} == {
        name: len(rows) for name, rows in rows_known().items()
    }
    assert OfficeName.objects.filter(office__key="keizai").count() == 2
    assert viewer_with("people.organisation_view").may("people.organisation_view")
