"""The files of a year as the public gets them: made once, kept until an action changes a plan."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.measures.document import STAMP, plan_of
from madoguchi.blocks.measures.lines import is_kept
from madoguchi.blocks.measures.models import Edition
from madoguchi.blocks.measures.outputs import report_file, report_public
from madoguchi.blocks.measures.types import Report
from madoguchi.kernel.stamps import StampedMany

DOWNLOADS = {
    "xlsx": _("Excel（印刷用の一覧表とデータ）"),
    "pdf": _("PDF（印刷用の一覧表）"),
    "csv": _("CSV（データ）"),
    "json": _("JSON（プログラム用のデータ）"),
}
# A file is 20 kB to 3 MB; four kinds of a few plans in a few years.
_files: StampedMany[tuple[int, int, str], bytes] = StampedMany(STAMP, most=24)


def download_links(edition: Edition, year: int) -> list[tuple[str, str]]:
    """Give label and address of each file of a year; none for an edition that is not published."""
    if not edition.frozen:
        return []
    return [
        (str(label), f"{reverse('plan:report', args=[edition.key, kind])}?year={year}")
        for kind, label in DOWNLOADS.items()
    ]


def download_made(edition: Edition, report: Report, kind: str) -> bytes:
    """
    Give a file of a year with what the public may see.

    :param report: read in Japanese.
    :raises FontMissing: a PDF is asked for, and there is no Japanese font.
    """

    def make() -> bytes:
        return report_file(report_public(report), plan_of(edition), kind)

    if not all(is_kept(line) for line in report.items):
        return make()
    return _files.get((edition.pk, report.year, kind), make)
