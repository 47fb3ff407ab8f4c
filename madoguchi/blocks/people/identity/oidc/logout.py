"""Signing out: at the provider when our citizen does, and here when the provider says so."""

from __future__ import annotations

from datetime import UTC, datetime

from authlib.common.urls import add_params_to_uri
from joserfc.jwt import JWTClaimsRegistry
from pydantic import ValidationError

from madoguchi.blocks.people.identity.oidc.discovery import ProviderMemory
from madoguchi.blocks.people.identity.oidc.failures import LogoutTokenRefused, TokenAudienceWrong
from madoguchi.blocks.people.identity.oidc.tokens import (
    LEEWAY_SECONDS,
    SignedClaims,
    Text,
    claims_demanded,
    facts_named,
    token_open,
)
from madoguchi.blocks.people.identity.oidc.types import LogoutNotice, Provider

EVENT = "http://schemas.openid.net/event/backchannel-logout"


def logout_url(
    *, provider: Provider, memory: ProviderMemory, state: str, now: datetime, ui_locales: str = ""
) -> str | None:
    """
    Give the address that ends the citizen's session at the provider (RP-Initiated Logout 1.0, 2).

    We keep no ID token, so none is sent as a hint: keeping one for every session only to sign out would be
    keeping proof of identity without need. The provider knows us by ``client_id`` and may ask the citizen to
    confirm. Our own session is ended first, whatever happens over there.

    :param state: comes back with the browser.
    :returns: None where the provider has no such address; ending our session is then all there is.
    :raises ProviderUnreachable: the provider does not answer.
    """
    metadata = memory.metadata(provider, now=now)
    if not metadata.end_session_endpoint:
        return None
    parameters = [
        ("client_id", provider.client_id),
        ("post_logout_redirect_uri", provider.post_logout_redirect_uri),
        ("state", state),
    ]
    if ui_locales:
        parameters.append(("ui_locales", ui_locales))
    url: str = add_params_to_uri(metadata.end_session_endpoint, parameters)
    return url


class _LogoutToken(SignedClaims):
    """A logout token (Back-Channel Logout 1.0, 2.4)."""

    jti: Text
    events: dict[str, object]
    sub: Text | None = None
    sid: Text | None = None


def logout_token_verify(
    token: str, *, provider: Provider, memory: ProviderMemory, now: datetime
) -> LogoutNotice:
    """
    Verify what the provider posted to our back channel (Back-Channel Logout 1.0, 2.6).

    :param token: the form's ``logout_token``.
    :raises LogoutTokenRefused: it is no logout token.
    :raises SignInFailed: its signature, issuer, audience or time is wrong, each with its own class.
    """
    _header, claims = token_open(token, kind="logout+jwt", provider=provider, memory=memory, now=now)
    # An ID token must never pass for one.
    if "nonce" in claims:
        raise LogoutTokenRefused("with nonce")
    try:
        known = _LogoutToken.model_validate(claims)
    except ValidationError as error:
        raise LogoutTokenRefused(f"{error.errors()[0]['loc'][0]} is missing or of a wrong form") from None
    if not isinstance(known.events.get(EVENT), dict):
        raise LogoutTokenRefused("without the event")
    if known.sub is None and known.sid is None:
        raise LogoutTokenRefused("without sub and sid")
    if isinstance(known.aud, list) and known.aud != [provider.client_id]:
        raise TokenAudienceWrong
    with facts_named():
        JWTClaimsRegistry(int(now.timestamp()), LEEWAY_SECONDS, **claims_demanded(provider)).validate(
            known.model_dump(exclude_none=True)
        )
    return LogoutNotice(
        issuer=known.iss,
        subject=known.sub or "",
        session=known.sid or "",
        token_id=known.jti,
        expires_at=datetime.fromtimestamp(known.exp, UTC),
    )
