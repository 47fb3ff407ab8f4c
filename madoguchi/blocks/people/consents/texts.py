"""
The very text that somebody answered, and the digest by which it is known again.

A text is built from a published version, which never changes, in the language in which it was shown. ``FORM``
names how it is put together: whoever changes that gives it another number and keeps the old way, or no older
answer can be proved any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from madoguchi.kernel.declarations import (
    Published,
    UnknownDeclaration,
    declaration_diff,
    published,
    published_all,
    published_version,
    size_of,
    text_for,
)
from madoguchi.kernel.declarations.texts import Text
from madoguchi.kit.canonical import canonical_hash

FORM: Final = 1
PARTS: Final = ("label", "purpose", "text", "withdrawal")
LISTS: Final = ("data", "recipients")


@dataclass(frozen=True, slots=True)
class ConsentText:
    """
    A consent as it is read in one language.

    ``label`` … ``recipients`` say in which language each text really is: Japanese where a translation is missing.
    """

    key: str
    version: int
    language: str
    service: str
    optional: bool
    basis: str
    label: Text
    purpose: Text
    text: Text
    withdrawal: Text
    data: tuple[Text, ...]
    recipients: tuple[Text, ...]

    @property
    def document(self) -> Mapping[str, Any]:
        """Everything that was shown, as plain data."""
        whole: dict[str, Any] = {
            "form": FORM,
            "consent": self.key,
            "version": self.version,
            "language": self.language,
            "service": self.service,
            "optional": self.optional,
            "basis": self.basis,
        }
        for name in PARTS:
            whole[name] = _plain(getattr(self, name))
        for name in LISTS:
            whole[name] = [_plain(text) for text in getattr(self, name)]
        return whole

    @property
    def sha256(self) -> str:
        """The SHA-256 of its canonical JSON."""
        return canonical_hash(self.document)


def consent_text(declared: Published, language: str) -> ConsentText:
    """Give one published version in a language."""
    document = declared.document

    def listed(name: str) -> tuple[Text, ...]:
        return tuple(text_for(declared, f"{name}.{index}", language) for index in range(len(document[name])))

    return ConsentText(
        key=declared.key,
        version=declared.version,
        language=language,
        service=document["service"],
        optional=document.get("optional", True),
        basis=document["basis"],
        label=text_for(declared, "label", language),
        purpose=text_for(declared, "purpose", language),
        text=text_for(declared, "text", language),
        withdrawal=text_for(declared, "withdrawal", language),
        data=listed("data"),
        recipients=listed("recipients"),
    )


def consents_declared() -> list[Published]:
    """Give the newest versions of all declared consents, in the order of their keys."""
    return sorted(published_all("consent"), key=lambda declared: declared.key)


def consent_declared(key: str) -> Published | None:
    """Give the newest version of one; None where none is published."""
    try:
        return published("consent", key)
    except UnknownDeclaration:
        return None


def covers(version: int, newest: Published) -> bool:
    """Say whether an answer to one version still speaks to the newest: nothing major changed in between."""
    if version == newest.version:
        return True
    try:
        answered = published_version("consent", newest.key, version)
    except UnknownDeclaration:
        return False
    return size_of(declaration_diff(answered, newest)) == "minor"


def _plain(text: Text) -> dict[str, str]:
    return {"lang": text.lang, "text": text.value}
