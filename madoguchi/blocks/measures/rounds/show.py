"""Putting collection rounds into the components of the pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext

from madoguchi.blocks.measures import presentation as show
from madoguchi.blocks.measures.document import plan_of
from madoguchi.blocks.measures.lines import translated
from madoguchi.blocks.measures.models import Answer, ImprovementCheck, Round, RoundRequest
from madoguchi.blocks.measures.queries import causes
from madoguchi.blocks.measures.rounds.answers import FigureAnswer
from madoguchi.blocks.measures.rounds.forms import AnswerForm
from madoguchi.blocks.measures.rounds.queries import LineShown, RoundProgress, progress_of, sections_asked
from madoguchi.blocks.measures.rounds.sheet import Change, Fault
from madoguchi.blocks.measures.types import IndicatorLine
from madoguchi.kernel.calendar import business_days_between
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.formats import date_text, moment_text

Facts = list[tuple[object, object]]
TONES = {"asked": "neutral", "answered": "info", "returned": "warning", "accepted": "success"}


def round_title(found: Round) -> str:
    """Name a round: the year and what it is about."""
    return gettext("%(year)s %(kind)sの調査") % {
        "year": show.year_name(found.year), "kind": Round.Kind(found.kind).label
    }  # fmt: skip


def _state(request: RoundRequest) -> tuple[str, str]:
    return str(RoundRequest.State(request.state).label), TONES[request.state]


def round_table(rows: Sequence[RoundProgress]) -> Table:
    """List rounds with how far each is."""
    return Table(
        [
            Column("round", gettext("調査"), head=True, value=lambda row: round_title(row.round),
                   link=lambda row: reverse("measures:round", args=[row.round.pk])),
            Column("edition", gettext("計画"), value=lambda row: show.title(row.round.edition)),
            Column("due", gettext("期限"), "date", value=lambda row: row.round.due_on),
            Column("done", pgettext("round", "確認済み"), value=lambda row: f"{row.counts.get('accepted', 0)} / {row.total}"),
            Column("state", gettext("状態"), "badge", value=_round_state),
        ],
        rows, caption=gettext("調査の一覧"), empty_title=gettext("調査はまだありません。"),
    )  # fmt: skip


def _round_state(row: RoundProgress) -> tuple[str, str]:
    if row.round.closed_at is not None:
        return gettext("締め切り済み"), "neutral"
    return (gettext("期限を過ぎています"), "error") if row.overdue else (gettext("受付中"), "info")


def progress_facts(found: Round, *, on: date) -> Facts:
    """Say a round's deadline, what was asked, and how it was closed."""
    facts: Facts = [(gettext("期限"), _deadline(found, on))]
    if found.message:
        facts.append((gettext("依頼の文"), found.message))
    facts.append((gettext("依頼した部署と職"), show.japanese(found.opened_by)))
    if found.closed_at is not None:
        facts.append((gettext("締めた日時"), moment_text(found.closed_at)))
        if found.closing_note:
            facts.append((gettext("締めたときの注"), found.closing_note))
    return facts


def state_tiles(found: Round, *, on: date) -> list[dict[str, Any]]:
    """Count the offices per state, for tiles."""
    progress = progress_of(found, on=on)
    tones = {"returned": "warning", "accepted": "success"}
    return [
        {"label": state.label, "count": progress.counts.get(state.value, 0),
         "tone": tones.get(state.value, "neutral") if progress.counts.get(state.value) else "neutral"}
        for state in RoundRequest.State
    ]  # fmt: skip


def _deadline(found: Round, on: date) -> str:
    day = date_text(found.due_on)
    if found.closed_at is not None:
        return day
    if found.due_on < on:
        return gettext("%(day)s（過ぎています）") % {"day": day}
    left = business_days_between(on, found.due_on)
    return gettext("%(day)s（あと%(left)d開庁日）") % {"day": day, "left": left}


def request_table(requests: Sequence[RoundRequest]) -> Table:
    """List the offices of a round with where their answers are."""
    return Table(
        [
            Column("office_name", gettext("部署"), "html", head=True, value=lambda row: show.japanese(row.office_name),
                   link=lambda row: reverse("measures:request", args=[row.round_id, row.pk])),
            Column("state", gettext("状態"), "badge", value=_state),
            Column("return_reason", gettext("差戻しの理由")),
            Column("reminded_on", gettext("催促した日"), "date"),
        ],
        requests, caption=gettext("部署ごとの状態"), empty_title=gettext("依頼先がありません。"),
    )  # fmt: skip


def request_facts(asked: RoundRequest) -> Facts:
    """Give what stands at the head of an office's request."""
    facts: Facts = [
        (gettext("部署"), show.japanese(asked.office_name)),
        (gettext("状態"), RoundRequest.State(asked.state).label),
        (gettext("期限"), date_text(asked.round.due_on)),
    ]
    if asked.round.message:
        facts.append((gettext("依頼の文"), asked.round.message))
    return facts


def line_table(lines: Sequence[LineShown], *, may_write: bool) -> Table:
    """List an office's items with whether the answer is whole."""
    return Table(
        [
            Column("no", gettext("番号"), value=lambda row: row.item.no),
            Column("title", gettext("取組項目"), "html", head=True,
                   value=lambda row: format_html("{}", show.shown(row.item.title)),
                   link=(lambda row: reverse("measures:line", args=[row.line.pk])) if may_write else None),
            Column("answered", gettext("回答"), "badge", value=_line_state),
            Column("missing", gettext("まだ書いていないところ"), value=lambda row: "、".join(_lacking(row))),
        ],
        lines, caption=gettext("答える項目"),
    )  # fmt: skip


def _line_state(row: LineShown) -> tuple[str, str]:
    if row.answer.sequence == 0:
        return gettext("前の年度の写し"), "neutral"
    return (gettext("書きかけ"), "warning") if row.missing else (gettext("そろっています"), "success")


def _lacking(row: LineShown) -> Iterator[str]:
    names = {one.key: one.name.value for one in row.item.indicators}
    edition = row.line.request.round.edition
    labels = {section.key: section.label for section in plan_of(edition).sections}
    for what, key in row.missing:
        if what == "section":
            yield translated(edition, f"sections.{key}.label", labels[key], show.language()).value
        elif what == "figure":
            yield gettext("実績値「%(name)s」") % {"name": names[key]}
        elif what == "cause":
            yield gettext("届かなかった理由「%(name)s」") % {"name": names[key]}
        else:
            yield gettext("前の年度の写しのままです。開いて確かめてください。")


def line_cards(lines: Sequence[LineShown]) -> list[dict[str, Any]]:
    """Give what was answered item by item, for whoever checks it."""
    return [
        {"no": row.item.no, "title": show.shown(row.item.title), "facts": content_facts(row),
         "when": row.answer.entered_at if row.answer.sequence else None, "who": row.answer.entered_by}
        for row in lines
    ]  # fmt: skip


def content_facts(row: LineShown) -> Facts:
    """Say an answer in words."""
    edition, content = row.line.request.round.edition, row.content
    labels = {section.key: section.label for section in plan_of(edition).sections}
    phases = {phase.key: phase.label for phase in plan_of(edition).phases}
    facts: Facts = [
        (translated(edition, f"sections.{key}.label", labels.get(key, key), show.language()).value, text)
        for key, text in content.texts.items()
        if text
    ]
    for indicator in row.item.indicators:
        if (figure := content.figures.get(indicator.key)) is not None and figure.given:
            facts.append((show.shown(indicator.name), _figure_text(figure, indicator)))
    facts += [(no or gettext("進み具合"), phases.get(key, key)) for no, key in content.progress.items()]
    if content.checked:
        facts.append((gettext("前の年度の改善策"), ImprovementCheck.Outcome(content.checked).label))
    if content.nothing:
        facts.append((gettext("書くことがないときの理由"), content.nothing))
    return facts


def _figure_text(figure: FigureAnswer, indicator: IndicatorLine) -> str:
    text = figure.word or show.figure(figure.value, indicator)
    if indicator.target is not None:
        text += gettext("（目標 %(target)s）") % {"target": show.figure(indicator.target, indicator)}
    if figure.provisional and figure.as_of:
        text += gettext("（見込み、%(day)s時点）") % {"day": date_text(figure.as_of)}
    if figure.cause:
        text += gettext("。届かなかった理由: %(cause)s") % {
            "cause": dict(causes()).get(figure.cause, figure.cause)
        }
    if figure.budget_request:
        text += gettext("。予算要求: %(request)s") % {"request": figure.budget_request}
    return text


def figure_parts(form: AnswerForm, found: LineShown) -> list[dict[str, Any]]:
    """Give each indicator with its fields, its target, and last year's figure to compare with."""
    last = {one.key: one for one in (found.last.indicators if found.last else ())}
    parts = []
    for indicator, fields, rare in form.figures:
        before = last.get(indicator.key)
        parts.append(
            {
                "name": show.shown(indicator.name), "no": indicator.no, "fields": fields, "rare": rare,
                "open": any(bound.errors or bound.value() for bound in rare),
                "target": indicator.target_word or show.figure(indicator.target, indicator),
                "before": (before.actual_word or show.figure(before.actual, before)) if before else gettext("なし"),
            }
        )  # fmt: skip
    return parts


def last_texts(found: LineShown) -> list[tuple[object, str]]:
    """Give the texts of the year before, of all offices."""
    if found.last is None:
        return []
    edition = found.line.request.round.edition
    return [
        (translated(edition, f"sections.{key}.label", label, show.language()).value, found.last.sections[key])
        for key, label in sections_asked(found.line.request.round)
        if found.last.sections.get(key)
    ]


def answer_table(answers: Sequence[Answer]) -> Table | None:
    """List who saved an answer when; None before the first."""
    if not answers:
        return None
    return Table(
        [
            Column("sequence", gettext("回"), "number"),
            Column("entered_at", gettext("記録した日時"), "moment"),
            Column("entered_by", gettext("記録した部署と職"), head=True),
        ],
        answers, caption=gettext("保存した記録"),
    )  # fmt: skip


def differ_table(rows: Sequence[dict[str, str]]) -> Table:
    """List the indicators that two offices answered otherwise."""
    return Table(
        [
            Column("item", gettext("番号")),
            Column("indicator", gettext("指標"), head=True),
            Column("before", gettext("先に取り込んだ値")),
            Column("now", gettext("この部署の値")),
        ],
        rows, caption=gettext("二つの部署で違う値"),
    )  # fmt: skip


def fault_table(faults: Sequence[Fault]) -> Table:
    """List what in a workbook cannot be read."""
    return Table(
        [
            Column("sheet", gettext("シート")),
            Column("cell", gettext("セル"), head=True),
            Column("reason", gettext("直すところ")),
        ],
        faults, caption=gettext("読めないところ"),
    )  # fmt: skip


def change_table(changes: Sequence[Change]) -> Table:
    """List what a workbook would change, field by field."""
    rows = [(change, *one) for change in changes for one in change.fields]
    return Table(
        [
            Column("no", gettext("番号"), value=lambda row: row[0].no),
            Column("title", gettext("取組項目"), head=True, value=lambda row: row[0].title),
            Column("field", gettext("欄"), value=lambda row: row[1]),
            Column("before", gettext("いまの内容"), value=lambda row: row[2] or gettext("なし")),
            Column("after", gettext("ファイルの内容"), value=lambda row: row[3] or gettext("なし")),
        ],
        rows, caption=gettext("変わるところ"),
    )  # fmt: skip
