"""
Whom the signing certificate of a card names.

公的個人認証 puts the four items into otherNames of the subject's alternative name, below 1.2.392.200149.8.5.5, as
UTF8String. The numbers are those that public readers of the card agree on (jsrsasign's table of the card, two
independent programs that read real cards); J-LIS's own profile (署名用電子証明書プロファイル) could not be read here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from madoguchi.blocks.people.identity.signatures.types import CardClaims
from madoguchi.blocks.people.parties.matching import FourItems
from madoguchi.kit.partial_dates import PartialDateRefused, partial_date_parse
from madoguchi.kit.wareki import DateRefused

ARC: Final = "1.2.392.200149.8.5.5."
ITEMS: Final[Mapping[str, str]] = {
    f"{ARC}1": "name",
    f"{ARC}2": "name_substituted",
    f"{ARC}3": "sex",
    f"{ARC}4": "born",
    f"{ARC}5": "address",
    f"{ARC}6": "address_substituted",
}
LONGEST: Final = 1_000
_BORN: Final = re.compile(r"[0-9]([0-9]{8})")


def claims_of(certificate: Any) -> CardClaims | None:
    """Read the items of a certificate (of asn1crypto); None where it has none, or one of them twice."""
    found: dict[str, str] = {}
    for name in certificate.subject_alt_name_value or ():
        if name.name != "other_name":
            continue
        item = ITEMS.get(name.chosen["type_id"].dotted)
        if item is None:
            continue
        value = name.chosen["value"].native
        if item in found or not isinstance(value, str) or len(value) > LONGEST:
            return None
        found[item] = value
    if not found:
        return None
    found["born"] = _born(found.get("born", ""))
    found["sex"] = found["sex"] if found.get("sex") in {"1", "2"} else ""
    return CardClaims(**found)


def items_of(claims: CardClaims) -> FourItems:
    """Give them as the four items by which the register is asked."""
    return FourItems(name=claims.name, born=claims.born, address=claims.address, sex=claims.sex)


def _born(written: str) -> str:
    """Read a digit for the era and a day of the Gregorian calendar; what is 0 is unknown."""
    digits = _BORN.fullmatch(written)
    if digits is None:
        return ""
    try:
        return partial_date_parse(digits[1]).iso
    except (PartialDateRefused, DateRefused):
        return ""
