"""
The fonts that documents are printed with: the city's own first, then the one that comes with the program.

A city puts font files (``.otf``, ``.ttf``, ``.ttc``) for its letterhead, or for characters that no other font has,
into the folder ``fonts`` of its data.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.actions import Unavailable

# The fonts come as packages that hold one file each (docs/adr/0040).
PACKAGES = ("noto_cjk_sans_jp_regular", "noto_cjk_sans_jp_bold")
FAMILY = "Noto Sans CJK JP"
SUFFIXES = {".otf", ".ttf", ".ttc"}


class FontMissing(Unavailable):
    """There is no font with Japanese characters to print with."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            _(
                "PDF に使う日本語の書体がありません。"
                "`make setup` をやり直すか、日本語の書体のファイル（.otf、.ttf、.ttc）を %(folder)s に置いてください。"
                "Debian では、apt の fonts-noto-cjk や fonts-ipafont に入っているファイルを使えます。"
            )
            % {"folder": folder}
        )


def city_folder() -> Path:
    """Give the folder for fonts of the city's own, which need not be there."""
    return Path(settings.DATA_DIR) / "fonts"


def font_folders() -> tuple[list[Path], list[str]]:
    """
    Give the folders to load fonts from, and the families in the order in which a character is looked for.

    :raises FontMissing: neither the program's fonts nor the city's own are there.
    """
    own = city_folder()
    with_files = own.is_dir() and any(path.suffix.lower() in SUFFIXES for path in own.iterdir())
    families = list(_families(own, own.stat().st_mtime_ns)) if with_files else []
    packaged = _packaged()
    if not packaged and not families:
        raise FontMissing(own)
    return [*([own] if families else []), *packaged], [*families, *([FAMILY] if packaged else [])]


def _packaged() -> list[Path]:
    found = []
    for package in PACKAGES:
        try:
            folder = Path(str(files(package)))
        except ModuleNotFoundError:
            continue
        if any(path.suffix in SUFFIXES for path in folder.iterdir()):
            found.append(folder)
    return found


@cache
def _families(folder: Path, changed: int) -> tuple[str, ...]:  # noqa: ARG001 - a changed folder is read again
    # The library is large; only those who print load it.
    from typst import Fonts

    fonts = Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
    return tuple(sorted(fonts.families()))
