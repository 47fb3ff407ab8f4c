"""Rights that must reach the whole city hall, not some offices of it."""

from __future__ import annotations

from madoguchi.kernel.rights import NotAllowed, Viewer


def may_everywhere(viewer: Viewer, right: str) -> bool:
    """
    Say whether a right is held for every office.

    :raises UnknownRight: no block declares the right.
    """
    return viewer.may(right) and (
        viewer.kind == "system" or any(g.right == right and g.offices is None for g in viewer.grants)
    )


def must_everywhere(viewer: Viewer, right: str) -> None:
    """
    Refuse unless a right is held for every office.

    :raises NotAllowed: pages answer it with 404.
    """
    if not may_everywhere(viewer, right):
        raise NotAllowed(f"{viewer.kind} {viewer.key}: {right} everywhere")
