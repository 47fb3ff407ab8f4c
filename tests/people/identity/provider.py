"""A provider in this process, for the pages of the sign-in by card; what it confirms is whoever holds a card up."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from django.test import Client
from joserfc import jwt
from joserfc.jwk import RSAKey

from madoguchi.blocks.people.parties.matching import FourItems
from madoguchi.kernel.clock import now as clock_now

ISSUER = "https://op.example.jp"
CLIENT = "RP00000001"
_KEY = RSAKey.generate_key(2048, {"kid": "r1"})


@dataclass
class Card:
    """A card: the provider's name for its holder, and the four items."""

    subject: str
    items: FourItems


@dataclass
class FakeProvider:
    """Answers as a provider does."""

    held_up: Card | None = None
    nonce: str = ""
    down: bool = False
    asked_ago: int = 0
    asked: list[str] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("refused")
        self.asked.append(request.url.path)
        assert self.held_up or "well-known" in request.url.path or "certs" in request.url.path
        body = {
            "/.well-known/openid-configuration": self._metadata,
            "/certs": lambda: {"keys": [_KEY.as_dict(private=False)]},
            "/token": self._token,
            "/userinfo": self._userinfo,
        }[request.url.path]()
        return httpx.Response(
            200, content=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
        )

    def signed(self, typ: str, **claims: Any) -> str:
        at = int(clock_now().timestamp())
        whole = {"iss": ISSUER, "aud": CLIENT, "iat": at, "exp": at + 300, **claims}
        return jwt.encode({"alg": "RS256", "kid": "r1", "typ": typ}, whole, _KEY)

    def logout_token(self, **who: str) -> str:
        event = {"http://schemas.openid.net/event/backchannel-logout": {}}
        return self.signed("logout+jwt", jti="t1", events=event, **who)

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/auth",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/certs",
            "userinfo_endpoint": f"{ISSUER}/userinfo",
            "end_session_endpoint": f"{ISSUER}/logout",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        }

    def _token(self) -> dict[str, Any]:
        assert self.held_up
        token = self.signed(
            "JWT",
            sub=self.held_up.subject,
            nonce=self.nonce,
            sid=f"sid-{self.held_up.subject}",
            auth_time=int(clock_now().timestamp()) - self.asked_ago,
        )
        return {"access_token": "access", "token_type": "Bearer", "id_token": token}

    def _userinfo(self) -> dict[str, Any]:
        assert self.held_up
        items = self.held_up.items
        return {
            "sub": self.held_up.subject,
            "name": items.name,
            "address": {"formatted": items.address},
            "birthdate": items.born,
            "gender": items.sex,
        }

    def begin(self, client: Client, path: str = "/sign-in/card/", **fields: str) -> str:
        """Press the button; the address of the way back, as the provider will call it."""
        page = client.post(path, fields)
        assert page.status_code == 200, page.status_code
        query = parse_qs(urlsplit(page.context["url"]).query)
        self.nonce = query["nonce"][0]
        return f"/sign-in/card/back/?code=code-1&state={query['state'][0]}"

    def sign_in(self, client: Client, card: Card, **fields: str) -> Any:
        """Go the whole way with a card; the answer to the way back."""
        self.held_up = card
        return client.get(self.begin(client, **fields))
