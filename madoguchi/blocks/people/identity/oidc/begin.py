"""The first half: where the citizen's browser goes."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import datetime

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from madoguchi.blocks.people.identity.oidc.discovery import ProviderMemory
from madoguchi.blocks.people.identity.oidc.failures import ProviderUnfit
from madoguchi.blocks.people.identity.oidc.types import Begun, Provider

PROMPTS = ("none", "login", "consent", "select_account")
_WORD = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


def sign_in_begin(
    *,
    provider: Provider,
    memory: ProviderMemory,
    scopes: Sequence[str],
    now: datetime,
    level: Sequence[str] = (),
    max_age: int | None = None,
    prompt: str | None = None,
    ui_locales: str = "",
) -> Begun:
    """
    Begin a sign-in: authorization code with PKCE S256, state and nonce of 256 bits (Core 1.0, 3.1.2.1; RFC 7636).

    :param scopes: what is needed of the person, such as ``["name", "address"]``; ``openid`` comes by itself.
    :param level: levels (``acr_values``), one of which has to be reached; empty takes any.
    :param max_age: seconds since the person was last asked; 0 asks again now.
    :param prompt: one of ``PROMPTS``.
    :param ui_locales: languages for the provider's pages, such as ``"ja en"``.
    :raises ProviderUnreachable: the provider does not answer; nothing has begun.
    :raises ProviderUnfit: it cannot be used, or lacks a scope; the text tells the operator why.
    """
    metadata = memory.metadata(provider, now=now)
    scopes = tuple(dict.fromkeys(("openid", *scopes)))
    level = tuple(level)
    if not all(_WORD.fullmatch(word) for word in (*scopes, *level)):
        raise ValueError("scopes and levels are single words (RFC 6749, 3.3)")
    if prompt is not None and prompt not in PROMPTS:
        raise ValueError(f"prompt is one of {PROMPTS}")
    if max_age is not None and max_age < 0:
        raise ValueError("max_age is not negative")
    if lacking := set(scopes) - set(metadata.scopes_supported or scopes):
        raise ProviderUnfit(f"the provider does not offer {', '.join(sorted(lacking))}")
    state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    verifier = secrets.token_urlsafe(48)
    url = prepare_grant_uri(
        metadata.authorization_endpoint,
        provider.client_id,
        "code",
        redirect_uri=provider.redirect_uri,
        scope=" ".join(scopes),
        state=state,
        nonce=nonce,
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
        acr_values=" ".join(level) or None,
        max_age=None if max_age is None else str(max_age),
        prompt=prompt,
        ui_locales=ui_locales or None,
    )
    return Begun(provider.issuer, url, state, nonce, verifier, scopes, level, max_age, now)
