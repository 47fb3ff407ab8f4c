"""What is refused of every spreadsheet that somebody sends, whoever reads its cells."""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from typing import Final

from django.utils.translation import gettext

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")


class SpreadsheetRefused(Exception):
    """A file of tables cannot be read, or a table not be written: what is wrong, and what to do."""

    def __init__(self, reason: str, do: str) -> None:
        self.reason, self.do = reason, do
        super().__init__(gettext("%(reason)s%(do)s") % {"reason": reason, "do": do})


def content_check(content: bytes, *, most: int, instead: str) -> None:
    """
    Look at a file before anything opens it.

    :param most: bytes, 1 MiB or more.
    :param instead: what to do with a file that is larger.
    :raises SpreadsheetRefused: empty, too large, of the form before .xlsx, or locked with a password.
    """
    if not content.strip(b"\0 \t\r\n"):
        raise SpreadsheetRefused(gettext("ファイルが空です。"), gettext("もう一度選んでください。"))
    if len(content) > most:
        raise SpreadsheetRefused(
            gettext("ファイルが大きすぎます（上限%(limit)dMB）。") % {"limit": max(1, most // 1024 // 1024)}, instead
        )  # fmt: skip
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise locked()
        raise SpreadsheetRefused(
            gettext("古い形式（.xls）のファイルです。"), gettext("Excelで「.xlsx」の形式で保存し直してください。")
        )  # fmt: skip


def parts_check(parts: Collection[zipfile.ZipInfo], *, most: int, most_bytes: int) -> None:
    """
    Look at what an .xlsx would unpack to.

    :param most: parts.
    :param most_bytes: of all parts; zipfile reads no more of one than the directory says.
    :raises SpreadsheetRefused: locked with a password, or more than that.
    """
    if any(part.flag_bits & 0x1 for part in parts):
        raise locked()
    if len(parts) > most or sum(part.file_size for part in parts) > most_bytes:
        raise SpreadsheetRefused(
            gettext("ファイルの中身が大きすぎます。"), gettext("使っていない行、列、シートを消してください。")
        )


def locked() -> SpreadsheetRefused:
    """Say that a file is locked with a password."""
    return SpreadsheetRefused(
        gettext("パスワードが付いています。"), gettext("Excelでパスワードを外し、保存し直してください。")
    )


def broken() -> SpreadsheetRefused:
    """Say that a file is broken."""
    return SpreadsheetRefused(
        gettext("ファイルが壊れていて開けません。"), gettext("Excelで開き、保存し直してください。")
    )


def no_excel(instead: str = "") -> SpreadsheetRefused:
    """
    Say that a file is no .xlsx.

    :param instead: what to do, where the place knows better than "choose one".
    """
    return SpreadsheetRefused(
        gettext("Excelのファイル（.xlsx）ではありません。"),
        instead or gettext("「.xlsx」のファイルを選んでください。"),
    )
