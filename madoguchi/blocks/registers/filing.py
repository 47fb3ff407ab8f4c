"""Files in forms and on pages of records: taken in when they are sent, kept when a form comes back, shown with a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from madoguchi.blocks.fields.types import Ctx, FileField, FilesInput, FilesTyped, ValueRefused
from madoguchi.blocks.files.actions import file_add
from madoguchi.blocks.files.queries import (
    file_address,
    files_named,
    files_of,
    preview_address,
    thumbnails_there,
)
from madoguchi.blocks.files.types import FileLine, PreviewKind, Verdict
from madoguchi.blocks.registers.attaching import draft_subject, file_fields, kept_subject, rules_of
from madoguchi.blocks.registers.schema import Schema
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.rights import NotAllowed, Viewer

ACCEPT = {
    "image": ".jpg,.jpeg,.png,.webp", "pdf": ".pdf", "office": ".docx,.xlsx,.pptx", "text": ".txt,.csv",
}  # fmt: skip


class FilesField(forms.Field):
    """
    The files of a record's field. What is sent is taken in at once, whatever else is wrong with the form.

    A refused file says why at the field; those that were taken stay, as drafts of the viewer until the record is written.
    """

    def __init__(self, schema: Schema, field: FileField, viewer: Viewer, ctx: Ctx) -> None:
        accept = ",".join(ACCEPT[kind] for kind in ACCEPT if kind in field.kinds)
        widget = FilesInput(self._described, several=field.most > 1, accept=accept)
        super().__init__(required=field.required, widget=widget, help_text=help_of(field))
        self._schema, self._field, self._viewer, self._ctx = schema, field, viewer, ctx

    def clean(self, value: Any) -> Any:
        """Take in what was sent; the keys of all that stay, None for none."""
        typed = value if isinstance(value, FilesTyped) else FilesTyped()
        kept = [key for key in typed.kept if key not in typed.off]
        taken, wrong = self._taken(typed.sent, len(kept))
        self.widget.taken = tuple(taken)
        if wrong:
            raise ValidationError(wrong)
        try:
            return self._field.reader(self._ctx)(" ".join([*kept, *taken])).value
        except ValueRefused as refused:
            raise ValidationError(refused.message, code=refused.code) from refused

    def _taken(self, sent: Sequence[Any], held: int) -> tuple[list[str], list[str]]:
        subject = draft_subject(self._schema.key, self._field.key, self._viewer)
        taken: list[str] = []
        wrong: list[str] = []
        for file in sent:
            name = str(file.name)[:80]
            if held + len(taken) >= self._field.most:
                text = gettext(
                    "「%(name)s」は入りません。%(most)s個までです。要らないものを「外す」にしてから、もう一度選んでください。"
                )
                wrong.append(text % {"name": name, "most": self._field.most})
                continue
            try:
                line = file_add(
                    actor=self._viewer,
                    name=str(file.name),
                    content=file,
                    subject=subject,
                    rules=rules_of(self._field),
                    now=now(),
                )
            except Refused as refused:
                wrong.append(
                    gettext("「%(name)s」：%(message)s") % {"name": name, "message": refused.message}
                )
            else:
                taken.append(line.key)
        return taken, wrong

    def _described(self, keys: Sequence[str]) -> Mapping[str, tuple[str, str, str]]:
        lines = files_named(viewer=self._viewer, keys=keys)
        return {
            key: (line.name, note_of(line), file_address(line, office=True) if line.readable else "")
            for key, line in lines.items()
        }


def help_of(field: FileField) -> str:
    """Say what a field takes, and how many."""
    words = {
        "image": gettext("画像（JPEG・PNG・WebP）"), "pdf": gettext("PDF"), "office": gettext("Word・Excel・PowerPoint"),
        "text": gettext("文字のファイル（.txt・.csv）"),
    }  # fmt: skip
    kinds = gettext("、").join(words[kind] for kind in words if kind in field.kinds)
    text = gettext("%(kinds)s。一つ%(size)sMBまで、%(most)s個まで。")
    return text % {"kinds": kinds, "size": field.largest_mib, "most": field.most}


def note_of(line: FileLine) -> str:
    """Say how large a file is, how many pages it has, and what it waits for."""
    kib = max(1, round(line.size / 1024))
    size = f"{kib}KB" if kib < 1024 else f"{kib / 1024:.1f}MB"
    parts = [size]
    if line.pages:
        parts.append(gettext("%(count)sページ") % {"count": line.pages})
    if line.verdict == Verdict.WAITING:
        parts.append(gettext("ウイルスの検査を待っています。済むと開けます。"))
    if line.damage:
        parts.append(gettext("中身が壊れています。システムの担当に知らせてください。"))
    return gettext("・").join(parts)


def files_seen(viewer: Viewer, schema: Schema, number: str) -> dict[str, FileLine]:
    """Give all files that a record ever had and the viewer may see, by key; two queries per field of files."""
    found: dict[str, FileLine] = {}
    for key in file_fields(schema):
        try:
            lines = files_of(viewer=viewer, subject=kept_subject(schema.key, key, number))
        except NotAllowed:
            continue
        found |= {line.key: line for line in lines}
    return found


def files_markup(lines: Mapping[str, FileLine], keys: Iterable[str], *, pictures: bool) -> SafeString:
    """
    Show files: a small picture where there is one, the name as a link, size, and a link that saves it.

    :param pictures: whether small pictures are shown; each is a look at the file.
    """
    wanted = list(keys)
    images = [
        key
        for key in wanted
        if key in lines and lines[key].readable and lines[key].media_type.startswith("image/")
    ]
    small = thumbnails_there(keys=images) if pictures and images else frozenset()
    return format_html(
        '<ul class="rg-files">{}</ul>',
        format_html_join(
            "", "<li>{}</li>", ((_file(lines.get(key), picture=key in small),) for key in wanted)
        ),
    )


def _file(line: FileLine | None, *, picture: bool) -> SafeString | str:
    if line is None:
        return gettext("いま開けないファイル")
    note = format_html('<span class="mg-muted">{}</span>', note_of(line))
    if not line.readable:
        return format_html("<span>{} {}</span>", line.name, note)
    address = file_address(line, office=True)
    image = ""
    if picture:
        source = preview_address(line, PreviewKind.THUMBNAIL, office=True)
        image = format_html('<img src="{}" alt="" loading="lazy">', source)
    save = format_html(
        '<a href="{}?download">{}<span class="mg-hidden">（{}）</span></a>',
        address,
        gettext("保存する"),
        line.name,
    )
    return format_html('<a class="rg-file" href="{}">{}{}</a> {} {}', address, image, line.name, note, save)
