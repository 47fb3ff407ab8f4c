"""
Japanese addresses: from what a person wrote to its parts, each with how well it was understood.

Words follow the アドレス・ベース・レジストリ of the デジタル庁: a town (町字, machiaza) is 大字・町, perhaps with 丁目 or 小字;
beneath it stand 街区符号 and 住居番号 where 住居表示 is in force, 地番 and 枝番 elsewhere. Prefectures bear the codes of
JIS X 0401, cities those of JIS X 0402. Which cities and towns there are comes from a ``Gazetteer``.

Invariants, held by ``tests/kit/test_addresses.py``:

1. No text is refused and none is lost: ``written`` is what was typed (NFC), always.
2. Two spellings of one address have one key, one level and the same parts.
3. The parts written out again (``address_text``) are understood as the same parts, wherever the town is known.
"""

from madoguchi.kit.addresses.folding import Folded, address_fold
from madoguchi.kit.addresses.gazetteer import City, Gazetteer, MemoryGazetteer, Town, TownGroup
from madoguchi.kit.addresses.local_codes import local_code_complete, local_code_fits
from madoguchi.kit.addresses.parsing import address_parse
from madoguchi.kit.addresses.postal_codes import PostalCodeRefused, postal_code_format, postal_code_parse
from madoguchi.kit.addresses.prefectures import PREFECTURES, prefecture_code, prefecture_name
from madoguchi.kit.addresses.types import Doubt, DoubtCode, Level, ParsedAddress, Quality
from madoguchi.kit.addresses.writing import address_key, address_key_beginning, address_text

__all__ = [
    "PREFECTURES",
    "City",
    "Doubt",
    "DoubtCode",
    "Folded",
    "Gazetteer",
    "Level",
    "MemoryGazetteer",
    "ParsedAddress",
    "PostalCodeRefused",
    "Quality",
    "Town",
    "TownGroup",
    "address_fold",
    "address_key",
    "address_key_beginning",
    "address_parse",
    "address_text",
    "local_code_complete",
    "local_code_fits",
    "postal_code_format",
    "postal_code_parse",
    "prefecture_code",
    "prefecture_name",
]
