"""A sample record: read, checked and refused by the very code that records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from madoguchi.blocks.fields.types import Ctx, ValueRefused
from madoguchi.blocks.registers.kind.model import Register, RegisterSample
from madoguchi.blocks.registers.schema import Payload, RecordRefused, Schema
from madoguchi.kernel.declarations import Context, Resolved, SampleRefused
from madoguchi.kernel.expressions import ExpressionRefused

SAMPLE_DAY = date(2026, 4, 1)
"""The day for which samples are read: codes must hold on it."""


@dataclass(frozen=True, slots=True)
class _Trial:
    """A resolved register in the shape of a published one."""

    resolved: Resolved
    version: int = 0
    sha256: str = ""

    @property
    def key(self) -> str:
        return self.resolved.key

    @property
    def model(self) -> Any:
        return self.resolved.model

    @property
    def document(self) -> Any:
        return self.resolved.document

    @property
    def texts(self) -> Any:
        return self.resolved.texts


def sample_try(register: Register, sample: RegisterSample, context: Context) -> None:
    """
    Read a sample's texts and record it as far as a record can be made without a database.

    :raises SampleRefused: with what a person would read; the field's label before it.
    """
    resolved = context.get("register", register.key)
    assert resolved is not None
    schema = _schema_of(resolved)
    codelists = _codelists(context)
    ctx = Ctx(on=SAMPLE_DAY, codelists=codelists, links_trusted=True)
    try:
        before = None
        if sample.before is not None:
            # How it was: any state that there is, not only one in which a record begins.
            before = schema.finished(_read(schema, sample.before, ctx), ctx, steps=False)
        schema.finished({**(before or {}), **_read(schema, sample.values, ctx)}, ctx, before=before)
    except RecordRefused as refused:
        first = refused.problems[0]
        named = f"{schema.label(first.field, 'ja')}: " if first.field in schema.fields else ""
        raise SampleRefused(f"{named}{first.message}") from refused
    except ExpressionRefused as refused:
        # The lint has said so already, with its place.
        raise SampleRefused(str(refused)) from refused


def _schema_of(resolved: Resolved) -> Schema:
    """Give the schema of a declaration; its expressions are compiled once for all of its samples."""
    if _last and _last[0] is resolved:
        found: Schema = _last[1]
        return found
    schema = Schema(_Trial(resolved))  # type: ignore[arg-type] # it has what a schema reads
    _last[:] = [resolved, schema]
    return schema


_last: list[Any] = []


def _codelists(context: Context) -> dict[str, Any]:
    """Give the code lists of a load, gathered once for all of its samples."""
    if not _lists or _lists[0] is not context.declarations:
        named = ((key, context.get("codelist", key)) for key in context.keys("codelist"))
        _lists[:] = [
            context.declarations,
            {key: found.model for key, found in named if found and found.model},
        ]
    gathered: dict[str, Any] = _lists[1]
    return gathered


_lists: list[Any] = []


def _read(schema: Schema, texts: dict[str, str], ctx: Ctx) -> Payload:
    payload: Payload = {}
    for key, typed in texts.items():
        if key not in schema.fields:
            raise SampleRefused(f"「{key}」という項目はありません。")
        try:
            payload[key] = schema.fields[key].read(typed, ctx).value
        except ValueRefused as refused:
            raise SampleRefused(f"{schema.label(key, 'ja')}: {refused.message}") from refused
    return payload
