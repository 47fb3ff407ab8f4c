"""The city's own closed days move its deadlines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from madoguchi.config.environment import EnvironmentRefused, environment_read
from madoguchi.kernel import calendar

FRIDAY, MONDAY = date(2026, 8, 14), date(2026, 8, 17)


def test_a_day_that_the_city_closes_is_no_business_day(settings: object) -> None:
    assert calendar.is_business_day(FRIDAY)
    environment = django_settings.ENVIRONMENT
    site = replace(environment.site, closed_days=frozenset([FRIDAY]))
    settings.ENVIRONMENT = replace(environment, site=site)  # type: ignore[attr-defined]
    assert not calendar.is_business_day(FRIDAY)
    assert calendar.business_day_from(FRIDAY) == MONDAY
    assert calendar.next_business_day(date(2026, 8, 13)) == MONDAY
    assert calendar.business_days_add(date(2026, 8, 13), 1) == MONDAY
    assert calendar.business_days_between(date(2026, 8, 13), MONDAY) == 1


@pytest.mark.parametrize(("written", "days"), [("[2026-08-14]", {FRIDAY}), ("[]", set())])
def test_closed_days_are_read_from_the_bindings(tmp_path: Path, written: str, days: set[date]) -> None:
    (tmp_path / "bindings.yaml").write_text(f"site:\n  closed_days: {written}\n", encoding="utf-8")
    variables = {"MADOGUCHI_DATA": str(tmp_path / "data"), "MADOGUCHI_CITY": str(tmp_path)}
    assert environment_read(variables).site.closed_days == days


@pytest.mark.parametrize("written", ["2026-08-14", "[お盆]", "[20260814]", "{a: b}"])
def test_other_writings_are_refused_with_the_place(tmp_path: Path, written: str) -> None:
    (tmp_path / "bindings.yaml").write_text(f"site:\n  closed_days: {written}\n", encoding="utf-8")
    variables = {"MADOGUCHI_DATA": str(tmp_path / "data"), "MADOGUCHI_CITY": str(tmp_path)}
    with pytest.raises(EnvironmentRefused, match=r"closed_days.*2026-08-14"):
        environment_read(variables)
