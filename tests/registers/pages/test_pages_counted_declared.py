"""Every table that the house declares is counted and written as a file, and every stock-take has its page."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.urls import reverse

from madoguchi.blocks.people.testing import NOW, office_make, staff_client
from madoguchi.blocks.registers.schema import schemas_all
from madoguchi.kernel.clock import today
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.rights import system_viewer
from tests.registers.pages.asking import EDIT, PERSONAL, VIEW, url

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_every_declared_table_and_stock_take_opens() -> None:
    declarations_publish(actor=system_viewer(on=today(), duty="試験"), keys=None, reason="試験", now=NOW)
    office = office_make()
    tables = takes = 0
    for schema in schemas_all():
        rights = (VIEW, EDIT, PERSONAL, "registers.restricted_view")
        client = staff_client(*rights, office=office, service=schema.service)
        for language in ("ja", "ja-easy", "en"):
            client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
            for table in schema.model.statistics:
                answer = client.get(url("statistics", register=schema.key), {"table": table.key})
                assert answer.status_code == 200, (schema.key, table.key)
                tables += 1
            wanted = 200 if schema.model.stocktake else 404
            takes += schema.model.stocktake
            assert client.get(url("stocktakes", register=schema.key)).status_code == wanted, schema.key
        for table in schema.model.statistics:
            file = client.get(reverse("registers:statistic_file", args=[schema.key, table.key, "csv"]))
            assert b"".join(file.streaming_content), (schema.key, table.key)  # type: ignore[attr-defined]
    assert tables
    assert takes
