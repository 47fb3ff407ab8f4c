"""
Passkeys (WebAuthn Level 3), by Yubico's library: made with user verification, found without a user name.

What proves nothing new is never asked: no attestation, so the device's make stays its owner's business.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticatorData,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from madoguchi.blocks.people.models import Means, ResidentAccount


class PasskeyRefused(Exception):
    """What the device answered is not what was asked for; the text is for the log."""


def passkeys_offered(request: HttpRequest) -> bool:
    """Say whether passkeys work on this address: they belong to a domain name, never to a bare IP number."""
    try:
        ipaddress.ip_address(_domain(request).strip("[]"))
    except ValueError:
        return True
    return False


def registration_begin(
    request: HttpRequest, account: ResidentAccount
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the options for the browser, and the state to keep, for a new passkey of an account."""
    # The device shows this name; it says which account, and nothing of the person.
    user = PublicKeyCredentialUserEntity(
        id=account.key.encode(), name=account.key, display_name=f"{settings.SITE_NAME} {account.key}"
    )
    there = account.means.filter(kind=Means.Kind.PASSKEY, ended_at=None).values_list("subject", flat=True)
    options, state = _server(request).register_begin(
        user,
        [
            PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=websafe_decode(subject))
            for subject in there
        ],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options)["publicKey"], state


def registration_finish(request: HttpRequest, state: Mapping[str, Any], answer: str) -> tuple[str, str, int]:
    """
    Judge what the device answered; credential id, key as kept, and its counter.

    :raises PasskeyRefused: it does not fit.
    """
    try:
        data = _server(request).register_complete(dict(state), json.loads(answer))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PasskeyRefused(type(error).__name__) from error
    credential = data.credential_data
    if credential is None:
        raise PasskeyRefused("without a credential")
    return websafe_encode(credential.credential_id), websafe_encode(bytes(credential)), data.counter


def assertion_begin(request: HttpRequest) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the options for the browser, and the state to keep, for a sign-in by whichever passkey is there."""
    options, state = _server(request).authenticate_begin(
        None, user_verification=UserVerificationRequirement.REQUIRED
    )
    return dict(options)["publicKey"], state


def assertion_means(answer: str) -> Means | None:
    """Find the means that a device's answer names."""
    try:
        subject = json.loads(answer)["id"]
    except (ValueError, KeyError, TypeError):
        return None
    found = Means.objects.filter(kind=Means.Kind.PASSKEY, subject=str(subject)[:500], ended_at=None)
    return found.select_related("account").first()


def assertion_finish(request: HttpRequest, state: Mapping[str, Any], means: Means, answer: str) -> int:
    """
    Judge the answer of the device that holds a means; its counter.

    :raises PasskeyRefused: the signature, the origin or the question does not fit, or nobody unlocked the device.
    """
    try:
        given = json.loads(answer)
        credential = AttestedCredentialData(websafe_decode(means.secret))
        _server(request).authenticate_complete(dict(state), [credential], given)
        handle = given["response"].get("userHandle")
        counter = AuthenticatorData(websafe_decode(given["response"]["authenticatorData"])).counter
    except Exception as error:
        # The library raises what its parsers and the cryptography raise; whatever it is, nobody signs in.
        raise PasskeyRefused(type(error).__name__) from error
    if handle and websafe_decode(handle) != means.account.key.encode():
        raise PasskeyRefused("for another account")
    return counter


def _server(request: HttpRequest) -> Fido2Server:
    origin = f"{request.scheme}://{request.get_host()}"
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=_domain(request), name=settings.SITE_NAME),
        verify_origin=lambda told: told == origin,
    )


def _domain(request: HttpRequest) -> str:
    host = request.get_host()
    return host if host.startswith("[") and host.endswith("]") else host.rsplit(":", 1)[0]
