"""
One journey through everything, with the outside judge as the provider: by card in, an act for another, out everywhere.

Youko signs in by card, reads where each value comes from, lets Taro act for her, reads who looked, and ends every
session, the provider's too. With scripts and without, on a screen of 360 px.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from madoguchi.blocks.people.actions import person_open
from madoguchi.blocks.people.citizen import means as means_pages
from madoguchi.blocks.people.identity import card as way_in
from madoguchi.blocks.people.identity import oidc, ways
from madoguchi.blocks.people.models import Assurance, Means, ResidentSession
from madoguchi.blocks.people.testing import (
    consents_ready,
    duty_viewer,
    person_make,
    resident_client,
)
from madoguchi.kernel.clock import now
from tests.support.house_browser import SITE, House
from tests.support.oidc_judge import OidcJudge

pytestmark = [
    pytest.mark.browser, pytest.mark.slow, pytest.mark.judge, pytest.mark.django_db, pytest.mark.timeout(300),
]  # fmt: skip
CLIENT = "RP00000360"


@pytest.fixture
def judge(oidc_judge: OidcJudge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OidcJudge:
    """Bind the house to the judge, and the judge to the house."""
    oidc.key_make(folder=tmp_path, now=now())
    way = way_in.CardWay(
        {"issuer": oidc_judge.issuer, "client_id": CLIENT, "levels": ["aal3"], "allow_local": True}
    )
    monkeypatch.setattr(way_in, "MEMORY", oidc.ProviderMemory())
    monkeypatch.setattr(way_in, "keys_folder", lambda: tmp_path)
    for room in (way_in, ways, means_pages):
        monkeypatch.setattr(room, "card_way", lambda: way)
    client = {
        "client_id": CLIENT,
        "redirect_uris": [f"{SITE}/sign-in/card/back/"],
        "post_logout_redirect_uris": [f"{SITE}/signed-out/"],
        "jwks": oidc.jwks_public(oidc.keys_read(tmp_path)),
    }
    oidc_judge.steer(client=client, tamper=None)
    return oidc_judge


def by_card(one: House) -> Any:
    """Go from the front page to the provider, hold the card up there, and come back."""
    page = one.open("/sign-in/")
    page.get_by_role("link", name="マイナンバーカードでサインイン").click()
    page.get_by_role("button", name="カードの画面へ進む").click()
    page.get_by_role("heading", name="審査用の認証サービス").wait_for()
    page.get_by_role("button", name="髙﨑　葉子").click()
    return page


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_sign_in_delegate_read_the_log_and_log_out_everywhere(
    house: Callable[..., House], judge: OidcJudge, scripts: bool
) -> None:
    consents_ready()
    youko = person_make(name="髙﨑　葉子", born="1985-03-15", sex="2", address="徳島県徳島市幸町２丁目５番地")
    taro = person_make(name="月野　太郎")
    clerk = duty_viewer("people.identity_view", "people.address_view")
    person_open(actor=clerk, key=youko.key, now=now())

    def browse(client: Client) -> House:
        client.defaults["SERVER_NAME"] = "localhost"
        return house(scripts=scripts, width=360, client=client, elsewhere=judge.issuer)

    hers, there = browse(Client()), browse(Client())
    page = by_card(hers)
    page.locator(".mg-record", has_text="髙﨑　葉子").wait_for()
    means = Means.objects.get(kind=Means.Kind.CARD)
    assert (means.account.party, means.subject, means.assurance) == (youko, "youko", Assurance.CARD)
    by_card(there).locator(".mg-record", has_text="髙﨑　葉子").wait_for()

    page = hers.open("/me/profile/")
    page.get_by_text("幸町２丁目５番地").first.wait_for()

    page = hers.open("/me/mandates/")
    page.get_by_role("link", name="代わりの人を頼む").click()
    page.get_by_label("介護・支援をする人").check()
    page.get_by_label("すべての手続き").check()
    page.get_by_role("button", name="番号を出す").click()
    code = page.locator(".pe-code").inner_text()
    his = browse(resident_client(taro))
    page = his.open("/me/mandates/receive/")
    page.get_by_label("受け取った番号").fill(code)
    page.get_by_role("button", name="次へ").click()
    page.get_by_role("button", name="引き受ける").click()
    page.get_by_role("button", name="髙﨑　葉子さんの記録を開く").click()
    page.get_by_role("link", name="この人の記録を見る").click()
    page.get_by_text("幸町２丁目５番地").first.wait_for()

    page = hers.open("/me/access/")
    page.get_by_text("代わりの人（月野　太郎）").wait_for()
    page.get_by_text("試験の用務").wait_for()

    hers.open("/me/sessions/")
    page = hers.page
    page.get_by_role("button", name="すべての端末で終わる").click()
    # The provider asks as well: its own session must not be the next visitor's.
    page.get_by_role("button", name="サインアウト").click()
    page.get_by_role("heading", name="終わりました").wait_for()
    assert not ResidentSession.objects.filter(account=means.account, ended_at=None).exists()
    assert there.open("/me/sessions/").get_by_role("heading", level=1).inner_text() == "サインイン"
    hers.open("/sign-in/card/")
    page.get_by_role("button", name="カードの画面へ進む").click()
    page.get_by_role("button", name="髙﨑　葉子").wait_for()


def test_whoever_stops_at_the_provider_is_told_what_to_do(
    house: Callable[..., House], judge: OidcJudge
) -> None:
    one = house(client=Client(SERVER_NAME="localhost"), elsewhere=judge.issuer)
    page = one.open("/sign-in/card/")
    page.get_by_role("button", name="カードの画面へ進む").click()
    page.get_by_role("button", name="やめる").click()
    page.get_by_role("heading", name="サインインしていません").wait_for()
    assert one.violations() == []
    assert not ResidentSession.objects.exists()
