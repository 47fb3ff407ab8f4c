"""What a provider publishes: read, judged, and remembered for an hour, its keys renewed when it changes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

import httpx
from authlib.oidc.discovery import get_well_known_url
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from pydantic import ValidationError

from madoguchi.blocks.people.identity.oidc.failures import AnswerRefused, ProviderUnfit, TokenKeyUnknown
from madoguchi.blocks.people.identity.oidc.types import Metadata, Provider, Timeouts, address_check
from madoguchi.blocks.people.identity.oidc.wire import Wire

KEPT = timedelta(hours=1)
"""How long a document or a key is believed; a key taken back is gone after that."""
KEYS_AGAIN_AFTER = timedelta(seconds=30)
"""An unknown key makes us ask once in this time, whoever sends tokens with invented ones."""
KEYS_AT_MOST = 64

_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_ENDPOINTS_MAYBE = ("userinfo_endpoint", "end_session_endpoint")


def metadata_from(document: Mapping[str, object], *, issuer: str, allow_local: bool = False) -> Metadata:
    """
    Judge a provider's document, published or typed from its handbook.

    :raises ProviderUnfit: the document lacks something, is another's (Discovery 1.0, 4.3), or its provider does
        not do what is demanded here; the text tells the operator what.
    """
    try:
        metadata = Metadata.model_validate(dict(document))
    except ValidationError as error:
        names = sorted({str(fault["loc"][0]) for fault in error.errors() if fault["loc"]})
        raise ProviderUnfit(f"missing or of a wrong form: {', '.join(names)}") from None
    if metadata.issuer != issuer:
        raise ProviderUnfit("the document names another issuer than the settings")
    for name in _ENDPOINTS:
        address_check(getattr(metadata, name), name=name, allow_local=allow_local)
    for name in _ENDPOINTS_MAYBE:
        if address := getattr(metadata, name):
            address_check(address, name=name, allow_local=allow_local)
    demands = {
        "response_types_supported": "code",
        "code_challenge_methods_supported": "S256",
        "token_endpoint_auth_methods_supported": "private_key_jwt",
    }
    for name, demand in demands.items():
        if demand not in getattr(metadata, name):
            raise ProviderUnfit(f"{name} does not hold {demand}")
    return metadata


@dataclass(frozen=True, slots=True)
class _Key:
    kid: str | None
    algorithm: str | None
    jwk: RSAKey | ECKey

    def fits(self, kid: str | None, algorithm: str) -> bool:
        family = RSAKey if algorithm[:2] in {"RS", "PS"} else ECKey
        return (
            isinstance(self.jwk, family)
            and self.algorithm in {None, algorithm}
            and (kid is None or self.kid == kid)
        )


class ProviderMemory:
    """
    What this process knows of its providers: one for all threads, each process has its own.

    :param transport: for tests; otherwise the network.
    """

    def __init__(self, transport: httpx.BaseTransport | None = None) -> None:
        self.wire = Wire(transport)
        self._metadata: dict[str, tuple[datetime, Metadata]] = {}
        self._keys: dict[str, tuple[datetime, tuple[_Key, ...]]] = {}
        self._asked_again: dict[str, datetime] = {}
        self._asking = Lock()

    def metadata(self, provider: Provider, *, now: datetime) -> Metadata:
        """
        Give what the provider publishes, not older than an hour.

        :raises ProviderUnreachable: it does not answer.
        :raises AnswerRefused: it answers with something else.
        :raises ProviderUnfit: it cannot be used; the text says why.
        """
        if provider.metadata is not None:
            return metadata_from(
                provider.metadata.model_dump(), issuer=provider.issuer, allow_local=provider.allow_local
            )
        at, metadata = self._metadata.get(provider.issuer, (None, None))
        if at is None or metadata is None or not _fresh(at, now):
            address = get_well_known_url(provider.issuer, external=True)
            document = self._read(address, provider.timeouts)
            metadata = metadata_from(document, issuer=provider.issuer, allow_local=provider.allow_local)
            self._metadata[provider.issuer] = now, metadata
        return metadata

    def key(self, provider: Provider, *, kid: str | None, algorithm: str, now: datetime) -> RSAKey | ECKey:
        """
        Give the provider's public key for a token.

        A key that is not among the remembered ones is looked for once more, at most every 30 seconds: so a
        rotation over there is followed at once, and invented names cost us little (Core 1.0, 10.1.1).

        :param kid: as the token's header has it; without one, only a single fitting key will do.
        :raises TokenKeyUnknown: the provider publishes no such key.
        :raises ProviderUnreachable: the keys cannot be read.
        """
        address = self.metadata(provider, now=now).jwks_uri
        at, keys = self._keys.get(provider.issuer, (None, ()))
        if at is None or not _fresh(at, now):
            keys = self._keys_read(provider, address, now)
        if found := _find(keys, kid, algorithm):
            return found
        with self._asking:
            # Whoever waited here finds what the one before has brought.
            _at, keys = self._keys[provider.issuer]
            if found := _find(keys, kid, algorithm):
                return found
            last = self._asked_again.get(provider.issuer)
            if last is None or not timedelta(0) <= now - last < KEYS_AGAIN_AFTER:
                self._asked_again[provider.issuer] = now
                if found := _find(self._keys_read(provider, address, now), kid, algorithm):
                    return found
        raise TokenKeyUnknown("the provider publishes no key of that name and kind")

    def _keys_read(self, provider: Provider, address: str, now: datetime) -> tuple[_Key, ...]:
        listed = self._read(address, provider.timeouts).get("keys")
        if not isinstance(listed, list) or len(listed) > KEYS_AT_MOST:
            raise AnswerRefused("no list of keys, or too long a one")
        keys = tuple(key for entry in listed if (key := _key_read(entry)))
        self._keys[provider.issuer] = now, keys
        return keys

    def _read(self, address: str, timeouts: Timeouts) -> dict[str, object]:
        status, body = self.wire.ask("GET", address, timeouts=timeouts)
        if status != 200:
            raise AnswerRefused(f"status {status}")
        return body


def _fresh(at: datetime, now: datetime) -> bool:
    # A clock that was put back makes nothing younger.
    return timedelta(0) <= now - at < KEPT


def _find(keys: tuple[_Key, ...], kid: str | None, algorithm: str) -> RSAKey | ECKey | None:
    fitting = [key.jwk for key in keys if key.fits(kid, algorithm)]
    return fitting[0] if len(fitting) == 1 else None


def _key_read(entry: object) -> _Key | None:
    """Read one published key; None for what is not ours to use, such as keys for encryption."""
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    kid, algorithm = entry.get("kid"), entry.get("alg")
    wanted = {"RSA": ("kty", "n", "e"), "EC": ("kty", "crv", "x", "y")}.get(str(entry.get("kty")), ())
    # The public members alone, whatever else a careless provider publishes.
    public: dict[str, str | list[str]] = {
        name: part for name in wanted if isinstance(part := entry.get(name), str)
    }
    if not wanted or len(public) < len(wanted):
        return None
    if not isinstance(kid, str | None) or not isinstance(algorithm, str | None):
        return None
    return _key_import(public, kid, algorithm)


def _key_import(public: dict[str, str | list[str]], kid: str | None, algorithm: str | None) -> _Key | None:
    jwk: RSAKey | ECKey
    try:
        if public["kty"] == "RSA":
            jwk = RSAKey.import_key(public)
            small = jwk.public_key.key_size < 2048
        else:
            jwk = ECKey.import_key(public)
            small = jwk.curve_name != "P-256"
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None if small else _Key(kid, algorithm, jwk)
