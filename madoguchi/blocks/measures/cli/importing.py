"""``madoguchi plan import FILE.xlsx [--map MAP.yaml] [--dry-run] [--json]``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

from madoguchi.blocks.measures.actions import workbook_apply, workbook_keep
from madoguchi.blocks.measures.cli import Call
from madoguchi.blocks.measures.sheets.importing import Brought, brought_data, doubts_data, workbook_read
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.management.house_command import CommandRefused
from madoguchi.kernel.workbooks import LARGEST_FILE

NAME, HELP = "import", "Excelの計画を取り込みます（ひな形か、対応表のある様式）"
HOW = {"added": "追加", "removed": "削除", "changed": "変更"}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="計画のExcelファイル")
    parser.add_argument("--map", type=Path, dest="mapping", help="列の対応表（YAML）。一度使うと覚えます")
    parser.add_argument("--dry-run", action="store_true", help="変わることを示すだけで、取り込みません")
    parser.add_argument("--json", action="store_true", dest="as_json", help="JSON だけを出します")
    parser.add_argument("--reason", default="", help="公表済みの計画を訂正する理由")


def run(call: Call) -> str:
    options = call.options
    mapping = options["mapping"]
    brought = workbook_read(
        _read(options["file"], LARGEST_FILE + 1),
        mapping_text=_read(mapping, 1_000_000).decode("utf-8", "replace") if mapping else None,
    )
    applied = False
    if brought.spec is None:
        raise CommandRefused(
            "\n".join([f"{options['file']} は取り込めません。何も変えていません。", *(f"  {fault}" for fault in brought.faults)]),
            answer=_answer(call, brought, applied=False) if options["as_json"] else None,
        )  # fmt: skip
    if not options["dry_run"]:
        try:
            _apply(call, brought)
        except Refused as refused:
            raise CommandRefused(
                f"{refused.message} 何も変えていません。", answer=_answer(call, brought, applied=False) if options["as_json"] else None
            ) from refused  # fmt: skip
        applied = True
    return _answer(call, brought, applied=applied)


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise CommandRefused(f"{path} を読めません: {error.strerror or error}") from None


def _apply(call: Call, brought: Brought) -> None:
    assert brought.spec is not None
    kept = workbook_keep(
        actor=call.actor, spec=brought.spec, file_name=call.options["file"].name, sha256=brought.sha256,
        warnings=doubts_data([doubt for doubt in brought.doubts if not doubt.known]),
        basis=brought.basis, mapping=brought.mapping.model_dump(mode="json") if brought.mapping else None,
        fingerprint=brought.fingerprint, now=call.now,
    )  # fmt: skip
    workbook_apply(actor=call.actor, import_id=kept.pk, reason=call.options["reason"], now=call.now)


def _answer(call: Call, brought: Brought, *, applied: bool) -> str:
    if call.options["as_json"]:
        return json.dumps(brought_data(brought, applied=applied), ensure_ascii=False, indent=2)
    return "\n".join(_words(brought, applied=applied))


def _words(brought: Brought, *, applied: bool) -> Iterator[str]:
    yield f"{brought.key}: 取組項目 {brought.items}、指標 {brought.indicators}"
    for doubt in brought.doubts:
        yield f"注意\t{doubt.where}\t{doubt.what}{doubt.do}"
    for change in brought.changes:
        field = f"「{change.field}」" if change.field else ""
        text = (
            f"{change.before} → {change.after}" if change.how == "changed" else change.after or change.before
        )
        yield f"{HOW[change.how]}\t{change.sheet} {change.place}{field}\t{' '.join(text.split())[:120]}"
    if brought.entered.new:
        yield f"追加\t年度の記録 {brought.entered.new}件"
    if not brought.changes and not brought.entered.new:
        yield "変わることはありません。"
    yield "取り込みました。" if applied else "まだ取り込んでいません（--dry-run）。"
