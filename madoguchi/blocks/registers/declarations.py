"""The kind ``register``, and what holds on to its published versions."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.registers.kind.lint import register_lint
from madoguchi.blocks.registers.kind.model import Register
from madoguchi.blocks.registers.kind.trying import sample_try
from madoguchi.blocks.registers.models import Version
from madoguchi.blocks.registers.schema import schema_of
from madoguchi.blocks.registers.slots import slots_assign
from madoguchi.kernel.declarations import Published, kind_declare, touch_declare
from madoguchi.kernel.outbox import event_emit
from madoguchi.kernel.subjects import Subject


def _versions_of(key: str, version: int) -> int:
    return Version.objects.filter(register=key, declared=version, current=True).count()


def _slots_follow(published: Published, now: datetime) -> None:
    """Give a register's indexed fields their slots; where there are records, the worker fills them."""
    schema = schema_of(published)
    empty = not Version.objects.filter(register=schema.key).exists()
    if slots_assign(schema, now=now, empty=empty):
        event_emit(
            "registers.slots_wanted", Subject("kernel.declaration", published.name), {"key": schema.key}
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
    on_publish=_slots_follow,
)  # fmt: skip
touch_declare("registers.records", kind="register", label=_("台帳の記録"), count=_versions_of)
