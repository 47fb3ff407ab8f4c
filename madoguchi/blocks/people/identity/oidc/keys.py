"""Our signing keys for providers: one file each in a folder, the newest signs, all are published."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from pydantic import BaseModel, ConfigDict, ValidationError

from madoguchi.blocks.people.identity.oidc.types import ALGORITHMS, SigningKey
from madoguchi.kernel.keys import KeyRefused

PREFIX = "oidc-"


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    algorithm: str
    made_at: datetime
    jwk: dict[str, str | list[str]]


def key_make(*, folder: Path, now: datetime, algorithm: str = "RS256") -> SigningKey:
    """
    Make a key and write it, owner-readable only; keys that are there stay.

    :param folder: the ``keys`` folder of the installation, so that the key goes into its backup.
    :param algorithm: one of ``ALGORITHMS``: EC P-256 for ES256, else RSA with 2,048 bits.
    :raises KeyRefused: it cannot be written.
    """
    if algorithm not in ALGORITHMS:
        raise ValueError(f"algorithm is one of {ALGORITHMS}")
    jwk = ECKey.generate_key("P-256") if algorithm == "ES256" else RSAKey.generate_key(2048)
    made = SigningKey(jwk.thumbprint(), algorithm, now.astimezone(UTC), jwk)
    body = _File(algorithm=algorithm, made_at=made.made_at, jwk=jwk.as_dict(private=True))
    path = _path(folder, made.kid)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, body.model_dump_json() + "\n")
    except OSError as error:
        raise KeyRefused(f"cannot make the key {path}: {error}") from error
    return made


def keys_read(folder: Path) -> tuple[SigningKey, ...]:
    """
    Read all keys, the newest first.

    :raises KeyRefused: a file cannot be read or is damaged; the text says what to do.
    """
    keys = [_read(path) for path in sorted(folder.glob(f"{PREFIX}*.key"))]
    return tuple(sorted(keys, key=lambda key: key.made_at, reverse=True))


def key_retire(*, folder: Path, kid: str, lead: timedelta, now: datetime) -> None:
    """
    Delete an older key, once its successor has been signing for longer than any assertion lives.

    :param lead: the provider's ``key_lead``.
    :raises KeyRefused: it is not there, or is still needed.
    """
    keys = keys_read(folder)
    old = next((key for key in keys if key.kid == kid), None)
    if old is None:
        raise KeyRefused(f"there is no key {kid}")
    if not any(key.made_at > old.made_at and key.made_at + lead * 2 < now for key in keys):
        raise KeyRefused(
            f"the key {kid} is still needed: make a newer one and wait until it has signed for a while"
        )
    _path(folder, kid).unlink()


def jwks_public(keys: Iterable[SigningKey]) -> dict[str, list[dict[str, object]]]:
    """Give the public halves as a JWK Set (RFC 7517, 5), for the address that is registered with the provider."""
    return {
        "keys": [
            {**key.jwk.as_dict(private=False), "kid": key.kid, "use": "sig", "alg": key.algorithm}
            for key in keys
        ]
    }


def _path(folder: Path, kid: str) -> Path:
    return folder / f"{PREFIX}{kid}.key"


def _read(path: Path) -> SigningKey:
    try:
        body = _File.model_validate_json(path.read_bytes())
        jwk = (ECKey if body.algorithm == "ES256" else RSAKey).import_key(dict(body.jwk))
        if (
            body.algorithm not in ALGORITHMS
            or not jwk.is_private
            or _path(path.parent, jwk.thumbprint()) != path
        ):
            raise ValueError("not the key that its name says")
    except (OSError, ValueError, TypeError, KeyError, ValidationError, JoseError):
        # What the libraries say may quote the key.
        raise KeyRefused(
            f"the key {path} cannot be read or is damaged. Put the file back from your key backup."
        ) from None
    return SigningKey(jwk.thumbprint(), body.algorithm, body.made_at, jwk)


def _write(path: Path, text: str) -> None:
    """Let the file appear whole or not at all."""
    draft = path.with_suffix(f".{secrets.token_hex(4)}.new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
