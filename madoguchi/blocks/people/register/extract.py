"""
One record of the extract, and the checks that see the file as a whole.

The targets that a layout for residents must have are the fields of ``Resident``; which columns of which system
they come from is declared (``layout``), so that another core system needs another declaration and no code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from madoguchi.kernel.declarations import Published, published_all
from madoguchi.kernel.layouts import FileRead, FileRefused, Problem
from madoguchi.kernel.layouts.reading import STANDARD_LETTERS
from madoguchi.kit.characters import WrittenText, WrittenTextRefused

HEAD = "世帯主"


class Resident(NamedTuple):
    """
    One person as the core system knows him.

    Days are ISO text, "" where there is none; ``born`` and ``died`` may be known in part. ``changed_on`` is the day
    of the last change (異動日). ``name_codes`` are the 行政事務標準文字 of the name's letters, with blanks between and "-"
    where there is none (``kit.characters``). ``gone`` marks a record of a difference file that was made by mistake.
    """

    number: str
    household: str
    name: str
    kana: str
    name_codes: str
    former_name: str
    alias: str
    alias_kana: str
    born: str
    sex: str
    relation: str
    address: str
    postcode: str
    address_since: str
    resident_since: str
    began_by: str
    ended_on: str
    ended_by: str
    died: str
    changed_on: str
    protected_from: str
    # The last day that is protected: where a vendor means the day after, one day too many does no harm.
    protected_to: str
    gone: bool

    @property
    def is_resident(self) -> bool:
        """Whether the person lives here, as far as the file says."""
        return not self.ended_on and not self.gone


def residents_of(read: FileRead, *, full: bool) -> list[Resident]:
    """
    Give the records of a file that fit together.

    :param full: the file holds everybody, so that its households must be whole.
    :raises FileRefused: the layout lacks a field, or records contradict each other.
    """
    lacking = [name for name in Resident._fields if name not in read.targets]
    if lacking:
        raise FileRefused([Problem(0, "", f"様式に列がありません: {'、'.join(lacking)}")])
    order = [read.targets.index(name) for name in Resident._fields]
    residents = [Resident(*[row[place] for place in order]) for row in read.rows]  # type: ignore[arg-type]
    problems = [*_periods(residents), *_letters(residents)]
    if full:
        problems += _households(residents)
    if problems:
        raise FileRefused(problems[:200])
    return residents


def feed_layouts() -> list[Published]:
    """Give the published layouts that hold all that a resident register must say."""
    wanted = set(Resident._fields)
    return [
        one for one in published_all("layout") if wanted <= {column.target for column in one.model.columns}
    ]


def _periods(residents: Sequence[Resident]) -> Iterator[Problem]:
    for line, one in enumerate(residents, start=2):
        since = one.resident_since or one.address_since
        if not since:
            yield Problem(line, "", "住民となった日も住所を定めた日もありません。")
        elif one.ended_on and one.ended_on < since:
            yield Problem(
                line, "", f"住民でなくなった日（{one.ended_on}）が、住民となった日（{since}）より前です。"
            )
        elif one.ended_on and not one.ended_by:
            yield Problem(line, "", "住民でなくなった日はありますが、事由がありません。")
        if one.born and since and len(one.born) == 10 and since < one.born:
            yield Problem(line, "", f"住民となった日（{since}）が生年月日より前です。")
        if one.protected_to and not one.protected_from:
            yield Problem(line, "", "支援措置の終わりの日だけがあります。始まりの日も出力してください。")
        elif one.protected_to and one.protected_to < one.protected_from:
            text = f"支援措置の終わりの日（{one.protected_to}）が、始まりの日（{one.protected_from}）より前です。"
            yield Problem(line, "", text)


def _letters(residents: Sequence[Resident]) -> Iterator[Problem]:
    for line, one in enumerate(residents, start=2):
        if not one.name_codes and max(one.name) < chr(STANDARD_LETTERS):
            continue
        try:
            written = written_text(one.name, one.name_codes)
        except WrittenTextRefused as refused:
            yield Problem(line, "", str(refused))
            continue
        for place in written.uncoded:
            text = f"氏名の{place + 1}文字目は標準の文字にありません。行政事務標準文字のコードを付けて出力してください。"
            yield Problem(line, "", text)


def written_text(name: str, codes: str) -> WrittenText:
    """
    Put the codes of a file beside a name.

    :raises WrittenTextRefused: they are not codes, or not as many as letters.
    """
    return WrittenText(name, tuple(None if code == "-" else code for code in codes.split()))


def _households(residents: Sequence[Resident]) -> Iterator[Problem]:
    heads: dict[str, int] = {}
    members: dict[str, int] = {}
    for line, one in enumerate(residents, start=2):
        if not one.is_resident or not one.household:
            continue
        members.setdefault(one.household, line)
        if one.relation == HEAD:
            if one.household in heads:
                yield Problem(
                    line, "", f"世帯 {one.household} に世帯主が二人います（{heads[one.household]}行目）。"
                )
            heads[one.household] = line
    for household, line in members.items():
        if household not in heads:
            yield Problem(line, "", f"世帯 {household} に世帯主がいません。")
