"""From SQLite to PostgreSQL and back, by the command line, as ``docs/operations.md`` says: row for row the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from madoguchi.config.backup.archive import Archive
from madoguchi.config.backup.write import FORMAT
from tests.config.conftest import Program

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]


def content(path: Path) -> dict[str, Any]:
    """What a backup holds, with JSON read as JSON: PostgreSQL has its own order of keys."""
    found: dict[str, Any] = {}
    with Archive(path, {FORMAT: 1}) as archive:
        for table in archive.manifest["tables"]:
            name = table["table"]
            places = [i for i, (_name, kind) in enumerate(table["columns"]) if kind == "json"]
            rows = [json.loads(line) for line in archive.lines(f"tables/{name}.jsonl")]
            for row in rows:
                for place in places:
                    row[place] = row[place] and json.loads(row[place])
            names = [column for column, _kind in table["columns"]]
            found[name] = [dict(zip(names, row, strict=True)) for row in rows], table["sequence"]
        found["roots"] = b"".join(archive.chunks("audit/roots.log"))
        found["keys"] = archive.manifest["keys"]
    return found


def test_there_and_back_again(program, postgresql_url, tmp_path):
    """The fictional city makes the journey, with a file and a seal."""
    program("demo", "--prepare-only")
    (program.data / "files").mkdir(exist_ok=True)
    (program.data / "files" / "紙.bin").write_bytes(bytes(range(256)))
    program("audit", "verify")
    program("backup", "-o", str(tmp_path / "here.zip"))
    here = content(tmp_path / "here.zip")
    assert sum(len(rows) for rows, _sequence in (v for v in here.values() if isinstance(v, tuple))) > 100

    there = Program(tmp_path / "there", postgresql_url)
    answer = there.json("restore", str(tmp_path / "here.zip"))
    assert (answer["from"], answer["database"], answer["audit"]["faults"]) == ("sqlite", "postgresql", [])
    there("audit", "verify")
    there("backup", "-o", str(tmp_path / "there.zip"))
    there("worker", "--once")
    assert {line["state"] for line in there.json("doctor")} <= {"ok", "warn"}

    again = Program(tmp_path / "again")
    assert again.json("restore", str(tmp_path / "there.zip"))["audit"]["faults"] == []
    again("audit", "verify")
    again("backup", "-o", str(tmp_path / "again.zip"))
    assert content(tmp_path / "there.zip") == here
    assert content(tmp_path / "again.zip") == here
    assert (again.data / "files" / "紙.bin").read_bytes() == bytes(range(256))
