"""Reading a file by its layout: everything is checked before anything is given."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from madoguchi.kernel.actions import Refused
from madoguchi.kernel.layouts.kind import Column, Layout
from madoguchi.kit.check_characters import my_number_find
from madoguchi.kit.names import kana_normalise, name_normalise
from madoguchi.kit.partial_dates import partial_date_parse
from madoguchi.kit.refusals import Refused as TextRefused
from madoguchi.kit.variants import gaiji_find

MOST_PROBLEMS = 200
TRUE, FALSE = frozenset({"1", "あり", "有"}), frozenset({"0", "なし", "無"})
Value = str | int | bool
Row = Sequence[Value]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file; ``line`` 0 and no column for the file as a whole."""

    line: int
    column: str
    text: str

    def __str__(self) -> str:
        place = f"{self.line}行目" + (f"「{self.column}」" if self.column else "") if self.line else ""
        return f"{place}: {self.text}" if place else self.text


class FileRefused(Refused):
    """The file cannot be read as what it should be; ``problems`` say where and what to do."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(str(self.problems[0]))


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that was read whole: ``targets`` name the values of each row, in order."""

    targets: tuple[str, ...]
    rows: list[Row]

    def __len__(self) -> int:
        return len(self.rows)


def layout_read(layout: Layout, content: bytes, *, letters: Mapping[str, str] | None = None) -> FileRead:
    """
    Read a file.

    :param letters: what the sender's own letters (外字) stand for, by letter.
    :raises FileRefused: anything is wrong with it; nothing was given.
    """
    text = _decoded(layout, content)
    if letters:
        text = text.translate({ord(letter): meant for letter, meant in letters.items()})
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter, strict=True)
    problems: list[Problem] = []
    rows = list(_rows(layout, lines, problems))
    if problems:
        raise FileRefused(problems[:MOST_PROBLEMS])
    return FileRead(tuple(column.target for column in layout.columns), rows)


def _decoded(layout: Layout, content: bytes) -> str:
    limit = layout.largest_mib * 1024 * 1024
    if len(content) > limit:
        raise _whole(f"ファイルが大きすぎます（{layout.largest_mib} MiB まで）。分けて出力してください。")
    if not content.strip():
        raise _whole("ファイルが空です。出力をやり直してください。")
    codec = "utf-8-sig" if layout.encoding == "utf-8" else layout.encoding
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        if error.end >= len(content) - 1 and error.reason.startswith(("unexpected end", "incomplete")):
            raise _whole(
                "最後の文字が欠けています。ファイルが途中で切れています。もう一度受け取ってください。"
            ) from error
        line = content.count(b"\n", 0, error.start) + 1
        other = "cp932" if layout.encoding == "utf-8" else "utf-8"
        seems = f"（{other} のようです）" if _decodes(content, other) else ""
        raise FileRefused(
            [
                Problem(
                    line,
                    "",
                    f"文字コードが {layout.encoding} ではありません{seems}。出力の設定を確かめてください。",
                )
            ]
        ) from error


def _decodes(content: bytes, codec: str) -> bool:
    try:
        content.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _whole(text: str) -> FileRefused:
    return FileRefused([Problem(0, "", text)])


def _rows(layout: Layout, lines: Iterator[list[str]], problems: list[Problem]) -> Iterator[Row]:
    headings = [column.name for column in layout.columns]
    reads = [_reader(column) for column in layout.columns]
    places = {column.target: place for place, column in enumerate(layout.columns)}
    keys = [places[target] for target in layout.names]
    seen: dict[tuple[Value, ...], int] = {}
    sums = dict.fromkeys(layout.trailer.sums, 0)
    count, number, last = 0, 0, None
    for number, cells in _lines(lines, problems):
        if number == 1:
            if cells != headings:
                raise FileRefused([_headings(headings, cells)])
            continue
        if last is not None:
            problems.append(Problem(number, "", "件数の行のあとに行があります。出力をやり直してください。"))
            return
        if cells and cells[0] == layout.trailer.mark:
            last = cells
            continue
        if len(problems) >= MOST_PROBLEMS:
            return
        row = _row(layout, reads, cells, number, problems)
        count += 1
        if row is None:
            continue
        key = tuple(row[place] for place in keys)
        if key in seen:
            named = "・".join(str(part) for part in key)
            problems.append(Problem(number, "", f"{seen[key]}行目と同じ番号（{named}）の行です。"))
        seen[key] = number
        for target in sums:
            sums[target] += int(row[places[target]] or 0)
        yield row
    problems.extend(_trailer_problems(layout, last, number, count, sums, bool(problems)))


def _lines(lines: Iterator[list[str]], problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    number = 0
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error:
            problems.append(
                Problem(number + 1, "", '引用符（"）が閉じていません。途中で切れているか、壊れています。')
            )
            return
        number += 1
        if cells:
            yield number, cells


def _headings(wanted: Sequence[str], found: Sequence[str]) -> Problem:
    lacking = [name for name in wanted if name not in found]
    extra = [name for name in found if name not in wanted]
    words = []
    if lacking:
        words.append(f"ない列: {'、'.join(lacking[:5])}")
    if extra:
        words.append(f"余分な列: {'、'.join(extra[:5])}")
    said = "。".join(words) or "列の順番が違います"
    return Problem(1, "", f"見出しが様式と違います（{said}）。様式の版を確かめてください。")


def _row(
    layout: Layout,
    reads: Sequence[Callable[[str], Value]],
    cells: Sequence[str],
    number: int,
    problems: list[Problem],
) -> Row | None:
    if len(cells) != len(reads):
        problems.append(
            Problem(
                number,
                "",
                f"列の数が違います（{len(reads)}列のはずが{len(cells)}列）。途中で切れているかもしれません。",
            )
        )
        return None
    values: list[Value] = []
    for place, (read, cell) in enumerate(zip(reads, cells, strict=True)):
        try:
            values.append(read(cell))
        except (TextRefused, ValueError) as refused:
            problems.append(Problem(number, layout.columns[place].name, str(refused)))
            return None
    return values


def _trailer_problems(
    layout: Layout, last: Sequence[str] | None, line: int, count: int, sums: Mapping[str, int], known: bool
) -> Iterable[Problem]:
    if last is None:
        yield Problem(
            0,
            "",
            "最後の行（件数の行）がありません。ファイルが途中で切れています。もう一度受け取ってください。",
        )
        return
    wanted = [str(count), *(str(sums[target]) for target in layout.trailer.sums)]
    said = [cell.strip() for cell in last[1:]]
    if said[:1] != wanted[:1]:
        told = said[0] if said else ""
        yield Problem(
            line, "", f"件数が合いません（件数の行は{told}件、実際は{count}件）。もう一度受け取ってください。"
        )
    elif said[: len(wanted)] != wanted and not known:
        yield Problem(
            line, "", "合計が合いません。ファイルの中身が変わっています。もう一度受け取ってください。"
        )


# Cells


def _reader(column: Column) -> Callable[[str], Value]:
    """Make the function that reads a cell of a column."""
    pattern = re.compile(column.pattern) if column.pattern else None
    by_type = _BY_TYPE[column.type]
    codes = column.codes
    empty: Value = {"number": 0, "flag": False}.get(column.type, "")

    def read(cell: str) -> Value:
        text = cell.strip()
        if not text:
            if column.required:
                raise ValueError("空です。必ず要る列です。")
            return empty
        if len(text) > column.length:
            raise ValueError(f"長すぎます（{column.length}文字まで）。")
        if pattern and not pattern.fullmatch(text):
            raise ValueError(f"「{text}」は形が違います。")
        if codes is not None:
            if text not in codes:
                raise ValueError(f"「{text}」という符号は、様式にありません。")
            return codes[text]
        value = by_type(text)
        if value == "" and column.required and column.type == "day":
            raise ValueError(f"「{text}」は日がないことを表します。必ず要る列です。")
        return value

    return read


def _text(text: str) -> str:
    _letters_refuse(text)
    if my_number_find(text):
        raise ValueError("マイナンバーらしい12桁の番号があります。個人番号を含まない様式で出力してください。")
    return text


# Where 行政事務標準文字 puts the letters that it added; whoever reads names asks for their codes beside them.
STANDARD_LETTERS = 0x100000


def _name(text: str) -> str:
    _letters_refuse(text, below=STANDARD_LETTERS)
    return name_normalise(text)


# What senders write where a day is none: before all days, or after them.
NO_DAY = frozenset({"00000000", "99999999"})


def _day(text: str) -> str:
    plain = text.replace("-", "").replace("/", "")
    if plain in NO_DAY:
        return ""
    try:
        return (
            date(int(plain[:4]), int(plain[4:6]), int(plain[6:8])).isoformat()
            if len(plain) == 8
            else _no_day(text)
        )
    except ValueError:
        return _no_day(text)


def _no_day(text: str) -> str:
    raise ValueError(f"「{text}」という日はありません。年月日を8桁（例: 20260401）で出力してください。")


def _partial_day(text: str) -> str:
    if text in NO_DAY:
        return ""
    return partial_date_parse(text).iso


def _number(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise ValueError(f"「{text}」は数ではありません。")
    return int(text)


def _flag(text: str) -> bool:
    if text not in TRUE | FALSE:
        raise ValueError(f"「{text}」は 0 か 1 にしてください。")
    return text in TRUE


def _code(text: str) -> str:
    if my_number_find(text):
        raise ValueError("マイナンバーらしい12桁の番号があります。個人番号を含まない様式で出力してください。")
    return text


def _letters_refuse(text: str, *, below: int = sys.maxunicode + 1) -> None:
    if found := [one for one in gaiji_find(text) if ord(one.character) < below]:
        first = found[0]
        raise ValueError(
            f"{first.index + 1}文字目が、表にない外字（{first.code}）です。外字の対応表に加えてください。"
        )


_BY_TYPE: Mapping[str, Callable[[str], Value]] = {
    "text": _text,
    "name": _name,
    "kana": kana_normalise,
    "day": _day,
    "partial_day": _partial_day,
    "number": _number,
    "code": _code,
    "flag": _flag,
}
