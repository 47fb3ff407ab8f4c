"""
``madoguchi doctor``: what is wrong, and how to mend it, even when the database does not answer.

The installation's own health checks (``kernel.health``) come last; here stand those about what surrounds it.
A new check is a function in ``SURROUNDINGS`` or ``STORES`` that yields lines; one that fails is itself a line.
"""

from __future__ import annotations

import os
import platform
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import translation

from madoguchi import __version__
from madoguchi.config.backup.states import TooNew, migrations_applied, unknown_refuse
from madoguchi.config.serve import house_open
from madoguchi.config.setup import MARK, installed
from madoguchi.kernel.declarations import declarations_lint, declarations_load, errors_of
from madoguchi.kernel.health import health_checks, health_run

PYTHON = (3, 11)
POSTGRESQL = 15
WAL_MOST_MIB = 512
LOCAL_HOSTS = {"127.0.0.1", "localhost", "[::1]"}
# Locks and shared memory of SQLite are not to be trusted on these.
NETWORK_FILE_SYSTEMS = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "afs",
    "9p",
    "fuse.sshfs",
    "fuse.s3fs",
    "ceph",
}
TOOLS = {
    "tesseract": "紙の読み取り（文字認識）",
    "clamdscan": "受け取ったファイルのウイルス検査",
    "softhsm2-util": "電子署名の鍵を収める試験用の装置",
    "soffice": "Word や Excel のファイルの変換",
}
# These say something even when the database does not answer.
WITHOUT_DATABASE = ("data_folder", "disk")
WAITING_FOR_WORKER = {"worker", "audit_unsealed", "outbox_waiting"}


@dataclass(frozen=True, slots=True)
class Line:
    """One answer: ``state`` is ok, warn or bad; ``remedy`` says what to do about the last two."""

    name: str
    state: str
    text: str
    remedy: str = ""


Check = Callable[[], Iterator[Line]]


def doctor(*, now: datetime) -> list[dict[str, str]]:
    """Look at everything; nothing is changed, and nothing is made that is not there."""
    with translation.override("ja"):
        lines = [line for check in SURROUNDINGS for line in _asked(check)]
        store = _sqlite if connection.vendor == "sqlite" else _postgresql
        lines += _asked(store)
        if any(line.name == "store" and line.state == "bad" for line in lines):
            lines += _health(now, WITHOUT_DATABASE)
        else:
            lines += [line for check in (_set_up, _declarations) for line in _asked(check)]
            lines += _health(now, None if _tables_there() else WITHOUT_DATABASE)
        return [asdict(line) for line in lines]


def _asked(check: Check) -> list[Line]:
    try:
        return list(check())
    except Exception as error:
        name = check.__name__.strip("_")
        said = f"調べることができませんでした（{type(error).__name__}: {str(error).strip()}）。"
        return [Line(name, "bad", said, "この行の全文を、システムの担当者に伝えてください。")]


def _health(now: datetime, only: tuple[str, ...] | None) -> Iterator[Line]:
    if only is None:
        asleep = settings.ENVIRONMENT.embedded and not house_open()
        for one in health_run(now=now):
            # Nobody works while the pages are closed; they are, and that is no fault.
            state = "warn" if asleep and one.state == "bad" and one.name in WAITING_FOR_WORKER else one.state
            yield Line(one.name, state, f"{one.label}: {one.text}", str(one.remedy))
        return
    for name in only:
        if name in health_checks:
            check = health_checks[name]
            health = check.call(now)
            yield Line(name, health.state, f"{check.label}: {health.text}", str(health.remedy))


# Surroundings


def _program() -> Iterator[Line]:
    text = f"Madoguchi {__version__}、Python {platform.python_version()}"
    if sys.version_info < PYTHON:
        wanted = ".".join(map(str, PYTHON))
        yield Line("program", "bad", text, f"Python {wanted} 以上を入れ、`make setup` をやり直してください。")
    else:
        yield Line("program", "ok", text)


def _environment() -> Iterator[Line]:
    """A wrong value has kept us from coming this far; here stands what the values lead to."""
    environment = settings.ENVIRONMENT
    yield Line("environment", "ok", f"MADOGUCHI_DATA={environment.data}")
    yield Line("environment", "ok", f"MADOGUCHI_CITY={environment.city}（{environment.site.name}）")
    kept = (
        environment.database["HOST"] or "この計算機"
        if not environment.embedded
        else "MADOGUCHI_DATA の SQLite"
    )
    yield Line("environment", "ok", f"DATABASE_URL: {kept}")


def _site() -> Iterator[Line]:
    site = settings.ENVIRONMENT.site
    hosts = set(site.hosts)
    if any(host.startswith(("*", ".")) for host in hosts):
        yield Line(
            "hosts", "bad", f"どの名前でも画面が開きます（{', '.join(sorted(hosts))}）。",
            "bindings.yaml の site.hosts に、住民と職員が開く名前だけを書いてください。",
        )  # fmt: skip
    elif hosts <= LOCAL_HOSTS:
        yield Line("hosts", "ok", "この計算機の中だけで開けます。")
    else:
        yield Line("hosts", "ok", f"開ける名前: {', '.join(sorted(hosts))}")
    if not site.https and not hosts <= LOCAL_HOSTS:
        yield Line(
            "https", "bad", "暗号化（HTTPS）なしで、ほかの計算機から開けます。パスワードが読まれます。",
            "前段のサーバーで HTTPS にし、bindings.yaml の site.https を true にしてください（docs/operations.md）。",
        )  # fmt: skip
    else:
        yield Line("https", "ok", "HTTPS だけで開けます。" if site.https else "外からは開けません。")
    if settings.SECOND_FACTOR_REQUIRED:
        yield Line("second_factor", "ok", "職員のサインインに二つめの要素が要ります。")
    else:
        yield Line(
            "second_factor", "warn", "職員がパスワードだけでサインインできます。",
            "見本のほかでは、bindings.yaml から site.second_factor: false の行を消してください。",
        )  # fmt: skip


def _data_folder() -> Iterator[Line]:
    data = Path(settings.DATA_DIR)
    own = os.geteuid()
    alien = [path.name for path in _owned(data) if path.stat().st_uid != own and own != 0]
    if alien:
        yield Line(
            "owner", "bad", f"別の利用者のものが混ざっています: {', '.join(sorted(alien)[:5])}",
            f"`sudo chown -R $(id -un) {data}` を実行し、いつも同じ利用者で動かしてください。",
        )  # fmt: skip
    else:
        yield Line("owner", "ok", "データのフォルダーはこの利用者のものです。")
    if stat.S_IMODE(data.stat().st_mode) & 0o077:
        yield Line(
            "data_private",
            "warn",
            f"{data} をほかの利用者も開けます。",
            f"`chmod 700 {data}` を実行してください。",
        )
    else:
        yield Line("data_private", "ok", "データのフォルダーは、この利用者だけが開けます。")
    kind = _file_system(data)
    if settings.ENVIRONMENT.embedded and kind in NETWORK_FILE_SYSTEMS:
        yield Line(
            "file_system", "bad", f"SQLite が網の向こうのファイルシステム（{kind}）にあります。壊れることがあります。",
            "この計算機のディスクに移すか、PostgreSQL を使ってください。",
        )  # fmt: skip
    else:
        yield Line("file_system", "ok", f"ファイルシステム: {kind}")


def _owned(data: Path) -> Iterator[Path]:
    yield data
    for pattern in ("*", "keys/*", "audit/*"):
        yield from data.glob(pattern)


def _file_system(path: Path) -> str:
    """The kind of the file system that holds a path, by the longest mount point; "?" where nobody tells."""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return "?"
    places = {fields[1].encode().decode("unicode_escape"): fields[2] for fields in mounts if len(fields) > 2}
    found = [place for place in places if path.is_relative_to(place)]
    return places[max(found, key=len)] if found else "?"


def _restores() -> Iterator[Line]:
    data = Path(settings.DATA_DIR)
    if (data / MARK).exists():
        yield Line(
            "restore", "bad", "控えを戻す作業が途中で止まっています。",
            "同じ控えで `madoguchi restore ファイル` をもう一度実行してください。",
        )  # fmt: skip
    elif left := [name for name in ("restoring", "replaced") if (data / name).exists()]:
        yield Line(
            "restore", "warn", f"控えを戻す作業の残りがあります: {', '.join(left)}",
            "いま戻している最中でなければ、このフォルダーを消してください。",
        )  # fmt: skip
    together = list((data / "backups").glob("*.keys"))
    if together:
        yield Line(
            "keys_apart", "warn", f"鍵の控え {len(together)} 個が、控えと同じ場所にあります。",
            "鍵の控え（.keys）を別の媒体に移してください。控えと一緒に盗まれると、鍵の意味がありません。",
        )  # fmt: skip


def _pages() -> Iterator[Line]:
    yield Line(
        "serve", "ok", "画面は開いています。" if house_open() else "画面は閉じています（この計算機では）。"
    )


def _tools() -> Iterator[Line]:
    for name, use in TOOLS.items():
        place = shutil.which(name)
        said = f"あります（{place}）" if place else "ありません。なくても動きます"
        yield Line(f"tool:{name}", "ok", f"{use}: {said}。")


SURROUNDINGS: tuple[Check, ...] = (_program, _environment, _site, _data_folder, _restores, _pages, _tools)


# The store


def _sqlite() -> Iterator[Line]:
    path = Path(connection.settings_dict["NAME"])
    if not path.exists():
        yield Line("store", "ok", "SQLite: まだありません。最初の命令が用意します。")
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check(5)")
            faults = [str(row[0]) for row in cursor.fetchall()]
            cursor.execute("PRAGMA journal_mode")
            journal = cursor.fetchone()[0]
    except Exception as error:
        faults, journal = [str(error).strip()], "?"
    if faults != ["ok"]:
        yield Line(
            "store", "bad", f"SQLite が壊れているか、開けません: {'; '.join(faults)}",
            "画面を止め、MADOGUCHI_DATA をそのまま写し取ってから、`madoguchi restore 最新の控え --force` で戻してください。",
        )  # fmt: skip
        return
    yield Line("store", "ok", "SQLite: 壊れていません。")
    wal = path.with_name(path.name + "-wal")
    size = wal.stat().st_size >> 20 if wal.exists() else 0
    if journal != "wal":
        yield Line(
            "wal", "warn", f"SQLite が WAL ではなく {journal} で動いています。読む人が書く人を待たせます。",
            "MADOGUCHI_DATA を WAL の使えるディスク（網の向こうでない所）に置いてください。",
        )  # fmt: skip
    elif size > WAL_MOST_MIB:
        yield Line(
            "wal",
            "warn",
            f"SQLite の WAL が {size} MiB あります。",
            "`madoguchi serve` を一度止めて、開き直してください。",
        )
    else:
        yield Line("wal", "ok", f"SQLite の WAL: {size} MiB")


def _postgresql() -> Iterator[Line]:
    try:
        connection.ensure_connection()
    except Exception as error:
        yield Line(
            "store", "bad", f"PostgreSQL につながりません: {str(error).strip()}",
            "PostgreSQL が動いているか、DATABASE_URL の名前・番号・パスワードが正しいかを確かめてください。",
        )  # fmt: skip
        return
    version = _ask("SHOW server_version_num")
    name = _ask("SHOW server_version")
    if int(version) < POSTGRESQL * 10_000:
        yield Line(
            "store",
            "bad",
            f"PostgreSQL {name} は古すぎます。",
            f"PostgreSQL {POSTGRESQL} 以上にしてください。",
        )
        return
    yield Line("store", "ok", f"PostgreSQL {name}")
    if (encoding := _ask("SHOW server_encoding")) != "UTF8":
        yield Line(
            "encoding", "bad", f"データベースの文字の符号が {encoding} です。",
            "`CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0` で作り直し、控えを戻してください。",
        )  # fmt: skip
    yield from _postgresql_rights()
    if (
        settings.CACHES["default"].get("LOCATION") not in connection.introspection.table_names()
        and installed()
    ):
        yield Line(
            "cache",
            "bad",
            "サインインの失敗を数える表がありません。",
            "`madoguchi createcachetable` を実行してください。",
        )


def _postgresql_rights() -> Iterator[Line]:
    user = _ask("SELECT current_user")
    if not _ask("SELECT has_schema_privilege(current_schema(), 'CREATE')"):
        yield Line(
            "rights", "bad", f"{user} は表を作れません。",
            f"管理者が `GRANT CREATE ON SCHEMA public TO {user};` を実行してください。",
        )  # fmt: skip
    else:
        yield Line("rights", "ok", f"{user} は表を作れます。")
    if _ask("SELECT count(*) FROM pg_extension WHERE extname = 'btree_gist'"):
        yield Line("btree_gist", "ok", "btree_gist があります。")
        return
    offered = _ask(
        "SELECT count(*) FROM pg_available_extension_versions v WHERE name = 'btree_gist' AND "
        "(NOT superuser OR (trusted AND has_database_privilege(current_database(), 'CREATE')) OR "
        "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user))"
    )
    if offered:
        yield Line("btree_gist", "ok", "btree_gist は、最初の用意のときに入ります。")
    else:
        yield Line(
            "btree_gist", "bad", "btree_gist がなく、この利用者では入れられません。",
            "postgresql-contrib を入れ、管理者が `CREATE EXTENSION btree_gist;` をこのデータベースで実行してください。",
        )  # fmt: skip


def _ask(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def _tables_there() -> bool:
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return False
    return installed()


def _set_up() -> Iterator[Line]:
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return
    applied = migrations_applied()
    executor = MigrationExecutor(connection)
    try:
        unknown_refuse(executor.loader, applied)
    except TooNew as error:
        yield Line(
            "version", "bad", f"データベースがこのプログラムより新しい版のものです（{', '.join(error.args[0][:5])}）。",
            "プログラムを元の新しい版に戻すか、古い控えを空の場所に戻してください。",
        )  # fmt: skip
    if installed():
        yield Line("set_up", "ok", "最初の用意は済んでいます。")
    elif applied:
        yield Line(
            "set_up", "warn", "最初の用意が途中で止まっています。",
            "`madoguchi backup` など、どの命令でも続きから用意します。",
        )  # fmt: skip
    else:
        yield Line("set_up", "ok", "まだ空です。最初の命令が用意します。")


def _declarations() -> Iterator[Line]:
    """Lint the declarations while there is no database; once there is one, its own check does."""
    if _tables_there():
        return
    loaded = declarations_load()
    issues = declarations_lint(loaded)
    errors = errors_of(issues)
    if errors:
        yield Line(
            "declarations", "bad", f"宣言に直すところが {len(errors)} 件あります: {errors[0].text}",
            "`madoguchi check` が、ファイルと行を示します。",
        )  # fmt: skip
    else:
        yield Line("declarations", "ok", f"宣言 {len(loaded.declarations)} 件に誤りはありません。")
