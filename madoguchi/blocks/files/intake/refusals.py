"""Every way in which a file is refused; each message says what to do."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.actions import Refused


class FileRefused(Refused):
    """A file cannot be taken; nothing of it is kept."""

    message = _("このファイルは受け取れません。別のファイルを選んでください。")


class FileEmpty(FileRefused):
    """There is nothing in it."""

    message = _("ファイルが空です。中身のあるファイルを選び直してください。")


class FileTooLarge(FileRefused):
    """It is larger than the place takes."""

    def __init__(self, *, most: int) -> None:
        words = _("ファイルが大きすぎます（上限%(most)s）。画像を小さくするか、分けて送ってください。")
        super().__init__(words % {"most": _size(most)}, most=most)


class FileKindRefused(FileRefused):
    """It is of a kind that nobody takes, or that this place does not take."""

    def __init__(self, found: Any) -> None:
        words = _("%(found)sは受け取れません。画像（JPEG・PNG・WebP）、PDF、Word・Excel・PowerPoint（.docx・.xlsx・.pptx）、文字のファイル（.txt・.csv）のうち、ここで求められているものを選んでください。")  # fmt: skip
        super().__init__(words % {"found": found})


class FileNameLies(FileRefused):
    """The end of the name says another kind than the content."""

    def __init__(self, *, name: str, found: Any, extension: str) -> None:
        words = _("「%(name)s」の中身は%(found)sで、名前の終わりと合いません。名前の終わりを「.%(extension)s」に直すか、正しいファイルを選んでください。")  # fmt: skip
        super().__init__(words % {"name": name, "found": found, "extension": extension})


class FileLocked(FileRefused):
    """It is encrypted: nobody could look into it."""

    message = _("パスワードか編集の制限が付いています。外して保存し直したファイルを送ってください。")


class FileActive(FileRefused):
    """It holds a program: macros, scripts, embedded files."""

    def __init__(self, what: Any) -> None:
        words = _(
            "中に%(what)sが入っています。取り除いて保存し直すか、PDFとして印刷し直したファイルを送ってください。"
        )
        super().__init__(words % {"what": what})


class FileBroken(FileRefused):
    """It cannot be read to its end."""

    message = _("ファイルが壊れていて開けません。もとのソフトで開いて、保存し直してから送ってください。")


class FileSwells(FileRefused):
    """Unpacked it would be far larger than it looks."""

    message = _(
        "ファイルの中身が大きすぎます。使っていないページ、シート、画像を消すか、画像を小さくしてください。"
    )


class MyNumberInFile(FileRefused):
    """A text holds what could be somebody's 個人番号."""

    def __init__(self, *, line: int) -> None:
        words = _(
            "%(line)d行目に、マイナンバー（個人番号）と思われる12桁の数字があります。消してから送ってください。"
        )
        super().__init__(words % {"line": line}, line=line)


class VirusFound(FileRefused):
    """The scanner found something; ``virus`` is what it calls it."""

    message = _(
        "ウイルスが見つかったため、受け取りませんでした。お使いの機器をウイルス対策ソフトで調べてください。"
    )

    def __init__(self, *, virus: str) -> None:
        super().__init__(virus=virus)
        self.virus = virus


def _size(most: int) -> str:
    return f"{most / 1024 / 1024:g}MB" if most >= 1024 * 1024 else f"{most / 1024:g}KB"
