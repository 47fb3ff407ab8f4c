"""The pages of notices through HTTP: whose they are, what they keep, and what they cost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from madoguchi.blocks.messages.models import Draft, Notice, Receipt, Reminder, Withdrawal
from madoguchi.blocks.messages.testing import READ, SEND, member_make, notice_make, receipt_make
from madoguchi.blocks.people.models import Office, User
from madoguchi.blocks.people.testing import office_make, staff_client
from madoguchi.kernel.clock import now, today
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.testing import makers
from madoguchi.kit.check_characters import my_number_fits
from madoguchi.kit.wareki import wareki_format
from madoguchi.kit.workdays import business_day_from

pytestmark = pytest.mark.django_db
LANGUAGES = ("ja", "ja-easy", "en")
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
ROUTES = [name for name in makers if name.startswith("messages:")]
QUERIES = 12


def person_of(client: Client) -> str:
    user = User.objects.get(pk=client.session["_auth_user_id"])
    return f"staff:{user.staff_member.key}"


def received(client: Client, office: Office, **kwargs: Any) -> Notice:
    """Make a notice of just now that this client's person has received."""
    notice = notice_make(audience=[office.pk], sent_at=now() - timedelta(hours=1), **kwargs)
    Receipt.objects.create(
        notice=notice,
        person=person_of(client),
        person_name="試験 太郎",
        office=office,
        post="課長",
        made_at=notice.sent_at,
    )
    return notice


def typed(office: Office, **changes: Any) -> dict[str, Any]:
    deadline = wareki_format(business_day_from(today() + timedelta(days=7)))
    form = {
        "title": "研修のお知らせ", "body": "受けてください。\n\n詳しくはhttps://example.jp/aを見てください。", "urgency": "urgent",
        "ask": "acknowledge", "deadline": deadline, "audience": "offices", "offices": [office.key], "with_under": "on",
    }  # fmt: skip
    return {**form, **changes}


def text_of(answer: Any) -> str:
    return answer.content.decode()


@pytest.fixture
def office() -> Office:
    return office_make(name="受取課")


# The way from writing to acknowledging


def test_from_writing_to_acknowledging(office: Office) -> None:
    reader = staff_client(READ, office=office)
    sender = staff_client(READ, SEND)
    assert sender.get(reverse("messages:compose")).status_code == 200
    answer = sender.post(reverse("messages:compose"), {**typed(office), "do": "preview"})
    draft = Draft.objects.get()
    assert answer["Location"] == reverse("messages:draft_preview", args=[draft.key])
    preview = text_of(sender.get(answer["Location"]))
    assert "受取課（1人）" in preview
    assert '<a href="https://example.jp/a" rel="noopener noreferrer">https://example.jp/a</a>を' in preview
    answer = sender.post(answer["Location"], {"revision": draft.revision})
    notice = Notice.objects.get()
    assert answer["Location"] == reverse("messages:progress", args=[notice.key])
    page = text_of(reader.get(reverse("messages:list")))
    assert "研修のお知らせ" in page
    assert "至急" in page
    here = reverse("messages:notice", args=[notice.key])
    assert "確認しました" in text_of(reader.get(here))
    assert reader.post(reverse("messages:notice_acknowledge", args=[notice.key]))["Location"] == here
    receipt = Receipt.objects.get()
    assert receipt.acknowledged_at
    assert "研修のお知らせ" not in text_of(reader.get(reverse("messages:list")))
    assert "研修のお知らせ" in text_of(reader.get(reverse("messages:list") + "?show=all"))
    assert "全員済み" in text_of(sender.get(reverse("messages:sent")))


def test_looking_writes_nothing_and_the_mark_is_a_post(office: Office) -> None:
    reader = staff_client(READ, office=office)
    notice = received(reader, office)
    here, mark = (
        reverse("messages:notice", args=[notice.key]),
        reverse("messages:notice_read", args=[notice.key]),
    )
    before = list(Receipt.objects.values())
    page = text_of(reader.get(here))
    assert f'hx-post="{mark}"' in page
    assert 'hx-trigger="load' in page
    assert reader.get(mark)["Location"] == here, "a link back after the sign-in marks nothing"
    assert list(Receipt.objects.values()) == before
    assert not AuditRow.objects.exists()
    fragment = reader.post(mark, headers={"HX-Request": "true"})
    assert fragment.status_code == 200
    assert "<html" not in text_of(fragment)
    assert "に読みました" in text_of(fragment)
    assert "確認しました" in text_of(fragment)
    assert Receipt.objects.get().read_at
    assert reader.post(mark)["Location"] == here, "pressed twice is no error"
    assert AuditRow.objects.count() == 1


def test_who_joined_later_finds_it_and_marks_it(office: Office) -> None:
    notice = notice_make(audience=[office.pk], sent_at=now() - timedelta(days=1))
    reader = staff_client(READ, office=office)
    assert notice.title in text_of(reader.get(reverse("messages:list")))
    assert not Receipt.objects.exists()
    reader.post(reverse("messages:notice_read", args=[notice.key]))
    assert Receipt.objects.get().joined


# Nothing typed is lost


def test_a_draft_is_saved_as_typed_and_comes_back(office: Office) -> None:
    sender = staff_client(SEND)
    answer = sender.post(
        reverse("messages:compose"), typed(office, deadline="らいしゅう", title="", do="save")
    )
    page = text_of(sender.get(answer["Location"]))
    assert 'value="らいしゅう"' in page
    assert "詳しくはhttps://example.jp/aを見てください。" in page
    assert re.search(rf'value="{office.key}"[^>]* checked', page)


def test_a_refused_form_keeps_everything_and_is_saved_all_the_same(office: Office) -> None:
    sender = staff_client(SEND)
    answer = sender.post(
        reverse("messages:compose"), typed(office, deadline="R1.1.1", title="あ" * 121, do="preview")
    )
    assert answer.status_code == 422
    page = text_of(answer)
    for part in ('value="R1.1.1"', "あ" * 121, "詳しくはhttps://example.jp/aを見てください。", "120"):
        assert part in page
    draft = Draft.objects.get()
    assert draft.content().deadline == "R1.1.1"
    assert f'action="{reverse("messages:draft", args=[draft.key])}"' in page, (
        "going on does not make a second draft"
    )
    here = reverse("messages:draft", args=[draft.key])
    answer = sender.post(here, typed(office, revision=draft.revision, do="preview"))
    assert answer["Location"] == reverse("messages:draft_preview", args=[draft.key])
    assert Draft.objects.count() == 1


def test_a_my_number_is_refused_with_the_text_still_on_the_page(office: Office) -> None:
    number = next(
        text
        for text in (f"{n:012d}" for n in range(200_000_000_000, 200_000_000_100))
        if my_number_fits(text)
    )
    sender = staff_client(SEND)
    answer = sender.post(reverse("messages:compose"), typed(office, body=f"番号は{number}です", do="save"))
    assert answer.status_code == 422
    assert "個人番号は書けません" in text_of(answer)
    assert "番号は" in text_of(answer)
    assert not Draft.objects.exists()


def test_a_colleagues_change_is_not_overwritten_unseen(office: Office) -> None:
    sender = staff_client(SEND)
    sender.post(reverse("messages:compose"), typed(office, do="save"))
    draft = Draft.objects.get()
    here = reverse("messages:draft", args=[draft.key])
    sender.post(here, typed(office, title="同僚の版", revision=1, do="save"))
    answer = sender.post(here, typed(office, title="わたしの版", revision=1, do="save"))
    assert answer.status_code == 422
    assert 'value="わたしの版"' in text_of(answer)
    assert Draft.objects.get().content().title == "同僚の版"
    assert 'name="revision" value="2"' in text_of(answer), "pressing again is a choice made with open eyes"
    preview = reverse("messages:draft_preview", args=[draft.key])
    assert sender.post(preview, {"revision": "1"}).status_code == 200
    assert not Notice.objects.exists()
    for odd in ("", "x", "９", "99999999999999999999"):
        assert sender.post(preview, {"revision": odd}).status_code == 200


def test_what_was_typed_into_a_draft_sent_meanwhile_becomes_a_new_draft(office: Office) -> None:
    staff_client(READ, office=office)
    sender = staff_client(SEND)
    sender.post(reverse("messages:compose"), typed(office, do="save"))
    key = Draft.objects.get().key
    preview = reverse("messages:draft_preview", args=[key])
    sender.post(preview, {"revision": "1"})
    assert sender.post(preview, {"revision": "1"})["Location"] == reverse("messages:progress", args=[key])
    answer = sender.post(
        reverse("messages:draft", args=[key]), typed(office, title="続き", revision=1, do="save")
    )
    assert answer.status_code == 422
    assert 'value="続き"' in text_of(answer)
    assert f'action="{reverse("messages:compose")}"' in text_of(answer)
    assert sender.get(reverse("messages:draft", args=[key]))["Location"] == reverse(
        "messages:progress", args=[key]
    )
    assert Notice.objects.count() == 1


# After sending


def test_correcting_withdrawing_and_reminding(office: Office) -> None:
    home = office_make()
    sender, reader = staff_client(READ, SEND, office=home), staff_client(READ, office=office)
    notice = received(
        reader, office, office_id=home.pk, deadline_on=today() + timedelta(days=1), title="調査のお願い"
    )
    progress = reverse("messages:progress", args=[notice.key])
    page = text_of(sender.get(progress))
    assert "試験 太郎" in page
    assert reverse("messages:remind", args=[notice.key]) in page
    for _press in range(2):
        assert sender.post(reverse("messages:remind", args=[notice.key]))["Location"] == progress
    assert Reminder.objects.count() == 1
    correct = reverse("messages:correct", args=[notice.key])
    draft = sender.post(correct)["Location"]
    assert sender.post(correct)["Location"] == draft
    assert "「調査のお願い」の訂正です。" in text_of(sender.get(draft))
    withdraw = reverse("messages:withdraw", args=[notice.key])
    assert sender.post(withdraw, {"reason": " "}).status_code == 422
    assert sender.post(withdraw, {"reason": "日付の誤り"})["Location"] == progress
    assert Withdrawal.objects.get().reason == "日付の誤り"
    assert "日付の誤り" in text_of(reader.get(reverse("messages:notice", args=[notice.key])))
    discard = draft + "discard/"
    assert sender.get(discard)["Location"] == draft
    sender.post(discard)
    assert not Draft.objects.exists()


def test_the_old_notice_shows_its_correction_and_the_new_one_the_old(office: Office) -> None:
    reader = staff_client(READ, office=office)
    old = received(reader, office)
    new = received(reader, office, corrects=old, title="訂正したもの")
    page = text_of(reader.get(reverse("messages:notice", args=[old.key])))
    assert reverse("messages:notice", args=[new.key]) in page
    assert reverse("messages:notice_acknowledge", args=[old.key]) not in page
    assert reverse("messages:notice", args=[old.key]) in text_of(
        reader.get(reverse("messages:notice", args=[new.key]))
    )


def test_a_near_and_a_past_deadline_are_said_in_words(office: Office) -> None:
    reader = staff_client(READ, office=office)
    near = received(reader, office, deadline_on=today() + timedelta(days=1), title="あした")
    late = notice_make(
        audience=[office.pk], sent_at=now() - timedelta(days=9), deadline_on=today() - timedelta(days=1)
    )
    Receipt.objects.create(notice=late, person=person_of(reader), office=office, made_at=late.sent_at)
    page = text_of(reader.get(reverse("messages:list")))
    assert page.index("期限超過") < page.index("期限間近"), "the nearest deadline stands first"
    assert "期限が近づいています" in text_of(reader.get(reverse("messages:notice", args=[near.key])))
    assert "期限が過ぎています" in text_of(reader.get(reverse("messages:notice", args=[late.key])))
    home = text_of(reader.get("/office/"))
    assert "確認していないお知らせ" in home
    assert "うち2件" in home


# Whose it is


def test_every_route_has_a_maker() -> None:
    known = {
        f"messages:{name}"
        for name in get_resolver().namespace_dict["messages"][1].reverse_dict
        if isinstance(name, str)
    }
    assert known == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
def test_not_yours_looks_like_not_there(route: str, office: Office) -> None:
    made = makers[route](office.pk)
    path = reverse(route, kwargs=made["kwargs"])
    ours = staff_client(office=office, roles=made["roles"]).get(path)
    assert ours.status_code in (200, 302), route
    assert staff_client(office=office).get(path).status_code == 404
    assert Client().get(path)["Location"].startswith("/account/login/")
    if made["kwargs"]:
        stranger = staff_client(office=office_make(), roles=made["roles"])
        for method in (stranger.get, stranger.post):
            assert method(path).status_code == 404, route
        nowhere = reverse(route, kwargs={"key": "no-such-key"})
        assert staff_client(office=office, roles=made["roles"]).get(nowhere).status_code == 404


def test_an_office_sees_only_its_own_part_of_the_progress(office: Office) -> None:
    other = office_make(name="よその課")
    notice = notice_make(audience=[office.pk, other.pk], sent_at=now() - timedelta(hours=1))
    receipt_make(notice=notice, person=member_make(office=office))
    stranger = receipt_make(notice=notice, person=member_make(office=other))
    page = text_of(
        staff_client(READ, office=office).get(reverse("messages:progress", args=[notice.key]) + "?show=all")
    )
    assert "受取課" in page
    assert "よその課" not in page
    assert stranger.person_name not in page


def test_odd_parameters_are_harmless(office: Office) -> None:
    sender = staff_client(READ, SEND, office=office)
    notice = notice_make(office_id=office.pk, sent_at=now())
    receipt_make(notice=notice)
    here = reverse("messages:progress", args=[notice.key])
    for odd in ("?office=x", "?office=9999999999999999999999", "?office=１", "?page=zzz", "?office=-1"):
        assert sender.get(here + odd).status_code == 200
    assert sender.get(reverse("messages:list") + "?page=99&show=%00").status_code == 200
    assert (
        sender.post(reverse("messages:compose"), {"title": "a\x00b", "offices": ["\x00"]}).status_code == 302
    )


# Three languages, and what a page costs


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("route", ROUTES)
def test_each_page_speaks_three_languages(route: str, language: str, office: Office) -> None:
    made = makers[route](office.pk)
    client = staff_client(office=office, roles=made["roles"])
    client.cookies["django_language"] = language
    answer = client.get(reverse(route, kwargs=made["kwargs"]))
    if answer.status_code == 302:
        return
    assert answer.status_code == 200
    page = text_of(answer)
    assert f'<html lang="{"en" if language == "en" else "ja"}"' in page
    if language == "en":
        title = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
        assert title
        assert 'lang="ja"' in title[0] or not JAPANESE.search(title[1])


@pytest.mark.parametrize(
    ("route", "query"), [("list", ""), ("list", "?show=all"), ("sent", ""), ("progress", "?show=all")]
)
def test_a_full_list_costs_at_most_twelve_queries(route: str, query: str, office: Office) -> None:
    client = staff_client(READ, SEND, office=office)
    notices = [
        received(client, office, office_id=office.pk, deadline_on=today() + timedelta(days=number))
        for number in range(60)
    ]
    for _number in range(60):
        receipt_make(notice=notices[0])
    path = reverse(f"messages:{route}", args=[notices[0].key] if route == "progress" else []) + query
    client.get(path)
    with CaptureQueriesContext(connection) as caught:
        answer = client.get(path)
    assert answer.status_code == 200
    assert text_of(answer).count("<tr>") > 50
    assert len(caught) <= QUERIES, "\n".join(query["sql"] for query in caught.captured_queries)
