"""Every register that the house declares opens: its list, the form made of its fields, in three languages."""

from __future__ import annotations

import pytest
from django.conf import settings

from madoguchi.blocks.people.testing import NOW, office_make, staff_client
from madoguchi.blocks.registers.schema import schemas_all
from madoguchi.kernel.clock import today
from madoguchi.kernel.declarations import declarations_publish
from madoguchi.kernel.rights import system_viewer
from tests.registers.pages.asking import EDIT, IMPORT, PERSONAL, VIEW, url

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_every_declared_register_opens() -> None:
    declarations_publish(actor=system_viewer(on=today(), duty="試験"), keys=None, reason="試験", now=NOW)
    office = office_make()
    for schema in schemas_all():
        client = staff_client(VIEW, EDIT, IMPORT, PERSONAL, office=office, service=schema.service)
        for language in ("ja", "ja-easy", "en"):
            client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
            for name in ("list", "add", "import_new"):
                answer = client.get(url(name, register=schema.key))
                assert answer.status_code == 200, (schema.key, name)
        views = [f"?view={view.key}" for view in schema.model.views]
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ja"
        for query in ("?q=あ", *views, *(f"?sort=-{key}" for key in schema.model.indexes)):
            address = url("list", register=schema.key) + query
            assert client.get(address).status_code == 200, address
        refused = client.post(url("add", register=schema.key), {})
        assert refused.status_code == 422, schema.key
