"""How days, moments, numbers and amounts are written in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import get_language, gettext

from madoguchi.kit.refusals import Refused
from madoguchi.kit.wareki import FIRST_GREGORIAN_DAY, wareki_format

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def date_text(value: date) -> str:
    """Write a day: 令和8年4月1日 in Japanese, 1 Apr 2026 elsewhere."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    language = get_language() or "ja"
    if language.startswith("ja"):
        western = f"{value.year}年{value.month}月{value.day}日"
        if value < FIRST_GREGORIAN_DAY:
            return western
        japanese = wareki_format(value)
        return f"{western}（{japanese}）" if language == "ja-easy" else japanese
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def date_typed(value: date) -> str:
    """Write a day as this reader would type it, so that a form reads it back."""
    language = get_language() or "ja"
    if language == "ja-easy":
        return f"{value.year}年{value.month}月{value.day}日"
    return date_text(value) if language == "ja" else value.isoformat()


def moment_text(value: datetime) -> str:
    """Write a moment in the city's time zone, to the minute."""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{date_text(local.date())} {local.hour}:{local.minute:02d}"


def number_text(value: int | float | Decimal) -> str:
    """Write a number with digit groups; it keeps the decimals that it has."""
    return f"{value:,}"


def yen_writer() -> Callable[[int], str]:
    """Give the function that writes amounts in the reader's language, for lists that write many."""
    before, after = gettext("%(amount)s円").split("%(amount)s")
    return lambda value: f"{before}{value:,}{after}"


def yen_text(value: int) -> str:
    """Write an amount: 1,234円, ¥1,234 in English."""
    return yen_writer()(value)


def refusal_text(refused: Refused) -> str:
    """Say in the reader's language why something typed was refused."""
    return gettext(refused.texts[refused.code]).format(**refused.params)
