"""What lint says: where, a stable code, a Japanese sentence, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.actions import Refused

LayerName = Literal["base", "prefecture", "city"]
RANK: dict[LayerName, int] = {"base": 0, "prefecture": 1, "city": 2}
Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, and the layer that the file belongs to."""

    layer: LayerName
    file: Path
    line: int

    @property
    def shown(self) -> str:
        """``file:line``, seen from the working folder where the file is in it."""
        here = Path.cwd()
        file = self.file.relative_to(here) if self.file.is_relative_to(here) else self.file
        return f"{file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding. Codes are stable; ``declaration`` is ``kind/key``, or "" when a file cannot be read."""

    place: Place
    code: str
    message: str
    suggestion: str = ""
    level: Level = "error"
    declaration: str = ""

    @property
    def text(self) -> str:
        """``file:line: code message suggestion``."""
        return f"{self.place.shown}: {self.code} {self.message}{self.suggestion}"

    def as_data(self) -> dict[str, Any]:
        """Give it as plain data for ``--json``."""
        return {
            "file": self.place.shown.rpartition(":")[0],
            "line": self.place.line,
            "layer": self.place.layer,
            "code": self.code,
            "level": self.level,
            "message": self.message,
            "suggestion": self.suggestion,
            "declaration": self.declaration,
        }


def errors_of(issues: Iterable[Issue]) -> list[Issue]:
    """Keep what must be mended."""
    return [issue for issue in issues if issue.level == "error"]


class DeclarationsRefused(Refused):
    """Lint or a sample says no; ``issues`` says where and why."""

    message = _("宣言に直すところがあります。")

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues = tuple(issues)
        super().__init__("\n".join([str(type(self).message), *(issue.text for issue in self.issues)]))


class UnknownDeclaration(Refused):
    """No declaration has this key, or several kinds have it."""

    message = _("その宣言はありません。")


class MajorChangeNeedsUpgrade(Refused):
    """A change that what is under way cannot follow by itself, and no upgrade is declared for it."""

    message = _("大きな変更には、宣言に upgrade（どの版からの移行で、何が変わるか）が必要です。")


class PublishedMeanwhile(Refused):
    """Somebody else published the same declaration at the same moment; nothing was written."""

    message = _("ほかの人が同時に公開しました。違いを確かめて、もう一度公開してください。")


class NothingToPublish(Refused):
    """Every declaration is published as it stands."""

    message = _("公開済みの内容と同じです。")
