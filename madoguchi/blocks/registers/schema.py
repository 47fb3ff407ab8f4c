"""
A published register made ready to work: what a record must be, what is computed, what it is called and found by.

One object per published version, kept per process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.fields.types import ComputedField, Ctx, FieldPart, Json, ValueRefused
from madoguchi.blocks.registers.kind.model import Register
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.calendar import closed_days
from madoguchi.kernel.declarations import Published, UnknownDeclaration, published, published_all, text_for
from madoguchi.kernel.expressions import EvaluationRefused, Expression, computed_order, expression_compile
from madoguchi.kit.grams import grams

Payload = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a record: the field ("" for the record as a whole), a stable code, and what to do."""

    field: str
    code: str
    message: str


class RecordRefused(Refused):
    """A record breaks a rule of its register; ``problems`` say which."""

    message = _("この内容では記録できません。")

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems[0].message if self.problems else None)


class UnknownRegister(Refused):
    """No register of this key is published."""

    message = _("この台帳はありません。")


class Schema:
    """A register, ready to work."""

    def __init__(self, declared: Published) -> None:
        self.declared = declared
        self.model: Register = declared.model
        self.key, self.version, self.service = declared.key, declared.version, self.model.service
        self.fields: dict[str, FieldPart] = {field.key: field for field in self.model.fields}

    # Words

    def words(self, path: str, language: str = "") -> str:
        """Give a text of the declaration in a language; "" where it has none."""
        try:
            return str(text_for(self.declared, path, language or get_language() or "ja"))
        except KeyError:
            return ""

    def label(self, key: str, language: str = "") -> str:
        """Give the label of a field."""
        return self.words(f"fields.{key}.label", language)

    def title(self, payload: Mapping[str, Json], ctx: Ctx) -> str:
        """Give the words by which people know a record."""
        field = self.fields[self.model.title]
        return field.show(payload.get(field.key), ctx)

    @cached_property
    def has_personal(self) -> bool:
        """Whether words of personal fields are looked for."""
        return any(field.data_class == "personal" for field in self.model.fields)

    def searched(self, number: str, payload: Mapping[str, Json]) -> tuple[str, str]:
        """
        Give what a record is found by, in pairs of letters: its number and its words, and with those of personal fields.

        Restricted words find nothing; the second is "" where the register has no personal fields.
        """
        plain: list[str] = [number]
        personal: list[str] = []
        for key, field in self.fields.items():
            word = field.searched(payload[key]) if key in payload else ""
            if word and field.data_class != "restricted":
                (personal if field.data_class == "personal" else plain).append(word)
        open_words = grams(" ".join(plain))
        return open_words, grams(" ".join([*plain, *personal])) if self.has_personal else ""

    # What a record must be

    @cached_property
    def variables(self) -> dict[str, str]:
        """The names that expressions may read, with their types."""
        return {key: field.cel_type for key, field in self.fields.items() if field.cel_type}

    @cached_property
    def computed(self) -> dict[str, Expression]:
        """The computed fields in the order in which each finds what it needs."""
        made = {
            key: expression_compile(field.expression, variables=self.variables, returns=field.gives)
            for key, field in self.fields.items()
            if isinstance(field, ComputedField)
        }
        return {key: made[key] for key in computed_order(made)}

    @cached_property
    def rules(self) -> list[tuple[Any, Expression]]:
        """The rules with their expressions."""
        return [
            (rule, expression_compile(rule.when, variables=self.variables, returns="boolean"))
            for rule in self.model.rules
        ]

    @cached_property
    def totals(self) -> frozenset[str]:
        """The fields whose value is a sum over the records below."""
        return frozenset(total.field for total in self.model.totals)

    def finished(
        self,
        values: Mapping[str, Json],
        ctx: Ctx,
        *,
        before: Mapping[str, Json] | None = None,
        check: bool = True,
        steps: bool = True,
    ) -> Payload:
        """
        Give the whole payload of a record: checked, with what is computed.

        :param values: kept values by field; what is None or left out is not there.
        :param before: what it was, where it changes; None for a new record.
        :param check: whether each value is checked; a reader has just made those of an import.
        :param steps: whether the record comes to this state now (``transitions``), and is not only described in it.
        :raises RecordRefused: with everything that is wrong.
        """
        problems: list[Problem] = []
        payload = {key: value for key, value in values.items() if value is not None}
        for key in self.totals:
            payload.pop(key, None)
            if before and before.get(key) is not None:
                payload[key] = before[key]
        if check:
            problems += self._values_wrong(payload, ctx, before or {})
        if not problems:
            payload = self._computed(payload, problems)
            problems += self._steps_wrong(payload, before) if steps else ()
            problems += self._rules_broken(payload)
        if problems:
            raise RecordRefused(problems)
        return payload

    def _values_wrong(self, payload: Payload, ctx: Ctx, before: Mapping[str, Json]) -> Iterable[Problem]:
        for key in payload.keys() - self.fields.keys():
            yield Problem(
                key, "unknown", gettext("「%(key)s」という項目は、この台帳にありません。") % {"key": key}
            )
        for key, field in self.fields.items():
            if isinstance(field, ComputedField) or key in self.totals:
                continue
            # A value that stays is not judged again: a code may have ended since, and what was asked may be more.
            if key in before and before[key] == payload.get(key):
                continue
            try:
                field.check(payload.get(key), ctx)
            except ValueRefused as refused:
                yield Problem(key, refused.code, refused.message)

    def _computed(self, payload: Payload, problems: list[Problem]) -> Payload:
        if not self.computed:
            return payload
        payload = {key: value for key, value in payload.items() if key not in self.computed}
        for key, expression in self.computed.items():
            data = self._data(payload, expression.names)
            if data.keys() < expression.names:
                # What it needs is not there: neither is it, unless the expression asks for that itself.
                try:
                    found = expression.evaluate(data, closed_days=closed_days())
                except EvaluationRefused:
                    continue
            else:
                try:
                    found = expression.evaluate(data, closed_days=closed_days())
                except EvaluationRefused as refused:
                    problems.append(Problem(key, "computed", str(refused)))
                    continue
            if found is not None and found != "":
                payload[key] = found.isoformat() if isinstance(found, date) else found
        return payload

    def totalled(self, payload: Mapping[str, Json], sums: Mapping[str, Json]) -> Payload:
        """
        Give a payload with other sums of what lies beneath: computed anew, and held to the rules.

        :raises RecordRefused: a rule of this record refuses what was done beneath it.
        """
        problems: list[Problem] = []
        found = self._computed({**payload, **sums}, problems)
        problems += self._rules_broken(found)
        if problems:
            raise RecordRefused(problems)
        return found

    def _steps_wrong(self, payload: Payload, before: Mapping[str, Json] | None) -> Iterable[Problem]:
        for one in self.model.transitions:
            yield from self._step_wrong(
                one, payload.get(one.field), None if before is None else before.get(one.field)
            )

    def _rules_broken(self, payload: Payload) -> Iterable[Problem]:
        for rule, expression in self.rules:
            data = self._data(payload, expression.names)
            try:
                broken = expression.evaluate(data, closed_days=closed_days())
            except EvaluationRefused:
                # A rule about a value that is not there says nothing about this record.
                continue
            if broken:
                yield Problem(rule.field or "", f"rule_{rule.key}", self.words(f"rules.{rule.key}.refuse"))

    def _step_wrong(self, one: Any, now: Json, was: Json) -> Iterable[Problem]:
        if now is None or now == was:
            return
        allowed = one.first if was is None else one.allow.get(was, ())
        if now not in allowed:
            field, ctx = self.fields[one.field], Ctx(on=date.min, language=get_language() or "ja")
            names = gettext("、").join(field.show(code, ctx) for code in allowed)
            if names:
                text = gettext(
                    "「%(label)s」は「%(was)s」から「%(now)s」にできません。できるのは %(names)s です。"
                )
            else:
                text = gettext(
                    "「%(label)s」は「%(was)s」から先に変えられません。入れまちがいなら、訂正してください。"
                )
            shown = field.show(was, ctx) if was is not None else gettext("（新しい記録）")
            yield Problem(
                one.field, "transition",
                text % {"label": self.label(one.field), "was": shown, "now": field.show(now, ctx), "names": names},
            )  # fmt: skip

    def _data(self, payload: Mapping[str, Json], names: Iterable[str]) -> dict[str, Any]:
        return {name: self.fields[name].cel_value(payload[name]) for name in names if name in payload}

    # Counting and finding

    @cached_property
    def counted(self) -> tuple[str, ...]:
        """The fields whose codes are counted: indexed choices and yes-or-no fields."""
        return tuple(
            key
            for key in self.model.indexes
            if key in self.fields and self.fields[key].cel in ("choice", "boolean")
        )

    def facet(self, key: str, payload: Mapping[str, Json]) -> str:
        """Give the text under which a value is counted; "" for none."""
        value = payload.get(key)
        if isinstance(value, bool):
            return "1" if value else "0"
        return "" if value is None else str(value)


_schemas: dict[tuple[str, int], Schema] = {}


def schema_of(declared: Published) -> Schema:
    """Give the schema of a published version."""
    found = _schemas.get((declared.key, declared.version))
    if found is None or found.declared.sha256 != declared.sha256:
        found = _schemas[declared.key, declared.version] = Schema(declared)
    return found


def schema_get(key: str) -> Schema:
    """
    Give the newest published register of a key.

    :raises UnknownRegister: there is none.
    """
    try:
        return schema_of(published("register", key))
    except UnknownDeclaration as error:
        raise UnknownRegister from error


def schemas_all() -> list[Schema]:
    """Give all registers that are published."""
    return [schema_of(one) for one in published_all("register")]
