"""Reading a certificate. What judges it (``paths``) takes a second to load; this does not."""

from __future__ import annotations

from typing import Any, Final

from asn1crypto import pem, x509
from cryptography.x509 import load_der_x509_certificate

_USED: Final = (
    "serial_number", "issuer", "subject", "public_key", "not_valid_before", "not_valid_after", "self_signed",
    "key_usage_value", "extended_key_usage_value", "basic_constraints_value", "critical_extensions", "ocsp_urls",
)  # fmt: skip


class CertificateUnreadable(Exception):
    """A certificate that the city trusts cannot be read."""


def certificate_read(written: bytes) -> Any:
    """
    Read one certificate, DER or PEM.

    :raises CertificateUnreadable: it is none.
    """
    try:
        _label, _headers, der = pem.unarmor(written) if pem.detect(written) else ("", {}, written)
        # Two readers: the first refuses what is odd, so that the second, which the paths need, meets nothing odd.
        list(load_der_x509_certificate(der).extensions)
        certificate = x509.Certificate.load(der, strict=True)
        for name in _USED:
            getattr(certificate, name)
    except Exception as error:
        # The libraries have many words for it; see envelope_read.
        raise CertificateUnreadable from error
    return certificate
