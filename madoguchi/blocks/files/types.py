"""What files tell the floors above, and what those tell files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Final, Literal

from django.db import models
from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.rights import Viewer

MIB: Final = 1024 * 1024
FileKind = Literal["image", "pdf", "office", "text"]
EVERY_KIND: Final[frozenset[FileKind]] = frozenset({"image", "pdf", "office", "text"})
NAME_MOST: Final = 200


class Verdict(models.TextChoices):
    """What is known of viruses: nobody asked, the answer is awaited, none found, one found."""

    UNCHECKED = "unchecked", _("検査していない")
    WAITING = "waiting", _("検査を待っている")
    CLEAN = "clean", _("見つからなかった")
    INFECTED = "infected", _("見つかった")


class Damage(models.TextChoices):
    """How the stored bytes differ from what was stored."""

    DAMAGED = "damaged", _("壊れている")
    MISSING = "missing", _("なくなっている")


class PreviewKind(models.TextChoices):
    """A small picture, or the beginning of the words."""

    THUMBNAIL = "thumbnail", _("縮小した画像")
    BEGINNING = "beginning", _("文字の初め")


@dataclass(frozen=True, slots=True)
class FileRules:
    """What a place takes: how large at most, in bytes, and of which kinds."""

    bytes_most: int = 20 * MIB
    kinds: frozenset[FileKind] = EVERY_KIND


@dataclass(frozen=True, slots=True)
class FileLine:
    """
    A file as lists show it; ``size`` in bytes, as its giver knows it.

    ``about`` is the kind and key of what it belongs to, ``added_by`` the key of the viewer who gave it.
    """

    key: str
    name: str
    about: tuple[str, str]
    media_type: str
    size: int
    sealed: bool
    verdict: Verdict
    damage: str
    added_at: datetime
    added_by: str
    width: int | None = None
    height: int | None = None
    pages: int | None = None

    @property
    def readable(self) -> bool:
        """Whether it may be opened by those who may read it."""
        return self.verdict in (Verdict.UNCHECKED, Verdict.CLEAN)


@dataclass(slots=True)
class OpenedFile:
    """A file to be read: ``body`` gives plain bytes; only where ``seekable`` may it be read from a place on."""

    line: FileLine
    media_type: str
    size: int
    body: IO[bytes]
    seekable: bool


MayPort = Callable[[Viewer, str], bool]
ReadPort = Callable[[Viewer, FileLine, datetime], None]
SealPort = Callable[[Viewer, str], bytes]


@dataclass(frozen=True, slots=True)
class FileOwner:
    """
    What the block that owns a kind of subject says of its files; each port takes the viewer and the subject's key.

    :param may_write: whether files may be added and removed; :param may_read: whether they may be opened.
    :param read_noted: told of each reading before a byte is given, to log it where the data are personal.
    :param seal_key: gives the 32 bytes for sealing and opening; raises ``NotAllowed`` where there are none.
    """

    may_read: MayPort
    may_write: MayPort
    read_noted: ReadPort | None = None
    seal_key: SealPort | None = None


@dataclass(frozen=True, slots=True)
class Orphan:
    """A content that no live file names, since when, and by whom it is held, if so."""

    sha256: str
    size: int
    since: datetime
    held: bool


@dataclass(frozen=True, slots=True)
class ContentFault:
    """A content whose stored bytes are not what was stored."""

    sha256: str
    damage: Damage
    files: int = 0


@dataclass(slots=True)
class Taken:
    """
    A file that was read, checked and cleaned, its bytes stored; ``file_keep`` makes it a file of something.

    ``body`` holds the stored bytes once more, should they be swept in between.
    """

    name: str
    media_type: str
    size: int
    sha256: str
    body: IO[bytes]
    verdict: Verdict
    width: int | None = None
    height: int | None = None
    pages: int | None = None
    plain_mac: str = field(default="", repr=False)

    @property
    def sealed(self) -> bool:
        """Whether the stored bytes are sealed."""
        return bool(self.plain_mac)
