"""A signed token of the provider: who signed it, and what it claims."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

from authlib.oidc.core import CodeIDToken
from joserfc import jws
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError, MissingClaimError
from joserfc.registry import Header
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from madoguchi.blocks.people.identity.oidc.discovery import ProviderMemory
from madoguchi.blocks.people.identity.oidc.failures import (
    AuthenticationTooOld,
    LevelNotReached,
    NonceWrong,
    SignInFailed,
    TokenAlgorithmRefused,
    TokenAudienceWrong,
    TokenExpired,
    TokenHashWrong,
    TokenIssuerWrong,
    TokenNotYetValid,
    TokenSignatureWrong,
    TokenUnreadable,
)
from madoguchi.blocks.people.identity.oidc.types import Begun, Provider
from madoguchi.blocks.people.identity.oidc.wire import json_object

LEEWAY_SECONDS = 60
"""How far two clocks may be apart."""
TOKEN_LIMIT = 16 * 1024

Text = Annotated[str, Field(min_length=1, max_length=255)]
Moment = Annotated[int | float, Field(ge=0, lt=253_402_300_800, allow_inf_nan=False)]


class SignedClaims(BaseModel):
    """What every token of the provider states; a value of another type is refused."""

    model_config = ConfigDict(frozen=True, strict=True)

    iss: str
    aud: Text | list[Text]
    iat: Moment
    exp: Moment
    nbf: Moment | None = None


class IdToken(SignedClaims):
    """An ID token (Core 1.0, 2)."""

    sub: Text
    nonce: str | None = None
    azp: str | None = None
    at_hash: str | None = None
    auth_time: Moment | None = None
    acr: Annotated[str, Field(max_length=255)] | None = None
    sid: Text | None = None


_FACTS: dict[str, type[SignInFailed]] = {
    "iss": TokenIssuerWrong,
    "aud": TokenAudienceWrong,
    "azp": TokenAudienceWrong,
    "exp": TokenExpired,
    "iat": TokenNotYetValid,
    "nbf": TokenNotYetValid,
    "nonce": NonceWrong,
    "at_hash": TokenHashWrong,
}


def token_open(
    token: str, *, kind: str, provider: Provider, memory: ProviderMemory, now: datetime
) -> tuple[Header, dict[str, object]]:
    """
    Check a token's form and signature; give its header and its claims, which nobody has judged yet.

    :param kind: the ``typ`` that the header must have; ``JWT`` may also be left out (RFC 8725, 3.11).
    :raises TokenUnreadable: no signed token of this kind.
    :raises TokenAlgorithmRefused: signed in a way that is not allowed, or not at all.
    :raises TokenKeyUnknown: the provider publishes no such key.
    :raises TokenSignatureWrong: the signature does not fit.
    """
    try:
        if len(token) > TOKEN_LIMIT:
            raise ValueError("too long")
        opened = jws.extract_compact(token.encode("ascii"))
        header = opened.headers()
        named, kid = header.get("typ", "JWT"), header.get("kid")
        if not (isinstance(named, str) and isinstance(kid, str | None)) or {"crit", "b64"} & set(header):
            raise ValueError("a header that is not understood")
    except (JoseError, ValueError, TypeError, AttributeError, RecursionError):
        raise TokenUnreadable from None
    if named.lower().removeprefix("application/") != kind.lower():
        raise TokenUnreadable(f"no token of the kind {kind}")
    algorithm = header.get("alg")
    # The list is ours, and is asked before anything that the token says is believed.
    if algorithm not in provider.id_token_algorithms:
        raise TokenAlgorithmRefused
    key = memory.key(provider, kid=kid, algorithm=algorithm, now=now)
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    try:
        fits = jws.validate_compact(opened, key, registry=registry)
    except (JoseError, ValueError, TypeError):
        fits = False
    if not fits:
        raise TokenSignatureWrong
    try:
        return header, json_object(opened.payload or b"")
    except ValueError:
        raise TokenUnreadable from None


def id_token_verify(
    token: str, access_token: str, *, begun: Begun, provider: Provider, memory: ProviderMemory, now: datetime
) -> IdToken:
    """
    Verify an ID token (Core 1.0, 3.1.3.7).

    :raises SignInFailed: one of the classes of ``failures``, for each rule its own.
    """
    header, claims = token_open(token, kind="JWT", provider=provider, memory=memory, now=now)
    try:
        known = IdToken.model_validate(claims)
    except ValidationError as error:
        raise _fact_of(error) from None
    params = {"nonce": begun.nonce, "client_id": provider.client_id, "access_token": access_token}
    with facts_named():
        CodeIDToken(known.model_dump(exclude_none=True), header, claims_demanded(provider), params).validate(
            now=int(now.timestamp()), leeway=LEEWAY_SECONDS
        )
    _time_judge(known, begun, now)
    if begun.level and not set(begun.level) & set((known.acr or "").split()):
        raise LevelNotReached
    return known


def claims_demanded(provider: Provider) -> dict[str, Any]:
    """Give what the libraries compare a token of this provider with."""
    return {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
    }


@contextmanager
def facts_named() -> Iterator[None]:
    """Turn what a library says of a claim into the fact that stands behind it."""
    try:
        yield
    except ExpiredTokenError:
        raise TokenExpired from None
    except MissingClaimError as missing:
        raise _FACTS.get(missing.claim, TokenUnreadable)(f"without {missing.claim}") from None
    except ClaimError as wrong:
        raise _FACTS.get(wrong.claim, TokenUnreadable) from None


def _time_judge(known: IdToken, begun: Begun, now: datetime) -> None:
    # Not left to Authlib: it takes a max_age of 0 for none, and does not compute the age.
    if known.auth_time is None:
        if begun.max_age is not None:
            raise AuthenticationTooOld("without auth_time")
        return
    if known.auth_time > now.timestamp() + LEEWAY_SECONDS:
        raise TokenNotYetValid("auth_time")
    # How old it was when we asked: what the person then took over the provider's pages makes it no older.
    age = begun.created_at.timestamp() - known.auth_time
    if begun.max_age is not None and age > begun.max_age + LEEWAY_SECONDS:
        raise AuthenticationTooOld


def _fact_of(error: ValidationError) -> SignInFailed:
    """Name the first claim that is missing or of a wrong type."""
    claim = str(error.errors()[0]["loc"][0])
    return _FACTS.get(claim, TokenUnreadable)(f"{claim} is missing or of a wrong form")
