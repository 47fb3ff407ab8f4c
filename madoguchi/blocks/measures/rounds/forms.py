"""Forms of collection rounds: opening one, answering for an item, sending back, closing, taking a workbook in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.measures.models import ImprovementCheck, Round
from madoguchi.blocks.measures.rounds.answers import AnswerContent, FigureAnswer, answerable
from madoguchi.blocks.measures.types import IndicatorLine, ItemLine
from madoguchi.ui.forms import (
    DecimalNumberField,
    HouseFileInput,
    HouseForm,
    LongTextField,
    WarekiDateField,
    choices_set,
)

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Choices = Sequence[tuple[str, "str | _StrPromise"]]
REACHED: Choices = [("", _("選んでください")), ("yes", _("届いた")), ("no", _("届かなかった"))]


class RoundForm(HouseForm):
    """What is asked, of which year, and until when; who is meant by an open group."""

    year = forms.TypedChoiceField(label=_("年度"), coerce=int)
    kind = forms.ChoiceField(label=_("調査の種類"), choices=Round.Kind.choices, widget=forms.RadioSelect)
    due_on = WarekiDateField(label=_("回答の期限"))
    message = LongTextField(label=_("依頼の文"), required=False, max_length=2000)

    def __init__(
        self, *args: Any, years: Choices, groups: Sequence[str], offices: Choices, **kwargs: Any
    ) -> None:
        """
        :param groups: the open groups printed in the plan (全部局).
        :param offices: (key, name) of the offices that stand today.
        """
        super().__init__(*args, **kwargs)
        choices_set(self, year=years)
        self._groups = list(groups)
        for number, group in enumerate(self._groups):
            self.fields[f"group-{number}"] = forms.MultipleChoiceField(
                label=gettext("「%(group)s」に入る部署") % {"group": group}, choices=offices, required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text=gettext("計画に「%(group)s」とある項目を、選んだ部署に依頼します。") % {"group": group},
            )  # fmt: skip

    @property
    def group_fields(self) -> list[forms.BoundField]:
        """The fields that say whom an open group means."""
        return [self[f"group-{number}"] for number in range(len(self._groups))]

    def groups_chosen(self) -> dict[str, list[str]]:
        """Give the offices chosen per group."""
        return {group: self.cleaned_data[f"group-{number}"] for number, group in enumerate(self._groups)}


class AnswerForm(HouseForm):
    """An office's answer for one item: texts, figures, progress, and last year's improvement."""

    after = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    nothing = forms.CharField(
        label=_("書くことがないときの理由"), required=False, max_length=300,
        help_text=_("この項目について答えることがないときだけ書きます。"),
    )  # fmt: skip

    def __init__(
        self, data: Any = None, *, line: ItemLine, content: AnswerContent, after: int, sections: Choices,
        phases: Choices, causes: Choices, improvement: str,
    ) -> None:  # fmt: skip
        """
        :param sections: (key, label) of the texts that this round asks for.
        :param phases: (key, label) of the city's phase words; empty where progress is not asked.
        :param improvement: what the year before promised; "" where it promised nothing.
        """
        self._line, self._sections = line, [key for key, _label in sections]
        self._parts = [
            ("", line.title.value),
            *((part.no, f"{part.no} {part.title.value}") for part in line.parts),
        ]
        self._indicators = answerable(line)
        initial = {"after": after, "nothing": content.nothing, **self._known(content)}
        super().__init__(data, initial=initial)
        for key, label in sections:
            self.fields[f"text-{key}"] = LongTextField(label=label, required=False, max_length=8000)
        for number, indicator in enumerate(self._indicators):
            self._figure_fields(number, indicator, causes)
        if phases:
            blank: Choices = [("", _("選んでください")), *phases]
            for number, (_no, label) in enumerate(self._parts):
                self.fields[f"progress-{number}"] = forms.ChoiceField(
                    label=label, choices=blank, required=False
                )
        self._asks_progress, self._asks_check = bool(phases), bool(improvement)
        if improvement:
            outcomes: Choices = [("", _("選んでください")), *ImprovementCheck.Outcome.choices]
            self.fields["checked"] = forms.ChoiceField(
                label=_("前の年度の改善策は、どうなりましたか"), choices=outcomes, required=False
            )
            self.fields["checked_note"] = LongTextField(
                label=_("点検のことば"), required=False, max_length=500
            )

    def _figure_fields(self, number: int, indicator: IndicatorLine, causes: Choices) -> None:
        name = f"figure-{number}"
        if indicator.target_word and indicator.target is None:
            self.fields[f"{name}-word"] = forms.CharField(
                label=_("実績（ことば）"), required=False, max_length=60
            )
            self.fields[f"{name}-reached"] = forms.ChoiceField(
                label=_("目標に届きましたか"), choices=REACHED, required=False
            )
        else:
            self.fields[f"{name}-value"] = DecimalNumberField(
                label=_("実績値"), required=False, unit=indicator.unit_text
            )
        self.fields[f"{name}-provisional"] = forms.BooleanField(label=_("見込みの値"), required=False)
        self.fields[f"{name}-as_of"] = WarekiDateField(
            label=_("いつ時点の値か"), required=False, help_text=_("見込みのときだけ書きます。")
        )
        self.fields[f"{name}-note"] = forms.CharField(label=_("備考"), required=False, max_length=500)
        self.fields[f"{name}-cause"] = forms.ChoiceField(
            label=_("目標に届かなかった理由"), choices=[("", _("選んでください")), *causes], required=False,
            help_text=_("目標に届かなかったときに選びます。"),
        )  # fmt: skip
        self.fields[f"{name}-budget_request"] = forms.CharField(
            label=_("関係する予算要求"), required=False, max_length=200,
            help_text=_("予算で直すときは、予算要求の番号か事業名を書きます。"),
        )  # fmt: skip

    def _known(self, content: AnswerContent) -> dict[str, Any]:
        known: dict[str, Any] = {f"text-{key}": text for key, text in content.texts.items()}
        known |= {"checked": content.checked, "checked_note": content.checked_note}
        for number, (no, _label) in enumerate(self._parts):
            known[f"progress-{number}"] = content.progress.get(no, "")
        for number, indicator in enumerate(self._indicators):
            figure = content.figures.get(indicator.key, FigureAnswer())
            for name, value in figure.model_dump().items():
                known[f"figure-{number}-{name}"] = value
            known[f"figure-{number}-reached"] = {True: "yes", False: "no", None: ""}[figure.reached]
        return known

    @property
    def text_fields(self) -> list[forms.BoundField]:
        """The texts, in the order of the plan."""
        return [self[f"text-{key}"] for key in self._sections]

    @property
    def figures(self) -> Iterator[tuple[IndicatorLine, list[forms.BoundField], list[forms.BoundField]]]:
        """The indicators, each with its figure and with what is only written now and then."""
        for number, indicator in enumerate(self._indicators):
            names = [name for name in self.fields if name.startswith(f"figure-{number}-")]
            figure = [name for name in names if name.rpartition("-")[2] in ("value", "word", "reached")]
            yield (
                indicator,
                [self[name] for name in figure],
                [self[name] for name in names if name not in figure],
            )

    @property
    def progress_fields(self) -> list[forms.BoundField]:
        """How far the item and its rows have come."""
        return (
            [self[f"progress-{number}"] for number in range(len(self._parts))] if self._asks_progress else []
        )

    @property
    def check_fields(self) -> list[forms.BoundField]:
        """What became of last year's improvement."""
        return [self["checked"], self["checked_note"]] if self._asks_check else []

    def clean(self) -> dict[str, Any]:
        """A provisional figure needs its day."""
        cleaned: dict[str, Any] = super().clean() or {}
        for number in range(len(self._indicators)):
            name = f"figure-{number}"
            if cleaned.get(f"{name}-provisional") and not cleaned.get(f"{name}-as_of"):
                self.add_error(f"{name}-as_of", _("見込みの値には、いつ時点かを書いてください。"))
        return cleaned

    def content(self) -> AnswerContent:
        """Give what was typed; call it when the form is valid."""
        typed = self.cleaned_data
        return AnswerContent(
            texts={key: typed[f"text-{key}"].strip() for key in self._sections},
            figures={one.key: self._figure(number) for number, one in enumerate(self._indicators)},
            progress={
                no: typed[f"progress-{number}"]
                for number, (no, _label) in enumerate(self._parts)
                if typed.get(f"progress-{number}")
            },
            checked=typed.get("checked") or "", checked_note=typed.get("checked_note") or "",
            nothing=typed["nothing"].strip(),
        )  # fmt: skip

    def _figure(self, number: int) -> FigureAnswer:
        typed = self.cleaned_data
        name = f"figure-{number}"
        value = typed.get(f"{name}-value")
        return FigureAnswer(
            value=Decimal(value) if value is not None else None, word=typed.get(f"{name}-word") or "",
            reached={"yes": True, "no": False}.get(typed.get(f"{name}-reached") or ""),
            provisional=typed[f"{name}-provisional"],
            as_of=typed[f"{name}-as_of"] if typed[f"{name}-provisional"] else None,
            note=typed[f"{name}-note"], cause=typed[f"{name}-cause"],
            budget_request=typed[f"{name}-budget_request"],
        )  # fmt: skip


class ReturnForm(HouseForm):
    """Why answers are sent back."""

    reason = LongTextField(label=_("差戻しの理由"), max_length=500)


class CloseForm(HouseForm):
    """Closing a round; with answers still out the note is needed."""

    note = LongTextField(
        label=_("締めたときの注"), required=False, max_length=500,
        help_text=_("回答がそろっていないまま締めるときは、理由を書きます。"),
    )  # fmt: skip


class SheetForm(HouseForm):
    """A workbook with answers."""

    file = forms.FileField(label=_("記入したExcelファイル"), widget=HouseFileInput(attrs={"accept": ".xlsx"}))
