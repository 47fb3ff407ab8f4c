"""
An outside judge: ``oidc-provider`` lets our sign-in pass, and ours refuses what it answers wrongly.

Set strictly (private_key_jwt and S256 alone, exact addresses), it also judges us: where a step of ours is left
out, it refuses.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest

from madoguchi.blocks.people.identity import oidc
from madoguchi.blocks.people.identity.oidc.failures import SignInFailed
from madoguchi.kernel.clock import now
from tests.support.oidc_judge import OidcJudge

BACK, OUT = "http://127.0.0.1:9/sign-in/back", "http://127.0.0.1:9/signed-out"
SCOPES = ["name", "address", "birthdate", "gender"]
YOUKO = oidc.PersonClaims("髙﨑　葉子", "徳島県徳島市幸町二丁目５番地", "1985-03-15", "female")

pytestmark = [pytest.mark.judge, pytest.mark.slow]


class City:
    """Our side, registered with the judge: ``begin`` and ``finish`` with one browser between them."""

    def __init__(self, judge: OidcJudge, folder: Path, *, client_id: str = "RP00000001") -> None:
        self.judge = judge
        self.folder = folder
        if not oidc.keys_read(folder):
            oidc.key_make(folder=folder, now=now())
        self.provider = oidc.Provider(
            issuer=judge.issuer,
            client_id=client_id,
            redirect_uri=BACK,
            post_logout_redirect_uri=OUT,
            keys=oidc.keys_read(folder),
            allow_local=True,
        )
        self.memory = oidc.ProviderMemory()
        self.register()

    def register(self, **more: Any) -> None:
        client = {
            "client_id": self.provider.client_id,
            "redirect_uris": [BACK],
            "post_logout_redirect_uris": [OUT],
            "jwks": oidc.jwks_public(self.provider.keys),
            **more,
        }
        self.judge.steer(client=client, tamper=None)

    def begin(self, **options: Any) -> oidc.Begun:
        options = {"scopes": SCOPES, "now": now(), **options}
        return oidc.sign_in_begin(provider=self.provider, memory=self.memory, **options)

    def pass_by(
        self, begun: oidc.Begun, browser: httpx.Client | None = None, **form: str
    ) -> dict[str, list[str]]:
        form = form or {"account": "youko"}
        with browser_make() as fresh:
            return self.judge.sign_in(browser or fresh, begun.url, back=BACK, **form)

    def finish(
        self, begun: oidc.Begun, parameters: dict[str, list[str]], *, at: datetime | None = None
    ) -> oidc.Verified:
        return oidc.sign_in_finish(
            provider=self.provider, memory=self.memory, begun=begun, parameters=parameters, now=at or now()
        )

    def sign_in(self, **options: Any) -> oidc.Verified:
        begun = self.begin(**options)
        return self.finish(begun, self.pass_by(begun))

    def refused(self, tamper: dict[str, Any] | None = None) -> type[SignInFailed]:
        """Sign in with an ID token that is changed under way; the refusal."""
        begun = self.begin()
        parameters = self.pass_by(begun)
        self.judge.steer(tamper=tamper)
        with pytest.raises(SignInFailed) as caught:
            self.finish(begun, parameters)
        return type(caught.value)

    def asked(self, path: str) -> int:
        return int(self.judge.steer()["asked"].get(path, 0))


def browser_make() -> httpx.Client:
    return httpx.Client(follow_redirects=False, timeout=30, verify=False)


@pytest.fixture(scope="module")
def keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture
def city(oidc_judge: OidcJudge, keys_folder: Path) -> City:
    return City(oidc_judge, keys_folder)


def test_a_citizen_signs_in(city: City) -> None:
    begun = city.begin(level=["aal3"], max_age=300, ui_locales="ja")
    seen = city.finish(oidc.Begun.from_json(begun.to_json()), city.pass_by(begun))
    assert (seen.issuer, seen.subject, seen.acr) == (city.judge.issuer, "youko", "aal3")
    assert seen.auth_time is not None
    assert abs(now() - seen.auth_time) < timedelta(minutes=1)
    assert seen.claims == YOUKO
    begun = city.begin(scopes=["birthdate"])
    other = city.finish(begun, city.pass_by(begun, account="manabu"))
    assert (other.subject, other.claims) == ("manabu", oidc.PersonClaims(birthdate="0000-02-29"))


def test_a_level_that_was_not_reached_is_refused(city: City) -> None:
    begun = city.begin(level=["aal3"])
    parameters = city.pass_by(begun, account="youko", acr="aal2")
    with pytest.raises(oidc.LevelNotReached):
        city.finish(begun, parameters)


def test_a_citizen_who_stops_there_is_told_so(city: City) -> None:
    begun = city.begin()
    with pytest.raises(oidc.RefusedAtProvider) as caught:
        city.finish(begun, city.pass_by(begun, cancel="yes"))
    assert caught.value.error == "access_denied"
    begun = city.begin(prompt="none")
    with browser_make() as browser, pytest.raises(oidc.RefusedAtProvider) as caught:
        city.finish(begun, city.pass_by(begun, browser))
    assert caught.value.error == "login_required"


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        ({"claims": {"nonce": "another"}}, oidc.NonceWrong),
        ({"without": ["nonce"]}, oidc.NonceWrong),
        ({"claims": {"aud": "RP00000002"}}, oidc.TokenAudienceWrong),
        ({"claims": {"aud": ["RP00000001", "RP00000002"]}}, oidc.TokenAudienceWrong),
        ({"claims": {"iss": "https://evil.example.jp"}}, oidc.TokenIssuerWrong),
        ({"claims": {"exp": 1_700_000_000}}, oidc.TokenExpired),
        ({"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}}, oidc.TokenHashWrong),
        ({"claims": {"sub": "manabu"}}, oidc.SubjectWrong),
        ({"sign": "none"}, oidc.TokenAlgorithmRefused),
        ({"sign": "HS256"}, oidc.TokenAlgorithmRefused),
        ({"sign": "stranger"}, oidc.TokenKeyUnknown),
        ({"sign": "forger"}, oidc.TokenSignatureWrong),
    ],
    ids=str,
)
def test_a_changed_token_is_refused(city: City, tamper: dict[str, Any], expected: type[SignInFailed]) -> None:
    assert city.refused(tamper) is expected
    assert city.sign_in().claims == YOUKO, "unchanged, it passes"


def test_a_token_that_is_only_signed_again_passes(city: City) -> None:
    begun = city.begin()
    parameters = city.pass_by(begun)
    city.judge.steer(tamper={"claims": {"aud": ["RP00000001"]}})
    assert city.finish(begun, parameters).claims == YOUKO


def test_a_code_works_once(city: City) -> None:
    begun = city.begin()
    parameters = city.pass_by(begun)
    assert city.finish(begun, parameters).subject == "youko"
    with pytest.raises(oidc.CodeRefused):
        city.finish(begun, parameters)


def test_a_code_is_worth_nothing_in_another_sign_in(city: City) -> None:
    mine, theirs = city.begin(), city.begin()
    stolen = city.pass_by(mine)
    with pytest.raises(oidc.StateWrong):
        city.finish(theirs, stolen)
    # Even with the state put right: the verifier is another one, and the judge sees it.
    with pytest.raises(oidc.CodeRefused):
        city.finish(theirs, {**stolen, "state": [theirs.state]})


def test_a_rotated_key_is_followed_with_one_question(city: City) -> None:
    assert city.sign_in()
    before = city.asked("/jwks")
    city.judge.steer(keys=["RS256"])
    assert city.sign_in().claims == YOUKO
    assert city.asked("/jwks") == before + 1
    assert city.sign_in()
    assert city.asked("/jwks") == before + 1


def test_a_key_of_another_kind_is_followed_too(city: City) -> None:
    assert city.sign_in()
    city.judge.steer(keys=["ES256", "RS256"])
    city.register(id_token_signed_response_alg="ES256")
    assert city.sign_in().claims == YOUKO
    city.provider = replace(city.provider, id_token_algorithms=("RS256",))
    assert city.refused() is oidc.TokenAlgorithmRefused


def test_an_unknown_key_is_asked_for_once(city: City) -> None:
    assert city.sign_in()
    before = city.asked("/jwks")
    for _try in range(2):
        assert city.refused({"sign": "stranger"}) is oidc.TokenKeyUnknown
    assert city.asked("/jwks") == before + 1


def test_our_own_key_rotates(oidc_judge: OidcJudge, tmp_path: Path) -> None:
    city = City(oidc_judge, tmp_path)
    first = city.provider.keys[0]
    second = oidc.key_make(folder=city.folder, now=now(), algorithm="ES256")
    city.provider = replace(city.provider, keys=oidc.keys_read(city.folder))
    city.register()
    assert city.provider.signing_key(now()) == first
    assert city.sign_in()
    city.provider = replace(city.provider, key_lead=timedelta(0))
    assert city.provider.signing_key(now()) == second
    assert city.sign_in()
    city.judge.steer(client={"client_id": city.provider.client_id, "redirect_uris": [BACK],
                             "jwks": oidc.jwks_public([first])})  # fmt: skip
    assert city.refused() is oidc.ClientRefused


@pytest.mark.parametrize("audience", ["token_endpoint", "issuer"])
def test_the_judge_takes_both_audiences_of_our_assertion(city: City, audience: Any) -> None:
    city.provider = replace(city.provider, assertion_audience=audience)
    assert city.sign_in()


# --- the judge is strict: what ours always does, it demands ---


def asked_otherwise(begun: oidc.Begun, **changes: str | None) -> str:
    parts = urlsplit(begun.url)
    query = {**dict(parse_qsl(parts.query)), **changes}
    return parts._replace(query=urlencode({k: v for k, v in query.items() if v is not None})).geturl()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "requires PKCE"),
        ({"code_challenge_method": "plain"}, "code_challenge_method"),
        ({"code_challenge_method": None}, "code_challenge_method"),
    ],
    ids=["no challenge", "plain", "no method"],
)
def test_without_our_challenge_the_judge_refuses(
    city: City, changes: dict[str, str | None], words: str
) -> None:
    begun = city.begin()
    with browser_make() as browser:
        back = city.judge.sign_in(browser, asked_otherwise(begun, **changes), back=BACK, account="youko")
        assert "code" not in back
        assert back["error"] == ["invalid_request"]
        assert words in back["error_description"][0]
        with pytest.raises(oidc.RefusedAtProvider):
            city.finish(begun, back)
        assert "code" in city.judge.sign_in(browser, begun.url, back=BACK, account="youko")


def test_the_judge_takes_no_other_address(city: City) -> None:
    with browser_make() as browser:
        for address in (BACK + "/", BACK + "?a=b", "http://127.0.0.1:10/sign-in/back"):
            answer = browser.get(asked_otherwise(city.begin(), redirect_uri=address))
            assert answer.status_code == 400
            assert "Location" not in answer.headers


def test_the_judge_takes_no_shared_secret_and_no_missing_verifier(city: City) -> None:
    begun = city.begin()
    form = {"grant_type": "authorization_code", "code": city.pass_by(begun)["code"][0], "redirect_uri": BACK,
            "code_verifier": begun.verifier}  # fmt: skip
    basic = httpx.post(f"{city.judge.issuer}/token", data=form, auth=("RP00000001", "secret"), verify=False)
    assert (basic.status_code, basic.json()["error"]) == (401, "invalid_client")
    posted = {**form, "client_id": "RP00000001", "client_secret": "secret"}
    assert httpx.post(f"{city.judge.issuer}/token", data=posted, verify=False).json()["error"] in {
        "invalid_client",
        "invalid_request",
    }
    begun = city.begin()
    with pytest.raises(oidc.CodeRefused):
        city.finish(replace(begun, verifier="x" * 64), city.pass_by(begun))


def test_the_judge_publishes_what_we_demand(city: City) -> None:
    metadata = city.memory.metadata(city.provider, now=now())
    assert metadata.code_challenge_methods_supported == ["S256"]
    assert metadata.token_endpoint_auth_methods_supported == ["private_key_jwt"]
    assert metadata.authorization_response_iss_parameter_supported
    assert set(metadata.scopes_supported) == {"openid", *SCOPES}
    begun = city.begin()
    back = city.pass_by(begun)
    assert back["iss"] == [city.judge.issuer]
    with pytest.raises(oidc.IssuerParameterWrong):
        city.finish(begun, {**back, "iss": ["https://evil.example.jp"]})


# --- signing out ---


class Ear(BaseHTTPRequestHandler):
    """Our back channel, as far as the judge needs it: keep what was posted."""

    heard: list[str]
    arrived: threading.Event

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.heard.append(parse_qs(body)["logout_token"][0])
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.arrived.set()

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def ear() -> Iterator[tuple[str, type[Ear]]]:
    kind = type("OneEar", (Ear,), {"heard": [], "arrived": threading.Event()})
    server = HTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/logout", kind
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_signing_out_there_tells_us_which_session_ended(city: City, ear: tuple[str, type[Ear]]) -> None:
    address, heard = ear
    city.register(backchannel_logout_uri=address, backchannel_logout_session_required=True)
    begun = city.begin()
    with browser_make() as browser:
        seen = city.finish(begun, city.pass_by(begun, browser, account="youko"))
        assert seen.session
        url = oidc.logout_url(provider=city.provider, memory=city.memory, state="s1", now=now())
        assert url is not None
        page = browser.get(url)
        assert page.status_code == 200
        secret = page.text.split('name="xsrf" value="')[1].split('"')[0]
        done = browser.post(
            f"{city.judge.issuer}/session/end/confirm", data={"xsrf": secret, "logout": "yes"}
        )
    assert done.headers["Location"] == f"{OUT}?state=s1"
    assert heard.arrived.wait(30)
    notice = oidc.logout_token_verify(heard.heard[0], provider=city.provider, memory=city.memory, now=now())
    assert (notice.issuer, notice.subject, notice.session) == (seen.issuer, seen.subject, seen.session)
    later = now() + timedelta(minutes=10)
    with pytest.raises(oidc.TokenExpired):
        oidc.logout_token_verify(heard.heard[0], provider=city.provider, memory=city.memory, now=later)
    head, body, sign = heard.heard[0].split(".")
    forged = f"{head}.{body}.{sign[::-1]}"
    with pytest.raises(oidc.TokenSignatureWrong):
        oidc.logout_token_verify(forged, provider=city.provider, memory=city.memory, now=now())
