"""``madoguchi register WORD``: which registers there are, files into them and out of them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from madoguchi.blocks.fields.types import Repair
from madoguchi.blocks.people.queries import offices_on
from madoguchi.blocks.registers.actions import NothingToChange, file_apply, file_bring, file_drop
from madoguchi.blocks.registers.actions.imports import readings_of, stager_of, table_of
from madoguchi.blocks.registers.exporting import register_export
from madoguchi.blocks.registers.importing.columns import mapping_propose
from madoguchi.blocks.registers.importing.rows import Outcome, outcome_of
from madoguchi.blocks.registers.models import FileImport
from madoguchi.blocks.registers.queries import office_of_service, registers_for
from madoguchi.blocks.registers.schema import Schema, schema_get
from madoguchi.kernel.management.house_command import CalledWrongly, CommandRefused, HouseCommand
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.wareki import DateRefused, date_parse
from madoguchi.kit.yaml12 import YamlRefused, yaml_load

MOST_TOLD = 20


class Command(HouseCommand):
    help = "台帳の一覧、ファイルの取り込みと書き出し。"
    takes_json = False

    def arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="list|import|export")
        listed = what.add_parser("list", help="台帳の一覧")
        listed.add_argument("--json", action="store_true", help="答えを JSON だけで出します")
        brought = what.add_parser("import", help="ファイルを取り込む")
        brought.add_argument("key", help="台帳のキー")
        brought.add_argument("file", type=Path, help="CSV・Excel（.xlsx）・JSON のファイル")
        brought.add_argument("--map", type=Path, dest="map", help="列の対応を書いた YAML")
        brought.add_argument(
            "--office", default="", help="記録の持ち主にする組織のキー（書かなければ業務のまとめ役）"
        )
        brought.add_argument("--on", default="", help="いつからの内容か（書かなければ今日）")
        brought.add_argument("--dry-run", action="store_true", help="取り込まずに、結果だけを出す")
        brought.add_argument("--json", action="store_true", help="答えを JSON だけで出します")
        given = what.add_parser("export", help="ファイルに書き出す")
        given.add_argument("key", help="台帳のキー")
        given.add_argument("--format", choices=["csv", "xlsx", "json", "jsonl"], required=True, help="形式")
        given.add_argument("--as-of", default="", help="この日の内容（書かなければ今日の一覧）")
        given.add_argument("--encoding", choices=["utf-8", "cp932"], default="utf-8", help="CSV の文字コード")
        given.add_argument("-o", "--output", type=Path, help="書き出すファイル（書かなければ標準出力）")

    def work(self, *, now: datetime, **options: Any) -> Any:
        word = {"list": self._list, "import": self._import, "export": self._export}[options["what"]]
        return word(options, now)

    def words(self, answer: Any) -> Iterable[str]:
        if "registers" in answer:
            yield from (f"{one['key']}\t{one['label']}\t{one['count']:,}件" for one in answer["registers"])
        elif "rows" in answer:
            yield from _told(answer)
        else:
            yield from answer["notes"]

    def _list(self, options: dict[str, Any], now: datetime) -> dict[str, Any]:  # noqa: ARG002
        lines = registers_for(viewer=self.actor(now=now, duty="台帳の一覧"))
        return {"registers": [asdict(one) for one in lines]}

    def _import(self, options: dict[str, Any], now: datetime) -> dict[str, Any]:
        schema = schema_get(options["key"])
        actor = self.actor(now=now, duty=f"台帳への取り込み（{schema.key}）")
        on = _day(options["on"]) or actor.on
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandRefused(
                f"{options['file']} を読めません。ファイルの名を確かめてください。"
            ) from error
        asked = _map_read(options["map"])
        kept = file_bring(
            actor=actor, register=schema.key, content=content, name=options["file"].name,
            office_id=_office(schema, options["office"], on), on=on, columns=_columns(schema, content, options, asked),
            repairs=[Repair(name) for name in asked.get("repairs", [])], now=now,
        )  # fmt: skip
        outcome = None if options["dry_run"] else _applied(kept, actor, now)
        applied = outcome is not None
        if outcome is None:
            stager = stager_of(schema, kept, actor)
            outcome = outcome_of(stager, readings_of(schema, kept, stager))
            file_drop(actor=actor, import_key=kept.key, now=now)
        return {
            "rows": outcome.rows,
            "accepted": outcome.accepted,
            "rejected": [problem.as_data() for problem in outcome.problems],
            "mapping": {"columns": kept.columns, "repairs": kept.repairs},
            "applied": applied,
            "counts": dict(outcome.counts),
            "repaired": {repair.value: count for repair, count in sorted(outcome.repairs.items(), key=str)},
        }

    def _export(self, options: dict[str, Any], now: datetime) -> dict[str, Any]:
        schema = schema_get(options["key"])
        actor = self.actor(now=now, duty=f"台帳の書き出し（{schema.key}）")
        written = register_export(
            actor,
            schema,
            options["format"],
            on=actor.on,
            as_of=_day(options["as_of"]),
            encoding=options["encoding"],
        )
        target = options["output"]
        if target is None:
            for portion in written:
                sys.stdout.buffer.write(portion)
            return {"notes": []}
        with target.open("wb") as file:
            for portion in written:
                file.write(portion)
        return {"notes": [str(note) for note in written.notes]}


def _day(text: str) -> date | None:
    try:
        return date_parse(text) if text else None
    except DateRefused as refused:
        raise CalledWrongly(refused.message) from refused


def _map_read(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        found = yaml_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, YamlRefused) as error:
        raise CommandRefused(f"{path} を読めません: {error}") from error
    names = {repair.value for repair in Repair}
    if (
        not isinstance(found, dict)
        or set(found) - {"columns", "repairs"}
        or set(found.get("repairs", [])) - names
    ):
        raise CommandRefused(
            f"{path}: columns（見出し: 項目のキー）と repairs（{'・'.join(sorted(names))}）だけを書けます。"
        )
    return found


def _columns(
    schema: Schema, content: bytes, options: dict[str, Any], asked: dict[str, Any]
) -> dict[str, str] | None:
    """Lay the columns of a map file over the proposed ones; None where there is no map file."""
    said = asked.get("columns")
    if not said:
        return None
    table = table_of(schema, content, options["file"].name)
    names = [heading.name for heading in table.headings]
    if unknown := [name for name in said if name not in names]:
        raise CommandRefused(
            f"「{unknown[0]}」という見出しは、ファイルにありません。あるのは {'、'.join(names)} です。"
        )
    taken = {target for target in said.values() if target}
    proposed = {
        name: "" if target in taken else target for name, target in mapping_propose(schema, names).items()
    }
    return proposed | {name: str(target or "") for name, target in said.items()}


def _applied(kept: FileImport, actor: Viewer, now: datetime) -> Outcome | None:
    """Apply a file without its wrong rows; None when nothing is left that would change anything."""
    try:
        return file_apply(
            actor=actor, import_key=kept.key, digest=kept.digest, without_rejected=True, now=now
        )
    except NothingToChange:
        return None


def _office(schema: Schema, key: str, on: date) -> int:
    if key:
        found = next((one for one in offices_on(on=on) if key in (one.key, one.name)), None)
        if found is None:
            raise CommandRefused(f"「{key}」という組織は、{on.isoformat()} にありません。")
        return found.id
    return office_of_service(schema.service, on=on).id


def _told(answer: dict[str, Any]) -> Iterator[str]:
    counts = answer["counts"]
    yield f"{answer['rows']:,}行のうち {answer['accepted']:,}行を受け付けました（新規 {counts.get('new', 0):,}、変更 {counts.get('changed', 0):,}、同じ {counts.get('same', 0):,}）。"
    for problem in answer["rejected"][:MOST_TOLD]:
        yield f"{problem['sheet']} {problem['row']}行目「{problem['column']}」: {problem['message']}"
    if len(answer["rejected"]) > MOST_TOLD:
        yield f"ほかに {len(answer['rejected']) - MOST_TOLD:,}か所あります。--json で全部を見られます。"
    yield "取り込みました。" if answer["applied"] else "取り込んでいません。"
