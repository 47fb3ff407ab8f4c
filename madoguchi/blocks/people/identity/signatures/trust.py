"""
Whom the city trusts: certificates of authorities in its folder, and whom it asks whether one still holds.

``trust/`` of the city's folder holds the certificates (``*.pem``, ``*.crt``, ``*.cer``; PEM, several in one file, or
DER). The program ships none. ``bindings.yaml`` may say::

    signatures:
      service: folder           # whom to ask; the only one the program brings
      nonce_required: false
      document_mib: 20
      signature_mib: 1
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from asn1crypto import pem
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from madoguchi.blocks.people.identity.signatures.certificates import CertificateUnreadable, certificate_read
from madoguchi.blocks.people.identity.signatures.folder import FolderService
from madoguchi.blocks.people.identity.signatures.types import Trust, ValidityService
from madoguchi.kernel.health import Health
from madoguchi.kit.registry import Registry

ENDINGS: Final = (".pem", ".crt", ".cer")
SOON: Final = timedelta(days=90)
"""Long enough to get the next certificate from the authority and to compare its fingerprint."""

validity_services: Registry[Callable[[], ValidityService]] = Registry("validity service")
"""Makers by the name that the city writes into its bindings."""


@validity_services.registered("folder")
def folder_service() -> ValidityService:
    """Make the one that the program brings: lists which the city's own job puts into ``revocation/``."""
    return FolderService(Path(settings.DATA_DIR) / "revocation")


def trust_of_city() -> Trust:
    """
    Read whom the city trusts; without roots where it has named nobody.

    :raises CertificateUnreadable: a file in ``trust/`` holds no certificate; the text names it.
    :raises NotRegistered: the bindings name a service that is not there.
    """
    bound = _bound()
    roots: list[bytes] = []
    intermediates: list[bytes] = []
    for certificate in _certificates(trust_folder()):
        shelf = roots if certificate.self_signed != "no" else intermediates
        shelf.append(certificate.dump())
    service = validity_services[str(bound.get("service", "folder"))]()
    trust = Trust(roots=tuple(roots), intermediates=tuple(intermediates), service=service)
    return replace(
        trust,
        nonce_required=bool(bound.get("nonce_required", trust.nonce_required)),
        document_mib=int(bound.get("document_mib", trust.document_mib)),
        signature_mib=int(bound.get("signature_mib", trust.signature_mib)),
    )


def trust_folder() -> Path:
    """Where the certificates lie."""
    return Path(settings.CITY_DIR) / "trust"


def trust_check(*, now: datetime) -> Health:
    """Say whether the certificates of the city's authorities are there, readable and in time; then ask the service."""
    folder = trust_folder()
    if not folder.is_dir():
        return Health("ok", _("使っていません。"))
    try:
        trust = trust_of_city()
    except CertificateUnreadable as unreadable:
        return Health(
            "bad",
            _("認証局の証明書を読めません：%(file)s") % {"file": unreadable},
            _("市のフォルダーの trust に、認証局が公開している証明書（PEM）を置き直してください。"),
        )
    ends = [certificate_read(root).not_valid_after for root in trust.roots]
    holding = [end for end in ends if end > now]
    remedy = _("認証局の新しい証明書を、指紋を照らし合わせてから、市のフォルダーの trust に置いてください。")
    if not ends:
        return Health("bad", _("認証局の証明書が1枚もありません。電子署名を確かめられません。"), remedy)
    if not holding:
        return Health("bad", _("認証局の証明書が、どれも期限切れです。電子署名を確かめられません。"), remedy)
    if max(holding) - now < SOON:
        day = {"day": f"{max(holding):%Y-%m-%d}"}
        return Health("warn", _("認証局の証明書の期限が%(day)sに切れます。") % day, remedy)
    said = trust.service.check(now=now) if trust.service is not None else None
    if said is not None and said.state != "ok":
        return said
    count = len(holding)
    return Health(
        "ok",
        ngettext(
            "%(count)d枚の認証局の証明書を信頼します。", "%(count)d枚の認証局の証明書を信頼します。", count
        )
        % {"count": count},
    )


def _bound() -> Mapping[str, Any]:
    bound = settings.ENVIRONMENT.site.values.get("signatures")
    return bound if isinstance(bound, Mapping) else {}


def _certificates(folder: Path) -> list[Any]:
    found: dict[bytes, Any] = {}
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    for file in files:
        if file.suffix.lower() not in ENDINGS:
            continue
        try:
            written = file.read_bytes()
            parts = (
                [der for _label, _head, der in pem.unarmor(written, multiple=True)]
                if pem.detect(written)
                else [written]
            )
            for part in parts:
                found[part] = certificate_read(part)
        except (OSError, ValueError, CertificateUnreadable) as error:
            raise CertificateUnreadable(file.name) from error
    return list(found.values())
