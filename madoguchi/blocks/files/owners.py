"""Who owns the files of a kind of subject: the block that knows who may read them. Asked, never assumed."""

from __future__ import annotations

from madoguchi.blocks.files.types import FileOwner, MayPort, ReadPort, SealPort
from madoguchi.kernel.rights import NotAllowed
from madoguchi.kit.registry import Registry

file_owners: Registry[FileOwner] = Registry("owner of files")


def file_owner_declare(
    kind: str,
    *,
    may_read: MayPort,
    may_write: MayPort,
    read_noted: ReadPort | None = None,
    seal_key: SealPort | None = None,
) -> None:
    """
    Say, in a block's ``hooks.py``, who may read and change the files of a kind of subject; see ``FileOwner``.

    :param kind: as in ``Subject.kind``, e.g. ``registers.record``.
    :raises AlreadyRegistered: another block has said so.
    """
    file_owners.register(kind, FileOwner(may_read, may_write, read_noted, seal_key))


def file_owner(kind: str) -> FileOwner:
    """
    Give the owner of a kind of subject.

    :raises NotAllowed: nobody speaks for this kind, so nobody may read it.
    """
    if kind not in file_owners:
        raise NotAllowed(f"nobody owns files of {kind}")
    return file_owners[kind]
