"""Everything that ``madoguchi check`` looks at, in one list."""

from __future__ import annotations

from collections.abc import Container

from django.utils import translation

from madoguchi.kernel.declarations.issues import Issue
from madoguchi.kernel.declarations.kinds import kinds
from madoguchi.kernel.declarations.loading import Loaded
from madoguchi.kernel.declarations.samples import samples_run


def declarations_lint(loaded: Loaded, *, only: Container[str] | None = None) -> list[Issue]:
    """
    Collect every issue of a load: files, fields, the rules of each kind, translations, samples.

    :param only: the names (``kind/key``) whose rules and samples are tried; None for all.
    """
    issues = [*loaded.issues, *loaded.shelf.lint()]
    # Messages of samples are compared letter by letter, and they are Japanese.
    with translation.override("ja"):
        for declaration in loaded.declarations.values():
            if declaration.model is None or (only is not None and declaration.name not in only):
                continue
            lint = kinds[declaration.kind].lint
            issues += lint(declaration, loaded.context) if lint else ()
            issues += samples_run(declaration, loaded.context)
    return sorted(
        issues, key=lambda issue: (str(issue.place.file), issue.place.line, issue.code, issue.message)
    )
