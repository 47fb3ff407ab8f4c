"""What the relying party is told, what it keeps between the two halves, and what it hands on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from joserfc.jwk import ECKey, RSAKey
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from madoguchi.blocks.people.identity.oidc.failures import BegunUnreadable, ProviderUnfit

ALGORITHMS = ("RS256", "ES256", "PS256")
"""Signatures that may be allowed at all: never ``none``, never a shared secret (RFC 8725, 3.1)."""

_UNSEEN = re.compile(r"[^\x21-\x7e]")


def address_check(url: str, *, name: str, allow_local: bool) -> str:
    """
    Give an address back if it may be used.

    :param name: what the address is, for the operator.
    :raises ProviderUnfit: it is no https address, or holds a user, a fragment or a blank. ``allow_local`` lets
        http pass where the host is this computer.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise ProviderUnfit(f"{name} is no web address") from None
    local = allow_local and parts.scheme == "http" and _is_local(host)
    if not host or not (parts.scheme == "https" or local):
        raise ProviderUnfit(f"{name} must be an https address")
    if parts.username is not None or "#" in url or _UNSEEN.search(url):
        raise ProviderUnfit(f"{name} must hold no user, no fragment, no blank")
    return url


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long one request to the provider may take; a citizen waits for up to three of them."""

    connect_seconds: float = 3.0
    read_seconds: float = 5.0
    whole_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key of ours. ``kid`` is the thumbprint of its public half (RFC 7638)."""

    kid: str
    algorithm: str
    made_at: datetime
    jwk: RSAKey | ECKey = field(repr=False, compare=False)


class Metadata(BaseModel):
    """What a provider publishes about itself (Discovery 1.0, 3), as far as we use it."""

    model_config = ConfigDict(frozen=True, strict=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    scopes_supported: list[str] = []
    response_types_supported: list[str]
    id_token_signing_alg_values_supported: list[str]
    code_challenge_methods_supported: list[str] = []
    token_endpoint_auth_methods_supported: list[str] = []
    token_endpoint_auth_signing_alg_values_supported: list[str] = []
    authorization_response_iss_parameter_supported: bool = False


@dataclass(frozen=True, slots=True)
class Provider:
    """
    One provider and our registration there.

    :param issuer: its name, an address, letter by letter as it writes it.
    :param keys: our signing keys, the newest first; see ``keys_read``.
    :param id_token_algorithms: signatures that we take, out of ``ALGORITHMS``.
    :param assertion_audience: whom our client assertion addresses: the token endpoint (RFC 7523, 3) or the
        issuer, for a provider that no longer takes the other (RFC 7523bis).
    :param key_lead: how long a new key is published before it signs, so that the provider has seen it.
    :param metadata: for a provider without a discovery document, from ``metadata_from``.
    :param allow_local: this computer may be reached by http; for tests and trials only.
    :raises ProviderUnfit: the settings cannot be used; the text tells the operator why.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    post_logout_redirect_uri: str
    keys: tuple[SigningKey, ...]
    id_token_algorithms: tuple[str, ...] = ALGORITHMS
    assertion_audience: Literal["token_endpoint", "issuer"] = "token_endpoint"
    key_lead: timedelta = timedelta(days=1)
    timeouts: Timeouts = Timeouts()
    metadata: Metadata | None = None
    allow_local: bool = False

    def __post_init__(self) -> None:
        for name in ("issuer", "redirect_uri", "post_logout_redirect_uri"):
            address_check(getattr(self, name), name=name, allow_local=self.allow_local)
        if "?" in self.issuer:
            raise ProviderUnfit("issuer must hold no query")
        if not self.client_id:
            raise ProviderUnfit("client_id is empty")
        if not self.keys:
            raise ProviderUnfit("there is no signing key of ours yet")
        if not self.id_token_algorithms or not set(self.id_token_algorithms) <= set(ALGORITHMS):
            raise ProviderUnfit(f"id_token_algorithms must be among {', '.join(ALGORITHMS)}")

    def signing_key(self, now: datetime) -> SigningKey:
        """Give the newest key that has been published long enough; the oldest where none has."""
        newest_first = sorted(self.keys, key=lambda key: key.made_at, reverse=True)
        return next((key for key in newest_first if key.made_at + self.key_lead <= now), newest_first[-1])


@dataclass(frozen=True, slots=True)
class Begun:
    """
    The first half of a sign-in: send the citizen to ``url``, keep the rest on our side, never in the browser.

    ``level`` holds the levels of which one has to be reached; ``max_age`` is in seconds.
    """

    issuer: str
    url: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    scopes: tuple[str, ...]
    level: tuple[str, ...]
    max_age: int | None
    created_at: datetime

    def to_json(self) -> str:
        """Write it for the database."""
        return _BEGUN.dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> Begun:
        """
        Read it again.

        :raises BegunUnreadable: it is not what ``to_json`` wrote.
        """
        try:
            return _BEGUN.validate_json(text, strict=True)
        except ValidationError:
            raise BegunUnreadable from None


_BEGUN = TypeAdapter(Begun)


@dataclass(frozen=True, slots=True)
class PersonClaims:
    """
    What the provider says of the person (基本4情報), each as text; empty where not asked for or not given.

    ``birthdate`` is as much as is known, as in ``kit.partial_dates`` (``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD``), or
    ``0000-MM-DD`` where the year is withheld (Core 1.0, 5.1).
    """

    name: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    birthdate: str = field(default="", repr=False)
    gender: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Verified:
    """
    A person whom the provider has confirmed.

    ``issuer`` and ``subject`` together name the person there; ``session`` is the provider's name for its own
    session (``sid``), by which a later ``LogoutNotice`` may come. No token is kept.
    """

    issuer: str
    subject: str = field(repr=False)
    session: str = field(repr=False)
    auth_time: datetime | None
    acr: str
    claims: PersonClaims


@dataclass(frozen=True, slots=True)
class LogoutNotice:
    """
    The provider says that somebody signed out there: of one session, or, if that is empty, of all of the subject.

    Ending a session twice does no harm; who wants to know a repetition keeps ``token_id`` until ``expires_at``.
    """

    issuer: str
    subject: str = field(repr=False)
    session: str = field(repr=False)
    token_id: str
    expires_at: datetime
