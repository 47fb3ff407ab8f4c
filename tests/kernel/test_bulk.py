"""Many rows at once keep every rule of a single row, and folded text is found by its beginning on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.blocks.people.models import Party, PartyName, Residence, Source
from madoguchi.kernel.db.bulk import ids_reserve, rows_copy

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 12, 1, 0, 0, 123456, tzinfo=UTC)
FIELDS = ("id", "key", "kind", "form", "corporate_number", "entered_at")


def parties(*keys: str) -> list[int]:
    ids = list(ids_reserve(Party, len(keys)))
    rows_copy(Party, FIELDS, [(n, key, "person", "", "", NOW) for n, key in zip(ids, keys, strict=True)])
    return ids


def test_rows_arrive_as_the_model_would_have_written_them() -> None:
    (party,) = parties('引用"符\t\\N')
    fields = ("party", "source", "entered_at", "starts_on", "ends_on", "began_by", "ended_by")
    rows_copy(Residence, fields, [(party, "register", NOW, date(2020, 2, 29), None, "", "")])
    row = Residence.objects.get()
    assert (row.party.key, row.entered_at, row.starts_on, row.ends_on) == (
        '引用"符\t\\N', NOW, date(2020, 2, 29), None,
    )  # fmt: skip


def test_reserved_ids_are_nobody_else_s() -> None:
    first, second = list(ids_reserve(Party, 3)), list(ids_reserve(Party, 2))
    plain = Party.objects.create(key="P", kind="person", entered_at=NOW)
    assert len({*first, *second, plain.pk}) == 6
    assert list(ids_reserve(Party, 0)) == []


def test_constraints_hold() -> None:
    parties("A")
    with pytest.raises(IntegrityError), transaction.atomic():
        parties("B", "A")
    (party,) = parties("C")
    residence = ("party", "source", "entered_at", "starts_on", "began_by", "ended_by")
    rows = [(party, "register", NOW, date(2020, 1, day), "", "") for day in (1, 2)]
    with pytest.raises(IntegrityError), transaction.atomic():
        rows_copy(Residence, residence, rows)
    assert not Residence.objects.exists()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.text("アヤマー𠮷龠azＡ\u3099", min_size=1, max_size=4), min_size=1, max_size=8),
    st.text("アヤマー𠮷龠azＡ", min_size=1, max_size=2),
)
def test_a_beginning_finds_what_begins_so_in_one_order(keys: list[str], prefix: str) -> None:
    with transaction.atomic():
        party = Party.objects.create(key="K", kind="person", entered_at=NOW)
        PartyName.objects.bulk_create(
            PartyName(
                party=party, source=Source.TYPED, entered_at=NOW, withdrawn_at=NOW, starts_on=NOW.date(),
                name=key, name_key=key, kana_key=key,
            )
            for key in keys
        )  # fmt: skip
        found = PartyName.objects.filter(kana_key__prefix=prefix).order_by("kana_key")
        assert [row.kana_key for row in found] == sorted(
            (key for key in keys if key.startswith(prefix)), key=lambda key: key.encode()
        )
        transaction.set_rollback(True)
