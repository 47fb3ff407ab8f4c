"""A store that cannot write answers with a page that says what to do, never with a trace."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection

from madoguchi.blocks.measures.testing import ENTERING, YEAR, indicator_make
from madoguchi.blocks.people.testing import staff_client

pytestmark = pytest.mark.django_db


class Full:
    """The disk is full for every write to the figures."""

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "measures_actualentry"'):
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)


def test_a_full_disk_keeps_what_was_typed_on_the_page() -> None:
    indicator = indicator_make()
    item = indicator.item
    client = staff_client(*ENTERING, office=item.offices.get().office)
    url = f"/office/plan/{item.edition.key}/{item.no}/actual/{indicator.pk}/?year={YEAR}"
    with connection.execute_wrapper(Full()):
        answer = client.post(url, {"value": "77", "after": "0", "year": YEAR, "note": "書いたこと"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "いま記録を保存できません" in text
    assert 'value="77"' in text
    assert "書いたこと" in text
    assert client.post(url, {"value": "77", "after": "0", "year": YEAR}).status_code == 302


def test_a_page_without_a_form_answers_503(monkeypatch: pytest.MonkeyPatch) -> None:
    from madoguchi.blocks.measures.staff import views as views_staff
    from madoguchi.kernel.actions import StoreUnavailable

    def fail(**_: Any) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(views_staff, "items_kept", fail)
    indicator = indicator_make()
    client = staff_client(*ENTERING, office=indicator.item.offices.get().office)
    answer = client.get(f"/office/plan/{indicator.item.edition.key}/?year={YEAR}")
    assert answer.status_code == 503
    assert "少し待って" in answer.content.decode()
