"""Outside judges: poppler reads what a PDF says, LibreOffice opens our workbooks and saves them again."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def pdf_pages(pdf: bytes) -> list[str]:
    """Read the pages of a PDF that say something, without the spaces that a layout puts between characters."""
    program = _program("pdftotext", "poppler (pdftotext)")
    done = subprocess.run([program, "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return ["".join(page.split()) for page in done.stdout.decode().split("\f") if page.strip()]


def pdf_text(pdf: bytes) -> str:
    """Read the text of a whole PDF, as ``pdf_pages``."""
    return "".join(pdf_pages(pdf))


def workbooks_resave(*sources: Path) -> Path:
    """Let LibreOffice save workbooks that lie in one folder again; the folder of what it made, under the same names."""
    program = _program("soffice", "LibreOffice")
    folder = sources[0].parent
    subprocess.run(
        [
            program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to",
            "xlsx:Calc MS Excel 2007 XML", "--outdir", folder / "out", *sources,
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return folder / "out"


def _program(name: str, called: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{called} is not installed")
    return found
