from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def closest(wrong: str, known: Iterable[str]) -> str:
    """Offer the nearest known spelling as a Japanese sentence, or nothing when none is near."""
    near = get_close_matches(wrong, sorted(known), n=1, cutoff=0.6)
    return f"「{near[0]}」ではありませんか。" if near else ""
