from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core import checks
from django.core.management.base import CommandParser
from django.utils import translation

from madoguchi.kernel.declarations import (
    declarations_lint,
    declarations_load,
    declarations_schema,
    document_by_sha256,
)
from madoguchi.kernel.management.house_command import CommandRefused, HouseCommand


class Command(HouseCommand):
    """Takes the place of the framework's ``check`` and includes it."""

    help = "すべての宣言を検査し、例（samples）を動かします。"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--schema", metavar="フォルダー", help="検査せず、編集ソフト用の JSON Schema を書き出します"
        )

    def work(self, *, now: datetime, **options: Any) -> Any:  # noqa: ARG002
        if options["schema"]:
            return {"written": _schema_write(Path(options["schema"]))}
        loaded = declarations_load(old_base=document_by_sha256)
        issues = declarations_lint(loaded)
        with translation.override("ja"):
            system = [_system_issue(message) for message in checks.run_checks()]
        found = [*(issue.as_data() for issue in issues), *system]
        errors = sum(issue["level"] == "error" for issue in found)
        answer = {
            "ok": not errors,
            "declarations": len(loaded.declarations),
            "samples": sum(len(d.model.samples) for d in loaded.declarations.values() if d.model),
            "errors": errors,
            "warnings": len(found) - errors,
            "issues": found,
        }
        if errors:
            raise CommandRefused(f"直すところが{errors}件あります。", answer=answer)
        return answer

    def words(self, answer: Any) -> Iterable[str]:
        if "written" in answer:
            yield from answer["written"]
            return
        for issue in answer["issues"]:
            mark = "" if issue["level"] == "error" else "（注意）"
            yield f"{issue['file']}:{issue['line']}: {issue['code']} {mark}{issue['message']}{issue['suggestion']}"
        if answer["ok"]:
            yield f"宣言{answer['declarations']}件と例{answer['samples']}件を確かめました。注意は{answer['warnings']}件です。"


def _system_issue(message: checks.CheckMessage) -> dict[str, Any]:
    where = getattr(getattr(message.obj, "_meta", None), "label", None) or str(message.obj or "settings")
    return {
        "file": where,
        "line": 0,
        "layer": "base",
        "code": message.id or "system",
        "level": "error" if message.is_serious() else "warning",
        "message": str(message.msg),
        "suggestion": f" {message.hint}" if message.hint else "",
        "declaration": "",
    }


def _schema_write(folder: Path) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in declarations_schema().items():
        path = folder / f"{name}.schema.json"
        path.write_text(json.dumps(schema, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        written.append(str(path))
    return written
