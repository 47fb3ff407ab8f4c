"""The services of this house: every folder under ``madoguchi/services`` that declares one."""

from __future__ import annotations

from pathlib import Path

from madoguchi import services


def services_found() -> list[str]:
    """Name the service packages, in the order of their names; a new folder needs no list to stand in."""
    folders = Path(services.__path__[0]).iterdir()
    return [
        f"madoguchi.services.{folder.name}"
        for folder in sorted(folders)
        if (folder / "service.yaml").is_file()
    ]
