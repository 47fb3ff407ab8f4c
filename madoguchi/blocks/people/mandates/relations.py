"""
Whose child somebody is, by the words of the resident register (続柄).

The register says how each member stands to the head of the household (住民基本台帳法 第7条第4号). It does not say
who has parental authority: that stands in the family register (戸籍). So what is found here is a reason to let
somebody claim it with his own word, no proof.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# 子 since 1995; records and extracts also hold the order of birth, as the family register writes it.
_CHILD: Final = re.compile(r"養?子|養?[長次二三四五六七八九十]+[男女]")
_SPOUSES: Final = frozenset({"妻", "夫"})
_CHILD_OF_SPOUSE: Final = re.compile(r"([妻夫])の(?:養?子|養?[長次二三四五六七八九十]+[男女])")


def may_be_parent(*, child: str, adult: str, adult_is_head: bool) -> bool:
    """
    Say whether two members of one household stand to each other as child and parent.

    :param child: how the child stands to the head (子, 長女, 妻の子 …).
    :param adult: how the adult stands to the head.
    """
    child, adult = _plain(child), _plain(adult)
    if _CHILD.fullmatch(child):
        return adult_is_head or adult in _SPOUSES
    found = _CHILD_OF_SPOUSE.fullmatch(child)
    return found is not None and adult == found[1]


def _plain(relation: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", relation))
