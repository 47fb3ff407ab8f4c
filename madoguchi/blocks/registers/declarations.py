"""The kind ``register``, and what holds on to its published versions."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.registers.indexes import indexes_make
from madoguchi.blocks.registers.kind.lint import register_lint
from madoguchi.blocks.registers.kind.model import Register
from madoguchi.blocks.registers.kind.trying import sample_try
from madoguchi.blocks.registers.models import Version
from madoguchi.blocks.registers.schema import schema_of
from madoguchi.kernel.declarations import Published, kind_declare, touch_declare
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.subjects import Subject


def _versions_of(key: str, version: int) -> int:
    return Version.objects.filter(register=key, declared=version, current=True).count()


def _indexes_follow(published: Published, now: datetime) -> None:
    """
    Make a register's indexes.

    Where there are no records yet it takes no time; else the worker makes them, without holding up who writes.
    """
    schema = schema_of(published)
    if not Version.objects.filter(register=schema.key).exists():
        indexes_make(schema, now=now)
    else:
        event_emit(
            "registers.indexes_wanted", Subject("kernel.declaration", published.name), {"key": schema.key}
        )


# Words, helps, views and tables may change at once. What would make records that are there wrong, or hide what is known,
# asks for an upgrade: another type, a field that is gone or newly required, codes that are gone, another way of numbering.
kind_declare(
    "register",
    Register,
    label=_("台帳"),
    try_sample=sample_try,
    lint=register_lint,
    major=[
        "-fields.*", "~fields.*.type", "~fields.*.decimals", "~fields.*.codelist", "fields.*.required", "-fields.*.options.*",
        "~service", "number", "parent", "+unique.*", "fields.*.pattern", "fields.*.min", "fields.*.max", "~fields.*.class",
    ],
    on_publish=_indexes_follow,
)  # fmt: skip
touch_declare("registers.records", kind="register", label=_("台帳の記録"), count=_versions_of)
