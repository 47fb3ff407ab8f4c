"""The pages, through HTTP: what is allowed, what is refused as if it were not there, and how many queries."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from openpyxl import load_workbook

from madoguchi.blocks.people.excel import organisation_workbook
from madoguchi.blocks.people.models import (
    Deputy,
    Holding,
    Office,
    OfficeName,
    OfficeSuccession,
    OrganisationImport,
    Post,
    StaffMember,
    User,
)
from madoguchi.blocks.people.queries import holders_on, office_on
from madoguchi.blocks.people.testing import (
    LONG_AGO,
    PASSWORD,
    account_make,
    deputy_make,
    holding_make,
    office_make,
    post_make,
    sign_in,
    staff_client,
    staff_make,
)
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.stamps import stamped_forget
from madoguchi.kernel.testing import makers
from tests.house.test_routes import routes

pytestmark = pytest.mark.django_db

VIEW, EDIT, ACCOUNTS = "people.organisation_view", "people.organisation_edit", "people.account_edit"
# The other pages of the block (residents, rights) ask for other roles: tests/people/residents, tests/people/oversight.
ROUTES = sorted(
    name
    for name, path in routes(get_resolver().url_patterns)
    if name in makers and path.startswith("office/organisation/")
)
# Pages that show what belongs to one office, and so may be seen by whoever has the right there.
SEEN = {"people:office", "people:post", "people:person"}
LISTS = {"people:tree", "people:vacant", "people:staff"}
POST_ONLY = {"people:workbook_apply"}


@pytest.fixture
def keeper() -> Client:
    return staff_client(VIEW, EDIT, ACCOUNTS, scope="all")


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def address(route: str, office: Office) -> str:
    return reverse(route, kwargs=makers[route](office.pk)["kwargs"])


def ask(client: Client, route: str, url: str) -> Any:
    return client.post(url) if route in POST_ONLY else client.get(url)


@pytest.mark.parametrize("route", ROUTES)
def test_the_keeper_of_the_organisation_opens_every_page(route: str, keeper: Client) -> None:
    response = ask(keeper, route, address(route, office_make()))
    assert response.status_code == (422 if route in POST_ONLY else 200)


@pytest.mark.parametrize("route", ROUTES)
def test_without_a_right_nothing_is_there(route: str) -> None:
    url = address(route, office_make())
    assert ask(staff_client("messages.notice_read"), route, url).status_code == 404
    assert ask(Client(), route, url).status_code == 302


@pytest.mark.parametrize("route", ROUTES)
def test_a_right_over_one_office_shows_that_office_and_changes_nothing(route: str) -> None:
    mine, theirs = office_make(), office_make()
    client = staff_client(VIEW, EDIT, ACCOUNTS, office=mine, scope="own")
    expected = 200 if route in SEEN | LISTS else 404
    assert ask(client, route, address(route, mine)).status_code == expected
    if route not in LISTS:
        assert ask(client, route, address(route, theirs)).status_code == 404
    if route not in SEEN | LISTS:
        assert client.post(address(route, mine)).status_code == 404


@pytest.mark.parametrize("route", ROUTES)
def test_looking_everywhere_is_not_changing(route: str) -> None:
    client = staff_client(VIEW, scope="all")
    expected = 200 if route in SEEN | LISTS else 404
    assert ask(client, route, address(route, office_make())).status_code == expected


def test_what_is_not_there_is_not_found(keeper: Client) -> None:
    for path in ("offices/nix/", "offices/nix/rename/", "offices/nix/end/", "posts/nix/", "posts/nix/holders/add/",
                 "posts/nix/deputies/add/", "holdings/999999/end/", "deputies/999999/end/", "staff/nix/",
                 "staff/nix/account/open/", "staff/nix/account/close/", "workbooks/999999/"):  # fmt: skip
        assert keeper.get(f"/office/organisation/{path}").status_code == 404, path
    assert keeper.get(reverse("people:workbook_apply", args=[1])).status_code == 405


@pytest.mark.parametrize("route", sorted(SEEN | LISTS | {"people:workbooks"}))
def test_a_page_asks_few_questions_however_long_its_list(route: str, keeper: Client) -> None:
    office = office_make()
    for number in range(60):
        child = office_make(parent=office)
        holding_make(post=post_make(office=office, title=f"主事{number}", rank=10))
        post_make(office=child)
    url = address(route, office)
    keeper.get(url)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert keeper.get(url).status_code == 200
    assert len(asked) <= 12, [query["sql"] for query in asked.captured_queries]


def test_long_lists_have_pages(keeper: Client) -> None:
    office = office_make()
    for number in range(60):
        holding_make(
            post=post_make(office=office, title=f"主事{number}", rank=10),
            staff=staff_make(key=f"k{number:03}"),
        )
        post_make(office=office, title=f"空席{number:03}", rank=1)
    for name, first, last in (
        ("people:staff", "k000", "k059"),
        ("people:vacant", "空席000", "空席059"),
    ):
        one, two = (text_of(keeper.get(reverse(name), {"page": page})) for page in (1, 2))
        assert first in one
        assert last not in one
        assert last in two
    page = text_of(keeper.get(reverse("people:office", args=[office.key]), {"page": 3}))
    assert "空席059" in page


def reorganised() -> tuple[Office, Office, Office]:
    day = date(2026, 4, 1)
    top = office_make(name="企画部", level="部")
    kept = office_make(name="情報推進課", parent=top)
    ended = office_make(name="観光課", parent=top, ends_on=day)
    OfficeName.objects.filter(office=kept).update(ends_on=day)
    OfficeName.objects.create(office=kept, name="デジタル推進課", starts_on=day)
    OfficeSuccession.objects.create(predecessor=ended, successor=kept, on=day)
    stamped_forget()
    return top, kept, ended


def test_the_tree_of_any_day(keeper: Client) -> None:
    _top, kept, ended = reorganised()
    before = text_of(keeper.get(reverse("people:tree"), {"on": "R8.3.31"}))
    assert "令和8年3月31日の組織" in before
    assert "情報推進課" in before
    assert "観光課" in before
    after = text_of(keeper.get(reverse("people:tree"), {"on": "2026-04-01"}))
    assert "デジタル推進課" in after
    assert "観光課" not in after
    # The day goes with the links.
    assert (
        f"/office/organisation/offices/{ended.key}/?on=2026-03-31"
        in keeper.get(reverse("people:tree"), {"on": "令和8年3月31日"}).content.decode()
    )
    wrong = keeper.get(reverse("people:tree"), {"on": "8年4月"})
    assert wrong.status_code == 422
    assert "年・月・日の全部がそろっていません" in text_of(wrong)
    assert "まだ" not in text_of(keeper.get(reverse("people:tree"), {"on": "1990-01-01"}))
    assert kept.key


def test_an_office_over_time(keeper: Client) -> None:
    _top, kept, ended = reorganised()
    post = post_make(office=kept)
    holding_make(post=post, staff=staff_make(name="前任 一郎"), ends_on=date(2026, 4, 1))
    holding_make(post=post, staff=staff_make(name="後任 花子"), starts_on=date(2026, 4, 1))
    url = reverse("people:office", args=[kept.key])
    now = text_of(keeper.get(url, {"on": "令和8年4月1日"}))
    assert "デジタル推進課" in now
    assert "後任 花子" in now
    assert "前任 一郎" not in now
    assert "観光課 令和8年4月1日に引き継ぎ" in now
    before = text_of(keeper.get(url, {"on": "令和8年3月31日"}))
    assert "前任 一郎" in before
    assert "後任 花子" not in before
    gone = text_of(keeper.get(reverse("people:office", args=[ended.key]), {"on": "2026-05-01"}))
    assert "令和8年5月1日には、この組織はありません。" in gone
    assert "デジタル推進課 令和8年4月1日から" in gone


def test_who_held_this_post_on_that_day(keeper: Client) -> None:
    post = post_make()
    holding_make(post=post, staff=staff_make(name="前任 一郎"), ends_on=date(2026, 4, 1))
    holding_make(post=post, staff=staff_make(name="後任 花子"), starts_on=date(2026, 4, 1), kind="acting")
    deputy_make(post=post, deputy=post_make(office=post.office, title="係長"))
    url = reverse("people:post", args=[post.key])
    page = keeper.get(url, {"on": "R8.3.31"})
    shown = page.content.decode()
    now = re.sub(r"<[^>]+>", " ", shown[shown.index('id="t-now"') : shown.index('id="t-holders"')])
    assert "前任 一郎" in now
    assert "後任 花子" not in now
    every = text_of(page)
    assert "後任 花子" in every
    assert "事務取扱" in every
    assert "平成12年4月1日から令和8年3月31日まで" in every
    assert "係長" in every


def test_finding_a_person(keeper: Client) -> None:
    staff_make(key="00123", name="髙﨑　花子", kana="たかさき はなこ")
    staff_make(key="00456", name="別人 太郎", kana="べつじん たろう")
    for word in ("髙﨑花子", "髙﨑 花", "タカサキ", "ﾀｶｻｷ", "たかさきはな", "００１２３", "0012"):
        page = text_of(keeper.get(reverse("people:staff"), {"q": word}))
        assert "髙﨑 花子" in page, word
        assert "別人" not in page, word
    assert "当てはまる職員はいません" in text_of(keeper.get(reverse("people:staff"), {"q": "いない%_"}))


def test_only_ones_own_people_are_found() -> None:
    mine, theirs = office_make(), office_make()
    holding_make(post=post_make(office=mine), staff=staff_make(name="自分の 課員"))
    holding_make(post=post_make(office=theirs), staff=staff_make(name="よその 課員"))
    page = text_of(staff_client(VIEW, office=mine).get(reverse("people:staff")))
    assert "自分の 課員" in page
    assert "よその 課員" not in page


# Changing


def confirm(client: Client, url: str, typed: dict[str, Any]) -> Any:
    """Type, look at what would change, and say yes."""
    page = client.post(url, typed)
    assert page.status_code == 200, text_of(page)
    assert "記録する" in text_of(page)
    basis = re.search(r'name="basis" value="(\d+)"', page.content.decode())
    assert basis
    return client.post(url, {**typed, "basis": basis[1], "confirm": "1"})


def test_renaming_shows_the_difference_first(keeper: Client) -> None:
    office = office_make(name="情報推進課")
    url = reverse("people:office_rename", args=[office.key])
    typed = {"name": "ＤＸ推進課", "on": "令和8年10月1日"}
    page = keeper.post(url, typed)
    assert "次の2件が変わります" in text_of(page)
    assert "（空欄） → 令和8年10月1日" in text_of(page)
    assert OfficeName.objects.filter(office=office).count() == 1
    assert confirm(keeper, url, typed).status_code == 302
    stamped_forget()
    on = office_on(key=office.key, on=date(2026, 10, 1))
    before = office_on(key=office.key, on=date(2026, 9, 30))
    assert on is not None
    assert before is not None
    assert (before.name, on.name) == ("情報推進課", "ＤＸ推進課")
    assert {row.event for row in AuditRow.objects.all()} >= {"people.row_added", "people.row_changed"}
    # Once more from the same day: the row that begins there is put right.
    assert confirm(keeper, url, {"name": "デジタル推進課", "on": "2026-10-01"}).status_code == 302
    assert list(OfficeName.objects.filter(office=office).order_by("starts_on").values_list("name", flat=True)) == [
        "情報推進課", "デジタル推進課",
    ]  # fmt: skip


def test_a_change_that_cannot_be_keeps_what_was_typed(keeper: Client) -> None:
    office = office_make(name="情報推進課")
    url = reverse("people:office_rename", args=[office.key])
    for typed, told in (
        ({"name": "", "on": "R8.10.1"}, "「新しい名称」を入力してください。"),
        ({"name": "新課", "on": "R8.13.1"}, "13月はありません"),
        ({"name": "新課", "on": "1999-01-01"}, "この日には、この組織がありません。"),
        ({"name": "情報推進課", "on": LONG_AGO.isoformat()}, "違いがありません。"),
        ({"name": "123456789018", "on": "R8.10.1"}, "マイナンバー"),
    ):
        page = keeper.post(url, typed)
        assert page.status_code == 422, typed
        assert told in text_of(page), text_of(page)
    assert 'value="情報推進課"' in page.content.decode() or typed["name"] in page.content.decode()
    assert not AuditRow.objects.exists()


def test_a_preview_that_has_become_old_is_shown_again(keeper: Client) -> None:
    office = office_make(name="情報推進課")
    url = reverse("people:office_rename", args=[office.key])
    typed = {"name": "新課", "on": "R8.10.1"}
    old = re.search(r'name="basis" value="(\d+)"', keeper.post(url, typed).content.decode())
    assert old
    assert confirm(keeper, url, {"name": "別課", "on": "R8.11.1"}).status_code == 302
    page = keeper.post(url, {**typed, "basis": old[1], "confirm": "1"})
    assert page.status_code == 200
    assert "比べた後に組織が変わりました" in text_of(page)
    assert not OfficeName.objects.filter(name="新課").exists()
    for nonsense in ("", "x", "9" * 30, "-1"):
        assert keeper.post(url, {**typed, "basis": nonsense, "confirm": "1"}).status_code == 200
    assert not OfficeName.objects.filter(name="新課").exists()
    assert "新しい名称" in text_of(keeper.post(url, {**typed, "again": "1"}))


def test_taking_up_and_leaving_a_post(keeper: Client) -> None:
    post = post_make()
    before = holding_make(post=post, staff=staff_make(name="前任 一郎"))
    successor = staff_make(key="00777", name="後任 花子")
    old = holding_make(staff=successor)
    url = reverse("people:holder_add", args=[post.key])
    typed = {"staff": "００７７７", "kind": "main", "on": "R8.4.1", "until": ""}
    # Shown, but two main posts and two holders of one post are refused by name.
    page = keeper.post(url, typed)
    assert "後任 花子" in text_of(page)
    basis = re.search(r'name="basis" value="(\d+)"', page.content.decode())
    assert basis
    refused = keeper.post(url, {**typed, "basis": basis[1], "confirm": "1"})
    assert refused.status_code == 422
    assert "二つの本務があります" in text_of(refused) or "一人の職に、同じ日に二人います" in text_of(refused)
    assert Holding.objects.count() == 3  # with the keeper's own
    assert confirm(keeper, url, {**typed, "ends_holder": "on", "ends_main": "on"}).status_code == 302
    stamped_forget()
    assert [h.staff_name for h in holders_on(post_key=post.key, on=date(2026, 3, 31))] == ["前任 一郎"]
    assert [h.staff_name for h in holders_on(post_key=post.key, on=date(2026, 4, 1))] == ["後任 花子"]
    before.refresh_from_db()
    old.refresh_from_db()
    assert before.ends_on == old.ends_on == date(2026, 4, 1)
    new = Holding.objects.get(post=post, staff=successor)
    end = reverse("people:holding_end", args=[new.pk])
    assert keeper.post(end, {"on": "R8.4.1"}).status_code in (200, 422)
    assert confirm(keeper, end, {"on": "R9.4.1"}).status_code == 302
    assert holders_on(post_key=post.key, on=date(2027, 4, 1)) == []
    unknown = keeper.post(url, {**typed, "staff": "nix"})
    assert "職員番号「nix」の職員がいません" in text_of(unknown)
    backwards = keeper.post(url, {**typed, "until": "R7.4.1"})
    assert "開始日より後の日を書いてください" in text_of(backwards)


def test_appointing_and_dismissing_a_deputy(keeper: Client) -> None:
    post = post_make()
    section = post_make(office=post.office, title="係長")
    far = post_make(title="よその課長", office=office_make(parent=office_make()))
    url = reverse("people:deputy_add", args=[post.key])
    assert str(far.pk) not in re.findall(r'<option value="(\d+)"', keeper.get(url).content.decode())
    typed = {"deputy": str(section.pk), "order": "１", "on": "R8.4.1", "until": ""}
    assert confirm(keeper, url, typed).status_code == 302
    deputy = Deputy.objects.get()
    assert (deputy.post, deputy.deputy, deputy.order) == (post, section, 1)
    end = reverse("people:deputy_end", args=[deputy.pk])
    assert confirm(keeper, end, {"on": "R8.5.1"}).status_code == 302
    deputy.refresh_from_db()
    assert deputy.ends_on == date(2026, 5, 1)


def test_ending_an_office_ends_all_of_it_and_names_the_heir(keeper: Client) -> None:
    top = office_make(name="産業部")
    office, heir = office_make(name="観光課", parent=top), office_make(name="にぎわい課", parent=top)
    later = office_make(name="後の課", starts_on=date(2030, 4, 1))
    post = post_make(office=office, roles=["a/b"])
    holding = holding_make(post=post)
    deputy_make(post=post, deputy=post_make(office=heir))
    url = reverse("people:office_end", args=[office.key])
    page = keeper.post(url, {"on": "R9.4.1", "successors": [str(later.pk)]})
    assert "「後の課」は、この日にはありません。" in text_of(page)
    assert "下に組織が残っています" in text_of(
        keeper.post(reverse("people:office_end", args=[top.key]), {"on": "R9.4.1"})
    )
    assert confirm(keeper, url, {"on": "R9.4.1", "successors": [str(heir.pk)]}).status_code == 302
    day = date(2027, 4, 1)
    office.refresh_from_db()
    holding.refresh_from_db()
    assert office.ends_on == holding.ends_on == day
    assert Post.objects.get(pk=post.pk).ends_on == day
    assert Deputy.objects.get().ends_on == day
    assert OfficeSuccession.objects.get().successor == heir
    # What begins after the end cannot end before it began.
    other = office_make()
    holding_make(post=post_make(office=other), starts_on=date(2028, 1, 1))
    page = keeper.post(reverse("people:office_end", args=[other.key]), {"on": "R9.4.1"})
    assert "この日以後に始まる行があります" in text_of(page)


def test_accounts_are_opened_closed_and_given_a_new_password(keeper: Client) -> None:
    person = holding_make().staff
    url = reverse("people:account_open", args=[person.key])
    for typed, told in (
        ({"password": "short", "password_again": "short"}, "12"),
        ({"password": PASSWORD, "password_again": "other"}, "二つのパスワードが違います"),
        ({"password": "", "password_again": ""}, "「パスワード」を入力してください。"),
    ):
        page = keeper.post(url, typed)
        assert page.status_code == 422
        assert told in text_of(page)
        assert PASSWORD not in page.content.decode()
    assert not User.objects.filter(username=person.key).exists()
    assert keeper.post(url, {"password": PASSWORD, "password_again": PASSWORD}).status_code == 302
    user = User.objects.get(username=person.key)
    assert user.check_password(PASSWORD)
    assert keeper.get(url).status_code == 404
    theirs = Client()
    sign_in(theirs, user)
    assert theirs.get("/office/").status_code == 200
    assert keeper.get(reverse("people:account_close", args=[person.key])).status_code == 200
    assert keeper.post(reverse("people:account_close", args=[person.key])).status_code == 302
    assert theirs.get("/office/").status_code == 302
    assert keeper.get(reverse("people:account_close", args=[person.key])).status_code == 404
    again = {"password": f"{PASSWORD}-2", "password_again": f"{PASSWORD}-2"}
    assert keeper.post(reverse("people:account_reopen", args=[person.key]), again).status_code == 302
    user.refresh_from_db()
    assert user.is_active
    assert user.check_password(f"{PASSWORD}-2")
    assert theirs.get("/office/").status_code == 302, "a session opened with the old password stays shut"
    assert {row.event for row in AuditRow.objects.all()} == {
        "people.account_opened", "people.account_closed", "people.account_reopened",
    }  # fmt: skip
    assert PASSWORD not in " ".join(AuditRow.objects.values_list("detail", flat=True))


# Workbooks


def file_of(content: bytes, name: str = "組織表.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/octet-stream")


def workbook_with(*rows: tuple[str, list[Any]]) -> bytes:
    book = load_workbook(io.BytesIO(organisation_workbook()))
    for sheet, values in rows:
        book[sheet].append(values)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_download_read_preview_apply(keeper: Client) -> None:
    office = office_make(name="住宅課")
    response = keeper.get(reverse("people:workbook_download"))
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    assert "attachment" in response["Content-Disposition"]
    assert AuditRow.objects.get().event == "people.workbook_written"
    same = keeper.post(reverse("people:workbooks"), {"file": file_of(response.content)})
    assert same.status_code == 422
    assert "違いがありません。" in text_of(same)
    content = workbook_with(
        ("職", ["new-post", office.key, "課長", 60, "○", date(2026, 4, 1)]),
        ("職員", ["00900", "新田 花", "にった はな"]),
    )
    sent = keeper.post(reverse("people:workbooks"), {"file": file_of(content)})
    assert sent.status_code == 302
    page = keeper.get(sent["Location"])
    assert "この2件を適用する" in text_of(page)
    assert "新田 花" in text_of(page)
    assert not StaffMember.objects.filter(key="00900").exists()
    assert keeper.get(sent["Location"]).status_code == 200
    basis = re.search(r'name="basis" value="(\d+)"', page.content.decode())
    assert basis
    applied = keeper.post(f"{sent['Location']}apply/", {"basis": basis[1]})
    assert applied.status_code == 302
    assert StaffMember.objects.filter(key="00900").exists()
    assert "に適用しました" in text_of(keeper.get(sent["Location"]))
    again = keeper.post(f"{sent['Location']}apply/", {"basis": basis[1]})
    assert again.status_code == 422
    assert "この組織表は適用済みです。" in text_of(again)
    assert AuditRow.objects.filter(event="people.workbook_applied").count() == 1


def test_a_workbook_with_faults_is_told_cell_by_cell_and_kept_out(keeper: Client) -> None:
    office_make()
    content = workbook_with(("職", ["p 1", "nix", "課長", "高", "○", "きのう"]))
    page = keeper.post(reverse("people:workbooks"), {"file": file_of(content)})
    assert page.status_code == 422
    shown = text_of(page)
    assert "この組織表は読み込めません。記録は変わっていません。" in shown
    assert "シート「職」 D" in shown
    assert "「きのう」は日付として読めません" in shown
    assert not OrganisationImport.objects.exists()
    for bad in (b"", b"%PDF", b"x" * 20):
        assert keeper.post(reverse("people:workbooks"), {"file": file_of(bad)}).status_code == 422
    assert keeper.post(reverse("people:workbooks"), {}).status_code == 422


def test_a_rule_that_only_the_whole_can_break_names_sheet_and_line(keeper: Client) -> None:
    post = post_make(key="the-post")
    holding_make(post=post)
    content = workbook_with(
        ("職員", ["00900", "新田 花", ""]), ("職の保有", ["the-post", "00900", "本務", date(2026, 4, 1)])
    )
    sent = keeper.post(reverse("people:workbooks"), {"file": file_of(content)})
    page = keeper.get(sent["Location"])
    basis = re.search(r'name="basis" value="(\d+)"', page.content.decode())
    assert basis
    refused = keeper.post(f"{sent['Location']}apply/", {"basis": basis[1]})
    assert refused.status_code == 422
    line = load_workbook(io.BytesIO(content))["職の保有"].max_row
    assert f"シート「職の保有」 {line}行目: 一人の職に、同じ日に二人います。" in text_of(refused)
    assert not StaffMember.objects.filter(key="00900").exists()
    kept = OrganisationImport.objects.get()
    assert kept.applied_at is None
    assert "この2件を適用する" in text_of(keeper.get(sent["Location"]))


def test_a_workbook_is_not_applied_unseen_after_somebody_else_changed_things(keeper: Client) -> None:
    post = post_make()
    section = post_make(office=post.office)
    content = workbook_with(("職員", ["00900", "新田 花", ""]))
    url = keeper.post(reverse("people:workbooks"), {"file": file_of(content)})["Location"]
    old = re.search(r'name="basis" value="(\d+)"', keeper.get(url).content.decode())
    assert old
    typed = {"deputy": str(section.pk), "order": "1", "on": "R8.4.1", "until": ""}
    assert confirm(keeper, reverse("people:deputy_add", args=[post.key]), typed).status_code == 302
    stale = keeper.post(f"{url}apply/", {"basis": old[1]})
    assert stale.status_code == 422
    assert "比べた後に組織が変わりました" in text_of(stale)
    assert "読み込んだ後に組織が変わりました" in text_of(keeper.get(url))
    fresh = re.search(r'name="basis" value="(\d+)"', stale.content.decode())
    assert fresh
    assert keeper.post(f"{url}apply/", {"basis": fresh[1]}).status_code == 302
    assert StaffMember.objects.filter(key="00900").exists()


def test_one_day_is_downloaded(keeper: Client) -> None:
    office_make(name="昔の課", ends_on=date(2020, 4, 1))
    content = keeper.get(reverse("people:workbook_download"), {"on": "令和8年4月1日"}).content
    book = load_workbook(io.BytesIO(content))
    assert "昔の課" not in [cell.value for cell in book["組織の名称"]["B"]]
    assert keeper.get(reverse("people:workbook_download"), {"on": "きのう"}).status_code == 404


def test_the_pages_speak_three_languages(keeper: Client) -> None:
    for language, word in (("en", "Offices"), ("ja-easy", "そしき"), ("ja", "組織と職員")):
        keeper.post(reverse("set_language"), {"language": language})
        assert word in text_of(keeper.get(reverse("people:tree"))), language


def test_accounts_are_seen_as_they_are(keeper: Client) -> None:
    staff = holding_make().staff
    url = reverse("people:person", args=[staff.key])
    assert "アカウント ありません" in text_of(keeper.get(url))
    account_make(staff)
    assert "アカウント 使えます" in text_of(keeper.get(url))
    seen = text_of(staff_client(VIEW, scope="all").get(url))
    assert "アカウントを止める" not in seen
