"""The ways to sign in that this city offers, and how certain each makes it who somebody is."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.identity.card import card_way
from madoguchi.blocks.people.identity.passkeys import passkeys_offered
from madoguchi.blocks.people.models import Assurance, Means


@dataclass(frozen=True, slots=True)
class Way:
    """One way: what it is called, what is needed for it, and the most that it can prove; ``told`` says it otherwise."""

    kind: str
    label: object
    needs: object
    proves: int
    route: str
    icon: str
    told: object = ""

    @property
    def proves_label(self) -> str:
        """How certain it is, in words."""
        return str(self.told or Assurance(self.proves).label)


CARD = Way(
    Means.Kind.CARD, _("マイナンバーカードでサインイン"),
    _("カードと、4桁の暗証番号。スマートフォンでカードを読み取ります。"), Assurance.CARD, "me:card", "person",
)  # fmt: skip
COUNTER = Way(
    Means.Kind.COUNTER, _("窓口で受け取った番号でサインイン"),
    _("市の窓口で本人を確かめて渡した番号と、合言葉。カードもメールも要りません。"), Assurance.IN_PERSON, "me:counter", "home",
)  # fmt: skip
PASSKEY = Way(
    Means.Kind.PASSKEY, _("パスキーでサインイン"),
    _("前にマイページでパスキーを作った機器。指紋や顔、画面ロックで確かめます。"), Assurance.IN_PERSON, "me:passkey", "check",
    _("パスキーを作ったときと同じ"),
)  # fmt: skip
MAIL = Way(
    Means.Kind.MAIL, _("メールでサインイン"),
    _("受け取れるメールアドレス。はじめての人も使えます。本人の確認にはなりません。"), Assurance.CONTACT, "me:mail", "mail",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """A way as it stands on the page, with its address."""

    way: Way
    url: str


def ways_offered(request: HttpRequest, *, demand: int = 0) -> list[Way]:
    """Give the ways that can reach a demand, those that prove most by themselves first."""
    ways = [CARD] if card_way() is not None else []
    ways.append(COUNTER)
    if passkeys_offered(request):
        ways.append(PASSKEY)
    ways.append(MAIL)
    return [way for way in ways if way.proves >= demand]


def choices(request: HttpRequest, *, next_address: str, demand: int) -> list[Choice]:
    """Give the ways with their addresses; where to go afterwards goes along."""
    asked = {"next": next_address} if next_address else {}
    end = f"?{urlencode(asked)}" if asked else ""
    return [Choice(way, reverse(way.route) + end) for way in ways_offered(request, demand=demand)]
