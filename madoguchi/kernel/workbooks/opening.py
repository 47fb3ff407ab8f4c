"""Opening a workbook that somebody sends: is it an .xlsx at all, and is it safe to unpack?"""

from __future__ import annotations

import io
import warnings
import zipfile
from dataclasses import dataclass

from django.utils.translation import gettext
from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook

from madoguchi.kernel.spreadsheets import SpreadsheetRefused, broken, content_check, no_excel, parts_check

LARGEST_FILE = 5 * 1024 * 1024
LARGEST_UNPACKED = 40 * 1024 * 1024
MOST_PARTS = 500


@dataclass(frozen=True, slots=True)
class Opened:
    """A workbook twice: its cells as typed (formulas stay formulas), and as Excel computed them last."""

    typed: Workbook
    computed: Workbook


def workbook_open(content: bytes, *, instead: str = "") -> Opened:
    """
    Open a workbook.

    :param instead: what to do when it is no Excel file, where the place knows better than "choose an .xlsx".
    :raises SpreadsheetRefused: empty, too large, not .xlsx, locked with a password, with macros, a bomb, or broken.
    """
    _content_check(content, instead)
    return Opened(_cells_load(content), _cells_load(content, computed=True))


def typed_open(content: bytes, *, instead: str = "") -> Workbook:
    """Open a workbook for its cells as typed and nothing else, in half the time; as ``workbook_open``."""
    _content_check(content, instead)
    return _cells_load(content)


def _content_check(content: bytes, instead: str) -> None:
    content_check(content, most=LARGEST_FILE, instead=gettext("画像や、使っていないシートを消してください。"))
    _parts_check(content, instead)


def _cells_load(content: bytes, *, computed: bool = False) -> Workbook:
    try:
        with warnings.catch_warnings():
            # What openpyxl cannot show (a chart, an extension) does not matter to the cells.
            warnings.simplefilter("ignore")
            return load_workbook(io.BytesIO(content), keep_links=False, data_only=computed)
    except Exception as error:
        # openpyxl raises whatever a broken part makes its parser raise.
        raise broken() from error


def _parts_check(content: bytes, instead: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            _names_check(parts, instead)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and _has_entities(packed, part):
                    raise no_excel(instead)
    except SpreadsheetRefused:
        raise
    except Exception as error:
        # A broken archive may fail in any of the unpacking libraries.
        raise no_excel(instead) from error


def _names_check(parts: list[zipfile.ZipInfo], instead: str) -> None:
    names = {part.filename for part in parts}
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        raise no_excel(instead)
    parts_check(parts, most=MOST_PARTS, most_bytes=LARGEST_UNPACKED)
    if "xl/vbaProject.bin" in names:
        raise SpreadsheetRefused(
            gettext("マクロの入ったファイルです。"),
            gettext("Excelで「.xlsx」の形式で保存し直してください。"),
        )


def _has_entities(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """No Excel writes a document type; whoever does wants its entities unfolded."""
    with packed.open(part) as stream:
        head = stream.read(4096)
    return b"<!DOCTYPE" in head.replace(b"\0", b"").upper()
