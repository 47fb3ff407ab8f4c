"""Samples: the examples that every declaration carries, run against the declaration itself."""

from __future__ import annotations

from collections.abc import Iterator

from madoguchi.kernel.declarations.issues import Issue
from madoguchi.kernel.declarations.kinds import Context, Declared, Resolved, SampleRefused, kinds


def samples_run(declaration: Resolved, context: Context) -> Iterator[Issue]:
    """Run the samples of a declaration that fits its model; yield what is missing or comes out otherwise."""
    model = declaration.model
    assert isinstance(model, Declared)
    yield from _missing(declaration, model)
    for index, sample in enumerate(model.samples):
        said = _said(declaration, sample, context)
        if said == sample.refused:
            continue
        if said is None:
            message = f"断られるはずの例が通りました。出るはずの文: 「{sample.refused}」"
        elif sample.refused is None:
            message = f"通るはずの例が断られました: 「{said}」"
        else:
            message = f"断る文が違います。出た文: 「{said}」、出るはずの文: 「{sample.refused}」"
        yield declaration.issue("samples", index, code="sample-failed", message=message)


def _missing(declaration: Resolved, model: Declared) -> Iterator[Issue]:
    if not model.samples:
        message = "samples: がありません。通る例と断られる例を一つずつ書いてください。"
        yield declaration.issue(code="samples-missing", message=message)
    elif all(sample.refused is None for sample in model.samples):
        message = "断られる例がありません。refused: に出るべき文を書いた例を足してください。"
        yield declaration.issue("samples", code="samples-none-refused", message=message)
    elif all(sample.refused is not None for sample in model.samples):
        message = "通る例がありません。refused: のない例を足してください。"
        yield declaration.issue("samples", code="samples-none-accepted", message=message)


def _said(declaration: Resolved, sample: object, context: Context) -> str | None:
    try:
        kinds[declaration.kind].try_sample(declaration.model, sample, context)
    except SampleRefused as refused:
        return refused.message
    return None
