"""Opening a workbook that somebody sends: is it an .xlsx at all, and is it safe to unpack?"""

from __future__ import annotations

import io
import warnings
import zipfile
from dataclasses import dataclass

from django.utils.translation import gettext
from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook

LARGEST_FILE = 5 * 1024 * 1024
LARGEST_UNPACKED = 40 * 1024 * 1024
MOST_PARTS = 500
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class WorkbookRefused(Exception):
    """The file cannot be opened: what is wrong with it, and what to do."""

    def __init__(self, reason: str, do: str) -> None:
        self.reason, self.do = reason, do
        super().__init__(gettext("%(reason)s%(do)s") % {"reason": reason, "do": do})


@dataclass(frozen=True, slots=True)
class Opened:
    """A workbook twice: its cells as typed (formulas stay formulas), and as Excel computed them last."""

    typed: Workbook
    computed: Workbook


def workbook_open(content: bytes, *, instead: str = "") -> Opened:
    """
    Open a workbook.

    :param instead: what to do when it is no Excel file, where the place knows better than "choose an .xlsx".
    :raises WorkbookRefused: empty, too large, not .xlsx, locked with a password, with macros, a bomb, or broken.
    """
    _content_check(content, instead)
    return Opened(_cells_load(content), _cells_load(content, computed=True))


def typed_open(content: bytes, *, instead: str = "") -> Workbook:
    """Open a workbook for its cells as typed and nothing else, in half the time; as ``workbook_open``."""
    _content_check(content, instead)
    return _cells_load(content)


def _content_check(content: bytes, instead: str) -> None:
    if not content:
        raise WorkbookRefused(gettext("ファイルが空です。"), gettext("もう一度選んでください。"))
    if len(content) > LARGEST_FILE:
        raise WorkbookRefused(
            gettext("ファイルが大きすぎます（上限%(limit)dMB）。") % {"limit": LARGEST_FILE // 1024 // 1024},
            gettext("画像や、使っていないシートを消してください。"),
        )
    if content.startswith(_OLE):
        raise _ole_refused(content)
    _parts_check(content, instead)


def _cells_load(content: bytes, *, computed: bool = False) -> Workbook:
    try:
        with warnings.catch_warnings():
            # What openpyxl cannot show (a chart, an extension) does not matter to the cells.
            warnings.simplefilter("ignore")
            return load_workbook(io.BytesIO(content), keep_links=False, data_only=computed)
    except Exception as error:
        # openpyxl raises whatever a broken part makes its parser raise.
        raise WorkbookRefused(
            gettext("ファイルが壊れていて開けません。"), gettext("Excelで開き、保存し直してください。")
        ) from error


def _ole_refused(content: bytes) -> WorkbookRefused:
    if _ENCRYPTED in content:
        return _locked()
    return WorkbookRefused(
        gettext("古い形式（.xls）のファイルです。"), gettext("Excelで「.xlsx」の形式で保存し直してください。")
    )


def _locked() -> WorkbookRefused:
    return WorkbookRefused(
        gettext("パスワードが付いています。"), gettext("Excelでパスワードを外し、保存し直してください。")
    )


def _not_excel(instead: str) -> WorkbookRefused:
    return WorkbookRefused(
        gettext("Excelのファイル（.xlsx）ではありません。"),
        instead or gettext("「.xlsx」のファイルを選んでください。"),
    )


def _parts_check(content: bytes, instead: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            _names_check(parts, instead)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and _has_entities(packed, part):
                    raise _not_excel(instead)
    except WorkbookRefused:
        raise
    except Exception as error:
        # A broken archive may fail in any of the unpacking libraries.
        raise _not_excel(instead) from error


def _names_check(parts: list[zipfile.ZipInfo], instead: str) -> None:
    names = {part.filename for part in parts}
    if any(part.flag_bits & 0x1 for part in parts):
        raise _locked()
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        raise _not_excel(instead)
    # zipfile reads no more of a part than the directory says: the sizes told are the sizes unpacked.
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise WorkbookRefused(
            gettext("ファイルの中身が大きすぎます。"),
            gettext("使っていない行、列、シートを消してください。"),
        )
    if "xl/vbaProject.bin" in names:
        raise WorkbookRefused(
            gettext("マクロの入ったファイルです。"),
            gettext("Excelで「.xlsx」の形式で保存し直してください。"),
        )


def _has_entities(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """No Excel writes a document type; whoever does wants its entities unfolded."""
    with packed.open(part) as stream:
        head = stream.read(4096)
    return b"<!DOCTYPE" in head.replace(b"\0", b"").upper()
