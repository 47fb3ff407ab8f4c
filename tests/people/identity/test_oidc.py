"""The strictness of the relying party, against a provider in this process that lies in one way at a time."""

from __future__ import annotations

import base64
import contextlib
import hmac
import json
import socket
import ssl
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
from authlib.oidc.core.util import create_half_hash
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import ECKey, RSAKey

from madoguchi.blocks.people.identity import oidc
from madoguchi.blocks.people.identity.oidc.failures import SignInFailed
from madoguchi.blocks.people.identity.oidc.wire import ANSWER_LIMIT, Wire
from madoguchi.kernel.keys import KeyRefused

pytestmark = pytest.mark.once

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
ISSUER = "https://op.example.jp/realms/main"
CLIENT = "RP00000001"
BACK = "https://city.example.jp/sign-in/back"
OUT = "https://city.example.jp/signed-out"
NAME, ADDRESS = "髙﨑　葉子", "徳島県徳島市幸町二丁目５番地"
EVENT = {"http://schemas.openid.net/event/backchannel-logout": {}}
RSA, RSA_NEXT, EC = (
    RSAKey.generate_key(2048, {"kid": "r1"}),
    RSAKey.generate_key(2048, {"kid": "r2"}),
    ECKey.generate_key("P-256", {"kid": "e1"}),
)
with warnings.catch_warnings(action="ignore"):
    SMALL = RSAKey.generate_key(1024)
EC_OTHER = ECKey.generate_key("P-384")
OURS = oidc.SigningKey("ours-1", "RS256", NOW - timedelta(days=30), RSAKey.generate_key(2048))
LATER = timedelta(seconds=20)


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def short(value: object) -> str:
    return str(value)[:50]


def provider_make(**changes: Any) -> oidc.Provider:
    return oidc.Provider(**{"issuer": ISSUER, "client_id": CLIENT, "redirect_uri": BACK,
                            "post_logout_redirect_uri": OUT, "keys": (OURS,), **changes})  # fmt: skip


def answer(body: Any, status: int = 200, **headers: str) -> httpx.Response:
    # In ASCII, so that a lone surrogate can be said too.
    kind = {"Content-Type": "application/json", **headers}
    return httpx.Response(status, content=json.dumps(body).encode(), headers=kind)


class Fake:
    """A provider: ``claims``, ``userinfo``, ``metadata`` and ``answers`` may be changed to make it lie."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.published: list[Any] = [RSA, EC]
        self.key: Any = RSA
        self.header: dict[str, Any] = {"alg": "RS256"}
        self.claims: dict[str, Any] = {}
        self.tokens: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {
            "sub": "person-1", "name": NAME, "address": {"formatted": ADDRESS},
            "birthdate": "1985-03-15", "gender": "female", "email": "never@example.jp",
        }  # fmt: skip
        self.metadata: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/auth",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/certs",
            "userinfo_endpoint": f"{ISSUER}/userinfo",
            "end_session_endpoint": f"{ISSUER}/logout?realm=main",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "authorization_response_iss_parameter_supported": True,
        }
        self.answers: dict[str, Callable[[httpx.Request], httpx.Response]] = {}
        self.nonce = ""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        last = request.url.path.rsplit("/", 1)[1]
        if last in self.answers:
            return self.answers[last](request)
        return answer(
            {
                "openid-configuration": lambda: self.metadata,
                "certs": lambda: {"keys": [key.as_dict(private=False) for key in self.published]},
                "token": lambda: {
                    "access_token": "access-1",
                    "token_type": "Bearer",
                    "id_token": self.id_token(),
                    **self.tokens,
                },
                "userinfo": lambda: self.userinfo,
            }[last]()
        )

    def id_token(self) -> str:
        now = int(NOW.timestamp())
        claims = {"iss": ISSUER, "sub": "person-1", "aud": CLIENT, "iat": now, "exp": now + 300,
                  "nonce": self.nonce, "acr": "aal3", **self.claims}  # fmt: skip
        return self.signed({name: value for name, value in claims.items() if value is not ...})

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        kid = {"kid": self.key.kid} if self.key.kid else {}
        whole = {**kid, **self.header, **header}
        registry = jws.JWSRegistry(algorithms=[whole["alg"]], strict_check_header=False)
        return jwt.encode(whole, claims, self.key, registry=registry)

    def count(self, last: str) -> int:
        return sum(request.url.path.endswith(f"/{last}") for request in self.asked)


class Stage:
    """A browser's way through both halves."""

    def __init__(self) -> None:
        self.fake = Fake()
        self.provider = provider_make()
        self.memory = oidc.ProviderMemory(httpx.MockTransport(self.fake))

    def begin(self, **options: Any) -> oidc.Begun:
        options = {"scopes": ["name", "address", "birthdate", "gender"], "now": NOW, **options}
        begun = oidc.sign_in_begin(provider=self.provider, memory=self.memory, **options)
        self.fake.nonce = begun.nonce
        return begun

    def finish(self, begun: oidc.Begun, *, now: datetime = NOW + LATER, **changes: Any) -> oidc.Verified:
        given = {
            "code": ["code-1"],
            "state": [begun.state],
            "iss": [ISSUER],
            "session_state": ["x"],
            **changes,
        }
        return oidc.sign_in_finish(
            provider=self.provider, memory=self.memory, begun=begun, parameters=given, now=now
        )

    def refused(
        self, expected: type[SignInFailed], begun: oidc.Begun | None = None, **changes: Any
    ) -> SignInFailed:
        begun = begun or self.begin()
        with pytest.raises(SignInFailed) as caught:
            self.finish(begun, **changes)
        assert type(caught.value) is expected
        told = "".join(traceback.format_exception(caught.value, chain=True))
        for secret in (begun.state, begun.nonce, begun.verifier, "code-1", "access-1", NAME, ADDRESS, "1985"):
            assert secret not in told
        assert caught.value.code != SignInFailed.code
        assert "。" in str(caught.value.message)
        return caught.value


@pytest.fixture
def stage() -> Stage:
    return Stage()


# --- the whole way ---


def test_a_sign_in_gives_the_person_and_keeps_nothing_else(stage: Stage) -> None:
    begun = stage.begin(level=["aal3"], max_age=0, prompt="login", ui_locales="ja")
    stage.fake.claims = {
        "auth_time": int(NOW.timestamp()) + 5, "sid": "session-1",
        "at_hash": create_half_hash("access-1", "RS256").decode(),
    }  # fmt: skip
    seen = stage.finish(oidc.Begun.from_json(begun.to_json()))
    assert (seen.issuer, seen.subject, seen.session, seen.acr) == (ISSUER, "person-1", "session-1", "aal3")
    assert seen.auth_time == NOW + timedelta(seconds=5)
    assert seen.claims == oidc.PersonClaims(NAME, ADDRESS, "1985-03-15", "female")
    for secret in (NAME, ADDRESS, "1985", "person-1", "session-1"):
        assert secret not in repr(seen)
    for secret in (begun.state, begun.nonce, begun.verifier):
        assert secret not in repr(begun)


def test_the_first_half_asks_for_what_is_needed_and_no_more(stage: Stage) -> None:
    begun, other = stage.begin(scopes=["name", "name"]), stage.begin(scopes=[])
    url = urlsplit(begun.url)
    query = dict(parse_qsl(url.query))
    assert url._replace(query="").geturl() == f"{ISSUER}/auth"
    challenge = query.pop("code_challenge")
    assert query == {
        "response_type": "code", "client_id": CLIENT, "redirect_uri": BACK, "scope": "openid name",
        "state": begun.state, "nonce": begun.nonce, "code_challenge_method": "S256",
    }  # fmt: skip
    assert len(challenge) == 43
    assert begun.verifier not in begun.url
    assert len(begun.verifier) >= 43
    # 256 bits: 43 letters of base64url.
    assert len({begun.state, begun.nonce, other.state, other.nonce}) == 4
    assert len(begun.state) == len(begun.nonce) == 43
    assert oidc.Begun.from_json(begun.to_json()) == begun
    with pytest.raises(oidc.BegunUnreadable):
        oidc.Begun.from_json(begun.to_json().replace("verifier", "verify"))


@pytest.mark.parametrize(
    "options",
    [{"scopes": ["two words"]}, {"scopes": [""]}, {"level": ["a b"]}, {"prompt": "x"}, {"max_age": -1}],
)
def test_the_first_half_refuses_a_caller_s_slip(stage: Stage, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        stage.begin(**options)


def test_the_exchange_shows_our_key_and_the_verifier(stage: Stage) -> None:
    begun = stage.begin()
    stage.finish(begun)
    asked = next(request for request in stage.fake.asked if request.url.path.endswith("/token"))
    form = dict(parse_qsl(asked.content.decode()))
    assertion = jwt.decode(form.pop("client_assertion"), OURS.jwk, algorithms=["RS256"])
    assert form == {
        "grant_type": "authorization_code", "code": "code-1", "redirect_uri": BACK, "client_id": CLIENT,
        "code_verifier": begun.verifier,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }  # fmt: skip
    assert "Authorization" not in asked.headers
    assert assertion.header["kid"] == "ours-1"
    claims = assertion.claims
    assert claims["iss"] == claims["sub"] == CLIENT
    assert claims["aud"] == f"{ISSUER}/token"
    assert claims["exp"] - claims["iat"] <= 60
    assert claims["iat"] == int((NOW + LATER).timestamp())
    assert len(claims["jti"]) >= 22

    stage.provider = provider_make(assertion_audience="issuer")
    stage.finish(stage.begin())
    forms = [parse_qs(one.content.decode()) for one in stage.fake.asked if one.url.path.endswith("/token")]
    second = jwt.decode(forms[1]["client_assertion"][0], OURS.jwk, algorithms=["RS256"]).claims
    assert second["aud"] == ISSUER
    assert second["jti"] != claims["jti"]


def test_only_what_was_asked_for_is_taken(stage: Stage) -> None:
    seen = stage.finish(stage.begin(scopes=["birthdate"]))
    assert seen.claims == oidc.PersonClaims(birthdate="1985-03-15")
    before = stage.fake.count("userinfo")
    assert stage.finish(stage.begin(scopes=[])).claims == oidc.PersonClaims()
    assert stage.fake.count("userinfo") == before, "no particulars wanted, none fetched"


# --- the way back ---


def test_a_way_back_that_is_not_this_browser_s_is_refused(stage: Stage) -> None:
    begun, other = stage.begin(), stage.begin()
    stage.refused(oidc.StateWrong, begun, state=[other.state])
    stage.refused(oidc.StateWrong, begun, state=[])
    stage.refused(oidc.StateWrong, begun, state=[""], error=["access_denied"])
    stage.provider = provider_make(issuer="https://other.example.jp")
    stage.refused(oidc.StateWrong, begun)
    assert stage.fake.count("token") == 0


def test_a_way_back_that_took_too_long_is_refused(stage: Stage) -> None:
    begun = stage.begin()
    stage.fake.claims = {"exp": int(NOW.timestamp()) + 7200}
    assert stage.finish(begun, now=NOW + timedelta(minutes=15))
    stage.refused(oidc.SignInTooSlow, begun, now=NOW + timedelta(minutes=15, seconds=1))
    stage.refused(oidc.SignInTooSlow, begun, now=NOW - timedelta(minutes=2))


def test_the_provider_says_who_answers(stage: Stage) -> None:
    stage.refused(oidc.IssuerParameterWrong, iss=["https://evil.example.jp"])
    stage.refused(oidc.IssuerParameterWrong, iss=[])
    quiet = Stage()
    quiet.fake.metadata["authorization_response_iss_parameter_supported"] = False
    assert quiet.finish(quiet.begin(), iss=[])
    quiet.refused(oidc.IssuerParameterWrong, iss=["https://evil.example.jp"])


def test_a_refusal_over_there_keeps_its_code(stage: Stage) -> None:
    stopped = stage.refused(oidc.RefusedAtProvider, error=["access_denied"], code=[])
    assert isinstance(stopped, oidc.RefusedAtProvider)
    assert stopped.error == "access_denied"
    assert "やめました" in str(stopped.message)
    failed = stage.refused(oidc.RefusedAtProvider, error=["temporarily_unavailable"], code=[])
    assert str(failed.message) != str(stopped.message)
    odd = stage.refused(oidc.RefusedAtProvider, error=["<b>code-1</b>"], code=[])
    assert "unknown" in str(odd)
    assert stage.fake.count("token") == 0


@pytest.mark.parametrize(
    "changes", [{"code": ["a", "b"]}, {"state": ["a", "b"]}, {"code": []}, {"code": ["あ"]}, {"code": ["c" * 4097]},
                {"iss": [ISSUER, ISSUER]}, {"code": ["c\n"]}]
)  # fmt: skip
def test_parameters_that_cannot_be_are_refused(stage: Stage, changes: dict[str, Any]) -> None:
    stage.refused(oidc.ParametersRefused, **changes)
    assert stage.fake.count("token") == 0


# --- the ID token ---


def moment(seconds: int) -> int:
    return int((NOW + LATER).timestamp()) + seconds


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"nonce": "another"}, oidc.NonceWrong),
        ({"nonce": ...}, oidc.NonceWrong),
        ({"nonce": 7}, oidc.NonceWrong),
        ({"iss": "https://evil.example.jp"}, oidc.TokenIssuerWrong),
        ({"iss": ISSUER + "/"}, oidc.TokenIssuerWrong),
        ({"iss": ...}, oidc.TokenIssuerWrong),
        ({"aud": "RP00000002"}, oidc.TokenAudienceWrong),
        ({"aud": ["RP00000002"]}, oidc.TokenAudienceWrong),
        ({"aud": [CLIENT, "RP00000002"]}, oidc.TokenAudienceWrong),
        ({"aud": [CLIENT, "RP00000002"], "azp": "RP00000002"}, oidc.TokenAudienceWrong),
        ({"aud": CLIENT, "azp": "RP00000002"}, oidc.TokenAudienceWrong),
        ({"aud": []}, oidc.TokenAudienceWrong),
        ({"aud": ...}, oidc.TokenAudienceWrong),
        ({"exp": moment(-60)}, oidc.TokenExpired),
        ({"exp": ...}, oidc.TokenExpired),
        ({"exp": True}, oidc.TokenExpired),
        ({"exp": "9999999999"}, oidc.TokenExpired),
        ({"exp": 10**400}, oidc.TokenExpired),
        ({"iat": moment(61)}, oidc.TokenNotYetValid),
        ({"iat": ...}, oidc.TokenNotYetValid),
        ({"nbf": moment(61)}, oidc.TokenNotYetValid),
        ({"auth_time": moment(61)}, oidc.TokenNotYetValid),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, oidc.TokenHashWrong),
        ({"at_hash": 1}, oidc.TokenHashWrong),
        ({"sub": ""}, oidc.TokenUnreadable),
        ({"sub": ...}, oidc.TokenUnreadable),
        ({"sub": ["person-1"]}, oidc.TokenUnreadable),
        ({"sub": "person-2"}, oidc.SubjectWrong),
    ],
    ids=short,
)
def test_each_wrong_claim_has_its_own_refusal(
    stage: Stage, claims: dict[str, Any], expected: type[SignInFailed]
) -> None:
    stage.fake.claims = claims
    stage.refused(expected)
    stage.fake.claims = {}
    assert stage.finish(stage.begin())


@pytest.mark.parametrize(
    "claims",
    [{"exp": moment(-59)}, {"iat": moment(60)}, {"nbf": moment(60)}, {"aud": [CLIENT]}, {"azp": CLIENT},
     {"aud": [CLIENT, "RP00000002"], "azp": CLIENT}, {"exp": moment(60) + 0.5}],
    ids=short,
)  # fmt: skip
def test_what_the_rules_allow_is_taken(stage: Stage, claims: dict[str, Any]) -> None:
    stage.fake.claims = claims
    assert stage.finish(stage.begin()).subject == "person-1"


def test_a_demanded_moment_and_level_must_be_shown(stage: Stage) -> None:
    # Counted from when we asked, twenty seconds ago: what somebody takes over the provider's pages is not his age.
    for claims in ({}, {"auth_time": moment(-381)}):
        stage.fake.claims = claims
        stage.refused(oidc.AuthenticationTooOld, stage.begin(max_age=300))
    stage.fake.claims = {"auth_time": moment(-81)}
    stage.refused(oidc.AuthenticationTooOld, stage.begin(max_age=0))
    assert stage.finish(stage.begin(max_age=1)).auth_time == NOW + LATER - timedelta(seconds=81)
    for acr in (..., "", "aal2"):
        stage.fake.claims = {"acr": acr}
        stage.refused(oidc.LevelNotReached, stage.begin(level=["aal3"]))
        assert stage.finish(stage.begin())
    stage.fake.claims = {"acr": "crl aal3"}
    assert stage.finish(stage.begin(level=["aal3"])).acr == "crl aal3"


# --- the signature ---


def test_a_token_without_signature_is_refused(stage: Stage) -> None:
    begun = stage.begin()
    _head, claims, _signature = stage.fake.id_token().split(".")
    for name in ("none", "None", "NONE"):
        stage.fake.tokens = {"id_token": f"{part({'alg': name, 'kid': 'r1'})}.{claims}."}
        stage.refused(oidc.TokenAlgorithmRefused, begun)


def test_a_public_key_is_no_shared_secret(stage: Stage) -> None:
    begun = stage.begin()
    claims = stage.fake.id_token().split(".")[1]
    signed = f"{part({'alg': 'HS256', 'kid': 'r1', 'typ': 'JWT'})}.{claims}"
    for secret in (RSA.as_pem(private=False), json.dumps(RSA.as_dict(private=False)).encode()):
        mac = hmac.digest(secret, signed.encode(), "sha256")
        stage.fake.tokens = {"id_token": f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"}
        stage.refused(oidc.TokenAlgorithmRefused, begun)


def test_only_algorithms_of_the_settings_are_taken(stage: Stage) -> None:
    stage.fake.key, stage.fake.header = EC, {"alg": "ES256"}
    assert stage.finish(stage.begin())
    stage.provider = provider_make(id_token_algorithms=("RS256",))
    stage.refused(oidc.TokenAlgorithmRefused)
    stage.fake.key, stage.fake.header = RSA, {"alg": "RS512"}
    stage.refused(oidc.TokenAlgorithmRefused)
    # A key that says what it is for is not used for something else.
    stage.provider = provider_make()
    stage.fake.header = {"alg": "PS256"}
    assert stage.finish(stage.begin())
    fixed = Stage()
    fixed.fake.published = [RSAKey.import_key({**RSA.as_dict(private=True), "alg": "RS256"})]
    fixed.fake.header = {"alg": "PS256"}
    fixed.refused(oidc.TokenKeyUnknown)


def test_a_forged_signature_is_refused(stage: Stage) -> None:
    stage.fake.key = RSAKey.import_key({**RSA_NEXT.as_dict(private=True), "kid": "r1"})
    stage.refused(oidc.TokenSignatureWrong)
    stage.fake.key = RSA
    begun = stage.begin()
    head, _claims, signature = stage.fake.id_token().split(".")
    stage.fake.claims = {"sub": "somebody-else"}
    stage.fake.tokens = {"id_token": f"{head}.{stage.fake.id_token().split('.')[1]}.{signature}"}
    stage.refused(oidc.TokenSignatureWrong, begun)


def test_a_token_of_another_kind_is_refused(stage: Stage) -> None:
    for header in ({"typ": "logout+jwt"}, {"typ": "at+jwt"}, {"typ": 1}, {"crit": ["exp"]}, {"kid": 5}):
        stage.fake.header = {"alg": "RS256"}
        begun = stage.begin()
        _head, claims, signature = stage.fake.id_token().split(".")
        stage.fake.tokens = {"id_token": f"{part({'alg': 'RS256', **header})}.{claims}.{signature}"}
        stage.refused(oidc.TokenUnreadable, begun)
    stage.fake.tokens = {}
    stage.fake.header = {"alg": "RS256", "typ": "application/jwt"}
    assert stage.finish(stage.begin())


def test_a_rotated_key_is_followed_at_once(stage: Stage) -> None:
    stage.finish(stage.begin())
    stage.fake.published, stage.fake.key = [RSA_NEXT], RSA_NEXT
    assert stage.finish(stage.begin())
    assert stage.fake.count("certs") == 2
    stage.fake.key = RSA
    stage.refused(oidc.TokenKeyUnknown)
    assert stage.fake.count("certs") == 2, "asked again within 30 seconds"


def test_an_unknown_key_is_looked_for_once_in_a_while(stage: Stage) -> None:
    stage.finish(stage.begin())
    stage.fake.key = RSAKey.generate_key(2048, {"kid": "nobody"})
    begun = stage.begin()
    for _try in range(3):
        stage.refused(oidc.TokenKeyUnknown, begun)
    assert stage.fake.count("certs") == 2
    stage.refused(oidc.TokenKeyUnknown, begun, now=NOW + LATER + timedelta(seconds=29))
    assert stage.fake.count("certs") == 2
    stage.refused(oidc.TokenKeyUnknown, begun, now=NOW + LATER + timedelta(seconds=30))
    assert stage.fake.count("certs") == 3


def test_many_at_once_ask_for_an_unknown_key_once(stage: Stage) -> None:
    stage.finish(stage.begin())
    begun = stage.begin()
    stage.fake.published, stage.fake.key = [RSA_NEXT], RSA_NEXT
    together = threading.Barrier(8)

    def one() -> str:
        together.wait(30)
        return stage.finish(begun).subject

    with ThreadPoolExecutor(8) as pool:
        seen = [future.result(60) for future in [pool.submit(one) for _one in range(8)]]
    assert seen == ["person-1"] * 8
    assert stage.fake.count("certs") == 2


def test_a_key_without_name_must_be_the_only_one(stage: Stage) -> None:
    nameless = RSAKey.import_key({k: v for k, v in RSA.as_dict(private=True).items() if k != "kid"})
    stage.fake.key = nameless
    assert stage.finish(stage.begin()), "one RSA key is published"
    two = Stage()
    two.fake.key, two.fake.published = nameless, [RSA, RSA_NEXT]
    two.refused(oidc.TokenKeyUnknown)


def test_a_key_that_was_taken_back_is_forgotten_after_an_hour(stage: Stage) -> None:
    stage.finish(stage.begin())
    stage.fake.published = [RSA_NEXT]
    later = NOW + timedelta(hours=1, minutes=1)
    stage.fake.claims = {"iat": int(later.timestamp()), "exp": int(later.timestamp()) + 300}
    stage.refused(oidc.TokenKeyUnknown, stage.begin(now=later), now=later)


@pytest.mark.parametrize(
    "odd",
    [{**SMALL.as_dict(private=False), "kid": "r1"}, {"kty": "oct", "k": "AAAA", "kid": "r1"},
     {**EC_OTHER.as_dict(private=False), "kid": "r1"}, {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "r1"},
     {"kty": "RSA", "kid": "r1"}, {"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"}, 7, None, {},
     {"kty": "RSA", "n": "!", "e": [], "kid": "r1"}, {"kty": ["RSA"]}],
    ids=["small", "secret", "curve", "tiny", "empty", "point", "number", "null", "object", "letters", "kind"],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_odd_keys_among_the_published_do_no_harm(stage: Stage, odd: Any) -> None:
    good = RSA.as_dict(private=False)
    stage.fake.answers["certs"] = lambda _request: httpx.Response(200, json={"keys": [odd, good]})
    assert stage.finish(stage.begin())
    bad = Stage()
    bad.fake.answers["certs"] = lambda _request: httpx.Response(200, json={"keys": [odd]})
    bad.refused(oidc.TokenKeyUnknown)
    worse = Stage()
    worse.fake.answers["certs"] = lambda _request: httpx.Response(200, json={"keys": odd})
    worse.refused(oidc.AnswerRefused)


# --- the exchange and the particulars ---


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"error": "invalid_grant"}, oidc.CodeRefused),
        (401, {"error": "invalid_client"}, oidc.ClientRefused),
        (400, {"error": "unauthorized_client"}, oidc.ClientRefused),
        (400, {"error": "あ" * 999}, oidc.TokenAnswerRefused),
        (400, {}, oidc.TokenAnswerRefused),
        (200, {"error": "invalid_grant"}, oidc.TokenAnswerRefused),
        (200, {"id_token": "x", "access_token": "a b", "token_type": "Bearer"}, oidc.TokenAnswerRefused),
        (200, {"id_token": "x", "access_token": "a", "token_type": "mac"}, oidc.TokenAnswerRefused),
        (200, {"id_token": ["x"], "access_token": "a", "token_type": "bearer"}, oidc.TokenAnswerRefused),
        (200, {"id_token": "x.y.z", "access_token": "a", "token_type": "bearer"}, oidc.TokenUnreadable),
        (429, {}, oidc.ProviderUnreachable),
        (500, {}, oidc.ProviderUnreachable),
        (503, {}, oidc.ProviderUnreachable),
    ],
)
def test_each_answer_of_the_exchange_has_its_own_refusal(
    stage: Stage, status: int, body: Any, expected: type[SignInFailed]
) -> None:
    stage.fake.answers["token"] = lambda _request: answer(body, status)
    stage.refused(expected)


@pytest.mark.parametrize(
    "birthdate", ["1985-03-15", "0000-04-01", "0000-02-29", "1985", "1950-04", "2024-02-29"]
)
def test_birth_days_as_far_as_they_are_known(stage: Stage, birthdate: str) -> None:
    stage.fake.userinfo["birthdate"] = birthdate
    assert stage.finish(stage.begin()).claims.birthdate == birthdate


@pytest.mark.parametrize(
    "changes",
    [{"birthdate": "2023-02-29"}, {"birthdate": "0000"},
        {"birthdate": "0000-04"},
        {"birthdate": "0000-02-30"}, {"birthdate": "19850315"}, {"birthdate": "１９８５"},
     {"birthdate": "1985-3-15"}, {"birthdate": 1985}, {"name": "a\x00b"}, {"name": "葉\n子"}, {"name": ["x"]},
     {"name": "あ" * 1001}, {"address": {"formatted": 5}}, {"address": "\x1b[2J"}, {"gender": {}},
     {"sub": None}, {"sub": 1}, {"name": "\ud800"}],
    ids=short,
)  # fmt: skip
def test_particulars_that_cannot_be_are_refused(stage: Stage, changes: dict[str, Any]) -> None:
    stage.fake.userinfo |= changes
    failure = stage.refused(oidc.ClaimsRefused)
    assert next(iter(changes)) in str(failure)


def test_particulars_may_be_absent_and_an_address_a_plain_text(stage: Stage) -> None:
    stage.fake.userinfo = {"sub": "person-1", "address": "徳島市\n幸町"}
    assert stage.finish(stage.begin()).claims == oidc.PersonClaims(address="徳島市\n幸町")
    stage.fake.userinfo = {"sub": "person-2", "name": NAME}
    stage.refused(oidc.SubjectWrong)
    stage.fake.answers["userinfo"] = lambda _request: httpx.Response(401, json={})
    stage.refused(oidc.AnswerRefused)


# --- the wire ---


def test_redirects_and_huge_and_odd_answers_are_refused(stage: Stage) -> None:
    def reply(**options: Any) -> Callable[[httpx.Request], httpx.Response]:
        return lambda _request: httpx.Response(**options)

    big = json.dumps({"id_token": "x" * ANSWER_LIMIT}).encode()
    kind = {"Content-Type": "application/json"}
    for odd in (
        reply(status_code=302, content=b"{}", headers={"Location": "https://evil.example.jp/token", **kind}),
        reply(status_code=200, content=big, headers=kind),
        reply(status_code=200, content=b"{}", headers={"Content-Type": "text/html"}),
        reply(status_code=200, content=b"[]", headers=kind),
        reply(status_code=200, content=b'{"a": NaN}', headers=kind),
        reply(status_code=200, content=b'{"a": 1, "a": 2}', headers=kind),
        reply(status_code=200, content=b"[" * 100_000, headers=kind),
        reply(status_code=200, content=b"\xff", headers=kind),
        reply(status_code=200, stream=httpx.ByteStream(b"x"), headers={**kind, "Content-Encoding": "gzip"}),
    ):
        stage.fake.answers["token"] = odd
        stage.refused(oidc.AnswerRefused)
    assert all(request.url.host == "op.example.jp" for request in stage.fake.asked)


@pytest.mark.parametrize(
    "fault", [httpx.ConnectTimeout, httpx.ReadTimeout, httpx.ConnectError, httpx.RemoteProtocolError]
)
@pytest.mark.parametrize("last", ["openid-configuration", "token", "certs", "userinfo"])
def test_a_provider_that_is_down_or_slow_leaves_the_other_ways(
    stage: Stage, fault: type[httpx.TransportError], last: str
) -> None:
    def fails(_request: httpx.Request) -> httpx.Response:
        raise fault("secret: code-1")

    if last == "openid-configuration":
        begun = stage.begin()
        stage.memory = oidc.ProviderMemory(httpx.MockTransport(stage.fake))
        stage.fake.answers[last] = fails
        failure = stage.refused(oidc.ProviderUnreachable, begun)
    else:
        stage.fake.answers[last] = fails
        failure = stage.refused(oidc.ProviderUnreachable)
    assert "窓口" in str(failure.message)
    stage.fake.answers.clear()
    assert stage.finish(stage.begin()), "the next one is served again"


def test_an_answer_that_drips_is_cut_off(stage: Stage) -> None:
    seconds = iter(range(0, 1000, 4))

    class Drip(httpx.SyncByteStream):
        sent = 0

        def __iter__(self) -> Iterator[bytes]:
            while True:
                self.sent += 1
                yield b" "

    drip = Drip()
    begun = stage.begin()
    stage.fake.answers["token"] = lambda _request: httpx.Response(
        200, stream=drip, headers={"Content-Type": "application/json"}
    )
    stage.memory.wire = Wire(httpx.MockTransport(stage.fake), clock=lambda: float(next(seconds)))
    stage.refused(oidc.ProviderUnreachable, begun)
    assert drip.sent == 3


def test_silence_closed_doors_and_untrusted_certificates_end_in_time(tmp_path: Path) -> None:
    hasty = oidc.Timeouts(connect_seconds=0.5, read_seconds=0.2)

    def begin(issuer: str) -> str:
        provider = provider_make(issuer=issuer, allow_local=True, timeouts=hasty)
        with pytest.raises(oidc.ProviderUnreachable) as caught:
            oidc.sign_in_begin(provider=provider, memory=oidc.ProviderMemory(), scopes=[], now=NOW)
        return str(caught.value)

    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        assert begin(f"http://{address}") == "ReadTimeout at 127.0.0.1"
    assert begin(f"http://{address}") == "ConnectError at 127.0.0.1"

    with socket.create_server(("127.0.0.1", 0)) as listening:
        secure = self_signed(tmp_path)

        def serve() -> None:
            with contextlib.suppress(OSError), secure.wrap_socket(listening.accept()[0], server_side=True):
                pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        assert begin(f"https://127.0.0.1:{listening.getsockname()[1]}") == "ConnectError at 127.0.0.1"
        thread.join(30)


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(NOW - timedelta(days=3650)).not_valid_after(NOW + timedelta(days=3650))
    certificate = builder.add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
    ).sign(key, hashes.SHA256())
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_no_cookie_of_one_citizen_goes_out_with_the_next(stage: Stage) -> None:
    stage.fake.answers["userinfo"] = lambda _request: httpx.Response(
        200, json=stage.fake.userinfo, headers={"Set-Cookie": "session=first; Path=/"}
    )
    stage.finish(stage.begin())
    stage.finish(stage.begin())
    assert not any("Cookie" in request.headers for request in stage.fake.asked)


# --- what the provider publishes ---


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"issuer": ISSUER + "/"}, "issuer"),
        ({"token_endpoint": "http://op.example.jp/token"}, "token_endpoint"),
        ({"jwks_uri": "ftp://op.example.jp/keys"}, "jwks_uri"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "authorization_endpoint"),
        ({"userinfo_endpoint": "https://a:b@op.example.jp/"}, "userinfo_endpoint"),
        ({"end_session_endpoint": "https://op.example.jp:x/"}, "end_session_endpoint"),
        ({"code_challenge_methods_supported": ["plain"]}, "S256"),
        ({"token_endpoint_auth_methods_supported": ["client_secret_basic"]}, "private_key_jwt"),
        ({"response_types_supported": ["id_token"]}, "code"),
        ({"response_types_supported": None}, "response_types_supported"),
        ({"authorization_response_iss_parameter_supported": "yes"}, "iss_parameter"),
        ({"scopes_supported": ["openid"]}, "address"),
    ],
)
def test_an_unfit_provider_is_named_to_the_operator(stage: Stage, changes: dict[str, Any], word: str) -> None:
    stage.fake.metadata |= changes
    with pytest.raises(oidc.ProviderUnfit, match=word):
        stage.begin()


def test_what_is_published_is_read_once_an_hour(stage: Stage) -> None:
    for minutes in (0, 30, 59):
        stage.begin(now=NOW + timedelta(minutes=minutes))
    assert stage.fake.count("openid-configuration") == 1
    stage.begin(now=NOW + timedelta(minutes=60))
    assert stage.fake.count("openid-configuration") == 2
    stage.begin(now=NOW)
    assert stage.fake.count("openid-configuration") == 3, "the clock was put back"


def test_a_provider_without_document_is_typed_in(stage: Stage) -> None:
    stage.provider = provider_make(metadata=oidc.metadata_from(stage.fake.metadata, issuer=ISSUER))
    assert stage.finish(stage.begin())
    assert stage.fake.count("openid-configuration") == 0
    with pytest.raises(oidc.ProviderUnfit, match="S256"):
        oidc.metadata_from(stage.fake.metadata | {"code_challenge_methods_supported": []}, issuer=ISSUER)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"issuer": "http://op.example.jp"}, "issuer"),
        ({"issuer": "http://127.0.0.1:9"}, "issuer"),
        ({"issuer": ISSUER + "?a=b"}, "query"),
        ({"redirect_uri": "http://city.example.jp/"}, "redirect_uri"),
        ({"redirect_uri": BACK + "#here"}, "redirect_uri"),
        ({"post_logout_redirect_uri": ""}, "post_logout"),
        ({"client_id": ""}, "client_id"),
        ({"keys": ()}, "key"),
        ({"id_token_algorithms": ()}, "id_token_algorithms"),
        ({"id_token_algorithms": ("RS256", "none")}, "id_token_algorithms"),
        ({"id_token_algorithms": ("HS256",)}, "id_token_algorithms"),
        ({"issuer": "http://192.0.2.1", "allow_local": True}, "issuer"),
        ({"issuer": "http://localhost.example.jp", "allow_local": True}, "issuer"),
    ],
)
def test_unsafe_settings_are_refused(changes: dict[str, Any], word: str) -> None:
    with pytest.raises(oidc.ProviderUnfit, match=word):
        provider_make(**changes)


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:9", "http://localhost:9/op", "http://[::1]:9"])
def test_this_computer_may_be_reached_without_tls_in_trials(issuer: str) -> None:
    assert provider_make(issuer=issuer, allow_local=True)


def test_a_provider_that_cannot_read_our_signature_is_named(stage: Stage) -> None:
    stage.fake.metadata["token_endpoint_auth_signing_alg_values_supported"] = ["ES256"]
    stage.refused(oidc.ProviderUnfit)


# --- our keys ---


def test_keys_are_made_kept_published_and_retired(tmp_path: Path) -> None:
    folder, day = tmp_path / "keys", timedelta(days=1)
    first = oidc.key_make(folder=folder, now=NOW)
    second = oidc.key_make(folder=folder, now=NOW + day, algorithm="ES256")
    keys = oidc.keys_read(folder)
    assert keys == (second, first)
    assert (first.algorithm, second.algorithm) == ("RS256", "ES256")
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    assert "'d'" not in repr(keys)

    published = oidc.jwks_public(keys)["keys"]
    assert [key["kid"] for key in published] == [second.kid, first.kid]
    assert all(key["use"] == "sig" for key in published)
    private = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
    assert not any(private & set(key) for key in published)

    provider = provider_make(keys=keys)
    assert provider.signing_key(NOW) == first, "the only one that was there"
    assert provider.signing_key(NOW + day * 2 - LATER) == first, "the new one is not known over there yet"
    assert provider.signing_key(NOW + day * 2) == second
    with pytest.raises(KeyRefused, match="still needed"):
        oidc.key_retire(folder=folder, kid=first.kid, lead=day, now=NOW + day * 2)
    with pytest.raises(KeyRefused, match="still needed"):
        oidc.key_retire(folder=folder, kid=second.kid, lead=day, now=NOW + day * 99)
    oidc.key_retire(folder=folder, kid=first.kid, lead=day, now=NOW + day * 4)
    assert oidc.keys_read(folder) == (second,)
    with pytest.raises(KeyRefused, match="no key"):
        oidc.key_retire(folder=folder, kid="../secret", lead=day, now=NOW + day * 9)
    with pytest.raises(ValueError):
        oidc.key_make(folder=folder, now=NOW, algorithm="HS256")


def test_a_damaged_key_is_named_without_being_quoted(tmp_path: Path) -> None:
    made = oidc.key_make(folder=tmp_path, now=NOW, algorithm="ES256")
    path = next(tmp_path.iterdir())
    whole = path.read_text()
    secret = str(made.jwk.as_dict(private=True)["d"])
    other = oidc.key_make(folder=tmp_path / "other", now=NOW, algorithm="ES256")
    for damaged in ("", whole[:60], whole.replace("ES256", "RS256"), whole.replace("ES256", "none"),
                    whole.replace('"d":"', '"e":"'), next((tmp_path / "other").iterdir()).read_text()):  # fmt: skip
        path.write_text(damaged)
        with pytest.raises(KeyRefused, match="backup") as caught:
            oidc.keys_read(tmp_path)
        assert secret not in "".join(traceback.format_exception(caught.value))
    path.write_text(whole)
    assert oidc.keys_read(tmp_path) == (made,)
    assert other.kid != made.kid


def test_no_half_key_is_left_where_the_folder_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file, not a folder")
    with pytest.raises(KeyRefused, match="cannot make"):
        oidc.key_make(folder=tmp_path / "keys", now=NOW, algorithm="ES256")


# --- signing out ---


def test_the_address_for_signing_out_names_us_and_no_person(stage: Stage) -> None:
    url = oidc.logout_url(provider=stage.provider, memory=stage.memory, state="s1", now=NOW, ui_locales="ja")
    assert url is not None
    assert url.startswith(f"{ISSUER}/logout?")
    assert dict(parse_qsl(urlsplit(url).query)) == {
        "realm": "main", "client_id": CLIENT, "post_logout_redirect_uri": OUT, "state": "s1", "ui_locales": "ja",
    }  # fmt: skip
    bare = Stage()
    del bare.fake.metadata["end_session_endpoint"]
    assert oidc.logout_url(provider=bare.provider, memory=bare.memory, state="s1", now=NOW) is None


def logout_claims(**changes: Any) -> dict[str, Any]:
    now = int(NOW.timestamp())
    claims = {"iss": ISSUER, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": "j1", "events": EVENT,
              "sub": "person-1", "sid": "session-1", **changes}  # fmt: skip
    return {name: value for name, value in claims.items() if value is not ...}


def test_a_logout_token_names_whose_sessions_end(stage: Stage) -> None:
    def verify(**changes: Any) -> oidc.LogoutNotice:
        token = stage.fake.signed(logout_claims(**changes), typ="logout+jwt")
        return oidc.logout_token_verify(token, provider=stage.provider, memory=stage.memory, now=NOW)

    notice = verify()
    assert (notice.issuer, notice.subject, notice.session, notice.token_id) == (
        ISSUER, "person-1", "session-1", "j1",
    )  # fmt: skip
    assert notice.expires_at == NOW + timedelta(seconds=120)
    assert verify(sid=...).session == ""
    assert verify(sub=...).subject == ""
    assert verify(aud=[CLIENT]).subject == "person-1"
    for changes, expected in (
        ({"sub": ..., "sid": ...}, oidc.LogoutTokenRefused),
        ({"nonce": "n"}, oidc.LogoutTokenRefused),
        ({"nonce": None}, oidc.LogoutTokenRefused),
        ({"jti": ...}, oidc.LogoutTokenRefused),
        ({"events": ...}, oidc.LogoutTokenRefused),
        ({"events": {}}, oidc.LogoutTokenRefused),
        ({"events": {next(iter(EVENT)): True}}, oidc.LogoutTokenRefused),
        ({"events": [next(iter(EVENT))]}, oidc.LogoutTokenRefused),
        ({"exp": ...}, oidc.LogoutTokenRefused),
        ({"exp": int(NOW.timestamp()) - 60}, oidc.TokenExpired),
        ({"iat": int(NOW.timestamp()) + 61}, oidc.TokenNotYetValid),
        ({"iss": "https://evil.example.jp"}, oidc.TokenIssuerWrong),
        ({"aud": "RP00000002"}, oidc.TokenAudienceWrong),
        ({"aud": [CLIENT, "RP00000002"]}, oidc.TokenAudienceWrong),
    ):
        with pytest.raises(SignInFailed) as caught:
            verify(**changes)
        assert type(caught.value) is expected, changes


def test_an_id_token_and_a_logout_token_never_stand_for_each_other(stage: Stage) -> None:
    def verify(token: str) -> oidc.LogoutNotice:
        return oidc.logout_token_verify(token, provider=stage.provider, memory=stage.memory, now=NOW)

    stage.begin()
    with pytest.raises(oidc.TokenUnreadable):
        verify(stage.fake.id_token())
    with pytest.raises(oidc.TokenUnreadable):
        verify(stage.fake.signed(logout_claims()))
    stage.fake.tokens = {"id_token": stage.fake.signed(logout_claims(), typ="logout+jwt")}
    stage.refused(oidc.TokenUnreadable)


# --- garbage ---

GARBAGE = st.text(max_size=80) | st.sampled_from(["", "a.b.c", "e30.e30.", "\ud800", "[" * 4000, "あ", "%00"])


@given(
    parameters=st.dictionaries(
        st.sampled_from(["state", "code", "iss", "error", "error_description", "x"]) | st.text(max_size=5),
        GARBAGE | st.lists(GARBAGE, max_size=3),
    )
)
def test_garbage_on_the_way_back_is_always_a_named_refusal(parameters: dict[str, Any]) -> None:
    stage = Stage()
    begun = stage.begin()
    with pytest.raises(SignInFailed):
        oidc.sign_in_finish(
            provider=stage.provider, memory=stage.memory, begun=begun, parameters=parameters, now=NOW
        )
    with_state = {**parameters, "state": begun.state, "iss": ISSUER}
    try:
        oidc.sign_in_finish(
            provider=stage.provider, memory=stage.memory, begun=begun, parameters=with_state, now=NOW
        )
    except SignInFailed:
        assert stage.fake.count("token") == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


TOKENS = GARBAGE | st.builds(
    lambda head, body, tail: f"{part(head)}.{part(body)}.{tail}",
    st.fixed_dictionaries({}, optional={"alg": JSON | st.sampled_from(["RS256", "none"]), "typ": JSON,
                                        "kid": JSON | st.just("r1"), "crit": JSON, "b64": JSON}) | JSON,
    JSON,
    st.text("Aa-_=", max_size=8),
)  # fmt: skip


@given(token=TOKENS)
def test_a_garbled_token_is_always_a_named_refusal(token: str) -> None:
    stage = Stage()
    with pytest.raises(SignInFailed):
        oidc.logout_token_verify(token, provider=stage.provider, memory=stage.memory, now=NOW)
    begun = stage.begin()
    stage.fake.tokens = {"id_token": token}
    with pytest.raises(SignInFailed):
        stage.finish(begun)


@given(st.data())
def test_signed_garbage_and_garbled_answers_are_named_refusals_too(data: st.DataObject) -> None:
    stage = Stage()
    begun = stage.begin()
    finite = JSON.filter(lambda value: "NaN" not in json.dumps(value) and "Infinity" not in json.dumps(value))
    where = data.draw(st.sampled_from(["claims", "userinfo", "token", "certs"]))
    if where == "claims":
        names = [
            "iss",
            "aud",
            "exp",
            "iat",
            "nbf",
            "nonce",
            "azp",
            "at_hash",
            "auth_time",
            "acr",
            "sid",
            "sub",
        ]
        stage.fake.claims = data.draw(st.dictionaries(st.sampled_from(names), JSON, min_size=1))
    elif where == "userinfo":
        names = ["sub", "name", "address", "birthdate", "gender"]
        stage.fake.userinfo |= data.draw(st.dictionaries(st.sampled_from(names), finite))
    else:
        body = data.draw(finite | st.dictionaries(st.sampled_from(["keys", "id_token", "error"]), finite))
        status = data.draw(st.sampled_from([200, 204, 302, 400, 401, 404, 500]))
        stage.fake.answers[where] = lambda _request: answer(body, status)
    try:
        seen = stage.finish(begun)
    except SignInFailed:
        return
    assert (seen.issuer, seen.subject) == (ISSUER, "person-1")
    json.dumps(seen.claims.address + seen.claims.name, ensure_ascii=False).encode()


# --- words ---


def test_every_failure_speaks_every_language_and_has_a_code_of_its_own() -> None:
    kinds = [
        kind for kind in vars(oidc).values() if isinstance(kind, type) and issubclass(kind, SignInFailed)
    ]
    codes = {kind.code for kind in kinds}
    assert len(codes) == len(kinds) >= 25
    for kind in kinds:
        shown = {}
        for language in ("ja", "en", "ja-easy"):
            with translation.override(language):
                shown[language] = str(kind("access_denied").message)
        assert len(set(shown.values())) == 3, kind.__name__
        assert shown["en"].isascii(), kind.__name__
