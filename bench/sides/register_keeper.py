"""Our side of the register benches: an invented register of twenty fields, filled, listed, asked for days past."""

from __future__ import annotations

import csv
import io
import os
import random
import resource
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench.sides.orders import orders_answer

KEY = "bench.things"
STATES = ("use", "store", "repair", "gone")
FIRST = date(2020, 4, 1)
DOCUMENT: dict[str, Any] = {
    "kind": "register",
    "key": KEY,
    "label": "計測の台帳",
    "service": "city_hall",
    "summary": "計測のための台帳です。",
    "record": "物",
    "number": {"prefix": "B-", "digits": 7},
    "title": "name",
    "indexes": ["state", "bought_on", "price"],
    "columns": ["name", "state", "bought_on", "price"],
    "fields": [
        {"key": "name", "label": "名称", "type": "text", "required": True, "class": "open"},
        {"key": "kana", "label": "フリガナ", "type": "kana"},
        {"key": "serial", "label": "製造番号", "type": "text", "zeros": 8},
        {
            "key": "state", "label": "状態", "type": "choice",
            "options": [{"code": code, "label": f"状態{code}"} for code in STATES],
        },
        {"key": "price", "label": "価格", "type": "yen", "min": 0},
        {"key": "bought_on", "label": "取得日", "type": "date"},
        {"key": "ends_on", "label": "満了日", "type": "date"},
        {"key": "lent", "label": "貸出中", "type": "boolean"},
        {"key": "count", "label": "数", "type": "number", "unit": "台"},
        {"key": "area", "label": "面積", "type": "number", "decimals": 2, "unit": "㎡"},
        {"key": "rate", "label": "率", "type": "rate"},
        {"key": "phone", "label": "電話", "type": "phone"},
        {"key": "mail", "label": "メール", "type": "email"},
        {"key": "opens", "label": "開く", "type": "time"},
        *({"key": f"note{number}", "label": f"備考{number}", "type": "text"} for number in range(1, 6)),
        {"key": "worth", "label": "総額", "type": "computed", "gives": "yen", "expression": "price * count"},
    ],
    "rules": [
        {"key": "order", "when": "has(ends_on) && has(bought_on) && ends_on < bought_on", "refuse": "逆です。"},
    ],
}  # fmt: skip
COLUMNS = [field for field in DOCUMENT["fields"] if field["type"] != "computed"]


def ready() -> dict[str, Any]:
    """Set the installation up with the register and an office."""
    from madoguchi.config.setup import database_ready
    from madoguchi.ui.texts import texts_compile

    texts_compile()
    database_ready()
    return {"office": _office()}


def file(folder: str, rows: int, kind: str) -> dict[str, float]:
    """Write a file of rows as an office would: days in Japanese, commas, full width now and then."""
    chance = random.Random(1)
    heads = [field["label"] for field in COLUMNS]
    lines = ([str(_typed(field, number, chance)) for field in COLUMNS] for number in range(rows))
    path = Path(folder, f"rows.{kind}")
    if kind == "csv":
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(heads)
        writer.writerows(lines)
        path.write_bytes(text.getvalue().encode())
    else:
        from madoguchi.kernel.tables import table_write

        path.write_bytes(table_write("xlsx", heads, lines, sheet="表").content())
    return {"bytes": path.stat().st_size}


def imported(folder: str, kind: str) -> dict[str, float]:
    """Bring the file and apply it; seconds of each, rows, and memory at most."""
    from madoguchi.blocks.registers.actions import file_apply, file_bring
    from madoguchi.kernel.clock import now, today

    content = Path(folder, f"rows.{kind}").read_bytes()
    began = time.perf_counter()
    kept = file_bring(
        actor=_keeper(),
        register=KEY,
        content=content,
        name=f"rows.{kind}",
        office_id=_office(),
        on=today(),
        now=now(),
    )
    brought = time.perf_counter()
    outcome = file_apply(actor=_keeper(), import_key=kept.key, digest=kept.digest, now=now())
    return {
        "brought": brought - began, "applied": time.perf_counter() - brought, "rows": outcome.counts["new"],
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
    }  # fmt: skip


def bare() -> dict[str, float]:
    """Write the versions that are there into a table of the same columns and nothing else; only the writing is timed."""
    from django.db import connection, transaction

    from madoguchi.blocks.registers.models import Version

    table = Version._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        rows = cursor.fetchall()
        marks = ", ".join(["%s"] * len(rows[0]))
        with transaction.atomic():
            cursor.execute(f"CREATE TEMPORARY TABLE bare AS SELECT * FROM {table} WHERE 1 = 0")
            began = time.perf_counter()
            if connection.vendor == "postgresql":
                cursor.execute(f"INSERT INTO bare SELECT * FROM {table}")
            else:
                cursor.executemany(f"INSERT INTO bare VALUES ({marks})", rows)
            seconds = time.perf_counter() - began
            cursor.execute("DROP TABLE bare")
    return {"rows": len(rows), "seconds": seconds}


def filled(rows: int, changed: int) -> dict[str, float]:
    """Fill the register by the way on which all records are written; a share of them changes twice afterwards."""
    from django.db import connection, transaction

    from madoguchi.blocks.registers.models import Record, Version
    from madoguchi.blocks.registers.schema import schema_get
    from madoguchi.blocks.registers.writing import Change, changes_write, span_of, values_of
    from madoguchi.kernel.clock import now, today
    from madoguchi.kit.timelines import Edit, Span, span_begin

    schema, office, chance = schema_get(KEY), _office(), random.Random(2)
    began = time.perf_counter()
    for start in range(0, rows, 20_000):
        with transaction.atomic():
            changes_write(
                schema, list(_new(schema, office, range(start, min(start + 20_000, rows)), chance, Record, Change, Edit, Span, values_of)),
                actor=_keeper(), today=today(), now=now(),
            )  # fmt: skip
    for day in (FIRST + timedelta(days=400), FIRST + timedelta(days=800)):
        numbers = [f"B-{number:07d}" for number in range(0, rows, max(rows // max(changed, 1), 1))][:changed]
        for start in range(0, len(numbers), 500):
            found = Version.objects.filter(
                register=KEY, current=True, number__in=numbers[start : start + 500]
            )
            changes = []
            for row in found.select_related("record"):
                values = {**span_of(row).values, "payload": {**row.payload, "note1": day.isoformat()}}
                edit = span_begin([span_of(row)], Span(day, None, values))
                changes.append(Change(row.record, edit, "changed", values, "", span_of(row)))
            with transaction.atomic():
                changes_write(schema, changes, actor=_keeper(), today=today(), now=now())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return {"seconds": time.perf_counter() - began}


def _new(
    schema: Any, office: int, numbers: range, chance: random.Random, record: Any, change: Any, edit: Any, span: Any, values_of: Any
) -> Iterator[Any]:  # fmt: skip
    from madoguchi.kernel.clock import now

    for number in numbers:
        payload = {
            "name": f"計測の物 {number}", "serial": f"{number:08d}", "state": STATES[number % 4 if number % 50 else 3],
            "price": chance.randrange(100, 1_000_000), "bought_on": (FIRST + timedelta(days=chance.randrange(2_000))).isoformat(),
            "count": number % 7, "lent": number % 3 == 0, "note1": "窓口の備品",
        }  # fmt: skip
        one = record(register=KEY, number=f"B-{number:07d}", office_id=office, entered_at=now())
        values = values_of(payload, schema=schema, office_id=office, parent_id=None)
        yield change(one, edit((), (span(FIRST, None, values),)), "added", values, "", new=True)


def listed(what: str, turns: int) -> dict[str, Any]:
    """Ask for a page ``turns`` times; milliseconds of each, and the count that it told."""
    from madoguchi.blocks.registers.kind.model import Condition
    from madoguchi.blocks.registers.queries import Asked, record_view, records_listed
    from madoguchi.blocks.registers.schema import schema_get
    from madoguchi.kernel.clock import today

    chance, schema, viewer = random.Random(3), schema_get(KEY), _keeper()
    size = records_listed(viewer, schema, Asked(per_page=1), on=today()).count
    took, count = [], 0
    for _turn in range(turns):
        state = Condition(field="state", op="is", value=chance.choice(STATES))
        began = time.perf_counter()
        match what:
            case "first":
                count = records_listed(viewer, schema, Asked(), on=today()).count
            case "filtered":
                count = records_listed(viewer, schema, Asked(where=(state,)), on=today()).count
            case "sorted":
                count = records_listed(
                    viewer, schema, Asked(where=(state,), order=("-price",)), on=today()
                ).count
            case "words":
                words = f"物 {chance.randrange(size)}"
                count = records_listed(viewer, schema, Asked(words=words), on=today()).count
            case _:
                number = f"B-{chance.randrange(size):07d}"
                day = FIRST + timedelta(days=chance.randrange(1_200))
                view = record_view(viewer=viewer, register=KEY, number=number, on=day)
                count = int(view.payload is not None)
        took.append((time.perf_counter() - began) * 1_000)
    return {"took": took, "count": count, "size": size}


def whole(*, as_of: bool) -> dict[str, float]:
    """Read the whole register, as lists show it or as it was on a day; rows and seconds."""
    from madoguchi.blocks.registers.exporting import register_export
    from madoguchi.blocks.registers.schema import schema_get
    from madoguchi.kernel.clock import today

    began, size = time.perf_counter(), 0
    day = FIRST + timedelta(days=500) if as_of else None
    for portion in register_export(_keeper(), schema_get(KEY), "jsonl", on=today(), as_of=day):
        size += portion.count(b"\n")
    return {"rows": size, "seconds": time.perf_counter() - began}


def _typed(field: dict[str, Any], number: int, chance: random.Random) -> object:
    match field["type"]:
        case "choice":
            return f"状態{STATES[number % 4]}"
        case "yen":
            return f"{chance.randrange(100, 1_000_000):,}円"
        case "date":
            day = FIRST + timedelta(
                days=chance.randrange(1_000) + (4_000 if field["key"] == "ends_on" else 0)
            )
            return f"R{day.year - 2018}.{day.month}.{day.day}"
        case "boolean":
            return "○" if number % 3 else "×"
        case "number" if field.get("decimals"):
            return f"{number % 900}.25"
        case "number":
            return number % 9
        case "rate":
            return f"{number % 100}.5%"
        case "phone":
            return f"088-{number % 900 + 100}-{number % 9_000 + 1_000}"
        case "email":
            return f"a{number}@example.jp"
        case "time":
            return "9:30"
        case "kana":
            return "けいそく　もの"
        case _:
            return f"{number:08d}" if field["key"] == "serial" else f"計測の{field['label']} {number}"


def _office() -> int:
    from madoguchi.blocks.people.models import Office
    from madoguchi.blocks.people.testing import office_make
    from madoguchi.blocks.registers.schema import UnknownRegister, schema_get
    from madoguchi.blocks.registers.testing import register_make

    found = Office.objects.filter(key="bench").first() or office_make(name="計測課", key="bench")
    try:
        schema_get(KEY)
    except UnknownRegister:
        register_make(DOCUMENT)
    return int(found.pk)


def _keeper() -> Any:
    from madoguchi.kernel.clock import today
    from madoguchi.kernel.rights import system_viewer

    return system_viewer(on=today(), duty="計測")


def _house() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "madoguchi.config.settings"
    import django

    django.setup()


if __name__ == "__main__":
    _house()
    orders_answer(
        {
            "ready": ready,
            "file": file,
            "imported": imported,
            "bare": bare,
            "filled": filled,
            "listed": listed,
            "whole": whole,
        }
    )
