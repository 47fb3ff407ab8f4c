"""Same persons, organisations and register files: the pages, through HTTP, and the nightly command."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from madoguchi.blocks.people.models import (
    FeedDelivery,
    Membership,
    Party,
    PartyMerge,
    PartyNumber,
    Residence,
    SamePerson,
)
from madoguchi.blocks.people.testing import (
    NOW,
    duty_begin,
    feed_file,
    feed_run,
    organisation_make,
    organisation_with_officer,
    person_make,
    protection_make,
    record,
    staff_client,
)
from madoguchi.blocks.people.testing.residents import (
    ACCEPTOR,
    ASSOCIATION,
    COUNTER,
    FEEDER,
    KEEPER,
    MATCHING,
    MOVE,
)
from madoguchi.kernel.clock import today
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.models import AuditRow
from madoguchi.kernel.rights import system_viewer
from madoguchi.kit.check_characters import corporate_number_fits
from tests.people.residents.asking import asked_at_most
from tests.people.residents.test_residents_pages import looks, person_url, text_of

pytestmark = pytest.mark.django_db
PAIRS = "/office/residents/pairs/"
ORGANISATIONS = "/office/residents/organisations/"
FEEDS = "/office/residents/feeds/"
CORPORATE = next(
    str(n) for n in range(1000000000001, 9999999999999, 1000000000000) if corporate_number_fits(str(n))
)


@pytest.fixture(autouse=True)
def _published(db: None) -> None:
    keys = ["service/residents", "codelist/people.organisation_forms", "layout/residents.juki"]
    declarations_publish(actor=system_viewer(on=today(), duty="試験"), keys=keys, reason="試験", now=NOW)


def keeper(duty: str = MATCHING) -> Client:
    return duty_begin(staff_client(roles=[KEEPER]), duty)


def unnumbered(party: Party) -> Party:
    """Take the register's number from a person: two whom the register knows are two people."""
    PartyNumber.objects.filter(party=party).delete()
    return party


def alike(count: int = 2, **more: Any) -> list[Party]:
    same = {"name": "試験　双葉", "kana": "シケン　フタバ", "born": "1960-03-03", **more}
    return [unnumbered(person_make(**same)) for _number in range(count)]


# Same persons


def test_pairs_are_looked_for_compared_and_judged() -> None:
    one, other = alike()
    client = keeper()
    assert "確かめる二人はいません" in text_of(client.get(PAIRS))
    assert client.post(PAIRS)["Location"] == PAIRS
    page = text_of(client.get(PAIRS))
    assert "新しく1組が見つかりました。" in page
    assert "フリガナと生年月日が同じ" in page
    pair = SamePerson.objects.get()
    assert f"{pair.score}点／100点" in page
    url = reverse("people:pair", args=[pair.pk])
    before = len(looks())
    compared = text_of(client.get(url))
    assert len(looks()) == before + 1
    assert set(looks()[-1].subjects.values_list("key", flat=True)) == {one.key, other.key}
    assert "くらべた結果" in compared
    assert "同じ" in compared
    refused = client.post(url, {"verdict": one.key, "note": " "})
    assert refused.status_code == 422
    assert "「理由」を入力してください。" in text_of(refused)
    assert client.post(url, {"verdict": "somebody", "note": "確かめた"}).status_code == 422
    assert client.post(url, {"verdict": other.key, "note": "本人に確かめた"})["Location"] == PAIRS
    assert Party.objects.get(pk=one.pk).merged_into == other
    assert client.get(url).status_code == 404, "judged already"
    assert PartyMerge.objects.get().reason == "本人に確かめた"


def test_a_pair_is_said_to_be_two_people_and_does_not_come_back() -> None:
    alike()
    client = keeper()
    client.post(PAIRS)
    url = reverse("people:pair", args=[SamePerson.objects.get().pk])
    assert client.post(url, {"verdict": "different", "note": "ふたご"})["Location"] == PAIRS
    client.post(PAIRS)
    page = text_of(client.get(PAIRS))
    assert "新しい組は見つかりませんでした。" in page
    assert "確かめる二人はいません" in page
    assert not PartyMerge.objects.exists()


def test_what_differs_is_said_in_words() -> None:
    alike(1, sex="1", address="みなも市一番町1番1号")
    alike(1, name="試験　二葉", sex="2", address="みなも市西町9番")
    client = keeper()
    client.post(PAIRS)
    page = client.get(reverse("people:pair", args=[SamePerson.objects.get().pk])).content.decode()
    rows = {row.split("</th>")[0].rsplit(">", 1)[-1]: row for row in page.split("<tr")[2:]}
    for label, word in (
        ("氏名", "違う"),
        ("フリガナ", "同じ"),
        ("性別", "違う"),
        ("住所", "違う"),
        ("生年月日", "同じ"),
    ):
        assert f">{word}</span>" in rows[label], label


def test_pairs_of_protected_persons_are_not_there_and_nobody_else_judges() -> None:
    one, other = alike(protected=True)
    pair = SamePerson.objects.create(one=one, other=other, score=80, reasons=["kana"], found_at=NOW)
    url = reverse("people:pair", args=[pair.pk])
    client = keeper()
    assert "確かめる二人はいません" in text_of(client.get(PAIRS))
    assert client.get(url).status_code == 404
    assert client.post(url, {"verdict": "different", "note": "見えない"}).status_code == 404
    counter = duty_begin(staff_client(roles=[COUNTER]), MOVE)
    for ask in (counter.get, counter.post):
        assert ask(PAIRS).status_code == 404
        assert ask(url).status_code == 404
    assert keeper("").get(PAIRS).status_code == 302
    assert SamePerson.objects.get().verdict == "waiting"
    assert "同じ人かもしれない二人" not in text_of(staff_client(roles=[KEEPER]).get("/office/"))


def test_a_list_of_pairs_asks_few_questions() -> None:
    people = alike(12)
    for number, one in enumerate(people):
        for other in people[number + 1 :]:
            SamePerson.objects.create(one=one, other=other, score=80, reasons=["kana"], found_at=NOW)
    client = keeper()
    assert "確かめる66組" in text_of(client.get(PAIRS))
    assert client.get(PAIRS, {"page": 2}).content.decode().count("pe-pair") == 16
    with asked_at_most(12):
        assert client.get(PAIRS).status_code == 200


# Organisations


def test_an_organisation_is_recorded_found_changed_and_taken_away() -> None:
    client = keeper(ASSOCIATION)
    first = today().isoformat()
    typed = {
        "name": "一番町自治会",
        "kana": "いちばんちょうじちかい",
        "form": "association",
        "address": "みなも市一番町1番",
        "starts_on": first,
    }
    for bad, words in (
        ({"form": "guild"}, "正しく選択してください"),
        ({"corporate_number": "1234"}, "法人番号"),
        ({"name": ""}, "「名称」を入力してください。"),
    ):
        refused = client.post(ORGANISATIONS + "new/", typed | bad)
        assert refused.status_code == 422
        assert words in text_of(refused)
    page = client.post(ORGANISATIONS + "new/", typed | {"corporate_number": CORPORATE})["Location"]
    twice = client.post(ORGANISATIONS + "new/", typed | {"corporate_number": CORPORATE})
    assert twice.status_code == 422
    organisation_make(name="みなも内科")
    for asked in ("いちばんちょう", "自治会", "一番町"):
        listed = text_of(client.get(ORGANISATIONS, {"q": asked}))
        assert "一番町自治会" in listed
        assert "みなも内科" not in listed
    assert client.post(page + "name/", {"name": "一番町町会", "starts_on": first})["Location"] == page
    assert client.post(page + "seat/", {"address": "みなも市西町2番", "starts_on": first})["Location"] == page
    words = text_of(client.get(page))
    assert "一番町町会" in words
    assert "みなも市西町2番" in words
    exported = client.get(ORGANISATIONS + "list.csv")
    rows = exported.content.decode("utf-8-sig").splitlines()
    assert rows[0] == "番号,名称,フリガナ,形の符号,団体の形,法人番号,所在地"
    assert any("一番町町会" in row and "自治会・町内会" in row and CORPORATE in row for row in rows)
    assert AuditRow.objects.filter(event="people.organisations_exported").count() == 1


def test_the_people_of_an_organisation_are_people_s_data() -> None:
    group, officer = organisation_with_officer("一番町自治会")
    page = f"{ORGANISATIONS}{group}/"
    client = keeper(ASSOCIATION)
    assert "会長" in text_of(client.get(page))
    (look,) = looks()
    assert list(look.subjects.values_list("key", flat=True)) == [officer]
    assert keeper("").get(page).status_code == 302, "the duty first"
    assert staff_client(roles=[KEEPER]).get(ORGANISATIONS).status_code == 200, (
        "names of organisations are public"
    )
    assert duty_begin(staff_client(roles=[COUNTER]), MOVE).get(page).status_code == 404
    hidden = protection_make(name="試験　守雄").party
    Membership.objects.create(
        group=Party.objects.get(key=group), party=hidden, kind="member", source="counter", entered_at=NOW,
        starts_on=date(2020, 4, 1),
    )  # fmt: skip
    assert "試験　守雄" not in text_of(client.get(page))
    sent = {"party_key": hidden.key, "kind": "member", "starts_on": today().isoformat()}
    refused = client.post(page + "members/add/", sent)
    assert "この人の記録は見つかりません" in text_of(refused), "nobody learns whose number it is"


def test_an_officer_is_recorded_and_leaves() -> None:
    group, person = organisation_make(name="一番町自治会"), person_make(name="試験　会長")
    client = keeper(ASSOCIATION)
    page = f"{ORGANISATIONS}{group.key}/"
    typed = {
        "party_key": person.key.lower(),
        "kind": "officer",
        "relation": "会長",
        "head": "on",
        "starts_on": "2026-04-01",
    }
    wrong = client.post(page + "members/add/", typed | {"party_key": "K7M4-90XW-H2PF"})
    assert wrong.status_code == 422
    assert client.post(page + "members/add/", typed)["Location"] == page
    assert "試験　会長" in text_of(client.get(page))
    end = f"{page}members/officer/{person.key}/end/"
    assert "この日には、この団体の役員・構成員ではありません。" in text_of(
        client.post(end, {"on": "2020-01-01"})
    )
    assert client.post(end, {"on": today().isoformat()})["Location"] == page
    assert client.get(f"{page}members/officer/XXXX/end/").status_code == 404


def test_the_list_of_organisations_asks_few_questions(django_assert_max_num_queries: Any) -> None:
    for _number in range(60):
        organisation_make()
    client = keeper(ASSOCIATION)
    client.get(ORGANISATIONS)
    with django_assert_max_num_queries(12):
        assert client.get(ORGANISATIONS).status_code == 200


# Register files


def upload(content: bytes, **more: Any) -> dict[str, Any]:
    file = SimpleUploadedFile("住民.csv", content, "text/csv")
    return {"layout_key": "residents.juki", "extent": "full", "as_of": "2026-05-12", "file": file, **more}


def test_a_file_is_brought_checked_and_applied() -> None:
    feeder = staff_client(roles=[FEEDER])
    brought = feeder.post(FEEDS, upload(feed_file([record(1), record(2)])))
    page = brought["Location"]
    words = text_of(feeder.get(page))
    assert "2人の記録が変わります。" in words
    assert Residence.objects.count() == 0
    assert staff_client(roles=[ACCEPTOR]).post(page + "apply/").status_code == 404
    assert staff_client(roles=[COUNTER]).get(page).status_code == 404
    assert feeder.get(page + "apply/").status_code == 405
    assert feeder.post(page + "apply/")["Location"] == page
    assert Residence.objects.count() == 2
    again = feeder.post(page + "apply/")
    assert again.status_code == 422
    assert "このファイルは反映済みです。" in text_of(again)
    form = feeder.get(FEEDS).content.decode()
    assert "checked" in form.split('value="difference"')[1].split(">")[0], (
        "after a full file come differences"
    )
    missing = feeder.post(FEEDS, upload(feed_file([record(3)]), extent="difference"))
    assert "差分のファイルには通番が要ります。" in text_of(missing)
    assert (
        feeder.post(FEEDS, upload(feed_file([record(3)]), extent="difference", sequence="1")).status_code
        == 302
    )


def test_a_full_file_says_which_differences_it_includes() -> None:
    feeder = staff_client(roles=[FEEDER])
    assert "次の差分は" not in text_of(feeder.get(FEEDS))
    first = feeder.post(FEEDS, upload(feed_file([record(1)])))["Location"]
    feeder.post(first + "apply/")
    assert "次の差分は通番1以上です。" in text_of(feeder.get(FEEDS))
    page = feeder.post(FEEDS, upload(feed_file([record(1), record(2)]), sequence="7"))["Location"]
    assert "含む差分の通番 7" in text_of(feeder.get(page))
    assert "支援措置がなくなる人" in text_of(feeder.get(page))
    staff_client(roles=[ACCEPTOR]).post(page, {"reason": "電話で確かめた"})
    assert feeder.post(page + "apply/")["Location"] == page
    form = feeder.get(FEEDS)
    assert "次の差分は通番8です。" in text_of(form)
    # A number that stood in the field would be said of a full file too.
    assert 'value="8"' not in form.content.decode()


def test_a_refused_file_says_where_and_changes_nothing() -> None:
    feeder = staff_client(roles=[FEEDER])
    content = feed_file([record(1, born="19800230"), record(2, name="")])
    page = feeder.post(FEEDS, upload(content))["Location"]
    words = text_of(feeder.get(page))
    assert "このファイルは受け取れません。記録は変わっていません。" in words
    assert "1980年2月に30日はありません" in words
    assert "見つかった問題 2件" in words
    rows = feeder.get(page + "problems.csv").content.decode("utf-8-sig").splitlines()
    assert rows[:2] == ["行,列,問題", "2,生年月日,1980年2月に30日はありません。29日までです。"]
    assert feeder.post(page + "apply/").status_code == 422
    cut = feeder.post(FEEDS, upload(content[: len(content) // 2]))["Location"]
    assert "ファイル全体" in text_of(feeder.get(cut))
    empty = feeder.post(FEEDS, upload(b""))["Location"]
    assert feeder.get(empty).status_code == 200
    assert Residence.objects.count() == 0


def test_a_file_that_changes_much_waits_for_somebody_else() -> None:
    feed_run([record(number) for number in range(1, 11)])
    both = staff_client(roles=[FEEDER, ACCEPTOR])
    page = both.post(FEEDS, upload(feed_file([record(1), record(2)])))["Location"]
    words = text_of(both.get(page))
    assert "住民でなくなる人が8人（80.0%）います" in words
    assert "取り込んだ本人は確認できません" in words
    own = both.post(page, {"reason": "電話で確かめた"})
    assert own.status_code == 422
    assert "取り込んだ本人は確認できません。" in text_of(own)
    assert both.post(page + "apply/").status_code == 422
    other = staff_client(roles=[ACCEPTOR])
    assert "確かめる連携ファイル" in text_of(other.get("/office/"))
    assert other.post(page, {"reason": ""}).status_code == 422
    assert staff_client(roles=[FEEDER]).post(page, {"reason": "x"}).status_code == 404
    assert other.post(page, {"reason": "電話で確かめた"})["Location"] == page
    late = other.post(page, {"reason": "もう一度"})
    assert "このファイルは反映できません。" in text_of(late)
    assert "確かめる連携ファイル" not in text_of(other.get("/office/"))
    assert both.post(page + "apply/")["Location"] == page
    assert FeedDelivery.objects.filter(state="applied").count() == 2


def test_the_list_of_files_asks_few_questions(django_assert_max_num_queries: Any) -> None:
    feeder = staff_client(roles=[FEEDER])
    for number in range(60):
        FeedDelivery.objects.create(
            layout="residents.juki", layout_version=1, extent="full", as_of=today(), file_name=f"{number}.csv",
            sha256=f"{number:064}", received_at=NOW, received_by="staff:s1", state="refused",
        )  # fmt: skip
    feeder.get(FEEDS)
    with django_assert_max_num_queries(12):
        assert feeder.get(FEEDS).status_code == 200


# The nightly command


def run(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("residents_feed", *arguments, "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_the_command_checks_and_applies(tmp_path: Path) -> None:
    file = tmp_path / "全件.csv"
    file.write_bytes(feed_file([record(number) for number in range(1, 11)]))
    answer = run(str(file), "--full", "--as-of", "令和8年5月11日")
    assert answer["state"] == "checked"
    assert Residence.objects.count() == 0
    answer = run(str(file), "--full", "--as-of", "2026-05-11", "--apply")
    assert (answer["state"], answer["counts"]["new"]) == ("applied", 10)
    assert Residence.objects.count() == 10
    assert AuditRow.objects.get(event="people.feed_applied").actor_kind == "system"

    change = tmp_path / "差分.csv"
    change.write_bytes(feed_file([record(1, name="試験　改", changed_on="20260512")]))
    answer = run(str(change), "--difference", "--sequence", "1", "--as-of", "2026-05-12", "--apply")
    assert answer["counts"]["changed"] == 1

    file.write_bytes(feed_file([record(number, born="19700103") for number in range(1, 11)]))
    with pytest.raises(CommandError, match="確かめる係"):
        run(str(file), "--full", "--sequence", "7", "--as-of", "2026-05-12")
    assert FeedDelivery.objects.get(extent="full", state="alarm").sequence == 7


def test_the_command_refuses_in_words(tmp_path: Path) -> None:
    file = tmp_path / "全件.csv"
    file.write_bytes(feed_file([record(1, born="19800230")]))
    with pytest.raises(CommandError, match="1980年2月に30日はありません") as refused:
        run(str(file), "--full", "--as-of", "2026-05-11", "--apply")
    assert refused.value.returncode == 1
    for wrong in (["--difference"], ["--full", "--sequence", "0"]):
        with pytest.raises(CommandError, match="--sequence") as called:
            run(str(file), *wrong, "--as-of", "2026-05-11")
        assert called.value.returncode == 2
    with pytest.raises(CommandError, match="--as-of"):
        run(str(file), "--full", "--as-of", "きのう")
    with pytest.raises(CommandError, match="ファイルを読めません"):
        run(str(tmp_path / "ない.csv"), "--full", "--as-of", "2026-05-11")
    with pytest.raises(CommandError, match=r"residents\.juki"):
        run(str(file), "--full", "--as-of", "2026-05-11", "--layout", "other")
    assert Residence.objects.count() == 0


def test_the_command_leaves_a_large_change_to_people(tmp_path: Path) -> None:
    feed_run([record(number) for number in range(1, 11)])
    file = tmp_path / "全件.csv"
    file.write_bytes(feed_file([record(1)]))
    with pytest.raises(CommandError, match="確かめる係が認めるまで反映しません"):
        run(str(file), "--full", "--as-of", "2026-05-12", "--apply")
    waiting = FeedDelivery.objects.get(state="alarm")
    acceptor, feeder = staff_client(roles=[ACCEPTOR]), staff_client(roles=[FEEDER])
    page = reverse("people:feed", args=[waiting.pk])
    assert acceptor.post(page, {"reason": "電話で確かめた"}).status_code == 302
    assert feeder.post(page + "apply/").status_code == 302
    assert person_url(person_make())
