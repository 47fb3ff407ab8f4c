"""郵便番号: seven figures, 〒123-4567."""

import re
from collections.abc import Mapping
from typing import ClassVar, Final

from madoguchi.kit.refusals import Refused
from madoguchi.kit.width import HYPHENS, ascii_to_half

_SEPARATORS: Final = re.compile(rf"[{re.escape(HYPHENS)}\s]")
_MARK: Final = re.compile(r"^\s*[〒〠]?\s*")


class PostalCodeRefused(Refused):
    """A typed 郵便番号 is not one."""

    texts: ClassVar[Mapping[str, str]] = {
        "empty": "郵便番号を入力してください。",
        "form": "郵便番号は7桁の数字です（例：123-4567）。",
    }


def postal_code_parse(text: str) -> str:
    """
    Read a typed 郵便番号, with or without 〒, hyphen and full-width figures, and give its seven figures.

    :raises PostalCodeRefused: `empty`, `form`.
    """
    plain = _SEPARATORS.sub("", _MARK.sub("", ascii_to_half(text)))
    if not plain:
        raise PostalCodeRefused("empty")
    if not re.fullmatch(r"[0-9]{7}", plain):
        raise PostalCodeRefused("form")
    return plain


def postal_code_format(code: str) -> str:
    """Write seven figures as people read them, "123-4567"; anything else stays as it is."""
    return f"{code[:3]}-{code[3:]}" if re.fullmatch(r"[0-9]{7}", code) else code
