"""Cities by the shape of their names, for addresses outside the gazetteer: a guess, and called one."""

import re
from typing import Final

# 政令指定都市: only these have wards beneath the city. Source: 地方自治法第252条の19第1項の指定都市の指定に関する政令.
_WITH_WARDS: Final = "札幌市|仙台市|さいたま市|千葉市|横浜市|川崎市|相模原市|新潟市|静岡市|浜松市|名古屋市|京都市|大阪市|堺市|神戸市|岡山市|広島市|北九州市|福岡市|熊本市"
# Names that hold 市, 町 or 村 before their end: the first one found would cut them short.
_HOLDING: Final = (
    "四日市市|廿日市市|野々市市|十日町市|大町市|武蔵村山市|東村山市|羽村市|田村市|大村市|村上市|村山市|町田市|市川市|市原市|今市市|八日市市|八日市場市|"
    "大町町|玉村町|上市町|余市町|市川三郷町|市川大門町|市貝町|市川町|村田町|中村市|木村町"
)
_LETTER: Final = r"[^\s0-9A-Za-z,、，\-市区町村郡]"
_COUNTY: Final = rf"(?:(?:東村山|西村山|北村山|余市|高市|{_LETTER}{{1,4}})郡(?!市|山市|上市))"
_CITY: Final = re.compile(
    rf"(?:(?:{_WITH_WARDS}){_LETTER}{{1,4}}区|{_COUNTY}?(?:{_HOLDING})|{_COUNTY}(?:{_LETTER}{{1,6}}[町村])|"
    rf"(?:蒲郡|小郡|大和郡山|郡山|郡上|{_LETTER}{{1,6}}){{suffix}})"
)
_ANY: Final = re.compile(_CITY.pattern.replace("{suffix}", "[市区町村]"))
_CITY_ONLY: Final = re.compile(_CITY.pattern.replace("{suffix}", "市"))


def city_guess(plain: str, start: int, *, below_prefecture: bool) -> int:
    """
    Find where a city's name ends that begins at a place of a text; the place itself when nothing looks like one.

    :param below_prefecture: the text named a prefecture before; else only a 市 or a 郡 counts, as 町 may be a town.
    """
    found = (_ANY if below_prefecture else _CITY_ONLY).match(plain, start)
    return found.end() if found else start
