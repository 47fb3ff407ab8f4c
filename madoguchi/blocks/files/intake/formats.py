"""
What a file is, by its first bytes. This only says who is to read it; the reader of the kind proves it to the end.

A list of our own, because it is short: what is taken is read in full by a library of its kind, and what is refused needs a
word, not a certainty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.files.types import FileKind

HEAD_BYTES: Final = 2048


@dataclass(frozen=True, slots=True)
class Format:
    """A format that is taken; ``extensions`` begins with the one to recommend."""

    kind: FileKind
    label: Any
    media_type: str
    extensions: tuple[str, ...]


FORMATS: Final[dict[str, Format]] = {
    "jpeg": Format("image", _("JPEGの画像"), "image/jpeg", ("jpg", "jpeg", "jpe", "jfif")),
    "png": Format("image", _("PNGの画像"), "image/png", ("png",)),
    "webp": Format("image", _("WebPの画像"), "image/webp", ("webp",)),
    "pdf": Format("pdf", _("PDF"), "application/pdf", ("pdf",)),
    "docx": Format("office", _("Wordの文書"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",)),
    "xlsx": Format("office", _("Excelのブック"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",)),
    "pptx": Format("office", _("PowerPointの資料"), "application/vnd.openxmlformats-officedocument.presentationml.presentation", ("pptx",)),
    "text": Format("text", _("文字だけのファイル"), "text/plain", ("txt", "csv", "tsv")),
}  # fmt: skip
TEXT_TYPES: Final = {"csv": "text/csv", "tsv": "text/tab-separated-values"}

# What is taken, and has to prove itself further on: an archive may be an office document.
_KNOWN: Final = ((b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"PK\x03\x04", "zip"))
_REFUSED: Final[tuple[tuple[bytes, Any], ...]] = (
    (b"MZ", _("プログラム（Windowsの実行ファイル）")),
    (b"\x7fELF", _("プログラム（Linuxの実行ファイル）")),
    (b"\xcf\xfa\xed\xfe", _("プログラム（Macの実行ファイル）")),
    (b"\xce\xfa\xed\xfe", _("プログラム（Macの実行ファイル）")),
    (b"\xca\xfe\xba\xbe", _("プログラム（MacかJavaの実行ファイル）")),
    (b"#!", _("プログラム（スクリプト）")),
    (b"L\x00\x00\x00\x01\x14\x02\x00", _("ショートカット")),
    (b"PK\x05\x06", _("空の圧縮ファイル")),
    (b"Rar!\x1a\x07", _("圧縮ファイル（RAR）")),
    (b"7z\xbc\xaf\x27\x1c", _("圧縮ファイル（7z）")),
    (b"\x1f\x8b", _("圧縮ファイル（gzip）")),
    (b"BZh", _("圧縮ファイル（bzip2）")),
    (b"\xfd7zXZ\x00", _("圧縮ファイル（xz）")),
    (b"MSCF", _("圧縮ファイル（CAB）")),
    (b"GIF8", _("GIFの画像")),
    (b"BM", _("BMPの画像")),
    (b"II*\x00", _("TIFFの画像")),
    (b"MM\x00*", _("TIFFの画像")),
    (b"{\\rtf", _("リッチテキスト（.rtf）")),
    (b"\x00\x01\x00\x00", _("フォント")),
    (b"OggS", _("音声か動画")),
    (b"ID3", _("音声")),
)
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
UNKNOWN: Final = _("この種類のファイル")
ARCHIVE: Final = _("圧縮ファイル（ZIP）")


def head_read(head: bytes) -> tuple[str, Any]:
    """
    Say what a file begins like: (reader, what it is in words).

    :returns: reader ``jpeg``, ``png``, ``webp``, ``pdf``, ``zip``, ``ole``, ``text``, or "" for what nobody reads.
    """
    for mark, name in _KNOWN:
        if head.startswith(mark):
            return name, FORMATS[name].label if name in FORMATS else ARCHIVE
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp", FORMATS["webp"].label
    # Some printers put a mark or blank lines before it; whatever else stands before it makes it something else.
    if head.lstrip(b"\xef\xbb\xbf\x00\t\n\x0c\r ").startswith(b"%PDF-"):
        return "pdf", FORMATS["pdf"].label
    if head.startswith(OLE):
        return "ole", _("古い形式のOfficeファイル")
    if head[4:8] == b"ftyp":
        photo = head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif")
        return "", _("HEIC・AVIFの画像") if photo else _("動画")
    label = next((label for mark, label in _REFUSED if head.startswith(mark)), None)
    # "BM" and "MZ" are also how a text may begin: two letters and no byte that a text lacks.
    if label is not None and (
        b"\0" in head or (len(head) > 2 and not _texty(head)) or head.startswith((b"#!", b"{\\rtf"))
    ):
        return "", label
    return ("text", FORMATS["text"].label) if _texty(head) else ("", UNKNOWN)


def _texty(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not any(byte < 9 or 13 < byte < 27 or 27 < byte < 32 or byte == 127 for byte in head)
