"""Reading an edition's file and the translations beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from madoguchi.blocks.measures.spec import EditionSpec
from madoguchi.kernel.actions import Refused
from madoguchi.kit.yaml12 import YamlRefused, yaml_load


class FileRefused(Refused):
    """The file cannot be read as an edition; the message says where and what."""


Texts = dict[str, dict[str, str]]


def edition_read(path: Path, *, texts: Texts | None = None) -> tuple[EditionSpec, Texts]:
    """
    Read an edition's YAML and its translations: language → (path → text).

    :param texts: those of all editions of the folder, where they were read before; else they are read here.
    :raises FileRefused: not there, not YAML, or not an edition; with the place in the file.
    """
    try:
        spec = EditionSpec.model_validate(_yaml(path))
    except ValidationError as error:
        places = "\n".join(
            f"  {'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()
        )
        raise FileRefused(
            _("%(path)s は計画のファイルとして読めません。\n%(places)s") % {"path": path, "places": places}
        ) from error
    prefix = f"{spec.key}."
    known = texts_read(path.parent) if texts is None else texts
    return spec, {
        lang: {key: text for key, text in found.items() if key.startswith(prefix)}
        for lang, found in known.items()
    }


def texts_read(folder: Path) -> Texts:
    """
    Read every ``texts.<lang>.yaml`` (or ``texts.<lang>.<anything>.yaml``) of a folder.

    :raises FileRefused: a file is not YAML.
    """
    texts: Texts = {}
    for file in sorted(folder.glob("texts.*.yaml")):
        found = {key: str(text) for key, text in _yaml(file).items()}
        texts.setdefault(file.name.split(".")[1], {}).update(found)
    return texts


def _yaml(path: Path) -> dict[str, Any]:
    try:
        data = yaml_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YamlRefused) as error:
        raise FileRefused(
            _("%(path)s を読めません。\n%(reason)s") % {"path": path, "reason": error}
        ) from error
    if not isinstance(data, dict):
        raise FileRefused(_("%(path)s の中身が「名前: 値」の形になっていません。") % {"path": path})
    return data
