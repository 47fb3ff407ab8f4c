"""From when a month's reading counts as unusual: ``site.oversight`` of the city's ``bindings.yaml``, or the defaults."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import time
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.actions import Refused


class ThresholdsRefused(Refused):
    """``site.oversight`` holds something that cannot be worked with."""

    message = _(
        "bindings.yaml の site.oversight に誤りがあります。docs/operations.md の表のとおりに直してください。"
    )


@dataclass(frozen=True, slots=True)
class Thresholds:
    """
    What is still usual.

    :param office_hours: from when to when staff usually work on an open day, in Japan.
    :param people_times: so many times the median of the others with the same duty …
    :param people_least: … and at least so many persons.
    :param same_name_least: persons with the reader's own family name.
    :param same_person_least: looks of one office at one person without a case.
    :param searches_in_vain: searches in a row that showed nobody, or too many to list.
    """

    office_hours: tuple[time, time] = (time(8, 0), time(19, 0))
    people_times: int = 3
    people_least: int = 20
    same_name_least: int = 3
    same_person_least: int = 5
    searches_in_vain: int = 10


def thresholds() -> Thresholds:
    """
    Read what this city set.

    :raises ThresholdsRefused: an unknown name, or a value that is no such number or hour.
    """
    site = settings.ENVIRONMENT.site.values.get("site")
    written = site.get("oversight") if isinstance(site, dict) else None
    if written is None:
        return Thresholds()
    known = {field.name for field in fields(Thresholds)}
    if not isinstance(written, dict) or not written.keys() <= known:
        raise ThresholdsRefused
    return replace(Thresholds(), **{name: _read(name, value) for name, value in written.items()})


def _read(name: str, value: Any) -> Any:
    if name != "office_hours":
        if type(value) is not int or value < 1:
            raise ThresholdsRefused
        return value
    if not isinstance(value, list) or len(value) != 2:
        raise ThresholdsRefused
    opens, closes = (_hour(one) for one in value)
    if opens >= closes:
        raise ThresholdsRefused
    return opens, closes


def _hour(value: Any) -> time:
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", str(value))
    if found is None:
        raise ThresholdsRefused
    return time(int(found[1]), int(found[2]))
