"""The ``madoguchi`` command: every command first makes sure that there is a database to work on."""

from __future__ import annotations

import os
import sys

from madoguchi.config.rescue import rescue

MENU = """\
madoguchi — 窓口

  demo              架空の市を用意して開きます (make a fictional city and open it)
  sample-city       架空の住民を作ります (fill the fictional city with invented residents)
  first_account     最初のアカウントを開きます (open the first account of a real city)
  serve             画面を開きます (serve the pages)
  worker            できごとと仕事を処理します (run events and jobs; only needed beside PostgreSQL)
  doctor            具合の悪いところと直し方を言います (say what is wrong and how to mend it)
  backup / restore  控えを取る・戻す (keep and bring back everything)
  migrate           新しい版に合わせます (bring the database up to this version)
  check             宣言を検査します (lint every declaration)
  resolve / diff / publish    宣言を見る・比べる・公開する
  audit verify      監査記録を確かめます (prove the audit trail)
  identity key|relink    カードのサインインの鍵、結び直し (keys and re-linking for the sign-in by card)
  plan list|report  計画と実績 (plans and their results)
  new-service NAME  業務のひな形を書きます (begin a service: a folder of declarations)
  register list|import|export    台帳の一覧、取り込み、書き出し (registers in and out)
  files verify|orphans|sweep     ファイルの検査と片付け (check and tidy up files)
  areas import      町字を取り込みます (bring in the towns of the address registry)
  residents-feed    住民記録のファイルを検査し、反映します (check and apply a file of the resident register)

  madoguchi COMMAND --help で使い方を表示します。
"""
# These must work when the database does not, or look after its state themselves.
WITHOUT_DATABASE = {
    "help", "--help", "-h", "--version", "version", "doctor", "makemigrations", "migrate", "backup", "restore",
    "compile_texts",
}  # fmt: skip


def main() -> None:
    """Run one command; 0 done, 1 refused with the reason on stderr, 2 usage."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madoguchi.config.settings")
    arguments = sys.argv[1:]
    if arguments and not arguments[0].startswith("-"):
        # People write hyphens; a command is a module.
        sys.argv[1] = arguments[0] = arguments[0].replace("-", "_")
    if not arguments or arguments[0] in {"help", "-h", "--help"}:
        sys.stdout.write(MENU)
        return
    if (code := rescue(arguments)) is not None:
        raise SystemExit(code)
    import django

    django.setup()
    from django.core.management import ManagementUtility, get_commands

    from madoguchi.config.setup import NotReady, database_ready
    from madoguchi.kernel.expressions.suggestions import closest
    from madoguchi.ui.texts import texts_compile

    if arguments[0] not in get_commands():
        sys.stderr.write(
            f"「{arguments[0]}」という命令はありません。{closest(arguments[0], get_commands())}\n{MENU}"
        )
        raise SystemExit(2)
    texts_compile()
    if arguments[0] not in WITHOUT_DATABASE and "--help" not in arguments:
        try:
            database_ready()
        except NotReady as refused:
            sys.stderr.write(f"{refused}\n")
            raise SystemExit(1) from None
    ManagementUtility(["madoguchi", *arguments]).execute()
