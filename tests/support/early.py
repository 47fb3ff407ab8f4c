"""
The environment of the tests, set before anything reads it.

pytest loads this through ``-p`` in ``addopts``, ahead of pytest-django, which imports the settings.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path


def environment_prepare() -> Path:
    """Give this process a data folder of its own, deleted when the controlling process ends."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        # The controlling process has set its own folder before it started us.
        folder = Path(os.environ["MADOGUCHI_DATA"]) / worker
        folder.mkdir(mode=0o700, exist_ok=True)
    else:
        folder = Path(tempfile.mkdtemp(prefix="madoguchi-tests-"))
        atexit.register(_folder_delete, folder, os.getpid())
    os.environ["MADOGUCHI_DATA"] = str(folder)
    os.environ.pop("MADOGUCHI_CITY", None)
    return folder


def _folder_delete(folder: Path, owner: int) -> None:
    # A forked child inherits the registration, but not the folder.
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


environment_prepare()
