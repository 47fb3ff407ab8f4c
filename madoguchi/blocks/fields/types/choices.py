"""Fields with a choice: one code, several codes, yes or no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any, Literal, Self

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import Field, model_validator

from madoguchi.blocks.fields.types.part import FieldPart, dash_only
from madoguchi.blocks.fields.types.parting import SEPARATORS, parting, proposal_among
from madoguchi.blocks.fields.types.reading import Ctx, Json, Read, Reader
from madoguchi.blocks.fields.types.refusing import Proposal, Repair, ValueRefused
from madoguchi.kernel.declarations.codelist_kind import Code, Codelist
from madoguchi.kernel.declarations.issues import UnknownDeclaration
from madoguchi.kernel.declarations.kinds import Part, Words
from madoguchi.kernel.declarations.published import published
from madoguchi.kernel.declarations.texts import text_for
from madoguchi.kit.kana import search_fold

MOST_TOLD = 12


@dataclass(frozen=True, slots=True)
class Options:
    """The codes of a field: all that there ever were with their words, and those that may be chosen on a day."""

    labels: Mapping[str, str]
    usable: tuple[str, ...]
    parents: Mapping[str, str]


class Option(Part):
    """One code of a small choice, with its words."""

    code: Code
    label: Words


class ChoicePart(FieldPart):
    """What fields with codes share: their own ``options``, or a ``codelist`` whose codes have their days."""

    codelist: str | None = Field(default=None, description="コード表のキー")
    options: tuple[Option, ...] | None = Field(default=None, description="コード表にしない小さな選択肢")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.codelist is None) == (self.options is None):
            raise ValueError("codelist か options の、どちらか一つを書いてください。")
        codes = [option.code for option in self.options or ()]
        if len(set(codes)) < len(codes):
            raise ValueError("options に同じ符号が二度あります。")
        return self

    def choices(self, ctx: Ctx) -> Options:
        """
        Give the codes.

        :raises UnknownDeclaration: the code list is not published.
        """
        if self.options is not None:
            labels = {option.code: option.label for option in self.options}
            return Options(labels, tuple(labels), {})
        assert self.codelist is not None
        if (given := ctx.codelists.get(self.codelist)) is not None:
            return _options(given, {item.code: item.label for item in given.items}, ctx.on)
        return options_of(self.codelist, ctx.on, ctx.language)

    def _known(self, ctx: Ctx) -> Mapping[str, str]:
        try:
            return self.choices(ctx).labels
        except UnknownDeclaration:
            return {}

    def code_reader(self, ctx: Ctx) -> Reader:
        """Give the reader of one code or label."""
        options = self.choices(ctx)
        by_text = _by_text(options)
        told = _told(options)
        usable = set(options.usable)

        def read(typed: str) -> Read:
            if typed in usable:
                return Read(typed)
            codes = by_text.get(typed) or by_text.get(search_fold(typed)) or ()
            good = [code for code in codes if code in usable]
            if len(good) == 1:
                return Read(good[0], () if options.labels[good[0]] == typed else (Repair.LABEL,))
            if len(good) > 1:
                raise ValueRefused("choice_two", text=typed)
            if codes or typed in options.labels:
                raise ValueRefused("choice_over", text=typed, choices=told)
            near = get_close_matches(typed, [options.labels[code] for code in options.usable], n=1)
            proposal = Proposal(Repair.CLOSEST, near[0]) if near else None
            raise ValueRefused("choice", proposal, text=typed, choices=told)

        return read

    def nothing(self, typed: str, options: Options) -> bool:
        """Say whether a dash stands for nothing: where it is no option, and the field may be left out."""
        return not self.required and dash_only(typed) and typed not in options.labels.values()

    def writes(self, value: Json, ctx: Ctx) -> str:
        """The label, where it names one code alone; else the code."""
        return self.written(value, self._known(ctx))

    def _enum(self) -> dict[str, Any]:
        return {} if self.options is None else {"enum": [option.code for option in self.options]}

    def written(self, code: str, labels: Mapping[str, str]) -> str:
        """Give what stands for a code in a file."""
        label = labels.get(code, code)
        alone = list(labels.values()).count(label) == 1 and (label not in labels or label == code)
        return (
            label
            if alone and not any(mark in label for mark in SEPARATORS) and label.strip() == label
            else code
        )


class ChoiceField(ChoicePart):
    """One code."""

    type: Literal["choice"]
    radio: bool = Field(default=False, description="一覧ではなく、並べて選ばせる")
    cel = "choice"
    facet = "text"

    def reads(self, ctx: Ctx) -> Reader:
        """Read a code or its label."""
        one, options = self.code_reader(ctx), self.choices(ctx)
        return lambda typed: Read(None, (Repair.NOTHING,)) if self.nothing(typed, options) else one(typed)

    def checks(self, value: Json, ctx: Ctx) -> None:
        """A code that may be chosen on the day."""
        if not isinstance(value, str):
            raise ValueRefused("shape")
        options = self.choices(ctx)
        if value not in options.usable:
            code = "choice_over" if value in options.labels else "choice"
            raise ValueRefused(code, text=value, choices=_told(options))

    def shows(self, value: Json, ctx: Ctx) -> str:
        """Its label."""
        return self._known(ctx).get(value, str(value))

    def searched(self, value: Json) -> str:  # noqa: ARG002
        """Codes are looked for by their columns."""
        return ""

    def value_schema(self) -> dict[str, Any]:
        """A code; its own options as an enumeration."""
        return {"type": "string"} | self._enum()

    def widget(self, ctx: Ctx) -> forms.Widget:
        """A list to choose from."""
        options = self.choices(ctx)
        listed = [(code, options.labels[code]) for code in options.usable]
        if self.radio:
            return forms.RadioSelect(
                choices=listed if self.required else [("", gettext("（なし）")), *listed]
            )
        return forms.Select(choices=[("", "---------"), *listed])

    def typed(self, value: Json, ctx: Ctx) -> Any:  # noqa: ARG002
        """The code, as the list has it."""
        return value or ""


class MultiField(ChoicePart):
    """Several codes, kept in the order of the list."""

    type: Literal["multi"]
    least: int = Field(default=0, ge=0)
    most: int | None = Field(default=None, ge=1)
    cel = "choices"
    sortable = False

    def reads(self, ctx: Ctx) -> Reader:
        """Read codes or labels with 、 or , or ・ between them; labels of one letter also without (月火水木金)."""
        one = self.code_reader(ctx)
        options = self.choices(ctx)
        order = {code: place for place, code in enumerate(options.usable)}
        labels = [options.labels[code] for code in options.usable]
        parts_of = parting(options.labels.values(), usable=labels)

        def read(typed: str) -> Read:
            if self.nothing(typed, options):
                return Read(None, (Repair.NOTHING,))
            repairs: set[Repair] = set()
            codes: set[str] = set()
            parts = parts_of(typed)
            for place, part in enumerate(parts):
                try:
                    found = one(part)
                except ValueRefused as refused:
                    refused.proposal = proposal_among(refused.proposal, parts, place)
                    raise
                codes.add(found.value)
                repairs |= set(found.repairs)
            return Read(self._counted(sorted(codes, key=order.__getitem__)), tuple(sorted(repairs, key=str)))

        return read

    def _counted(self, codes: list[str]) -> list[str]:
        if len(codes) < self.least:
            raise ValueRefused("few", limit=self.least)
        if self.most is not None and len(codes) > self.most:
            raise ValueRefused("many", limit=self.most)
        return codes

    def checks(self, value: Json, ctx: Ctx) -> None:
        """Codes that may be chosen on the day, in order, each once."""
        options = self.choices(ctx)
        if not isinstance(value, list) or not value or not all(isinstance(code, str) for code in value):
            raise ValueRefused("shape")
        for code in value:
            if code not in options.usable:
                raise ValueRefused("choice", text=code, choices=_told(options))
        if value != sorted(set(value), key=options.usable.index):
            raise ValueRefused("shape")
        self._counted(value)

    def writes(self, value: Json, ctx: Ctx) -> str:
        """Labels with 、 between."""
        labels = self._known(ctx)
        return "、".join(self.written(code, labels) for code in value)

    def shows(self, value: Json, ctx: Ctx) -> str:
        """Labels with 、 between."""
        labels = self._known(ctx)
        return gettext("、").join(labels.get(code, str(code)) for code in value)

    def searched(self, value: Json) -> str:  # noqa: ARG002
        """Codes are looked for by their columns."""
        return ""

    def value_schema(self) -> dict[str, Any]:
        """A list of codes."""
        inner = {"type": "string"} | self._enum()
        return {"type": "array", "items": inner, "uniqueItems": True, "minItems": 1}

    def widget(self, ctx: Ctx) -> forms.Widget:
        """Boxes to tick."""
        options = self.choices(ctx)
        return _JoinedBoxes(choices=[(code, options.labels[code]) for code in options.usable])

    def typed(self, value: Json, ctx: Ctx) -> Any:  # noqa: ARG002
        """The codes, as the boxes have them."""
        return value or []


class BooleanField(FieldPart):
    """Yes or no; nothing said is neither."""

    type: Literal["boolean"]
    yes: Words = "はい"
    no: Words = "いいえ"
    cel = "boolean"
    facet = "bool"

    def reads(self, ctx: Ctx) -> Reader:  # noqa: ARG002
        """Read はい/いいえ, ○/×, 有/無, 可/不可, 1/0, TRUE/FALSE, レ and ✓."""
        own = {search_fold(self.yes): True, search_fold(self.no): False}

        def read(typed: str) -> Read:
            folded = search_fold(typed)
            if folded in own:
                return Read(own[folded])
            value = _MARKS.get(typed, _MARKS.get(folded))
            if value is None:
                if (typed in _NOTHING or dash_only(typed)) and not self.required:
                    return Read(None, (Repair.NOTHING,))
                raise ValueRefused("boolean", text=typed)
            return Read(value, (Repair.MARK,))

        return read

    def checks(self, value: Json, ctx: Ctx) -> None:  # noqa: ARG002
        """true or false."""
        if not isinstance(value, bool):
            raise ValueRefused("shape")

    def writes(self, value: Json, ctx: Ctx) -> str:  # noqa: ARG002
        """Its own words."""
        return self.yes if value else self.no

    def searched(self, value: Json) -> str:  # noqa: ARG002
        """Not among words."""
        return ""

    def value_schema(self) -> dict[str, Any]:
        """true or false."""
        return {"type": "boolean"}

    def widget(self, ctx: Ctx) -> forms.Widget:  # noqa: ARG002
        """Two or three to choose from: a box could not be left unanswered."""
        listed = [(self.yes, self.yes), (self.no, self.no)]
        return forms.RadioSelect(choices=listed if self.required else [("", _("（なし）")), *listed])


_YES = (
    "はい",
    "○",
    "〇",
    "◯",
    "◎",
    "●",
    "有",
    "あり",
    "有り",
    "可",
    "要",
    "済",
    "true",
    "yes",
    "y",
    "1",
    "レ",
    "✓",
    "✔",
    "☑",
)
_NO = (
    "いいえ",
    "×",
    "✕",
    "✗",
    "☓",
    "無",
    "なし",
    "無し",
    "不可",
    "否",
    "不要",
    "未",
    "false",
    "no",
    "n",
    "0",
    "☐",
)
_MARKS: Mapping[str, bool] = {
    spelling: value
    for words, value in ((_YES, True), (_NO, False))
    for word in words
    for spelling in (word, search_fold(word))
    if spelling
}
_NOTHING = frozenset({"*", "＊", "不明", "…"})


class _JoinedBoxes(forms.CheckboxSelectMultiple):
    """Boxes whose ticks come as one text, which the field's reader takes apart."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        """Join the codes."""
        return "、".join(super().value_from_datadict(data, files, name) or ())


def options_of(codelist: str, on: date, language: str) -> Options:
    """
    Give the codes of a published list on a day.

    :raises UnknownDeclaration: it is not published.
    """
    found = published("codelist", codelist)
    model: Codelist = found.model
    labels = {
        item.code: item.label
        if language == "ja"
        else str(text_for(found, f"items.{item.code}.label", language))
        for item in model.items
    }
    return _options(model, labels, on)


def _options(model: Codelist, labels: Mapping[str, str], on: date) -> Options:
    usable = model.items_on(on)
    parents = {item.code: item.parent for item in model.items if item.parent}
    return Options(labels, tuple(item.code for item in usable), parents)


def _by_text(options: Options) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, label in options.labels.items():
        for text in {label, search_fold(label), search_fold(code)} - {""}:
            found.setdefault(text, []).append(code)
    return found


def _told(options: Options) -> str:
    words = [options.labels[code] for code in options.usable]
    more = gettext(" ほか%(count)s") % {"count": len(words) - MOST_TOLD} if len(words) > MOST_TOLD else ""
    return gettext("、").join(words[:MOST_TOLD]) + more
