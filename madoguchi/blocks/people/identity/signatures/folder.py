"""The service that the program brings: revocation lists in a folder, which the city's own job keeps fresh."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from asn1crypto import crl, pem
from django.utils.translation import gettext as _

from madoguchi.blocks.people.identity.signatures.types import (
    ValidityAnswer,
    ValidityAsked,
    ValidityUnreachable,
)
from madoguchi.kernel.health import Health

ENDINGS: Final = (".crl", ".pem")


class FolderService:
    """Answers with all lists in a folder (``*.crl``, ``*.pem``; DER or PEM); whose they are, the check finds out."""

    name = "folder"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def answer(self, asked: ValidityAsked, *, now: datetime) -> ValidityAnswer:  # noqa: ARG002
        """
        Give the lists.

        :raises ValidityUnreachable: the folder holds none.
        """
        try:
            lists = tuple(file.read_bytes() for file in self._files())
        except OSError as error:
            raise ValidityUnreachable(f"{self._folder.name}: {error.strerror}") from error
        if not lists:
            raise ValidityUnreachable(f"{self._folder.name}: no list")
        return ValidityAnswer(crls=lists)

    def check(self, *, now: datetime) -> Health:
        """Say whether the lists can be read and are fresh."""
        remedy = _(
            "認証局の失効リストを、データのフォルダーの revocation に置く仕組みを確かめてください。"
            "それまで、電子署名は「失効を確かめられない」となります。"
        )
        files = self._files()
        if not files:
            return Health("warn", _("失効リストがありません。"), remedy)
        for file in files:
            stat = file.stat()
            until = _next_update(file, stat.st_mtime_ns, stat.st_size)
            if until is None:
                return Health(
                    "warn", _("読めない失効リストがあります：%(file)s") % {"file": file.name}, remedy
                )
            if until < now:
                return Health(
                    "warn", _("失効リストが古くなっています：%(file)s") % {"file": file.name}, remedy
                )
        return Health("ok", _("失効リストは新しいものです。"))

    def _files(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return sorted(file for file in self._folder.iterdir() if file.suffix.lower() in ENDINGS)


@lru_cache(maxsize=256)
def _next_update(file: Path, _changed_ns: int, _size: int) -> datetime | None:
    """When the next list is due, of the file as it is; None where it cannot be read."""
    try:
        written = file.read_bytes()
        der = pem.unarmor(written)[2] if pem.detect(written) else written
        head: Any = crl.CertificateList.load(der, strict=True)["tbs_cert_list"]
        due = head["next_update"].native or head["this_update"].native + timedelta(days=1)
    except Exception:
        # The library has many words for it; see envelope_read.
        return None
    return due.astimezone(UTC) if due.tzinfo else None
