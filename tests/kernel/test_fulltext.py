"""The invariants at the top of ``kernel/db/fulltext.py``, on the database of this pass; plain Python is the judge."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, migrations, models, transaction
from django.db.migrations.state import ProjectState
from django.db.models import Q
from django.test.utils import isolate_apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.config.backup.columns import columns_of, reader_for, writer_for
from madoguchi.config.backup.load import _rows_insert
from madoguchi.config.backup.write import _line, _rows
from madoguchi.kernel.db import fulltext
from madoguchi.kernel.db.bulk import rows_copy
from madoguchi.kernel.db.fulltext import (
    LOOKED_UP,
    FullText,
    fulltext_in_step,
    fulltext_missing,
    fulltext_q,
    fulltext_rebuild,
)
from madoguchi.kernel.db.triggers import triggers_make, triggers_missing
from madoguchi.kit.grams import grams, phrases_typed, text_fold

Model = type[models.Model]
BATCH = 3
HOUSE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LETTERS = "東京都山アヤーab12 -々"
TEXTS = st.text(LETTERS, max_size=8)
ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.text(
    "AND OR NOT NEAR*:()&|!<->\"'\\%_{}^+,-「」\0;$東京ab1", max_size=20
)


@pytest.fixture
def note(house_database: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Model]:
    """A throw-away model, known to the house; its index takes in rows by threes."""
    monkeypatch.setattr(fulltext, "BATCH", BATCH)
    with isolate_apps("madoguchi.kernel"):

        class Note(models.Model):  # noqa: DJ008
            text = models.TextField(default="")
            search = models.TextField(default="")
            kind = models.CharField(max_length=5, default="")

            class Meta:
                app_label = "kernel"
                constraints = [FullText(name="note_search", field="search")]

        monkeypatch.setattr(apps, "get_models", lambda: [Note])
        with connection.schema_editor() as editor:
            editor.create_model(Note)
        yield Note


def filled(model: Model, *texts: str) -> list[Any]:
    return [model._base_manager.create(text=text, search=grams(text)) for text in texts]


def contains(text: str, typed: str) -> bool:
    """Judge by the folded letters alone."""
    folded = text_fold(text)
    return all(_contains(folded, phrase) for phrase in phrases_typed(typed))


def _contains(folded: str, phrase: str) -> bool:
    kinds = ("abcdefghijklmnopqrstuvwxyz", "0123456789")
    inside = next((kind for kind in kinds if phrase[0] in kind), "")
    places = [place for place in range(len(folded)) if folded.startswith(phrase, place)]
    return any(place == 0 or folded[place - 1] not in inside for place in places)


def found(model: Model, typed: str) -> list[str] | None:
    asked = fulltext_q(model, "search", typed)
    if asked is None:
        return None
    return list(model._base_manager.filter(asked).order_by("pk").values_list("text", flat=True))


def judged(model: Model, typed: str) -> list[str] | None:
    if not phrases_typed(typed):
        return None
    texts = model._base_manager.order_by("pk").values_list("text", flat=True)
    return [text for text in texts if contains(text, typed)]


# 1. What is found


@HOUSE
@given(st.lists(TEXTS, min_size=1, max_size=8), st.lists(TEXTS, min_size=1, max_size=4), st.data())
def test_a_row_is_found_exactly_when_it_contains_what_was_typed(
    note: Model, texts: list[str], typed: list[str], data: st.DataObject
) -> None:
    whole = data.draw(st.sampled_from(texts))
    part = whole[data.draw(st.integers(0, 3)) : data.draw(st.integers(3, 8))]
    with transaction.atomic():
        filled(note, *texts)
        for one in (*typed, part, f'"{part}"', f"「{whole}"):
            assert found(note, one) == judged(note, one), (texts, one)
        transaction.set_rollback(True)


def test_words_rows_and_beginnings(note: Model) -> None:
    filled(note, "みなも市幸町2-5 B203号室 山田　太郎", "山田町 太郎丸 Smith, John", "東京都庁")
    first, second, third = (row.text for row in note._base_manager.order_by("pk"))
    for typed, wanted in [
        ("山田 太郎", [first, second]),
        ('"山田 太郎"', [first]),
        ("「山田　太郎」", [first]),
        ("ﾐﾅﾓ市", [first]),
        ("幸町2-5", [first]),
        ("ｂ２０３", [first]),
        ("203", [first]),
        ("03", []),
        ("smi", [second]),
        ("mith", []),
        ("京", [third]),
        ("庁", [third]),
        ("京都", [third]),
        ("東都", []),
        ("東京 庁 都", [third]),
        ("東京 山田", []),
    ]:
        assert found(note, typed) == wanted, typed


@pytest.mark.parametrize(
    ("row", "typed"),
    [("幸町 2", "幸町2"), ("3 回", "3回"), ("a 1", "a1"), ("東京 都", "京都"), ("a1", '"a 1"')],
)
def test_a_blank_parts(note: Model, row: str, typed: str) -> None:
    filled(note, row)
    assert found(note, typed) == []
    filled(note, typed)
    assert found(note, typed) == [typed]


def test_the_predicate_goes_with_others(note: Model) -> None:
    one, other, third = filled(note, "東京 山田", "東京 高橋", "大阪 山田")
    note._base_manager.filter(pk=third.pk).update(kind="x")
    tokyo, yamada = (fulltext_q(note, "search", typed) for typed in ("東京", "山田"))
    assert tokyo is not None
    assert yamada is not None
    rows = note._base_manager.order_by("-pk")
    assert list(rows.filter(tokyo & yamada)) == [one]
    assert list(rows.filter(tokyo | yamada)) == [third, other, one]
    assert list(rows.filter(~tokyo)) == [third]
    assert list(rows.exclude(tokyo)) == [third]
    assert list(rows.filter(yamada, kind="x")) == [third]
    assert list(rows.filter(Q(kind="x") | tokyo & ~yamada)) == [third, other]
    assert list(rows.filter(pk__in=note._base_manager.filter(tokyo))) == [other, one]
    assert rows.filter(tokyo).count() == 2
    assert list(rows.filter(tokyo)[:1]) == [other]
    assert rows.filter(tokyo).update(kind="y") == 2
    rows.filter(yamada).delete()
    assert list(rows) == [other]


def test_a_field_without_an_index_is_named(note: Model) -> None:
    with pytest.raises(LookupError, match=r"kernel\.Note\.text"):
        fulltext_q(note, "text", "東京")


# 2. In step

ONE = st.one_of(
    st.tuples(st.just("insert"), st.just(0), TEXTS),
    st.tuples(st.sampled_from(["update", "save", "move"]), st.integers(0, 9), TEXTS),
    st.tuples(st.just("delete"), st.integers(0, 9), st.just("")),
    st.tuples(st.sampled_from(["many", "copy", "upsert"]), st.integers(1, 7), TEXTS),
    st.tuples(st.just("empty"), st.just(0), st.just("")),
)
WORK = st.lists(st.tuples(ONE, st.sampled_from(["kept", "kept", "kept", "rolled back"])), max_size=14)


def done(model: Model, step: tuple[str, int, str]) -> None:
    verb, number, text = step
    rows = model._base_manager.order_by("pk")
    pks = list(rows.values_list("pk", flat=True))
    chosen = rows.filter(pk=pks[number % len(pks)]) if pks else rows.none()
    texts = [f"{text}{place}" for place in range(number)]
    if verb == "insert":
        filled(model, text)
    elif verb == "update":
        chosen.update(text=text, search=grams(text))
    elif verb == "save":
        for row in chosen:
            row.kind = "saved"
            row.save()
    elif verb == "move" and pks:
        chosen.update(id=pks[-1] + 1 + number)
        _sequence_past(model)
    elif verb == "delete":
        chosen.delete()
    elif verb == "many":
        rows.bulk_create([model(text=one, search=grams(one)) for one in texts])
    elif verb == "copy":
        rows_copy(model, ("text", "search", "kind"), [(one, grams(one), "") for one in texts])
    elif verb == "upsert":
        given = [model(pk=pk, text=one, search=grams(one)) for pk, one in zip(pks, texts, strict=False)]
        rows.bulk_create(given, update_conflicts=True, unique_fields=["id"], update_fields=["text", "search"])
    elif verb == "empty":
        rows.delete()


def _sequence_past(model: Model) -> None:
    if connection.vendor == "postgresql":
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            )


@settings(HOUSE, max_examples=120)
@given(WORK, TEXTS)
def test_no_order_of_writes_leaves_the_index_out_of_step(
    note: Model, work: list[tuple[tuple[str, int, str], str]], typed: str
) -> None:
    probes = [typed, "東", "ア", "a", "1", "京都", "ヤー"]
    with transaction.atomic():
        for step, end in work:
            with transaction.atomic():
                done(note, step)
                if end == "rolled back":
                    transaction.set_rollback(True)
            for probe in probes:
                assert found(note, probe) == judged(note, probe), (step, probe)
        assert fulltext_in_step(note)
        for probe in probes:
            assert found(note, probe) == judged(note, probe)
        transaction.set_rollback(True)


def test_a_large_copy_is_found_at_once(note: Model) -> None:
    texts = [f"東京都{number}番" for number in range(700)]
    with transaction.atomic():
        rows_copy(note, ("text", "search", "kind"), [(text, grams(text), "") for text in texts])
        assert len(found(note, "京都69") or []) == 11
    assert len(found(note, "番") or []) == 700
    assert fulltext_in_step(note)


@pytest.mark.sqlite
def test_an_index_out_of_step_is_told_and_mended(note: Model) -> None:
    filled(note, *["東京", "大阪", "名古屋", "札幌", "福岡"])
    assert fulltext_in_step(note)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER note_search_update")
    note._base_manager.filter(text="東京").update(text="京都", search=grams("京都"))
    assert not fulltext_in_step(note)
    assert found(note, "京都") == []
    fulltext_rebuild(note)
    assert fulltext_in_step(note)
    assert triggers_missing() == []
    assert found(note, "京都") == ["京都"]


# Made, lost and made again


def test_a_lost_index_is_named_and_made_again(note: Model) -> None:
    filled(note, *["東京", "大阪", "名古屋", "札幌", "福岡"])
    assert fulltext_missing() == []
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TABLE note_search_words")
        else:
            cursor.execute("DROP INDEX note_search")
    assert fulltext_missing() == ["note_search"]
    fulltext_rebuild(note)
    assert fulltext_missing() == []
    filled(note, "東京湾")
    assert found(note, "東京") == ["東京", "東京湾"]


@pytest.mark.sqlite
def test_lost_triggers_are_made_again_as_any_others(note: Model) -> None:
    assert triggers_missing() == []
    with connection.cursor() as cursor:
        for name in ("insert", "batch", "update", "delete"):
            cursor.execute(f"DROP TRIGGER note_search_{name}")
    assert triggers_missing() == [f"note_search_{name}" for name in ("batch", "delete", "insert", "update")]
    triggers_make()
    assert triggers_missing() == []
    filled(note, *["東京"] * 5)
    assert len(found(note, "東京") or []) == 5
    assert fulltext_in_step(note)


def test_migrations_make_it_keep_it_and_take_it_away(house_database: Any) -> None:
    rule = FullText(name="page_search", field="search")
    before, fields = (
        ProjectState(),
        [("id", models.BigAutoField(primary_key=True)), ("search", models.TextField())],
    )
    steps: list[Any] = [
        migrations.CreateModel("Page", fields),
        migrations.RunPython(lambda apps, _: write(apps, "東京", "大阪"), migrations.RunPython.noop),
        migrations.AddConstraint("page", rule),
        migrations.RunPython(
            lambda apps, _: write(apps, "東京湾", "京都", "札幌"), migrations.RunPython.noop
        ),
        migrations.AddField("page", "kind", models.CharField(max_length=3, default="")),
        migrations.AlterField("page", "kind", models.CharField(max_length=5, default="", db_index=True)),
        migrations.RunPython(lambda apps, _: write(apps, "東京駅"), migrations.RunPython.noop),
    ]

    def write(apps: Any, *texts: str) -> None:
        for text in texts:
            apps.get_model("kernel", "Page").objects.create(search=grams(text))

    def run(step: Any, state: ProjectState) -> ProjectState:
        after = state.clone()
        step.state_forwards("kernel", after)
        with connection.schema_editor(atomic=True) as editor:
            step.database_forwards("kernel", editor, state, after)
        return after

    state = before
    for step in steps:
        state = run(step, state)
    page = state.apps.get_model("kernel", "Page")
    asked = fulltext_q(page, "search", "東京")
    assert asked is not None
    assert page.objects.filter(asked).count() == 3
    assert fulltext_in_step(page)
    state = run(migrations.RemoveConstraint("page", "page_search"), state)
    write(state.apps, "東京駅前")
    state = run(migrations.AddConstraint("page", rule), state)
    page = state.apps.get_model("kernel", "Page")
    assert page.objects.filter(asked).count() == 4
    assert fulltext_in_step(page)
    run(migrations.DeleteModel("Page"), state)


def test_it_is_written_into_migrations_and_compared() -> None:
    rule = FullText(name="a_search", field="search")
    path, args, kwargs = rule.deconstruct()
    assert (path, args, kwargs) == (
        "madoguchi.kernel.db.fulltext.FullText", (), {"name": "a_search", "field": "search"},
    )  # fmt: skip
    assert rule == FullText(**kwargs) != FullText(name="a_search", field="other")


def test_rows_that_come_back_from_a_backup_are_found(note: Model) -> None:
    filled(note, *["東京", "大阪", "名古屋", "札幌", "福岡"])
    columns = columns_of(note)
    readers = [(i, read) for i, c in enumerate(columns) if (read := reader_for(c, connection)) is not None]
    lines = [_line(row, readers) for rows in _rows(note) for row in rows]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {note._meta.db_table}")
        writers = [
            (i, write) for i, c in enumerate(columns) if (write := writer_for(c, connection)) is not None
        ]
        rows = [json.loads(line) for line in lines]
        for row in rows:
            for place, write in writers:
                row[place] = write(row[place])
        _rows_insert(note._meta.db_table, columns, iter(rows))
    assert found(note, "古屋") == ["名古屋"]
    assert fulltext_in_step(note)


# 3. Whatever is typed


@settings(HOUSE, max_examples=200)
@given(ANYTHING)
def test_whatever_is_typed_has_an_answer(note: Model, typed: str) -> None:
    with transaction.atomic():
        filled(note, "東京 AND OR NOT near", typed.replace("\0", ""), "a1")
        assert found(note, typed) == judged(note, typed)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "typed",
    [
        "東" * 10_000,
        "a" * 10_000,
        "東 " * 5_000,
        " ".join(chr(0x4E00 + number) for number in range(5_000)),
        " ".join(f"a{number}" for number in range(2_000)),
        "".join(chr(0x4E00 + number) for number in range(10_000)),
        '"' * 10_000,
        "(" * 10_000,
        "\ud800東\0京",
    ],
    ids=["letter", "latin", "words", "kanji", "mixed", "phrase", "quotes", "brackets", "broken"],
)
def test_ten_thousand_letters_have_an_answer(note: Model, typed: str) -> None:
    filled(note, "東京", typed.replace("\0", "").replace("\ud800", ""), "a" * 9_999, "大阪")
    assert found(note, typed) == judged(note, typed)


@pytest.mark.parametrize("letters", ["{}", "{}{}"])
def test_the_last_of_many_words_counts_too(note: Model, letters: str) -> None:
    words = [letters.format(chr(0x4E00 + number), "山") for number in range(3 * LOOKED_UP)]
    filled(note, " ".join(words), " ".join(words[:-1]), " ".join(words[1:]))
    assert found(note, " ".join(words)) == [" ".join(words)]
