"""The second half: what came back with the browser, exchanged and verified."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

from authlib.oauth2.rfc7523 import private_key_jwt_sign
from authlib.oauth2.rfc7523.client import ASSERTION_TYPE
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from madoguchi.blocks.people.identity.oidc.discovery import ProviderMemory
from madoguchi.blocks.people.identity.oidc.failures import (
    AnswerRefused,
    ClaimsRefused,
    ClientRefused,
    CodeRefused,
    IssuerParameterWrong,
    ParametersRefused,
    ProviderUnfit,
    RefusedAtProvider,
    SignInTooSlow,
    StateWrong,
    SubjectWrong,
    TokenAnswerRefused,
)
from madoguchi.blocks.people.identity.oidc.tokens import LEEWAY_SECONDS, id_token_verify
from madoguchi.blocks.people.identity.oidc.types import Begun, Metadata, PersonClaims, Provider, Verified
from madoguchi.kit.partial_dates import PartialDate, PartialDateRefused

BEGUN_LIVES = timedelta(minutes=15)
"""Time to find the card, read it and type the number."""
ASSERTION_SECONDS = 60

_NAMES = ("state", "iss", "error", "code")
_VALUE = re.compile(r"[\x20-\x7e]{1,4096}")
_ERROR = re.compile(r"[a-z0-9_.-]{1,64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def sign_in_finish(
    *,
    provider: Provider,
    memory: ProviderMemory,
    begun: Begun,
    parameters: Mapping[str, str | Sequence[str]],
    now: datetime,
) -> Verified:
    """
    Finish a sign-in.

    The caller has taken ``begun`` away from where it was kept, for this browser and before this call: so a
    second try with the same address finds nothing.

    :param parameters: the query of the way back, each name with all its values (``dict(request.GET.lists())``).
    :raises SignInFailed: one of the classes of ``failures``; nobody is signed in.
    """
    given = _parameters(parameters)
    if begun.issuer != provider.issuer:
        raise StateWrong("begun with another provider")
    if not given["state"] or not hmac.compare_digest(given["state"].encode(), begun.state.encode()):
        raise StateWrong
    if not -timedelta(seconds=LEEWAY_SECONDS) <= now - begun.created_at <= BEGUN_LIVES:
        raise SignInTooSlow
    metadata = memory.metadata(provider, now=now)
    _issuer_check(given, metadata)
    if given["error"]:
        raise RefusedAtProvider(given["error"] if _ERROR.fullmatch(given["error"]) else "an unknown error")
    if not given["code"]:
        raise ParametersRefused("without code")
    tokens = _exchange(given["code"], begun, provider, memory, metadata, now)
    known = id_token_verify(
        tokens.id_token, tokens.access_token, begun=begun, provider=provider, memory=memory, now=now
    )
    return Verified(
        issuer=known.iss,
        subject=known.sub,
        session=known.sid or "",
        auth_time=None if known.auth_time is None else datetime.fromtimestamp(known.auth_time, UTC),
        acr=known.acr or "",
        claims=_claims(tokens.access_token, known.sub, begun.scopes, provider, memory, metadata),
    )


# --- the way back ---


def _parameters(parameters: Mapping[str, str | Sequence[str]]) -> dict[str, str]:
    """Give the four names that count; "" for one that is absent (RFC 6749, 3.1: none twice)."""
    given = {}
    for name in _NAMES:
        values = parameters.get(name, "")
        listed = [values] if isinstance(values, str) else list(values)
        if len(listed) > 1:
            raise ParametersRefused(f"{name} twice")
        value = listed[0] if listed else ""
        if value and not _VALUE.fullmatch(value):
            raise ParametersRefused(f"{name} is too long or holds a letter that it cannot hold")
        given[name] = value
    return given


def _issuer_check(given: dict[str, str], metadata: Metadata) -> None:
    if not given["iss"]:
        if metadata.authorization_response_iss_parameter_supported:
            raise IssuerParameterWrong("without iss, though the provider announces it")
    elif given["iss"] != metadata.issuer:
        raise IssuerParameterWrong


# --- the exchange ---

_Opaque = Annotated[str, StringConstraints(min_length=1, max_length=16_384, pattern=r"^[\x21-\x7e]+$")]


class _Tokens(BaseModel):
    """The answer of the token endpoint (Core 1.0, 3.1.3.3); a refresh token, if any, is let go."""

    model_config = ConfigDict(strict=True)

    id_token: _Opaque = Field(repr=False)
    access_token: _Opaque = Field(repr=False)
    token_type: Annotated[str, StringConstraints(pattern=r"^(?i:bearer)$")]


def _exchange(
    code: str,
    begun: Begun,
    provider: Provider,
    memory: ProviderMemory,
    metadata: Metadata,
    now: datetime,
) -> _Tokens:
    status, answer = memory.wire.ask(
        "POST",
        metadata.token_endpoint,
        timeouts=provider.timeouts,
        form={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": provider.redirect_uri,
            "code_verifier": begun.verifier,
            "client_id": provider.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": _assertion(provider, metadata, now),
        },
    )
    if status != 200:
        error = str(answer.get("error"))
        if error == "invalid_grant":
            raise CodeRefused
        if error in {"invalid_client", "unauthorized_client"}:
            raise ClientRefused(f"the provider answered {error}: are our key and address registered there?")
        raise TokenAnswerRefused(
            f"status {status}, {error if _ERROR.fullmatch(error) else 'an unknown error'}"
        )
    try:
        return _Tokens.model_validate(answer)
    except ValidationError as error:
        names = sorted({str(fault["loc"][0]) for fault in error.errors()})
        raise TokenAnswerRefused(f"missing or of a wrong form: {', '.join(names)}") from None


def _assertion(provider: Provider, metadata: Metadata, now: datetime) -> str:
    """Say who we are (RFC 7523, 3), for a minute and once."""
    key = provider.signing_key(now)
    taken = metadata.token_endpoint_auth_signing_alg_values_supported
    if taken and key.algorithm not in taken:
        raise ProviderUnfit(
            f"the provider does not take our signature {key.algorithm}: make a key of another kind"
        )
    audience = metadata.token_endpoint if provider.assertion_audience == "token_endpoint" else metadata.issuer
    signed: str = private_key_jwt_sign(
        key.jwk,
        client_id=provider.client_id,
        token_endpoint=audience,
        alg=key.algorithm,
        header={"kid": key.kid},
        issued_at=int(now.timestamp()),
        expires_in=ASSERTION_SECONDS,
    )
    return signed


# --- the person ---

_Particular = Annotated[str, Field(max_length=1_000)]


class _Address(BaseModel):
    model_config = ConfigDict(strict=True)

    formatted: _Particular = ""


class _UserInfo(BaseModel):
    model_config = ConfigDict(strict=True)

    sub: str
    name: _Particular | None = None
    # Core 1.0, 5.1.1 wants an object; a plain text says as much.
    address: _Address | _Particular | None = None
    birthdate: _Particular | None = None
    gender: _Particular | None = None


def _claims(
    access_token: str,
    subject: str,
    scopes: tuple[str, ...],
    provider: Provider,
    memory: ProviderMemory,
    metadata: Metadata,
) -> PersonClaims:
    """Fetch the particulars that were asked for (Core 1.0, 5.3); what else comes is dropped."""
    asked = {"name", "address", "birthdate", "gender"} & set(scopes)
    if not asked:
        return PersonClaims()
    if not metadata.userinfo_endpoint:
        raise ProviderUnfit("userinfo_endpoint is missing, where particulars were asked for")
    status, answer = memory.wire.ask(
        "GET", metadata.userinfo_endpoint, timeouts=provider.timeouts, bearer=access_token
    )
    if status != 200:
        raise AnswerRefused(f"userinfo, status {status}")
    try:
        info = _UserInfo.model_validate({name: answer.get(name) for name in ("sub", *asked)})
    except ValidationError as error:
        names = sorted({str(fault["loc"][0]) for fault in error.errors()})
        raise ClaimsRefused(f"missing or of a wrong form: {', '.join(names)}") from None
    if not hmac.compare_digest(info.sub.encode(errors="replace"), subject.encode(errors="replace")):
        raise SubjectWrong
    address = info.address.formatted if isinstance(info.address, _Address) else info.address
    found = PersonClaims(info.name or "", address or "", info.birthdate or "", info.gender or "")
    _claims_judge(found)
    return found


def _claims_judge(claims: PersonClaims) -> None:
    # A written address may have lines; the other three are one.
    for name in ("name", "birthdate", "gender"):
        if _CONTROL.search(getattr(claims, name)):
            raise ClaimsRefused(name)
    if _CONTROL.search(re.sub(r"\r?\n", "", claims.address)):
        raise ClaimsRefused("address")
    if claims.birthdate and not _is_birthdate(claims.birthdate):
        raise ClaimsRefused("birthdate")


def _is_birthdate(text: str) -> bool:
    year_withheld = len(text) == 10 and text.startswith("0000-")
    try:
        # Without a year, 29 February is a day like any other.
        PartialDate(f"2000{text[4:]}" if year_withheld else text)
    except PartialDateRefused:
        return False
    return True
