"""The office's pages over residents, through HTTP: who opens which, what each leaves in the trail, and what is refused."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver, reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from madoguchi.blocks.people.actions import party_merge
from madoguchi.blocks.people.models import Party, PartyAddress, PartyName, Protection, Source
from madoguchi.blocks.people.parties.facts import name_values
from madoguchi.blocks.people.testing import (
    LONG_AGO,
    NOW,
    duty_begin,
    emergency_make,
    household_make,
    person_make,
    protection_make,
    sign_in,
    staff_client,
    staff_user,
    viewer_with,
)
from madoguchi.blocks.people.testing import residents as residents_testing
from madoguchi.blocks.people.testing.residents import (
    COUNTER,
    FEEDER,
    KEEPER,
    MATCHING,
    MOVE,
    PROTECTION,
    PROTECTOR,
)
from madoguchi.blocks.people.views.residents.forms import SearchForm
from madoguchi.blocks.people.work import DUTY
from madoguchi.kernel.clock import now as clock_now
from madoguchi.kernel.clock import today
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.models import AuditRow, AuditSubject
from madoguchi.kernel.rights import system_viewer
from madoguchi.kernel.testing import makers
from madoguchi.kit.check_characters import my_number_fits
from madoguchi.kit.partial_dates import partial_date_parse
from madoguchi.kit.wareki import wareki_format
from tests.people.residents.asking import asked_at_most

pytestmark = pytest.mark.django_db
HOME = "/office/residents/"
MY_NUMBER = next(str(n) for n in range(123456789010, 123456789100) if my_number_fits(str(n)))


@pytest.fixture(autouse=True)
def _published(db: None) -> None:
    keys = ["service/residents", "codelist/people.organisation_forms", "layout/residents.juki"]
    declarations_publish(actor=system_viewer(on=today(), duty="試験"), keys=keys, reason="試験", now=NOW)


def clerk(role: str = COUNTER, duty: str = MOVE, **work: Any) -> Client:
    client = staff_client(roles=[role])
    return duty_begin(client, duty, **work) if duty else client


def text_of(response: Any) -> str:
    # A wide blank is a letter of a name: only the others are folded.
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def looks() -> list[AuditRow]:
    return list(AuditRow.objects.filter(detail__contains='"data"').order_by("pk"))


def person_url(party: Party) -> str:
    return reverse("people:resident", args=[party.key])


# The duty


def test_whoever_has_a_duty_is_asked_for_it_and_comes_back_to_where_he_went() -> None:
    party = person_make()
    client = clerk(duty="")
    asked = client.get(person_url(party) + "?on=2026-01-01")
    assert asked.status_code == 302
    page = client.get(asked["Location"])
    words = text_of(page)
    assert "住民異動の届出の受付" in words
    assert "住民基本台帳法22条から25条まで" in words
    assert "職員の氏名は出ません" in words
    assert client.post(asked["Location"], {"next": person_url(party)}).status_code == 422, (
        "a duty must be chosen"
    )
    sent = {"duty": MOVE, "case": "Ｒ８－１２３", "next": person_url(party) + "?on=2026-01-01"}
    chosen = client.post(reverse("people:duty"), sent)
    assert chosen["Location"] == person_url(party) + "?on=2026-01-01"
    opened = client.get(chosen["Location"])
    assert opened.status_code == 200
    assert "R8-123" in text_of(opened)
    assert json.loads(looks()[-1].detail)["case"] == "R8-123"
    assert looks()[-1].duty == "住民異動の届出の受付"


def test_whoever_has_no_duty_finds_nothing() -> None:
    party = person_make()
    for client in (
        staff_client(roles=[FEEDER]),
        staff_client("people.party_keep"),
        staff_client("messages.notice_read"),
    ):
        for url in (HOME, HOME + "duty/", person_url(party), HOME + "pairs/", HOME + "protections/"):
            assert client.get(url).status_code == 404, url
        assert client.post(HOME + "duty/end/").status_code == 404
    assert Client().get(HOME).status_code == 302


def test_a_duty_of_a_role_that_one_does_not_have_opens_nothing() -> None:
    client = clerk(duty="")
    other = {"duty": "elsewhere/duty", "next": HOME}
    assert client.post(HOME + "duty/", other).status_code == 422
    assert duty_begin(client, "elsewhere/duty").get(HOME).status_code == 302


@pytest.mark.parametrize("bad", ["渡辺 水無子の件", "R8<script>", "/x", MY_NUMBER])
def test_a_case_is_a_number_and_never_a_name(bad: str) -> None:
    client = clerk(duty="")
    refused = client.post(HOME + "duty/", {"duty": MOVE, "case": bad, "next": HOME})
    assert refused.status_code == 422
    assert client.get(HOME).status_code == 302


@pytest.mark.parametrize(
    "away", ["https://example.com/", "//example.com/", "/account/logout/", "javascript:alert(1)", ""]
)
def test_the_way_back_stays_in_the_office(away: str) -> None:
    chosen = clerk(duty="").post(HOME + "duty/", {"duty": MOVE, "next": away})
    assert chosen["Location"] == HOME


def test_a_duty_ends_by_the_button_after_four_hours_and_at_sign_out() -> None:
    party = person_make()
    client = clerk(hours_ago=3.9)
    page = client.get(person_url(party))
    assert page.status_code == 200
    assert "用務を終える" in text_of(page)
    assert clerk(hours_ago=4.1).get(person_url(party)).status_code == 302

    assert client.post(HOME + "duty/end/")["Location"] == HOME + "duty/"
    assert client.get(person_url(party)).status_code == 302
    duty_begin(client, MOVE)
    client.post("/account/logout/")
    user = staff_user(roles=[COUNTER])
    sign_in(client, user)
    assert DUTY not in client.session
    assert client.get(person_url(party)).status_code == 302
    assert client.get(HOME + "duty/end/").status_code == 405


def test_in_an_emergency_the_bar_says_so() -> None:
    user = staff_user("people.emergency_use")
    client = Client()
    sign_in(client, user)
    opened = emergency_make(staff=f"staff:{user.username}", began_at=clock_now())
    duty_begin(client, f"emergency/{opened.pk}")
    page = client.get(person_url(person_make()))
    assert page.status_code == 200
    assert "緊急の閲覧" in text_of(page)


# The search


def test_a_search_answers_the_post_and_leaves_no_name_anywhere_but_on_the_page() -> None:
    party = person_make(name="渡邊　水無子", kana="ワタナベ　ミナコ", born="1950-04-29")
    client = clerk()
    typed = {"kana": "わたなべ", "born": "昭和25年"}
    found = client.post(HOME, typed)
    assert found.status_code == 200
    assert "no-store" in found["Cache-Control"]
    words = text_of(found)
    for shown in (
        "渡邊　水無子",
        "ワタナベ　ミナコ",
        "昭和25年4月29日（1950年4月29日）",
        "みなも市一番町1番1号",
    ):
        assert shown in words
    assert f"{today().year - 1950 - (today() < date(today().year, 4, 28))}歳" in words
    body = found.content.decode()
    assert body.count("autofocus") == 1, "Enter opens the first who was found"
    assert f'href="{person_url(party)}" autofocus' in body
    for address in re.findall(r'(?:href|action|src)="([^"]*)"', body):
        assert not re.search("わたなべ|渡|1950|%E3|%E6", address), address
    (look,) = looks()
    assert json.loads(look.detail)["by"] == ["kana", "born"]
    assert not re.search("渡|ワタナベ|わたなべ|1950", look.detail)
    assert list(look.subjects.values_list("key", flat=True)) == [party.key]
    # Names in an address are read by nobody.
    assert "渡邊" not in text_of(client.get(HOME, typed))
    assert len(looks()) == 1


def test_too_little_is_refused_in_words_and_not_searched() -> None:
    person_make(kana="ワタナベ　ミナコ")
    client = clerk()
    for typed in ({"kana": "ワ"}, {"kana": "ワタ"}, {"born": "1950"}, {}, {"address": "一番町"}):
        refused = client.post(HOME, typed)
        assert refused.status_code == 422
        assert "条件が足りません。氏名を2文字以上と、生年月日か住所を入れてください。" in text_of(refused)
    assert looks() == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"kana": "渡辺", "born": "1950"}, "「渡」は使えません。カタカナで入力してください。"),
        ({"kana": "ワタナベ", "born": "昭和99年"}, "元号の期間に入りません"),
        ({"kana": "ワタナベ", "born": "きのう"}, "生年月日として読めません"),
        ({"kana": "ワタナベ", "born": "1950-02-30"}, "1950年2月に30日はありません"),
        ({"number": "１２３番"}, "番号は数字と英字で入力してください。"),
        ({"number": MY_NUMBER}, "マイナンバー（12桁の番号）のような数字があります"),
        ({"name": "渡\u200b辺", "born": "1950"}, "目に見えない文字"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(typed: dict[str, str], words: str) -> None:
    refused = clerk().post(HOME, typed)
    assert refused.status_code == 422
    assert words in text_of(refused)
    assert looks() == []


def test_a_search_finds_by_former_name_address_and_number_and_says_how() -> None:
    party = person_make(name="渡邊　水無子", kana="ワタナベ　ミナコ", born="1950-04-29", number="0000012345")
    values = name_values(name="斎藤", kana="サイトウ", born="1950-04-29")
    PartyName.objects.create(
        party=party, use="former", source=Source.REGISTER, entered_at=NOW, starts_on=LONG_AGO, **values
    )
    client = clerk()
    assert "「斎藤」で見つかりました" in text_of(client.post(HOME, {"name": "齋藤", "born": "S25.4.29"}))
    for typed in (
        {"number": "００００012345"},
        {"name": "渡辺", "address": "みなも市一番町"},
        {"kana": "ワタナベミ"},
    ):
        assert "渡邊　水無子" in text_of(client.post(HOME, typed)), typed
    assert "条件に合う人は見つかりませんでした" in text_of(
        client.post(HOME, {"kana": "ワタナベ", "born": "1951"})
    )


def test_more_than_fifty_are_said_in_words_and_ask_few_questions() -> None:
    for number in range(60):
        person_make(name=f"試験　多{number}", kana="シケン　オオイ")
    client = clerk()
    client.post(HOME, {"kana": "シケン", "born": "1970"})
    with asked_at_most(12):
        page = client.post(HOME, {"kana": "シケン", "born": "1970"})
    assert "50人より多く見つかりました" in text_of(page)
    assert page.content.decode().count("シケン　オオイ") == 50
    assert AuditSubject.objects.filter(row=looks()[-1]).count() == 50


def test_without_the_right_to_addresses_nobody_is_found_by_one() -> None:
    client = staff_client("people.identity_view", service="residents")
    duty_begin(client, MATCHING)
    page = client.get(HOME)
    assert 'name="kana"' in page.content.decode()
    assert 'name="address"' not in page.content.decode()
    person_make(kana="ワタナベ　ミナコ", born="1950")
    found = client.post(HOME, {"kana": "ワタナベ", "born": "1950", "address": "一番町"})
    assert "ワタナベ　ミナコ" in text_of(found)
    assert "みなも市一番町1番1号" not in text_of(found)


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    day=st.dates(min_value=date(1873, 1, 1), max_value=date(2026, 5, 12)),
    shape=st.sampled_from(["iso", "slash", "compact", "wareki", "month", "year", "wareki_year", "wide"]),
)
def test_a_birth_day_is_read_however_it_is_typed(day: date, shape: str) -> None:
    written = {
        "iso": day.isoformat(),
        "slash": f"{day.year}/{day.month}/{day.day}",
        "compact": f"{day:%Y%m%d}",
        "wareki": wareki_format(day),
        "month": f"{day.year}-{day.month:02}",
        "year": str(day.year),
        "wareki_year": f"{day.year}年",
        "wide": day.isoformat().translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    }[shape]
    form = SearchForm({"kana": "ワタナベ", "born": written}, on=today(), by_address=True)
    assert form.is_valid(), form.errors
    known = {"month": 7, "year": 4, "wareki_year": 4}.get(shape, 10)
    assert form.asked.born == day.isoformat()[:known]


@hypothesis_settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.text(max_size=80))
def test_any_text_for_a_birth_day_is_read_or_refused(typed: str) -> None:
    form = SearchForm({"born": typed}, on=today(), by_address=True)
    if form.is_valid():
        assert form.asked.born == partial_date_parse(typed.strip()).iso
    else:
        assert set(form.errors) == {"born"}


# One person


def test_a_person_shows_what_the_duty_needs_and_is_written_down_once() -> None:
    home = household_make()
    party = person_make(name="渡邊　水無子", kana="ワタナベ　ミナコ", household=home)
    wife = person_make(name="渡邊　昭", household=home, head=False, relation="夫")
    page = clerk().get(person_url(party))
    words = text_of(page)
    for shown in (
        "渡邊　水無子",
        "ワタナベ　ミナコ",
        "みなも市一番町1番1号",
        "夫",
        "住民であった期間",
        "住民記録",
    ):
        assert shown in words
    title = page.content.decode().split("<title>")[1].split("</title>")[0]
    assert "渡邊" not in title, "the history of the browser"
    assert "no-store" in page["Cache-Control"]
    (look,) = looks()
    assert look.event == "people.person_opened"
    assert set(look.subjects.values_list("key", flat=True)) == {party.key, wife.key}
    assert not re.search("渡|ワタナベ|一番町", look.detail + look.subject_title + look.subject_page)

    narrow = text_of(clerk(duty="residents/account").get(person_url(party)))
    assert "渡邊　水無子" in narrow
    for hidden in ("住民であった期間", "渡邊　昭"):
        assert hidden not in narrow, "the duty does not need it"


def test_a_person_page_asks_as_many_questions_however_long_the_history(
    django_assert_max_num_queries: Any,
) -> None:
    party = person_make(household=household_make())
    for year in range(2001, 2031):
        PartyAddress.objects.create(
            party=party, kind="mailing", written=f"私書箱{year}号", source=Source.COUNTER, entered_at=NOW,
            starts_on=date(year, 1, 1), ends_on=date(year + 1, 1, 1),
        )  # fmt: skip
    client = clerk()
    client.get(person_url(party))
    with django_assert_max_num_queries(40):
        assert "私書箱2030号" in text_of(client.get(person_url(party)))


def test_a_record_is_shown_as_it_was_and_as_it_was_known() -> None:
    party = person_make(name="試験　旧", since=date(2000, 4, 1))
    old = PartyName.objects.get(party=party)
    PartyName.objects.filter(pk=old.pk).update(withdrawn_at=NOW, entered_at=NOW.replace(year=2020))
    PartyName.objects.create(
        party=party, source=Source.REGISTER, entered_at=NOW, starts_on=date(2000, 4, 1),
        **name_values(name="試験　新", kana="シケン　シン", born="1970-01-02"),
    )  # fmt: skip
    client = clerk()
    assert "試験　新" in text_of(client.get(person_url(party)))
    before = client.get(person_url(party), {"on": "令和3年1月1日", "at": "2021-06-01", "clock": "9:30"})
    assert "試験　旧" in text_of(before)
    assert "令和3年1月1日の記録を、令和3年6月1日 9:30に分かっていた内容で表示しています。" in text_of(before)
    wrong = client.get(person_url(party), {"on": "きのう"})
    assert wrong.status_code == 422
    assert "試験　新" in text_of(wrong)


def test_a_merged_record_leads_to_the_one_that_stands() -> None:
    kept, gone = person_make(name="試験　残る"), person_make()
    merge = party_merge(
        actor=viewer_with("people.person_merge"),
        kept_key=kept.key,
        gone_key=gone.key,
        reason="同じ人",
        now=NOW,
    )
    client = clerk()
    assert client.get(person_url(gone) + "?on=2026-01-01")["Location"] == person_url(kept) + "?on=2026-01-01"
    assert "この人にまとめた記録" not in text_of(client.get(person_url(kept)))
    keeper = clerk(KEEPER, MATCHING)
    assert gone.key in text_of(keeper.get(person_url(kept)))
    undo = reverse("people:merge_undo", args=[merge.pk])
    assert keeper.post(undo, {"reason": " "}).status_code == 422
    assert keeper.post(undo, {"reason": "書類を見直した"})["Location"] == person_url(kept)
    assert keeper.get(person_url(gone)).status_code == 200
    assert keeper.get(undo).status_code == 404, "taken back already"
    assert clerk().get(undo).status_code == 404


def test_a_household_on_a_day() -> None:
    home = household_make()
    head = person_make(name="試験　世帯主", household=home)
    person_make(name="試験　もと", household=home, head=False, relation="子", until=date(2020, 1, 1))
    url = reverse("people:household", args=[home.key])
    client = clerk()
    now_there, then = text_of(client.get(url)), text_of(client.get(url, {"on": "2019-01-01"}))
    assert "試験　もと" not in now_there
    assert "試験　もと" in then
    assert len(looks()) == 2
    assert clerk(duty="residents/account").get(url).status_code == 404, "the duty does not need households"
    assert client.get(reverse("people:household", args=[head.key])).status_code == 404


# Protected persons


def test_a_protected_person_is_there_for_nobody_without_the_right() -> None:
    party = protection_make(name="試験　守子").party
    urls = _addresses(party)
    assert len(urls) >= 6
    for role, duty in ((COUNTER, MOVE), (KEEPER, MATCHING), (PROTECTOR, MOVE), (KEEPER, "")):
        client = clerk(role, duty)
        for url in urls:
            answer = client.get(url)
            asked = answer.status_code == 302 and answer["Location"].startswith(HOME + "duty/")
            assert answer.status_code in (404, 405) or (asked and not duty), (role, url)
    assert "試験　守子" not in text_of(clerk().post(HOME, {"kana": "シケンモリコ"}))
    protector = clerk(PROTECTOR, PROTECTION)
    page = protector.get(person_url(party))
    assert "支援措置の人です" in text_of(page)
    assert "だれにも（家族・代理人にも）伝えないでください" in text_of(page)
    assert "支援措置" in text_of(protector.post(HOME, {"kana": "シケンモリコ"}))


def _person_routes() -> list[str]:
    """Every route of the office under one person, whoever built it."""
    found: list[str] = []

    def walk(patterns: Any, path: str) -> None:
        for one in patterns:
            here = path + str(one.pattern)
            if hasattr(one, "url_patterns"):
                walk(one.url_patterns, here)
            elif here.startswith("office/residents/<str:key>/"):
                found.append("/" + here)

    walk(get_resolver().url_patterns, "")
    return found


def _addresses(party: Party) -> list[str]:
    return [re.sub("<.*?>", "x", route.replace("<str:key>", party.key)) for route in _person_routes()]


def test_whoever_does_another_service_s_duty_opens_nobody() -> None:
    party = person_make()
    # The rights are given in a service whose duties do not ask for them.
    client = staff_client("people.identity_view", "people.address_view", service="dx_plan")
    for url in (HOME, person_url(party)):
        assert duty_begin(client, MOVE).get(url).status_code == 404
    assert looks() == []


def test_protection_begins_and_ends_at_a_person() -> None:
    party = person_make(name="試験　守られる")
    client = clerk(PROTECTOR, PROTECTION)
    begin, end = (reverse(f"people:protection_{what}", args=[party.key]) for what in ("begin", "end"))
    first = today()
    late = {"starts_on": first.isoformat(), "ends_on": first.isoformat()}
    assert "開始日より後の日を書いてください。" in text_of(client.post(begin, late))
    assert "この日には、この人の支援措置はありません。" in text_of(
        client.post(end, {"on": first.isoformat()})
    )
    until = first.replace(year=first.year + 1, day=1).isoformat()
    sent = {"starts_on": first.isoformat(), "ends_on": until}
    assert client.post(begin, sent)["Location"] == person_url(party)
    assert clerk().get(person_url(party)).status_code == 404
    twice = client.post(begin, sent)
    assert twice.status_code == 422
    assert "同じ日の記録がほかにあります" in text_of(twice)
    listed = client.get(reverse("people:protections"))
    assert "試験　守られる" in text_of(listed)
    assert clerk(KEEPER, MATCHING).get(reverse("people:protections")).status_code == 404
    assert clerk(KEEPER, MATCHING).post(begin, sent).status_code == 404
    assert client.post(end, {"on": first.isoformat()})["Location"] == person_url(party)
    assert clerk().get(person_url(party)).status_code == 200


def test_what_ends_soon_waits_on_the_keeper_s_front_page() -> None:
    soon = today().toordinal() + 59
    protection_make(ends_on=date.fromordinal(soon))
    protection_make(ends_on=date.fromordinal(soon + 30))
    protection_make(ends_on=None)
    home = text_of(clerk(PROTECTOR, "").get("/office/"))
    assert re.search(r"まもなく終わる支援措置 ?1 ?人", home), home
    assert "まもなく終わる支援措置" not in text_of(clerk(KEEPER, "").get("/office/"))
    page = text_of(clerk(PROTECTOR, PROTECTION).get(reverse("people:protections")))
    assert "60日のうちに終わる人が1人います" in page
    assert Protection.objects.count() == 3


def test_the_list_of_protections_asks_few_questions() -> None:
    for _number in range(60):
        protection_make()
    client = clerk(PROTECTOR, PROTECTION)
    listed = reverse("people:protections")
    client.get(listed)
    with asked_at_most(12):
        assert client.get(listed).status_code == 200


# What is kept by hand


def test_a_person_is_entered_and_corrected_beside_the_register() -> None:
    client = clerk(KEEPER, MOVE)
    new = reverse("people:resident_enter")
    first = today().isoformat()
    typed = {
        "name": "試験　花子",
        "kana": "しけん　はなこ",
        "born": "昭和55年",
        "address": "隣市1番",
        "starts_on": first,
    }
    assert clerk().post(new, typed).status_code == 404
    for bad, words in (
        ({"name": ""}, "「氏名」を入力してください。"),
        ({"kana": "花子"}, "カタカナで入力してください"),
        ({"born": "昭和99年"}, "元号の期間に入りません"),
        ({"address": f"隣市 {MY_NUMBER}"}, "マイナンバー"),
    ):
        refused = client.post(new, typed | bad)
        assert refused.status_code == 422
        assert words in text_of(refused)
    page = client.post(new, typed)["Location"]
    assert "昭和55年（1980年）月日不詳" in text_of(client.get(page))
    party = Party.objects.get(key=page.split("/")[-2])
    birth = reverse("people:resident_birth", args=[party.key])
    assert "死亡日が生年月日より前です。" in text_of(
        client.post(birth, {"born": "1980-05-01", "died": "1979"})
    )
    assert client.post(birth, {"born": "1980-05-01", "sex": "2"})["Location"] == page
    assert "昭和55年5月1日" in text_of(client.get(page))
    name = reverse("people:resident_name", args=[party.key])
    alias = {"use": "alias", "name": "花田　ハナ", "kana": "ハナダ　ハナ", "starts_on": first}
    assert client.post(name, alias)["Location"] == page
    assert "花田　ハナ" in text_of(client.get(page))


def test_what_the_register_says_is_refused_in_words_and_an_address_is_put_and_ended() -> None:
    party = person_make()
    client = clerk(KEEPER, MOVE)
    first = today().isoformat()
    said = "住民記録から来た内容は、ここでは変えられません。"
    name = {"use": "official", "name": "試験　改", "starts_on": first}
    assert said in text_of(client.post(reverse("people:resident_name", args=[party.key]), name))
    assert said in text_of(client.post(reverse("people:resident_birth", args=[party.key]), {"born": "1971"}))
    url = reverse("people:resident_address", args=[party.key])
    ends = {"kind": "mailing", "what": "end", "starts_on": first}
    assert "この日には、その種類の住所は記録されていません。" in text_of(client.post(url, ends))
    empty = {"kind": "mailing", "what": "put", "starts_on": first}
    assert "「住所」を入力してください。" in text_of(client.post(url, empty))
    assert client.post(url, empty | {"address": "私書箱1号"})["Location"] == person_url(party)
    assert "私書箱1号" in text_of(client.get(person_url(party)))
    assert client.post(url, ends)["Location"] == person_url(party)
    assert not PartyAddress.objects.filter(party=party, kind="mailing", withdrawn_at=None).exists()
    # Each form that showed the name is one look, and says no more than that it was the name.
    glances = [row for row in looks() if row.action == "people.person_glance"]
    assert len(glances) == 4
    assert all(json.loads(row.detail)["data"] == ["identity"] for row in glances)


@pytest.mark.parametrize("what", ["name", "address", "birth"])
def test_whoever_only_looks_changes_nothing(what: str) -> None:
    url = f"{person_url(person_make())}{what}/"
    assert clerk().get(url).status_code == 404
    assert clerk().post(url, {}).status_code == 404
    assert clerk(KEEPER, "").get(url).status_code == 302, "the duty first"
    assert clerk(KEEPER, MOVE).get(url).status_code == 200


def test_every_page_of_a_person_is_closed_to_a_clerk_without_the_right() -> None:
    party = person_make(household=household_make())
    for url in _addresses(party):
        for client in (staff_client(roles=[FEEDER]), staff_client("people.organisation_view")):
            for ask in (client.get, client.post):
                assert ask(url).status_code in (404, 405), url
    assert looks() == []


def test_signed_out_one_is_led_to_the_sign_in() -> None:
    answer = Client().get(person_url(person_make()))
    assert answer["Location"].startswith(reverse(settings.LOGIN_URL))


# What is written down

# Pages that show a person, by name or by more; each look is one row. The others show nobody.
SHOWN = {
    "resident", "household", "resident_name", "resident_address", "resident_birth", "pairs", "pair", "merge_undo",
    "protections", "protection_begin", "protection_end", "organisation_page",
}  # fmt: skip
PAGES = sorted(name for name, maker in makers.items() if maker.__module__ == residents_testing.__name__)


@pytest.mark.parametrize("route", PAGES)
def test_a_page_is_written_down_once_where_it_shows_somebody_and_never_with_a_name(route: str) -> None:
    made = makers[route](0)
    client = staff_client(roles=sorted(made["roles"]), scope="all")
    if made["duty"]:
        duty_begin(client, made["duty"])
    url = reverse(route, kwargs=made["kwargs"])
    before = AuditRow.objects.count()
    page = client.get(url)
    assert page.status_code in (200, 405)
    written = list(AuditRow.objects.order_by("pk"))[before:]
    shows = route.removeprefix("people:") in SHOWN
    assert len([row for row in written if '"data"' in row.detail]) == shows
    for row in written:
        assert not re.search(
            "試験　|シケン|一番町", row.detail + row.subject_title + row.subject_page + row.subject_key
        )
    body = page.content.decode() if page["Content-Type"].startswith("text/html") else ""
    for address in re.findall(r'(?:href|action)="([^"]*)"', body):
        assert not re.search("試験|シケン|%E8%A9%A6", address), address
