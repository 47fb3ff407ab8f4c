"""Makes the kind ``layout`` known; its samples are read like any file."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.declarations.kinds import Context, SampleRefused, kind_declare
from madoguchi.kernel.layouts.kind import Layout, LayoutSample, layout_lint
from madoguchi.kernel.layouts.reading import FileRefused, layout_read
from madoguchi.kernel.layouts.writing import layout_write


def _try(layout: Layout, sample: LayoutSample, context: Context) -> None:  # noqa: ARG001
    try:
        layout_read(layout, layout_write(layout, sample.rows))
    except FileRefused as refused:
        raise SampleRefused(str(refused.problems[0])) from refused


kind_declare(
    "layout",
    Layout,
    label=_("外部ファイルの様式"),
    lint=layout_lint,
    try_sample=_try,
    major=["-columns.*", "columns.*.target", "columns.*.type", "encoding", "delimiter", "names", "trailer"],
)
