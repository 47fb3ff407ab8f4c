"""A report of reading to take away, in Japanese: the words of its rules, its rows, and the printed page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.models import ReadingFinding, ReadingReport
from madoguchi.kernel.typeset import typeset
from madoguchi.kit.wareki import wareki_format

TEMPLATE = Path(__file__).with_name("report.typ")
HEADINGS = ("きまり", "だれ", "対象", "件数", "ほかの人の中央値", "確かめた日", "確かめた人", "確かめた内容")


@dataclass(frozen=True, slots=True)
class RuleWords:
    """What a rule is called, and what it finds."""

    label: Any
    meaning: Any


RULE_WORDS: Mapping[str, RuleWords] = {
    "many_people": RuleWords(
        _("多くの人を見た"), _("同じ用務のほかの職員の中央値に比べて、とても多くの人を見た。")
    ),
    "outside_hours": RuleWords(_("勤務時間の外に見た"), _("夜・早朝・休日に見た。")),
    "same_name": RuleWords(
        _("自分と同じ姓の人を見た"), _("読みが自分と同じ姓の、何人もの人を見た。家族や親族かもしれない。")
    ),
    "same_person": RuleWords(
        _("同じ人を何度も見た"), _("一つの所属が、何の件かを書かずに、同じ人を何度も開いた。")
    ),
    "protected_people": RuleWords(
        _("支援措置の人を見た"), _("その月に支援措置があった人を見た。すべて確かめる。")
    ),
    "emergencies": RuleWords(_("緊急の閲覧"), _("緊急の閲覧を始めた。見た記録をすべて確かめる。")),
    "searches_in_vain": RuleWords(
        _("当たらない検索を続けた"), _("だれも見つからないか、多すぎて出せない検索を、何度も続けた。")
    ),
}


def printed_rows(findings: Sequence[ReadingFinding], names: Mapping[str, str]) -> Iterator[tuple[Any, ...]]:
    """
    Give the rows under ``HEADINGS``.

    :param names: of people, by how viewers name them.
    """
    with translation.override("ja"):
        for one in findings:
            judged_on = timezone.localtime(one.judged_at).date() if one.judged_at else None
            yield (
                str(RULE_WORDS[one.rule].label), names.get(one.staff) or one.office, one.about, one.count, one.usual,
                judged_on, names.get(one.judged_by, ""), one.judgement,
            )  # fmt: skip


def report_pdf(report: ReadingReport, rows: Sequence[tuple[Any, ...]]) -> bytes:
    """
    Typeset a report: A4 landscape.

    :raises FontMissing: there is no Japanese font.
    """
    year, month = report.month.split("-")
    with translation.override("ja"):
        data = {
            "title": f"{year}年{int(month)}月 住民の記録の閲覧の報告",
            "made": f"作成日 {wareki_format(timezone.localtime(report.made_at).date())}",
            "sentence": f"職員による閲覧 {report.reads:,}件、気になる閲覧 {len(rows):,}件。"
            "気になる閲覧は、直ちに不正な閲覧を意味しません。",
            "headings": HEADINGS,
            "rows": [["" if cell is None else str(cell) for cell in row] for row in rows],
            "rules": [[str(words.label), str(words.meaning)] for words in RULE_WORDS.values()],
        }
    return typeset(TEMPLATE, data)
