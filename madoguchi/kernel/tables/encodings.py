"""Telling in which encoding a text file is written; what cannot be told is refused, never guessed."""

from __future__ import annotations

import codecs
import re
from typing import Final

from django.utils.translation import gettext

from madoguchi.kernel.spreadsheets import SpreadsheetRefused

_PORTION: Final = 1024 * 1024
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Bytes that Windows never writes, but Python's cp932 takes for these characters.
_NOT_CP932: Final = re.compile("[\x80\xa0\uf8f0-\uf8f3]")
_CANDIDATES: Final = ("utf-8", "cp932", "euc_jp")
_DOUBTED: Final = 256 * 1024
_VOICED: Final = re.compile("(?<![ｳｶ-ﾄﾊ-ﾎ])ﾞ|(?<![ﾊ-ﾎ])ﾟ")
_ORDINARY: Final = re.compile("[ぁ-んァ-ヶー、。「」・（）　々〇０-９Ａ-Ｚａ-ｚ]")
_HALF_KANA: Final = re.compile("[｡-ﾟ]")
_WIDE_HEAD: Final = 64 * 1024
_STRUCTURE: Final = re.compile("[\r\n\t,;]")
_OTHER: Final = re.compile("[^\x00-\x7f]")


def encoding_tell(content: bytes) -> str:
    """
    Tell the encoding of a text, as Python names it: utf-8, utf-8-sig, utf-16-le, cp932, euc_jp, iso2022_jp.

    :raises SpreadsheetRefused: none fits, or two do and say different things.
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            _whole_check(content, name)
            return name
    if wide := _wide(content):
        return wide
    if re.search(rb"\x1b\$[@B]", content) and _undecodable(content, "iso2022_jp") is None:
        return "iso2022_jp"
    ends = {name: _undecodable(content, name) for name in _CANDIDATES}
    fitting = [name for name in _CANDIDATES if ends[name] is None]
    if "utf-8" in fitting:
        return "utf-8"
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        return _of_two(content)
    if _undecodable(content, "euc_jis_2004") is None:
        # EUC with the circled figures and ㈱ that euc_jp lacks.
        return "euc_jis_2004"
    # The encoding that got furthest is the one in which a single letter is broken.
    best, place = max(
        ((name, end) for name, end in ends.items() if end is not None), key=lambda pair: pair[1]
    )
    raise _refused(content, best, place)


def _wide(content: bytes) -> str:
    """Tell UTF-16 without a mark: read from the wrong side, it has neither lines nor delimiters."""
    head = content[:_WIDE_HEAD]
    if len(content) % 2 or b"\0" not in head:
        return ""
    counts = {
        name: len(_STRUCTURE.findall(head.decode(name, "ignore"))) for name in ("utf-16-le", "utf-16-be")
    }
    name, other = sorted(counts, key=counts.__getitem__, reverse=True)
    told = counts[name] > 0 and counts[other] * 10 <= counts[name]
    return name if told and _undecodable(content, name) is None else ""


def _whole_check(content: bytes, name: str) -> None:
    place = _undecodable(content, name)
    if place is not None:
        raise _refused(content, name, place)


def _undecodable(content: bytes, name: str) -> int | None:
    """Give the first place that an encoding does not know, in portions so that no second copy is held."""
    decoder = codecs.getincrementaldecoder(name)()
    done = 0
    view = memoryview(content)
    while done < len(content):
        portion = bytes(view[done : done + _PORTION])
        kept = len(decoder.getstate()[0])
        try:
            text = decoder.decode(portion, done + len(portion) == len(content))
        except UnicodeDecodeError as error:
            return done - kept + error.start
        if name == "cp932" and (strange := _NOT_CP932.search(text)):
            return done - kept + len(text[: strange.start()].encode("cp932"))
        done += len(portion)
    return None


def undecodable(name: str) -> SpreadsheetRefused:
    """Refuse a text that is not in the encoding that somebody named."""
    return SpreadsheetRefused(
        gettext("文字コード %(name)s では読めません。") % {"name": name},
        gettext("文字コードを選び直してください。"),
    )


def _refused(content: bytes, name: str, place: int) -> SpreadsheetRefused:
    end = "\n".encode(name if name.startswith("utf-16") else "ascii")
    line = content.count(end, 0, place) + 1
    if place >= len(content) - 4:
        return SpreadsheetRefused(
            gettext("最後の文字が欠けています。ファイルが途中で切れています。"),
            gettext("もう一度出力するか、受け取り直してください。"),
        )
    return SpreadsheetRefused(
        gettext("文字コードが分かりません（%(line)d行目に読めない文字があります）。") % {"line": line},
        gettext("Excelで開いて「CSV UTF-8」または「.xlsx」の形式で保存し直してください。"),
    )


def _of_two(content: bytes) -> str:
    """
    Choose between CP932 and EUC-JP where the bytes are allowed in both.

    Half-width katakana of the one are kanji of the other; so only what nearly every Japanese text has, kana and
    signs in full width, and the grammar of the half-width marks count.
    """
    shift, extended = (content[:_DOUBTED].decode(name, "ignore") for name in ("cp932", "euc_jp"))
    rest = _HALF_KANA.sub("", shift)
    if not _OTHER.search(rest) and not _VOICED.search(shift) and not re.search("[｡｢｣､･]", shift):
        kana = len(_ORDINARY.findall(extended))
        if kana * 2 < len(_OTHER.findall(extended)):
            return "cp932"
    shares = [len(_ORDINARY.findall(text)) / max(1, len(_OTHER.findall(text))) for text in (shift, extended)]
    if abs(shares[0] - shares[1]) < 0.1:
        raise SpreadsheetRefused(
            gettext("文字コードがシフトJISかEUCか、決められません。"),
            gettext("Excelで開いて「CSV UTF-8」または「.xlsx」の形式で保存し直してください。"),
        )
    return "cp932" if shares[0] > shares[1] else "euc_jp"
