"""What the kernel knows about its own health."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Max, Min, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_tasks_db.models import DBTaskResult

from madoguchi.kernel.audit import key_id, newest_moment, unsealed_rows
from madoguchi.kernel.db.fulltext import fulltext_missing
from madoguchi.kernel.db.triggers import triggers_missing
from madoguchi.kernel.declarations import (
    Issue,
    declarations_lint,
    declarations_load,
    document_by_sha256,
    errors_of,
    house_folders,
    publishing_stamp,
)
from madoguchi.kernel.health import Health, health_check
from madoguchi.kernel.models import AuditBatch, AuditLeaf, AuditRow, OutboxDelivery

MIB = 1024 * 1024
DISK_WARN_MIB = 2_048
DISK_BAD_MIB = 300
# The worker comes round every second; work that has waited this long means that nobody comes.
WORK_WAITS_TOO_LONG = timedelta(minutes=5)
CLOCK_TOLERANCE = timedelta(minutes=2)
# How many rows may have been numbered before, and committed after, the newest sealed row.
LATE_COMMITS = 5_000
BACKUP_STAMP = "backup.stamp"


def data_folder() -> Path:
    """The data folder of this installation."""
    return Path(settings.DATA_DIR)


@health_check(
    "database",
    label=gettext_lazy("データベース"),
    meaning=gettext_lazy("すべての記録の置き場所です。"),
    order=10,
    essential=True,
)
def database(now: datetime) -> Health:  # noqa: ARG001
    """Ask the database for its version."""
    try:
        with connection.cursor() as cursor:
            sqlite = connection.vendor == "sqlite"
            cursor.execute("SELECT sqlite_version()" if sqlite else "SHOW server_version")
            version = cursor.fetchone()[0]
    except Exception as error:
        return Health(
            "bad",
            _("データベースが答えません（%(error)s）。") % {"error": type(error).__name__},
            _(
                "PostgreSQL を使う場合は動いているか、SQLite の場合はデータフォルダーが残っているかを確かめてください。"
            ),
        )
    return Health("ok", f"{'SQLite' if sqlite else 'PostgreSQL'} {version}")


@health_check(
    "data_folder",
    label=gettext_lazy("データフォルダー"),
    meaning=gettext_lazy("ファイル・鍵・監査の控えを書き込む場所です。"),
    order=20,
    essential=True,
)
def folder_writable(now: datetime) -> Health:  # noqa: ARG001
    """Write a file and remove it."""
    try:
        with tempfile.TemporaryFile(dir=data_folder()) as file:
            file.write(b"madoguchi")
    except OSError as error:
        return Health(
            "bad",
            _("書き込めません（%(error)s）。") % {"error": error.strerror or type(error).__name__},
            _(
                "フォルダーの所有者と権限、ディスクの空きを確かめてください。場所は環境変数 MADOGUCHI_DATA が決めます。"
            ),
        )
    return Health("ok", _("書き込めます。"))


@health_check(
    "disk",
    label=gettext_lazy("ディスクの空き"),
    meaning=gettext_lazy("空きがなくなると、新しい記録を保存できなくなります。"),
    order=30,
)
def disk_free(now: datetime) -> Health:  # noqa: ARG001
    """Measure the free space where the data lies."""
    usage = shutil.disk_usage(data_folder())
    free = usage.free // MIB
    text = _("空き %(free)s GB（全体 %(total)s GB）") % {
        "free": f"{usage.free / MIB / 1024:,.1f}",
        "total": f"{usage.total / MIB / 1024:,.1f}",
    }
    remedy = _("古い控えを別の場所へ移すか、ディスクを増やしてください。")
    if free < DISK_BAD_MIB:
        return Health("bad", text, remedy)
    return Health("warn", text, remedy) if free < DISK_WARN_MIB else Health("ok", text)


@health_check(
    "keys",
    label=gettext_lazy("鍵"),
    meaning=gettext_lazy("サインインと監査記録の封印に使います。なくすと、封印を確かめられなくなります。"),
    order=40,
    essential=True,
)
def keys_readable(now: datetime) -> Health:  # noqa: ARG001
    """Look at every key file, and at the key behind the newest seal. Makes no key."""
    folder = data_folder() / "keys"
    files = sorted(folder.glob("*.key"))
    unreadable = [file.stem for file in files if not os.access(file, os.R_OK) or file.stat().st_size < 40]
    if unreadable or not (folder / "secret.key").exists():
        names = ", ".join(unreadable or ["secret"])
        return Health(
            "bad",
            _("読めない鍵があります：%(names)s") % {"names": names},
            _("控えの鍵を keys フォルダーに戻し、このプログラムの利用者だけが読めるようにしてください。"),
        )
    last = AuditBatch.objects.order_by("-number").first()
    if last and ("audit" not in {file.stem for file in files} or last.key_id != key_id()):
        return Health(
            "bad",
            _("監査記録を封印した鍵と、いまの鍵が違います。"),
            _(
                "控えから keys/audit.key を戻してください。新しい鍵を作ると、これまでの封印を確かめられなくなります。"
            ),
        )
    open_to_others = [file.stem for file in files if stat.S_IMODE(file.stat().st_mode) & 0o077]
    if open_to_others:
        return Health(
            "warn",
            _("ほかの利用者も読める鍵があります：%(names)s") % {"names": ", ".join(open_to_others)},
            _("鍵のファイルの権限を 600 にしてください。"),
        )
    return Health("ok", _("%(count)d個の鍵を読めます。") % {"count": len(files)})


@health_check(
    "migrations",
    label=gettext_lazy("データベースの版"),
    meaning=gettext_lazy("プログラムを新しくしたあと、データベースも同じ版になっているかどうかです。"),
    order=50,
    essential=True,
)
def migrations(now: datetime) -> Health:  # noqa: ARG001
    """Compare the migrations of the program with those of the database."""
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if waiting:
        return Health(
            "bad",
            ngettext("%(count)d件の移行が残っています。", "%(count)d件の移行が残っています。", waiting)
            % {"count": waiting},
            _("`madoguchi backup` で控えを取ってから、`madoguchi migrate` を実行してください。"),
        )
    return Health("ok", _("プログラムと同じ版です。"))


@health_check(
    "triggers",
    label=gettext_lazy("重なりの禁止"),
    meaning=gettext_lazy("同じ日に二人が同じ職に就くような矛盾を、データベース自身が断る仕組みです。"),
    order=60,
)
def triggers(now: datetime) -> Health:  # noqa: ARG001
    """Name the non-overlap triggers that SQLite lacks."""
    missing = triggers_missing()
    if missing:
        return Health(
            "bad",
            _("欠けているもの：%(names)s") % {"names": ", ".join(missing[:5])},
            _("`madoguchi migrate` を実行すると、作り直します。"),
        )
    return Health("ok", _("そろっています。"))


@health_check(
    "search_index",
    label=gettext_lazy("検索の索引"),
    meaning=gettext_lazy("言葉でさがすときに使います。欠けていると、あるものが見つかりません。"),
    order=65,
)
def search_index(now: datetime) -> Health:  # noqa: ARG001
    """Name the full-text indexes that the database lacks."""
    if missing := fulltext_missing():
        return Health(
            "bad",
            _("欠けているもの：%(names)s") % {"names": ", ".join(missing[:5])},
            _("`madoguchi migrate` を実行すると、作り直します。"),
        )
    return Health("ok", _("そろっています。"))


@health_check(
    "outbox_parked",
    label=gettext_lazy("止まった処理"),
    meaning=gettext_lazy("何度か試しても失敗したため、人の判断を待っている処理です。"),
    order=70,
)
def outbox_parked(now: datetime) -> Health:  # noqa: ARG001
    """Count deliveries that wait for an officer."""
    count = OutboxDelivery.objects.filter(parked_at__isnull=False).count()
    if count:
        return Health(
            "warn",
            ngettext("%(count)d件が止まっています。", "%(count)d件が止まっています。", count)
            % {"count": count},
            _("「できごとと処理」の画面で理由を見て、再試行するか、理由を書いて見送ってください。"),
        )
    return Health("ok", _("ありません。"))


@health_check(
    "outbox_waiting",
    label=gettext_lazy("待っている処理"),
    meaning=gettext_lazy("通知や集計など、保存のあとに行う処理の列です。"),
    order=80,
)
def outbox_waiting(now: datetime) -> Health:
    """Look at the oldest delivery that is due."""
    due = OutboxDelivery.objects.filter(done_at=None, parked_at=None, due_at__lte=now)
    oldest = due.aggregate(at=Min("due_at"))["at"]
    if oldest is None:
        return Health("ok", _("ありません。"))
    count = due.count()
    text = ngettext(
        "%(count)d件が待っています。いちばん古いものは%(minutes)d分前からです。",
        "%(count)d件が待っています。いちばん古いものは%(minutes)d分前からです。",
        count,
    ) % {"count": count, "minutes": (now - oldest).total_seconds() // 60}
    if now - oldest > WORK_WAITS_TOO_LONG:
        return Health("warn", text, _worker_remedy())
    return Health("ok", text)


@health_check(
    "audit_unsealed",
    label=gettext_lazy("封印前の監査記録"),
    meaning=gettext_lazy("封印した記録は、あとから変えると必ず分かります。封印は1分以内に終わるはずです。"),
    order=90,
)
def audit_unsealed(now: datetime) -> Health:
    """Look at the oldest audit row that no seal covers."""
    tail = _unsealed_tail()
    oldest = tail.aggregate(at=Min("at"))["at"]
    if oldest is None:
        return Health("ok", _("すべて封印しました。"))
    count = tail.count()
    text = ngettext(
        "%(count)d件がまだ封印されていません。", "%(count)d件がまだ封印されていません。", count
    ) % {"count": count}
    if now - oldest > WORK_WAITS_TOO_LONG:
        return Health("bad", text, _worker_remedy())
    return Health("ok", text)


def _unsealed_tail() -> QuerySet[AuditRow]:
    # Unsealed rows stand at the end; among a million rows only the last few thousand need a look.
    last = AuditLeaf.objects.aggregate(last=Max("row_id"))["last"] or 0
    return unsealed_rows().order_by().filter(pk__gt=last - LATE_COMMITS)


@health_check(
    "clock",
    label=gettext_lazy("時計"),
    meaning=gettext_lazy("サーバーの時計が戻ると、期限や記録の順序が狂います。"),
    order=100,
)
def clock_forward(now: datetime) -> Health:
    """Compare the clock with the newest audit row."""
    newest = newest_moment()
    if newest is not None and newest - now > CLOCK_TOLERANCE:
        return Health(
            "bad",
            _("時計が、いちばん新しい記録より%(minutes)d分遅れています。")
            % {"minutes": (newest - now).total_seconds() // 60},
            _("サーバーの時刻合わせ（NTP）を確かめてください。直るまで、期限のある処理をしないでください。"),
        )
    return Health("ok", _("進んでいます。"))


@health_check(
    "worker",
    label=gettext_lazy("処理係"),
    meaning=gettext_lazy("通知・集計・封印を裏で行うプログラムです。"),
    order=110,
)
def worker_alive(now: datetime) -> Health:
    """
    Tell from the work left lying whether somebody does it.

    The worker may run in another process or on another machine; that work gets done is the only proof that
    holds everywhere.
    """
    limit = now - WORK_WAITS_TOO_LONG
    waiting = OutboxDelivery.objects.filter(done_at=None, parked_at=None, due_at__lte=limit).exists()
    unsealed = _unsealed_tail().filter(at__lte=limit).exists()
    jobs = DBTaskResult.objects.ready().filter(enqueued_at__lte=limit).exists()
    if waiting or unsealed or jobs:
        return Health("bad", _("5分以上、手の付いていない仕事があります。"), _worker_remedy())
    return Health("ok", _("仕事はたまっていません。"))


def _worker_remedy() -> str:
    if connection.vendor == "sqlite":
        return _("画面のプログラム（madoguchi serve）を起動し直してください。処理係も一緒に動きます。")
    return _("`madoguchi worker` が動いているかを確かめ、止まっていたら起動してください。")


@health_check(
    "backup",
    label=gettext_lazy("控え"),
    meaning=gettext_lazy("壊れたときに戻せるかどうかです。毎日1回を目安に取ります。"),
    order=120,
)
def backup_age(now: datetime) -> Health:
    """Look at the day of the newest backup."""
    remedy = _(
        "`madoguchi backup` を毎日実行するようにしてください。取った控えは別の場所にも置いてください。"
    )
    stamp = data_folder() / BACKUP_STAMP
    if not stamp.exists():
        return Health("warn", _("この設置では、まだ控えを取っていません。"), remedy)
    age = now.timestamp() - stamp.stat().st_mtime
    days = int(max(age, 0) // 86_400)
    text = ngettext("最後の控えは%(days)d日前です。", "最後の控えは%(days)d日前です。", days) % {"days": days}
    if age > timedelta(days=8).total_seconds():
        return Health("bad", text, remedy)
    return Health("warn", text, remedy) if age > timedelta(days=2).total_seconds() else Health("ok", text)


@health_check(
    "declarations",
    label=gettext_lazy("宣言"),
    meaning=gettext_lazy("様式・手続き・役割などを決めている設定ファイルです。"),
    order=130,
)
def declarations_sound(now: datetime) -> Health:  # noqa: ARG001
    """Lint the files of every layer, as the next publication will find them."""
    errors, count = _declarations_linted()
    if not errors:
        return Health(
            "ok",
            ngettext("%(count)d件に誤りはありません。", "%(count)d件に誤りはありません。", count)
            % {"count": count},
        )
    first = errors[0]
    return Health(
        "warn",
        _("誤りが%(count)d件あります。はじめのもの：%(file)s %(line)s行 %(message)s")
        % {
            "count": len(errors),
            "file": first.place.file.name,
            "line": first.place.line,
            "message": first.message,
        },
        _("いまの版は動き続けます。`madoguchi check` で場所を見て、ファイルを直してください。"),
    )


_linted: tuple[object, list[Issue], int] | None = None


def _declarations_linted() -> tuple[list[Issue], int]:
    """Give the errors and how many declarations there are; seconds of work, so done anew only when a file has changed."""
    global _linted
    house = house_folders()
    files = [file.stat() for layer in house.layers for file in layer.every_file()]
    basis = (house, [(file.st_ino, file.st_mtime_ns, file.st_size) for file in files], publishing_stamp())
    if _linted is None or _linted[0] != basis:
        loaded = declarations_load(house, old_base=document_by_sha256)
        _linted = basis, errors_of(declarations_lint(loaded)), len(loaded.declarations)
    return _linted[1], _linted[2]


def backup_note(*, now: datetime) -> None:
    """Leave the mark from which the check reads when the newest backup was taken; for ``madoguchi backup``."""
    stamp = data_folder() / BACKUP_STAMP
    stamp.touch()
    os.utime(stamp, (now.timestamp(), now.timestamp()))
