"""Reading our Markdown: files, fences, tables, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"
REFERENCE = ROOT / "docs" / "reference.md"
FENCE = re.compile(r"^(?P<indent> *)```(?P<lang>\w*)\n(?P<body>.*?)^ *```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Fence:
    """A block of code in a document; ``path`` when its first line is a comment that names a file."""

    document: Path
    line: int
    lang: str
    body: str

    @property
    def path(self) -> str:
        """Which file the block shows, or ""."""
        found = re.match(r"(?:# |\{# )((?:madoguchi|tests|city)/\S+?)(?: #\})?\n", self.body)
        return found[1] if found else ""

    @property
    def content(self) -> str:
        """The file's content, without the line that names it."""
        return self.body.partition("\n")[2] if self.path else self.body


def documents() -> list[Path]:
    """Give every Markdown file that people read."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "madoguchi").rglob("README.md")]
    return sorted(found)


def fences(document: Path) -> Iterator[Fence]:
    """Give the blocks of code of a document."""
    text = document.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        yield Fence(document, text.count("\n", 0, found.start()) + 1, found["lang"], found["body"])


def prose(document: Path) -> str:
    """Give a document without its blocks of code."""
    return FENCE.sub("", document.read_text(encoding="utf-8"))


def tables(text: str) -> Iterator[list[list[str]]]:
    """Give the tables of a text as rows of cells, without their heads."""
    for block in re.findall(r"(?:^\|.*\|\n?)+", text, re.MULTILINE):
        lines = [line for line in block.splitlines() if line.strip()]
        yield [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def section(text: str, heading: str) -> str:
    """Give what stands under a heading of the second level."""
    found = re.search(rf"^## [^\n]*{re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no section “{heading}”"
    return found[1]


def slug(heading: str) -> str:
    """Give the anchor that a heading gets."""
    words = re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading).strip().lower())
    return words.replace(" ", "-")


def anchors(document: Path) -> set[str]:
    """Give the anchors of a document."""
    return {slug(found) for found in re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)}
