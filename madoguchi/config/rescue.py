"""
What still works when the settings cannot be loaded: ``doctor`` says why, ``restore FILE.keys`` brings keys back.

No Django here.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from madoguchi.config.backup.archive import ArchiveRefused
from madoguchi.config.backup.keys import is_keys_file, keys_restore
from madoguchi.config.environment import EnvironmentRefused, data_folder, environment_read
from madoguchi.kernel.keys import KeyRefused, key_read


def rescue(arguments: list[str]) -> int | None:
    """
    Answer in place of Django when the environment or the installation's own key keeps it from starting.

    :returns: the exit code, or None when nothing is wrong or the command is another one.
    """
    if arguments[0] not in {"doctor", "restore"} or {"--help", "-h"} & set(arguments):
        return None
    try:
        key_read(environment_read().data, "secret")
    except (EnvironmentRefused, KeyRefused) as refused:
        if arguments[0] == "doctor":
            return _doctor(refused, as_json="--json" in arguments)
        if isinstance(refused, KeyRefused):
            return _keys_back(arguments[1:])
    return None


def _doctor(refused: Exception, *, as_json: bool) -> int:
    is_key = isinstance(refused, KeyRefused)
    remedy = (
        "鍵の控え（.keys）を `madoguchi restore ファイル.keys` で戻してください。"
        if is_key
        else "環境変数を直して、もう一度 `madoguchi doctor` を実行してください（docs/operations.md）。"
    )
    line = {
        "name": "keys" if is_key else "environment",
        "state": "bad",
        "text": str(refused),
        "remedy": remedy,
    }
    if as_json:
        sys.stdout.write(json.dumps([line], ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write(f"× {line['name']}: {line['text']}\n    → {remedy}\n")
    return 1


def _keys_back(arguments: list[str]) -> int | None:
    files = [Path(argument) for argument in arguments if not argument.startswith("-")]
    if len(files) != 1 or not is_keys_file(files[0]):
        return None
    try:
        data = data_folder(os.environ.get("MADOGUCHI_DATA", ""))
        answer = keys_restore(files[0], data, stamp=time.strftime("%Y%m%d-%H%M%S"))
    except (ArchiveRefused, OSError) as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    if "--json" in arguments:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write(
            f"鍵を戻しました: {'、'.join(answer['keys'])}\n前の鍵は {answer['kept']} に残しました。\n"
        )
    return 0
