"""
The code by which an offer of a mandate is handed over: eight characters that can be read out on the telephone.

The first three say which offer is meant, so that a wrong code counts against one offer; they open nothing. The
other five are the secret: about 23 bits, and five tries.
"""

from __future__ import annotations

import secrets
import unicodedata
from typing import Final

from madoguchi.blocks.people.identity.digests import digest_keyed, digest_same
from madoguchi.kit.check_characters import RECEIPT_ALPHABET

LENGTH: Final = 8
LOCATOR: Final = 3
# Letters that are never used are read as their likeness, as in receipt numbers.
_READ_AS: Final = str.maketrans("OQDILZSGB", "000112568")
_KEPT: Final = 60


def code_make() -> str:
    """Make a code."""
    return "".join(secrets.choice(RECEIPT_ALPHABET) for _ in range(LENGTH))


def code_shown(code: str) -> str:
    """Write a code in two groups of four."""
    return f"{code[:4]}-{code[4:]}"


def code_read(typed: str) -> str:
    """Read a typed code: width, case, blanks and hyphens do not matter; "" where it cannot be one."""
    folded = unicodedata.normalize("NFKC", typed).upper().translate(_READ_AS)
    plain = "".join(letter for letter in folded if letter.isalnum())
    return plain if len(plain) == LENGTH and set(plain) <= set(RECEIPT_ALPHABET) else ""


def code_kept(code: str) -> str:
    """Give what is kept of a code: which offer it means, and a keyed digest of the whole."""
    return f"{locator(code)}{digest_keyed(code, what='mandate')[:_KEPT]}"


def locator(code: str) -> str:
    """Give the part of a code by which its offer is found."""
    return f"{code[:LOCATOR]}:"


def code_fits(code: str, kept: str) -> bool:
    """Say whether a code is the one of which something was kept."""
    return digest_same(code_kept(code), kept)
