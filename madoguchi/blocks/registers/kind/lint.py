"""What is wrong with a declared register, before anything is recorded by it."""

from __future__ import annotations

from collections.abc import Iterator

from madoguchi.blocks.fields.types import (
    ChoicePart,
    ComputedField,
    FieldPart,
    FigurePart,
    RecordField,
    TableField,
)
from madoguchi.blocks.registers.kind.model import Register
from madoguchi.blocks.registers.models import NUMBER_SLOTS, TEXT_SLOTS, UNIQUE_SLOTS
from madoguchi.kernel.declarations import Context, Issue, Resolved
from madoguchi.kernel.expressions import ComputedCycle, ExpressionRefused, computed_order, expression_compile
from madoguchi.kernel.expressions.suggestions import closest

ALWAYS = frozenset({"number", "office", "retired_on"})
"""What every record has beside its fields, and lists can show."""
RESERVED = frozenset({"number", "office", "parent", "retired_on", "starts_on", "ends_on", "row", "register"})
_NOUNS = {"codelist": "コード表", "register": "台帳", "service": "業務"}
Path = tuple[str | int, ...]


def register_lint(declaration: Resolved, context: Context) -> Iterator[Issue]:
    """Yield what is wrong with a register."""
    register: Register = declaration.model
    yield from _fields(declaration, register, context)
    yield from _names(declaration, register)
    yield from _slots(declaration, register)
    yield from _neighbours(declaration, register, context)
    yield from _expressions(declaration, register)
    yield from _steps(declaration, register)


def _fields(declaration: Resolved, register: Register, context: Context) -> Iterator[Issue]:
    seen: set[str] = set()
    for index, field in enumerate(register.fields):
        if field.key in seen:
            yield declaration.issue(
                "fields", index, "key", code="key-twice", message=f"「{field.key}」が二度あります。"
            )
        if field.key in RESERVED:
            message = f"「{field.key}」は、どの台帳にもある項目の名です。別のキーにしてください。"
            yield declaration.issue("fields", index, "key", code="field-reserved", message=message)
        seen.add(field.key)
        yield from _field(declaration, ("fields", index), field, context)
        for place, column in enumerate(field.columns if isinstance(field, TableField) else ()):
            yield from _field(declaration, ("fields", index, "columns", place), column, context)


def _field(declaration: Resolved, path: Path, field: FieldPart, context: Context) -> Iterator[Issue]:
    if isinstance(field, ChoicePart) and field.codelist:
        yield from _unknown(
            declaration, (*path, "codelist"), "codelist", field.codelist, context, "register-codelist"
        )
    if isinstance(field, RecordField):
        yield from _unknown(
            declaration, (*path, "register"), "register", field.register_key, context, "register-unknown"
        )


def _unknown(
    declaration: Resolved, path: Path, kind: str, key: str, context: Context, code: str
) -> Iterator[Issue]:
    """Yield an issue when nothing of that kind is declared by this key."""
    if context.get(kind, key) is None:
        message = f"「{key}」という{_NOUNS[kind]}はありません。"
        hint = closest(key, context.keys(kind))
        yield declaration.issue(*path, code=code, message=message, suggestion=hint)


def _names(declaration: Resolved, register: Register) -> Iterator[Issue]:
    for path, key, known in _named(register):
        if key not in known:
            message = f"「{key}」という項目は、この台帳にありません。"
            yield declaration.issue(
                *path, code="register-field", message=message, suggestion=closest(key, known)
            )
    for i, key in enumerate(register.indexes):
        field = register.field_of(key)
        if field is not None and field.facet is None:
            message = f"「{key}」では絞り込めません（{field.type} 型）。"
            yield declaration.issue("indexes", i, code="register-index", message=message)
    for i, table in enumerate(register.statistics):
        field = register.field_of(table.sum) if table.sum else None
        if field is not None and not isinstance(field, FigurePart | ComputedField):
            yield declaration.issue(
                "statistics", i, "sum", code="register-sum", message=f"「{table.sum}」は足せません。"
            )


def _named(register: Register) -> Iterator[tuple[Path, str, frozenset[str]]]:
    """Yield every field that the declaration names: where, its key, and what may stand there."""
    fields = frozenset(field.key for field in register.fields)
    shown = fields | ALWAYS
    yield ("title",), register.title, fields
    if register.number.field:
        yield ("number", "field"), register.number.field, fields
    for i, keys in enumerate(register.unique):
        yield from ((("unique", i, j), key, fields) for j, key in enumerate(keys))
    for part in ("natural", "indexes", "conserved"):
        yield from (((part, i), key, fields) for i, key in enumerate(getattr(register, part)))
    yield from ((("columns", i), key, shown) for i, key in enumerate(register.columns))
    for part in ("transitions", "rules", "totals", "alarms"):
        for i, one in enumerate(getattr(register, part)):
            if one.field:
                yield (part, i, "field"), one.field, fields
    yield from _named_in_outputs(register, fields, shown)
    for part in ("views", "alarms", "statistics"):
        for i, one in enumerate(getattr(register, part)):
            yield from (
                ((part, i, "where", j, "field"), asked.field, shown) for j, asked in enumerate(one.where)
            )


def _named_in_outputs(
    register: Register, fields: frozenset[str], shown: frozenset[str]
) -> Iterator[tuple[Path, str, frozenset[str]]]:
    for i, view in enumerate(register.views):
        yield from ((("views", i, "columns", j), key, shown) for j, key in enumerate(view.columns))
        yield from (
            (("views", i, "order", j), key.removeprefix("-"), shown) for j, key in enumerate(view.order)
        )
    for i, table in enumerate(register.statistics):
        grouped = fields | {"office"}
        yield from (
            (("statistics", i, "by", j), key.split(":")[0], grouped) for j, key in enumerate(table.by)
        )
        if table.sum:
            yield ("statistics", i, "sum"), table.sum, fields
    for i, sheet in enumerate(register.sheets):
        yield from ((("sheets", i, "fields", j), key, fields) for j, key in enumerate(sheet.fields))


def _slots(declaration: Resolved, register: Register) -> Iterator[Issue]:
    numbers = sum(isinstance(register.field_of(key), FigurePart) for key in register.indexes)
    for most, count, place in (
        (NUMBER_SLOTS, numbers, "indexes"), (TEXT_SLOTS, len(register.indexes) - numbers, "indexes"),
        (UNIQUE_SLOTS, len(register.unique), "unique"),
    ):  # fmt: skip
        if count > most:
            message = f"多すぎます（{count}）。数の項目は{NUMBER_SLOTS}、ほかの項目は{TEXT_SLOTS}、unique は{UNIQUE_SLOTS}までです。"
            yield declaration.issue(place, code="register-slots", message=message)


def _neighbours(declaration: Resolved, register: Register, context: Context) -> Iterator[Issue]:
    yield from _unknown(declaration, ("service",), "service", register.service, context, "register-service")
    if register.parent is not None:
        above = register.parent.register_key
        yield from _unknown(
            declaration, ("parent", "register"), "register", above, context, "register-unknown"
        )
    for index, total in enumerate(register.totals):
        below = context.get("register", total.register_key)
        model: Register | None = below.model if below is not None else None
        if model is None or model.parent is None or model.parent.register_key != register.key:
            message = f"「{total.register_key}」は、この台帳に属する台帳ではありません。"
            yield declaration.issue("totals", index, "register", code="register-total", message=message)
        elif not isinstance(model.field_of(total.sum), FigurePart):
            message = f"「{total.sum}」は、{total.register_key} の数の項目ではありません。"
            yield declaration.issue("totals", index, "sum", code="register-total", message=message)


def _expressions(declaration: Resolved, register: Register) -> Iterator[Issue]:
    variables = {field.key: field.cel_type for field in register.fields if field.cel_type}
    made = {}
    for index, field in enumerate(register.fields):
        if isinstance(field, ComputedField):
            try:
                made[field.key] = expression_compile(
                    field.expression, variables=variables, returns=field.gives
                )
            except ExpressionRefused as refused:
                yield declaration.issue(
                    "fields", index, "expression", code="register-expression", message=str(refused)
                )
    try:
        computed_order(made)
    except ComputedCycle as cycle:
        yield declaration.issue("fields", code="register-cycle", message=str(cycle))
    for index, rule in enumerate(register.rules):
        try:
            expression_compile(rule.when, variables=variables, returns="boolean")
        except ExpressionRefused as refused:
            yield declaration.issue("rules", index, "when", code="register-expression", message=str(refused))


def _steps(declaration: Resolved, register: Register) -> Iterator[Issue]:
    for index, one in enumerate(register.transitions):
        field = register.field_of(one.field)
        if field is not None and getattr(field, "type", "") != "choice":
            message = f"「{one.field}」は choice 型ではありません。"
            yield declaration.issue(
                "transitions", index, "field", code="register-transition", message=message
            )
            continue
        options = getattr(field, "options", None)
        if options is None:
            continue
        codes = {option.code for option in options}
        named = {*one.first, *one.allow, *(code for following in one.allow.values() for code in following)}
        for code in sorted(named - codes):
            message = f"「{code}」という符号は、「{one.field}」にありません。"
            yield declaration.issue("transitions", index, code="register-transition", message=message)
