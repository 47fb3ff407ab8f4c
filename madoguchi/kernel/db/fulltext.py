"""
Search in running Japanese text, with the same answers on both databases and no extension.

A model keeps what is searched in one column of tokens (``kit.grams.grams``) and states once in ``Meta``::

    search = models.TextField(editable=False, default="")
    constraints = [FullText(name="note_search", field="search")]

and asks with ``Note.objects.filter(fulltext_q(Note, "search", typed))``. Whoever writes a row writes
``search=grams(text)`` with it.

SQLite keeps an FTS5 table in step by triggers. FTS5 writes to the disk at the end of each statement, which costs
more than the words themselves, so that new rows wait in a small table until they are a batch; a search looks
through those that wait. PostgreSQL keeps a GIN index.

Invariants (``tests/kernel/test_fulltext.py``, both databases):

1. A row is found by a phrase exactly when its folded text contains the folded phrase (``kit.grams.phrase_of``).
2. No order of writes, single, many at once or rolled back, leaves the index out of step with the rows.
3. Nothing that is typed is an operator, or an error.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, models, transaction
from django.db.models.lookups import Lookup

from madoguchi.kernel.db.columns import column_of
from madoguchi.kernel.db.triggers import TriggerConstraint
from madoguchi.kit.grams import Phrase, phrase_of, phrases_typed

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

# Rows that wait for FTS5: more are cheaper to write, and each search reads them all.
BATCH = 256
# What reading one row's tokens costs, as the planner counts, and how many tokens it may know the frequency of.
COST, STATISTICS = 3_000, 1_000
# Tokens that PostgreSQL looks up in the index; those beyond are looked for in the rows that are left.
LOOKED_UP = 64


class FullText(TriggerConstraint):
    """An index over a column of tokens, of a model whose primary key is an integer."""

    def __init__(self, *, name: str, field: str, violation_error_message: str | None = None) -> None:
        """
        :param field: a text field that holds what ``kit.grams.grams`` gives, of texts up to 100,000 letters.
        """
        super().__init__(name=name, violation_error_message=violation_error_message)
        self.field = field

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"field": self.field}

    @property
    def words_table(self) -> str:
        """Name the FTS5 table on SQLite, and the function of the indexed expression on PostgreSQL."""
        return f"{self.name}_words"

    @property
    def waiting_table(self) -> str:
        """Name the table of the ids that SQLite has not yet put into the index."""
        return f"{self.name}_waiting"

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "sqlite":
            # Django makes a table anew under another name, and the old one takes its triggers with it.
            schema_editor.deferred_sql.extend(self.sqlite_sql(model, schema_editor.connection))
            return None
        return super().constraint_sql(model, schema_editor)

    def sqlite_sql(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> list[str]:
        """Give the statements that make the index on SQLite, with every row that is there."""
        words, waiting = map(connection.ops.quote_name, (self.words_table, self.waiting_table))
        statements = [
            f"DROP TABLE IF EXISTS {words}",
            f"DROP TABLE IF EXISTS {waiting}",
            f"CREATE TABLE {waiting} (id INTEGER PRIMARY KEY)",
            self.words_sql(model, connection),
            f"INSERT INTO {words} ({words}) VALUES ('rebuild')",  # noqa: S608
        ]
        for name, statement in self.triggers(model, connection).items():
            statements += [f"DROP TRIGGER IF EXISTS {connection.ops.quote_name(name)}", statement]
        return statements

    def words_sql(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> str:
        """Give the statement that makes the FTS5 table; the rows themselves are its content."""
        words, table, primary, column = self._names(model, connection)
        return (
            f"CREATE VIRTUAL TABLE {words} USING fts5({column}, content={table}, content_rowid={primary}, "
            "tokenize='ascii', columnsize=0)"
        )

    def triggers(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> dict[str, str]:
        quote = connection.ops.quote_name
        words, table, primary, column = self._names(model, connection)
        waiting = quote(self.waiting_table)
        known = f"NOT EXISTS (SELECT 1 FROM {waiting} WHERE id = OLD.{primary})"  # noqa: S608
        out = (
            f"INSERT INTO {words} ({words}, rowid, {column}) "
            f"SELECT 'delete', OLD.{primary}, OLD.{column} WHERE OLD.{column} <> '' AND {known}"
        )
        bodies = {
            # A row without words is in no index; many models have a column that few rows fill.
            "insert": (
                "INSERT",
                f" WHEN NEW.{column} <> ''",
                [f"INSERT INTO {waiting} (id) VALUES (NEW.{primary})"],  # noqa: S608
            ),
            "batch": (
                "INSERT",
                f" WHEN NEW.{column} <> '' AND (SELECT count(*) FROM {waiting}) >= {BATCH}",  # noqa: S608
                self.waiting_sql(model, connection),
            ),
            "update": (
                f"UPDATE OF {primary}, {column}",
                f" WHEN OLD.{column} IS NOT NEW.{column} OR OLD.{primary} IS NOT NEW.{primary}",
                [
                    out,
                    (
                        f"INSERT INTO {words} (rowid, {column}) "
                        f"SELECT NEW.{primary}, NEW.{column} WHERE NEW.{column} <> '' AND {known}"
                    ),
                    f"UPDATE {waiting} SET id = NEW.{primary} WHERE id = OLD.{primary}",  # noqa: S608
                ],
            ),
            "delete": ("DELETE", "", [out, f"DELETE FROM {waiting} WHERE id = OLD.{primary}"]),  # noqa: S608
        }
        return {
            f"{self.name}_{word}": f"CREATE TRIGGER {quote(f'{self.name}_{word}')} AFTER {verb} ON {table} "
            f"FOR EACH ROW{when} BEGIN {'; '.join(body)}; END"
            for word, (verb, when, body) in bodies.items()
        }

    def waiting_sql(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> list[str]:
        """Give the statements that put the rows that wait into the FTS5 table."""
        words, table, primary, column = self._names(model, connection)
        waiting = connection.ops.quote_name(self.waiting_table)
        return [
            (
                f"INSERT INTO {words} (rowid, {column}) SELECT {primary}, {column} FROM {table} "  # noqa: S608
                f"WHERE {primary} IN (SELECT id FROM {waiting})"
            ),
            f"DELETE FROM {waiting}",  # noqa: S608
        ]

    def postgres_sql(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> list[str]:
        # `to_tsvector` takes twice as long to read the same tokens. The cost tells the planner to ask the index.
        words, table, _primary, column = self._names(model, connection)
        return [
            (
                f"CREATE OR REPLACE FUNCTION {words}(text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE "
                f"PARALLEL SAFE COST {COST} AS $$ BEGIN "
                "RETURN array_to_tsvector(array_remove(string_to_array($1, ' '), '')); END $$"
            ),
            f"DROP INDEX IF EXISTS {connection.ops.quote_name(self.name)}",
            f"CREATE INDEX {connection.ops.quote_name(self.name)} ON {table} USING gin ({words}({column}))",
            # Of a token that it does not know the planner takes half the frequency of the rarest that it does.
            f"ALTER INDEX {connection.ops.quote_name(self.name)} ALTER COLUMN 1 SET STATISTICS {STATISTICS}",
        ]

    def postgres_drop_sql(self, _model: type[models.Model], connection: BaseDatabaseWrapper) -> list[str]:
        quote = connection.ops.quote_name
        return [
            f"DROP INDEX IF EXISTS {quote(self.name)}",
            f"DROP FUNCTION IF EXISTS {quote(self.words_table)}(text)",
        ]

    def _names(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> tuple[str, str, str, str]:
        """Quote the names of the words, the table, its primary key and the column."""
        table = model._meta.db_table.removeprefix("new__")
        names = (self.words_table, table, str(model._meta.pk.column), column_of(model, self.field))
        words, table, primary, column = map(connection.ops.quote_name, names)
        return words, table, primary, column


def fulltext_q(model: type[models.Model], field: str, typed: str) -> models.Q | None:
    """
    Give the predicate for the rows whose text contains all that a person typed; None when nothing can be searched.

    Words are parted by blanks; each must be there. What stands in quotation marks, and a word with a sign in it
    (2-5), must be there in a row. Japanese is found anywhere, one letter too; a Latin word or a number by its
    beginning. Width, case, kana and variants do not matter (``kit.grams.text_fold``).

    :raises LookupError: the model has no ``FullText`` over this field.
    """
    _rule_of(model, field)
    phrases = phrases_typed(typed)
    return models.Q(**{f"{field}__fulltext": phrases}) if phrases else None


@models.CharField.register_lookup
@models.TextField.register_lookup
class Containing(Lookup[Any]):
    """``field__fulltext=("東京", "2 5")``: folded phrases, all of which the text contains."""

    lookup_name = "fulltext"
    prepare_rhs = False

    def _phrases(self) -> list[Phrase]:
        return [phrase_of(folded) for folded in self.rhs]

    def as_sqlite(self, _compiler: Any, connection: Any) -> Any:
        model = self.lhs.target.model
        rule = _rule_of(model, self.lhs.target.name)
        words, table, primary, column = rule._names(model, connection)
        waiting, alias = map(connection.ops.quote_name, (rule.waiting_table, self.lhs.alias))
        phrases = self._phrases()
        asked = " AND ".join(f'"{" ".join(one.tokens)}"{" *" if one.open else ""}' for one in phrases)
        sql = (
            f"{alias}.{primary} IN (SELECT rowid FROM {words} WHERE {words} MATCH %s UNION ALL "  # noqa: S608
            f"SELECT w.id FROM {waiting} w CROSS JOIN {table} t ON t.{primary} = w.id WHERE NOT EXISTS "
            f"(SELECT 1 FROM json_each(%s) WHERE instr(' ' || t.{column}, value) = 0))"
        )
        return sql, (asked, json.dumps([_row_of(one) for one in phrases]))

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        rule = _rule_of(self.lhs.target.model, self.lhs.target.name)
        column, parameters = self.process_lhs(compiler, connection)
        phrases = self._phrases()
        terms = list(dict.fromkeys(term for one in phrases for term in _terms_of(one)))
        looked_up = set(terms[:LOOKED_UP])
        # The index knows of each token whether it is there, and nothing of what stands beside it.
        left = [
            f"%{_row_of(one)}%"
            for one in phrases
            if len(one.tokens) > 1 or not looked_up.issuperset(_terms_of(one))
        ]
        sql = f"{connection.ops.quote_name(rule.words_table)}({column}) @@ %s::tsquery"
        given: tuple[Any, ...] = (*parameters, " & ".join(terms[:LOOKED_UP]))
        if left:
            # Of a LIKE the planner believes that it leaves next to nothing, and reads a common word's every row.
            like = f"' ' || {column} LIKE ALL (%s::text[])"
            sql = f"({sql} AND CASE WHEN {like} THEN true ELSE false END)"
            given = (*given, *parameters, left)
        return sql, given


def _row_of(phrase: Phrase) -> str:
    # No pair is the beginning of another one: behind the last token nothing has to stand.
    return " " + " ".join(phrase.tokens)


def _terms_of(phrase: Phrase) -> list[str]:
    *tokens, last = (f"'{token}'" for token in phrase.tokens)
    return [*tokens, f"{last}:*" if phrase.open else last]


def _rule_of(model: type[models.Model], field: str) -> FullText:
    for rule in model._meta.constraints:
        if isinstance(rule, FullText) and rule.field == field:
            return rule
    raise LookupError(f"{model._meta.label}.{field}: no FullText in Meta.constraints")


def _rules() -> list[tuple[type[models.Model], FullText]]:
    return [(model, rule) for model in apps.get_models() for rule in _rules_of(model)]


def _rules_of(model: type[models.Model]) -> list[FullText]:
    return [rule for rule in model._meta.constraints if isinstance(rule, FullText)]


def fulltext_missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """
    Name the indexes that a database lacks, or holds in another form; ``fulltext_mend`` makes them again.

    The triggers on SQLite are told by ``triggers_missing``.
    """
    connection = connections[using]
    wanted = _rules()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
            present = dict(cursor.fetchall())
            return sorted(
                rule.name
                for model, rule in wanted
                if present.get(rule.words_table) != rule.words_sql(model, connection)
                or rule.waiting_table not in present
            )
        cursor.execute(
            "SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid "
            "WHERE indisvalid AND pg_table_is_visible(oid)"
        )
        indexes = {name for (name,) in cursor.fetchall()}
    return sorted(rule.name for _model, rule in wanted if rule.name not in indexes)


def fulltext_mend(using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Make anew what a database lacks of its full-text indexes (after each ``migrate``)."""
    missing = set(fulltext_missing(using))
    tables = set(connections[using].introspection.table_names()) if missing else set()
    for model in {model for model, rule in _rules() if rule.name in missing}:
        if model._meta.db_table in tables:
            fulltext_rebuild(model, using)


def fulltext_rebuild(model: type[models.Model], using: str = DEFAULT_DB_ALIAS) -> None:
    """Make every full-text index of a model anew from its rows; nobody writes to the table meanwhile."""
    connection = connections[using]
    sqlite = connection.vendor == "sqlite"
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for rule in _rules_of(model):
            make = rule.sqlite_sql if sqlite else rule.postgres_sql
            for statement in make(model, connection):
                cursor.execute(statement)


def fulltext_in_step(model: type[models.Model], using: str = DEFAULT_DB_ALIAS) -> bool:
    """
    Compare the indexes of a model with all its rows; slow. PostgreSQL keeps its own and is always in step.

    On SQLite the rows that wait are put into the index first.
    """
    connection = connections[using]
    if connection.vendor != "sqlite":
        return True
    try:
        with transaction.atomic(using=using), connection.cursor() as cursor:
            for rule in _rules_of(model):
                for statement in rule.waiting_sql(model, connection):
                    cursor.execute(statement)
                words = connection.ops.quote_name(rule.words_table)
                cursor.execute(f"INSERT INTO {words} ({words}, rank) VALUES ('integrity-check', 1)")  # noqa: S608
    except DatabaseError:
        return False
    return True
