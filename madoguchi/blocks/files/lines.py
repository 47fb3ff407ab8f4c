"""From rows to what other floors see of a file."""

from __future__ import annotations

from madoguchi.blocks.files.intake.formats import TEXT_TYPES
from madoguchi.blocks.files.intake.names import extension_of
from madoguchi.blocks.files.models import StoredFile
from madoguchi.blocks.files.types import FileLine, Verdict


def file_line(stored: StoredFile) -> FileLine:
    """Give a file as lists show it; its ``content`` read before."""
    content = stored.content
    return FileLine(
        key=stored.key, name=stored.name, about=(stored.about_kind, stored.about_key),
        media_type=named_type(content.media_type, stored.name), size=content.size, sealed=content.sealed,
        verdict=Verdict(content.verdict), damage=content.damage, added_at=stored.added_at, added_by=stored.added_by,
        width=content.width, height=content.height, pages=content.pages,
    )  # fmt: skip


def named_type(media_type: str, name: str) -> str:
    """Call a text what its name says: the same bytes may be a list to one and a note to another."""
    plain, _semicolon, parameter = media_type.partition(";")
    told = TEXT_TYPES.get(extension_of(name)) if plain == "text/plain" else None
    return f"{told};{parameter}" if told else media_type
