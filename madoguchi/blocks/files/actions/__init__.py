"""
Keeping, removing, judging, holding, sweeping and proving files.

A file comes in by two steps: ``file_take`` (long, changes no row) and the action ``file_keep`` (short). ``file_add`` is both,
for whoever is not inside an action of his own.
"""

from madoguchi.blocks.files.actions.holding import content_hold, hold_release
from madoguchi.blocks.files.actions.judging import ContentJudged, content_judge, preview_keep
from madoguchi.blocks.files.actions.keeping import (
    FileRemoved,
    file_add,
    file_keep,
    file_pass,
    file_remove,
    infection_note,
)
from madoguchi.blocks.files.actions.sweeping import ContentInUse, content_sweep, stray_sweep
from madoguchi.blocks.files.actions.verifying import contents_note
from madoguchi.blocks.files.intake.refusals import (
    FileActive,
    FileBroken,
    FileEmpty,
    FileKindRefused,
    FileLocked,
    FileNameLies,
    FileRefused,
    FileSwells,
    FileTooLarge,
    MyNumberInFile,
    VirusFound,
)
from madoguchi.blocks.files.intake.taking import file_take
from madoguchi.blocks.files.scanning import ScannerAway
from madoguchi.blocks.files.store import ContentGone, StoreAway

__all__ = [
    "ContentGone",
    "ContentInUse",
    "ContentJudged",
    "FileActive",
    "FileBroken",
    "FileEmpty",
    "FileKindRefused",
    "FileLocked",
    "FileNameLies",
    "FileRefused",
    "FileRemoved",
    "FileSwells",
    "FileTooLarge",
    "MyNumberInFile",
    "ScannerAway",
    "StoreAway",
    "VirusFound",
    "content_hold",
    "content_judge",
    "content_sweep",
    "contents_note",
    "file_add",
    "file_keep",
    "file_pass",
    "file_remove",
    "file_take",
    "hold_release",
    "infection_note",
    "preview_keep",
    "stray_sweep",
]
