"""A list as a file with personal values: only for whom, what for, and with everybody in it written down."""

from __future__ import annotations

import json
from typing import Any

import pytest

from madoguchi.blocks.people.models import Office
from madoguchi.blocks.people.testing import person_make
from madoguchi.blocks.registers.testing import THINGS, record_make, register_make
from madoguchi.kernel.models import AuditRow, AuditSubject
from tests.registers.pages.asking import LIST, PERSONAL, keeper, looks, url, words

pytestmark = pytest.mark.django_db
PAGE = url("export_personal")
SENT = {"duty": "備品の使用者に点検の案内を送るため", "format": "json"}


def rows(response: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(b"".join(response.streaming_content))
    return found


def test_everybody_in_the_file_is_written_down_before_it_is_given(office: Office) -> None:
    desk, chair = (
        record_make(office_id=office.pk, name=name, state=state, person="水面　花子")
        for name, state in (("机", "use"), ("椅子", "store"))
    )
    client = keeper(office, PERSONAL)
    assert "export/personal/" in client.get(LIST, {"f-state": "use"}).content.decode()
    opened = client.get(PAGE, {"f-state": "use"})
    assert "入る記録 1件" in words(opened)
    assert "使う人" in words(opened)
    assert looks() == [], "to ask is not to look"
    answer = client.post(f"{PAGE}?f-state=use", SENT)
    assert [(row["name"], row["person"]) for row in rows(answer)] == [("机", "水面　花子")]
    assert "no-store" in answer["Cache-Control"]
    row = AuditRow.objects.get(event="registers.records_looked_at")
    assert row.duty == SENT["duty"]
    detail = json.loads(row.detail)
    assert (detail["page"], detail["count"], detail["narrowed_by"]) == ("export", 1, ["state"])
    read = AuditSubject.objects.filter(row=row).values_list("kind", "key")
    assert list(read) == [("registers.test.things", desk.number)]
    client.post(PAGE, {**SENT, "format": "csv"})
    assert AuditSubject.objects.filter(kind="registers.test.things").count() == 3
    assert chair.number in AuditSubject.objects.values_list("key", flat=True)


def test_persons_whom_fields_point_at_are_told(office: Office) -> None:
    person = person_make()
    register_make(
        THINGS,
        fields=[*THINGS["fields"], {"key": "user", "label": "使用者", "type": "party", "class": "personal"}],
    )
    record_make(office_id=office.pk, user=person.key)
    assert keeper(office, PERSONAL).post(PAGE, SENT).status_code == 200
    assert AuditSubject.objects.filter(kind="people.person", key=person.key).count() == 1


def test_a_file_for_nothing_is_refused_and_keeps_what_was_chosen(office: Office) -> None:
    record_make(office_id=office.pk, person="水面　花子")
    client = keeper(office, PERSONAL)
    answer = client.post(PAGE, {"duty": " ", "format": "xlsx"})
    assert answer.status_code == 422
    assert 'id="id_duty_error"' in answer.content.decode()
    assert '<option value="xlsx" selected' in answer.content.decode()
    assert looks() == []
    assert "書き出す記録がありません" in words(client.get(PAGE, {"q": "ここにない"}))
    assert client.post(f"{PAGE}?q=ここにない", SENT).status_code == 200
    assert looks() == []
    assert client.get(PAGE, {"f-price-from": "x"}).status_code == 302, "the list says what is wrong"


def test_without_the_right_there_is_no_such_page(office: Office) -> None:
    record_make(office_id=office.pk, person="水面　花子")
    client = keeper(office)
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, SENT).status_code == 404
    assert "個人情報も含めて" not in words(client.get(LIST))
    assert looks() == []
    # Nor where nothing personal is kept.
    assert keeper(office, PERSONAL).get(url("export_personal", register="test.plots")).status_code == 404


def test_a_file_of_more_than_one_statement_names_is_written_down_whole(office: Office) -> None:
    for number in range(503):
        record_make(office_id=office.pk, name=f"机{number}", person="水面　花子")
    answer = keeper(office, PERSONAL).post(PAGE, SENT)
    assert len(rows(answer)) == 503
    assert AuditSubject.objects.filter(kind="registers.test.things").count() == 503
