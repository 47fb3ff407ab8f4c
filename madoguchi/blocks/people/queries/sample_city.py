"""The invented residents of a sample city as files of the register's layout; nothing of it is read from records."""

from __future__ import annotations

from datetime import date

from madoguchi.blocks.people.sample_city.cast import CastSignIn as CastSignIn
from madoguchi.blocks.people.sample_city.cast import cast_sign_ins as cast_sign_ins
from madoguchi.blocks.people.sample_city.city import city_records
from madoguchi.blocks.people.sample_city.difference import difference_records
from madoguchi.blocks.people.sample_city.files import residents_file
from madoguchi.blocks.people.sample_city.ground import ground_on
from madoguchi.kernel.layouts.kind import layout_published


def sample_city_file(
    *, residents: int, seed: int, as_of: date, layout: str, difference: float | None = None
) -> bytes:
    """
    Write the extract of a sample city, or the difference of the day after it.

    :param layout: the key of the declared layout.
    :param difference: how many records in a hundred residents the day after changes; left out, the whole city.
    :raises NoTowns: the city has no towns.
    """
    ground = ground_on(as_of)
    records = city_records(residents=residents, seed=seed, on=as_of, ground=ground)
    if difference is not None:
        records = difference_records(records, percent=difference, seed=seed, on=as_of, ground=ground)
    return residents_file(layout_published(layout).model, records)
