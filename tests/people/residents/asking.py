"""How much a page asks of the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext


@contextmanager
def asked_at_most(number: int) -> Iterator[None]:
    """Hold that so many statements are enough, the notes in the audit trail among them."""
    with CaptureQueriesContext(connection) as asked:
        yield
    told = [one["sql"] for one in asked.captured_queries]
    # Where the test has a transaction around it, that of the action is a savepoint.
    told = [sql for sql in told if "SAVEPOINT" not in sql and not sql.startswith(("BEGIN", "COMMIT"))]
    assert len(told) <= number, "\n".join(told)
