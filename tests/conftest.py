"""What every test has: the strict mode, a browser, and no test on the wrong database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.db import connections
from django.template import Context, Template
from django.test import override_settings
from django.utils import translation

from madoguchi.kernel.stamps import stamped_forget

pytest_plugins = [
    "tests.support.browser",
    "tests.support.databases",
    "tests.support.house_browser",
    "tests.support.oidc_judge",
    "tests.support.strict",
]


# A computer that does other work besides is slow, not wrong: the time limit of pytest is enough.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


DATABASES = {"db", "django_db_setup", "house_template"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put aside tests that only say something on the other database; whoever asks for none runs once."""
    for item in items:
        marked = item.get_closest_marker("django_db") or item.get_closest_marker("postgresql")
        if not marked and DATABASES.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker("once")
    other = "sqlite" if os.environ.get("DATABASE_URL") else "postgresql"
    aside = [item for item in items if item.get_closest_marker(other)]
    if aside:
        config.hook.pytest_deselected(items=aside)
        items[:] = [item for item in items if item not in aside]


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix(request: pytest.FixtureRequest) -> None:
    """Give each worker its own PostgreSQL database; a SQLite in memory is each worker's own already."""
    worker = getattr(request.config, "workerinput", {}).get("workerid")
    if worker and os.environ.get("DATABASE_URL"):
        database = connections["default"].settings_dict
        database["TEST"]["NAME"] = f"test_{database['NAME']}_{worker}"


@pytest.fixture(autouse=True, scope="session")
def settings_of_tests() -> Iterator[None]:
    """Leave out what costs time in every test and tells nothing: slow passwords, and a look at all static files by each client."""
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=quick, WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(autouse=True, scope="session")
def context_of_the_page_alone(django_test_environment: None) -> Iterator[None]:
    """
    Keep the context of a page, not of each part that it is put together from.

    Django's test client copies the context of every template that is rendered, of hundreds for a page with a form;
    ``response.context`` is that of the first.
    """
    told = Template._render
    inside = False

    def outermost(self: Template, context: Context) -> str:
        nonlocal inside
        if inside:
            return self.nodelist.render(context)
        inside = True
        try:
            return told(self, context)
        finally:
            inside = False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", outermost)
        yield


@pytest.fixture(autouse=True)
def japanese_of_this_test() -> None:
    """Begin in Japanese: the language of the last page asked for stays with the thread."""
    translation.activate("ja")


@pytest.fixture(autouse=True)
def caches_of_this_test() -> None:
    """Forget what was kept of rows that were rolled back with an earlier test."""
    stamped_forget()


@pytest.fixture(autouse=True)
def audit_roots_of_this_test() -> None:
    """Forget the roots of seals that were rolled back with an earlier test."""
    (Path(settings.DATA_DIR) / "audit" / "roots.log").unlink(missing_ok=True)
