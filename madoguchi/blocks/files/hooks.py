"""What files do by themselves, and what they say about their own health."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from madoguchi.blocks.files.models import Content, StoredFile
from madoguchi.blocks.files.previews import previews_make
from madoguchi.blocks.files.scanning import ScannerAway, scanner_bound
from madoguchi.blocks.files.tasks import contents_scan
from madoguchi.blocks.files.types import Verdict
from madoguchi.blocks.files.verifying import portion_verify
from madoguchi.kernel.chores import chore
from madoguchi.kernel.clock import TOKYO, day_of
from madoguchi.kernel.health import Health, health_check
from madoguchi.kernel.rights import system_viewer

NIGHT_HOURS = range(1, 5)
ONCE_A_NIGHT = timedelta(hours=12)
WAITS_TOO_LONG = timedelta(minutes=30)


@chore("files.contents_scan", every=timedelta(minutes=1))
def scan(now: datetime) -> None:
    """Ask the scanner about what waits."""
    contents_scan(now=now)


@chore("files.previews_make", every=timedelta(minutes=10))
def make_previews(now: datetime) -> None:
    """Make previews that are lacking or were lost."""
    previews_make(now=now)


@chore("files.portion_verify", every=timedelta(minutes=30))
def verify_portion(now: datetime) -> None:
    """Prove a portion of the contents, once in a night, when nobody needs the disk."""
    if now.astimezone(TOKYO).hour not in NIGHT_HOURS:
        return
    if Content.objects.filter(verified_at__gt=now - ONCE_A_NIGHT).exists():
        # Another worker, or this one half an hour ago.
        return
    if Content.objects.filter(swept_at=None).exists():
        portion_verify(actor=system_viewer(on=day_of(now), duty="ファイルの確認"), now=now)


@health_check(
    "files_scanner",
    label=gettext_lazy("ファイルのウイルス検査"),
    meaning=gettext_lazy("受け取ったファイルを、ほかの人が開く前に検査しているかどうかです。"),
    order=150,
)
def scanner_there(now: datetime) -> Health:
    """Ask the scanner whether it is there, and count what waits for it."""
    waiting = Content.objects.filter(verdict=Verdict.WAITING, swept_at=None)
    count = waiting.count()
    words = ngettext("%(count)d件が検査を待っています。", "%(count)d件が検査を待っています。", count) % {
        "count": count
    }
    scanner = scanner_bound()
    remedy = _(
        "ClamAV を動かし、bindings.yaml に files: {clamav: ホスト:3310} を書いてください（docs/operations.md）。"
    )
    if scanner is None:
        unchecked = StoredFile.objects.filter(removed_at=None, content__verdict=Verdict.UNCHECKED).exists()
        if count:
            return Health("bad", _("検査するプログラムの設定がありません。") + words, remedy)
        if unchecked:
            return Health("warn", _("検査していないファイルがあります。"), remedy)
        return Health("ok", _("検査するプログラムの設定はありません。ファイルもまだありません。"))
    try:
        scanner.ping()
    except ScannerAway as away:
        said = _("検査するプログラムが答えません（%(reason)s）。") % {
            "reason": away.details.get("reason", "")
        }
        return Health(
            "bad",
            said + words,
            _("ClamAV（clamd）が動いているかを確かめてください。待っているファイルは、だれにも開けません。"),
        )
    if waiting.filter(stored_at__lte=now - WAITS_TOO_LONG).exists():
        return Health("warn", words, _("`madoguchi worker`（SQLite では serve）が動いているかを確かめてください。大きすぎて検査できないファイルは、clamd の StreamMaxLength を上げてください。"))  # fmt: skip
    return Health("ok", _("つながっています。"))


@health_check(
    "files_whole",
    label=gettext_lazy("ファイルの中身"),
    meaning=gettext_lazy(
        "保存したファイルが壊れたりなくなったりしていないかを、毎晩少しずつ確かめています。"
    ),
    order=160,
)
def contents_whole(now: datetime) -> Health:  # noqa: ARG001
    """Count the contents that were found damaged or missing."""
    faults = Content.objects.filter(swept_at=None).exclude(damage="")
    if count := faults.count():
        return Health(
            "bad",
            ngettext(
                "%(count)d件が壊れているか、なくなっています。",
                "%(count)d件が壊れているか、なくなっています。",
                count,
            )
            % {"count": count},
            _(
                "`madoguchi files verify` で番号を調べ、控えの files.tar から戻してください（docs/operations.md）。"
            ),
        )
    return Health("ok", _("壊れたものは見つかっていません。"))
