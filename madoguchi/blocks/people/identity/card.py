"""
The way in by card: the provider as the city has bound it, and what is kept between the two halves.

``bindings.yaml`` of the city::

    sign_in:
      card:
        issuer: https://auth.example.jp/realms/main
        client_id: RP00000001
        levels: [aal3]            # one of these has to be reached; left out: whatever the provider reaches
        scopes: [name, address, birthdate, gender]
        id_token_algorithms: [ES256]
        assertion_audience: issuer
        auth_time: true           # false only for a provider that does not say when it asked the person
        endpoints: {…}            # only for a provider without a discovery document

Without it the way is not offered. Keys lie in the installation's ``keys`` folder (``madoguchi identity key``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from madoguchi.blocks.people.identity.oidc import (
    Begun,
    PersonClaims,
    Provider,
    ProviderMemory,
    ProviderUnfit,
    Verified,
    keys_read,
    metadata_from,
    sign_in_begin,
    sign_in_finish,
)
from madoguchi.blocks.people.parties.matching import FourItems

SCOPES = ("name", "address", "birthdate", "gender")
MEMORY = ProviderMemory()
"""What this process knows of the provider."""
_OPTIONS = ("assertion_audience",)


@dataclass(frozen=True, slots=True)
class CardWay:
    """The provider as bound; ``origin`` of ours is known only on a request."""

    bound: Mapping[str, Any]

    @property
    def issuer(self) -> str:
        """The provider's name."""
        return str(self.bound.get("issuer", ""))

    @property
    def scopes(self) -> tuple[str, ...]:
        """What is asked of the person."""
        return tuple(str(scope) for scope in self.bound.get("scopes", SCOPES))

    @property
    def levels(self) -> tuple[str, ...]:
        """Levels of which one has to be reached."""
        return tuple(str(level) for level in self.bound.get("levels", ()))

    @property
    def tells_when(self) -> bool:
        """Whether the provider says when it asked the person."""
        return bool(self.bound.get("auth_time", True))

    def provider(self, request: HttpRequest) -> Provider:
        """
        Give the provider with our addresses, as the browser reached us.

        :raises ProviderUnfit: the binding cannot be used; the text tells the operator why.
        :raises KeyRefused: a key of ours cannot be read.
        """
        local = bool(self.bound.get("allow_local", False))
        options: dict[str, Any] = {name: self.bound[name] for name in _OPTIONS if name in self.bound}
        if algorithms := self.bound.get("id_token_algorithms"):
            options["id_token_algorithms"] = tuple(str(name) for name in algorithms)
        if endpoints := self.bound.get("endpoints"):
            if not isinstance(endpoints, Mapping):
                raise ProviderUnfit("sign_in.card.endpoints must be a mapping")
            document = {"issuer": self.issuer, **endpoints}
            options["metadata"] = metadata_from(document, issuer=self.issuer, allow_local=local)
        return Provider(
            issuer=self.issuer,
            client_id=str(self.bound.get("client_id", "")),
            redirect_uri=request.build_absolute_uri(reverse("me:card_back")),
            post_logout_redirect_uri=request.build_absolute_uri(reverse("me:signed_out")),
            keys=keys_read(keys_folder()),
            allow_local=local,
            **options,
        )


def keys_folder() -> Path:
    """Where our keys for the provider lie."""
    return Path(settings.DATA_DIR) / "keys"


def card_way() -> CardWay | None:
    """Give the provider that the city has bound; None where it has none."""
    sign_in = settings.ENVIRONMENT.site.values.get("sign_in")
    bound = sign_in.get("card") if isinstance(sign_in, Mapping) else None
    return CardWay(bound) if isinstance(bound, Mapping) and bound.get("issuer") else None


def card_begin(*, way: CardWay, request: HttpRequest, language: str, now: datetime) -> Begun:
    """
    Begin a sign-in at the provider. It is told to ask anew: on a shared terminal its own session is the last visitor's.

    ``prompt`` travels through the browser, where the next visitor might take it out; by the age that is demanded, what
    comes back is judged too.

    :raises SignInFailed: the provider is away, or unfit.
    """
    return sign_in_begin(
        provider=way.provider(request), memory=MEMORY, scopes=way.scopes, level=way.levels, prompt="login",
        max_age=0 if way.tells_when else None,
        ui_locales="en ja" if language == "en" else "ja", now=now,
    )  # fmt: skip


def card_finish(*, way: CardWay, request: HttpRequest, begun: Begun, now: datetime) -> Verified:
    """
    Finish it with what came back in the address.

    :raises SignInFailed: nobody is signed in.
    """
    return sign_in_finish(
        provider=way.provider(request),
        memory=MEMORY,
        begun=begun,
        parameters=dict(request.GET.lists()),
        now=now,
    )


def items_of(claims: PersonClaims) -> FourItems:
    """Give what the provider said of the person as the four items by which the register is asked."""
    return FourItems(name=claims.name, born=claims.birthdate, address=claims.address, sex=claims.gender)
