"""How old a person is, as Japanese law counts."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import ClassVar

from madoguchi.kit.days import day_only
from madoguchi.kit.refusals import Refused


class AgeRefused(Refused):
    """There is no age to give on the day."""

    texts: ClassVar[Mapping[str, str]] = {
        "unborn": "生年月日より前の日の年齢は計算できません。",
        "too_late": "扱える日付の範囲を超えます。",
    }


def full_years(birth: date, day: date) -> int:
    """
    Count the birthdays that have come by a day; 29 February comes on 1 March in other years.

    :raises AgeRefused: `unborn`, the day is before the birth.
    """
    if day_only(day) < day_only(birth):
        raise AgeRefused("unborn")
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def age_on(birth: date, day: date) -> int:
    """
    Give the age that a person has reached when a day ends.

    One ages at the end of the day before the birthday: born on 1 April, one is six on 31 March. Born on
    29 February, one ages on 28 February, in leap years too.
    Source: 年齢計算ニ関スル法律; 民法第143条第2項.

    :raises AgeRefused: `unborn`, the day is before the birth; `too_late`, no day comes after it.
    """
    if day_only(day) < day_only(birth):
        raise AgeRefused("unborn")
    try:
        return full_years(birth, day + timedelta(days=1))
    except OverflowError:
        raise AgeRefused("too_late") from None
