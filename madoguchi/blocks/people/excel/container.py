"""Opening a file that somebody sends: is it an .xlsx at all, and is it safe to unpack?"""

from __future__ import annotations

import io
import warnings
import zipfile

from django.utils.translation import gettext
from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook

LARGEST_FILE = 5 * 1024 * 1024
LARGEST_UNPACKED = 40 * 1024 * 1024
MOST_PARTS = 500
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class WorkbookRefused(Exception):
    """The file cannot be opened; the text says what to do."""


def workbook_open(content: bytes) -> Workbook:
    """
    Open a workbook.

    :raises WorkbookRefused: too large, not .xlsx, locked with a password, a bomb, or broken.
    """
    if not content:
        raise WorkbookRefused(gettext("ファイルが空です。もう一度選んでください。"))
    if len(content) > LARGEST_FILE:
        raise WorkbookRefused(
            gettext("ファイルが大きすぎます（上限%(limit)dMB）。画像や使っていないシートを消してください。")
            % {"limit": LARGEST_FILE // 1024 // 1024}
        )
    if content.startswith(_OLE):
        raise WorkbookRefused(_ole_text(content))
    _parts_check(content)
    try:
        with warnings.catch_warnings():
            # What openpyxl cannot show (a chart, an extension) does not matter to the rows.
            warnings.simplefilter("ignore")
            return load_workbook(io.BytesIO(content), keep_links=False)
    except Exception as error:
        # openpyxl raises whatever a broken part makes its parser raise.
        raise WorkbookRefused(
            gettext(
                "ファイルが壊れていて開けません。Excelで開いて保存し直してから、もう一度読み込んでください。"
            )
        ) from error


def _ole_text(content: bytes) -> str:
    if _ENCRYPTED in content:
        return gettext("パスワードが付いています。Excelでパスワードを外して保存し直してください。")
    return gettext("古い形式（.xls）です。Excelで「.xlsx」形式を選んで保存し直してください。")


def _parts_check(content: bytes) -> None:
    not_excel = gettext("Excelのファイル（.xlsx）ではありません。ダウンロードした組織表を使ってください。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            names = {part.filename for part in parts}
            if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
                raise WorkbookRefused(not_excel)
            # zipfile reads no more of a part than the directory says: the sizes told are the sizes unpacked.
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise WorkbookRefused(
                    gettext("ファイルの中身が大きすぎます。使っていない行・列・シートを削除してください。")
                )
            if any(part.flag_bits & 0x1 for part in parts):
                raise WorkbookRefused(
                    gettext("パスワードが付いています。Excelでパスワードを外して保存し直してください。")
                )
            if "xl/vbaProject.bin" in names:
                raise WorkbookRefused(
                    gettext("マクロの入ったファイルは読み込めません。「.xlsx」形式で保存し直してください。")
                )
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and _has_entities(packed, part):
                    raise WorkbookRefused(not_excel)
    except WorkbookRefused:
        raise
    except Exception as error:
        # A broken archive may fail in any of the unpacking libraries.
        raise WorkbookRefused(not_excel) from error


def _has_entities(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """No Excel writes a document type; whoever does wants its entities unfolded."""
    with packed.open(part) as stream:
        head = stream.read(4096)
    return b"<!DOCTYPE" in head.replace(b"\0", b"").upper()
