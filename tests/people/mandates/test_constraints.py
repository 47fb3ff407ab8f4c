"""The database alone refuses: raw SQL against the rules of mandates and of answers about consent."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from madoguchi.blocks.people.models import Consent, Mandate
from madoguchi.blocks.people.testing import NOW, mandate_make, person_make, resident_account_make

pytestmark = pytest.mark.django_db


def refused(sql: str, *values: object) -> str:
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(error.value)


def row_of(model: type, pk: int, **changes: object) -> tuple[str, list[object]]:
    """Give SQL that inserts a copy of a row with changes."""
    table = connection.ops.quote_name(model._meta.db_table)  # type: ignore[attr-defined]
    names = [field.column for field in model._meta.concrete_fields if field.column != "id"]  # type: ignore[attr-defined]
    values: list[object] = []
    parts = []
    for name in names:
        if name in changes:
            parts.append("%s")
            values.append(changes[name])
        else:
            parts.append(connection.ops.quote_name(name))
    columns = ", ".join(connection.ops.quote_name(name) for name in names)
    return f"INSERT INTO {table} ({columns}) SELECT {', '.join(parts)} FROM {table} WHERE id = %s", [
        *values,
        pk,
    ]


def test_of_one_kind_one_mandate_between_two_on_a_day():
    mandate = mandate_make(person_make(), person_make(), starts_on=date(2026, 1, 1), ends_on=date(2026, 7, 1))
    sql, values = row_of(Mandate, mandate.pk, key="OTHER", starts_on="2026-06-30", ends_on="2027-01-01")
    assert "mandate_once" in refused(sql, *values)
    for allowed in (
        {"key": "A", "starts_on": "2026-07-01", "ends_on": "2027-01-01"},
        {"key": "B", "kind": "tax_accountant"},
        {"key": "C", "revoked_at": NOW},
    ):
        sql, values = row_of(Mandate, mandate.pk, **allowed)
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
    assert Mandate.objects.count() == 4


def test_nobody_acts_for_himself_and_nobody_accepts_for_nobody():
    mandate = mandate_make(person_make(), person_make())
    sql, values = row_of(Mandate, mandate.pk, key="SELF", delegate_id=mandate.grantor_id)
    assert "mandate_for_another" in refused(sql, *values)
    sql, values = row_of(Mandate, mandate.pk, key="NONE", delegate_id=None)
    assert "mandate_accepted_by_somebody" in refused(sql, *values)
    sql, values = row_of(
        Mandate, mandate.pk, key="BACK", kind="guardian", starts_on="2026-05-01", ends_on="2026-05-01"
    )
    assert "mandate_period_forward" in refused(sql, *values)


def test_an_answer_is_written_once():
    consent = Consent.objects.create(
        party=person_make(), consent="city_hall.prefill", version=1, sha256="0" * 64, language="ja",
        answer="given", answered_at=NOW, account=resident_account_make().account,
    )  # fmt: skip
    assert "consent_written_once" in refused(
        "UPDATE people_consent SET answer = 'refused' WHERE id = %s", consent.pk
    )
    assert Consent.objects.get().answer == "given"
