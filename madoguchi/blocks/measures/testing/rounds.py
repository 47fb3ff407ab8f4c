"""Collection rounds for tests: made through the actions, so that each is as it would be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from madoguchi.blocks.measures.actions import answer_save, answer_send, round_open
from madoguchi.blocks.measures.models import Indicator, ResultText, Round, RoundRequest
from madoguchi.blocks.measures.rounds.answers import AnswerContent, FigureAnswer
from madoguchi.blocks.people.testing import office_make, viewer_with
from madoguchi.kernel.clock import day_of, now
from madoguchi.kernel.rights import Viewer, system_viewer
from madoguchi.kernel.testing import action_scenario, route_maker

KEEPING = ("measures.round_keep", "measures.actual_enter")
OFFICER, CONTRIBUTOR = "dx_plan/officer", "dx_plan/contributor"


@dataclass(frozen=True, slots=True)
class Asked:
    """A round of one office with one item and one indicator."""

    round: Round
    request: RoundRequest
    indicator: Indicator
    keeper: Viewer
    clerk: Viewer

    @property
    def line_id(self) -> int:
        """The only line."""
        return self.request.lines.get().pk


def round_make(*, office_id: int | None = None, kind: str = "result", due_on: date | None = None) -> Asked:
    """Open a round that asks one office."""
    from madoguchi.blocks.measures.testing import YEAR, indicator_make

    office = office_id or office_make().pk
    indicator = indicator_make(office_id=office)
    moment = now()
    opened = round_open(
        actor=system_viewer(on=day_of(moment), duty="試験"), key=indicator.item.edition.key, year=YEAR, kind=kind,
        due_on=due_on or day_of(moment) + timedelta(days=30), message="お願いします。", groups={}, now=moment,
    )  # fmt: skip
    return Asked(
        opened, opened.requests.get(), indicator, viewer_with(*KEEPING), viewer_with("measures.actual_enter", offices=[office])
    )  # fmt: skip


def content_make(indicator: Indicator, *, value: str = "12", done: str = "行ったこと") -> AnswerContent:
    """Give a whole answer."""
    return AnswerContent(
        texts={"done": done, "next": "次にすること"},
        figures={indicator.key: FigureAnswer(value=Decimal(value))},
    )


def round_answered(**options: Any) -> Asked:
    """Open a round whose only office has sent its answers."""
    asked = round_make(**options)
    answer_save(
        actor=asked.clerk, line_id=asked.line_id, content=content_make(asked.indicator), after=0, now=now()
    )
    answer_send(actor=asked.clerk, request_id=asked.request.pk, revision=0, now=now())
    asked.request.refresh_from_db()
    return asked


def two_offices() -> tuple[Round, RoundRequest, RoundRequest, str]:
    """Open a round in which two offices answer for one item; the requests and the indicator's key."""
    from madoguchi.blocks.measures.testing import GRADES, YEAR, edition_make

    first, second = office_make(), office_make()
    indicator = {"name": "回数", "unit": "回", "kind": "flow", "targets": {YEAR: "10"}}
    item = {"no": "1", "title": "項目", "offices": ["甲課", "乙課"], "indicators": [indicator]}
    edition = edition_make(
        {"key": "two", "city": "試験市", "title": "計画", "first_year": 2024, "last_year": 2028, "grades": GRADES,
         "pillars": [{"no": "1", "title": "方針", "items": [item]}]}
    )  # fmt: skip
    for office, name in ((first, "甲課"), (second, "乙課")):
        edition.items.get(level="item").offices.filter(printed_name=name).update(office_id=office.pk)
    opened = round_open(
        actor=viewer_with(*KEEPING), key="two", year=YEAR, kind="result", due_on=day_of(now()) + timedelta(days=9),
        message="", groups={}, now=now(),
    )  # fmt: skip
    one, other = opened.requests.order_by("office_id")
    return opened, one, other, edition.indicators.get().key


def answer(request: RoundRequest, key: str, value: str) -> None:
    """Let an office answer its only item and send it."""
    clerk = viewer_with("measures.actual_enter", offices=[request.office_id])
    content = AnswerContent(
        texts={"done": f"{value}回した"}, figures={key: FigureAnswer(value=Decimal(value))}
    )
    answer_save(actor=clerk, line_id=request.lines.get().pk, content=content, after=0, now=now())
    answer_send(actor=clerk, request_id=request.pk, revision=0, now=now())


@action_scenario("measures.round_open")
def _open() -> dict[str, Any]:
    from madoguchi.blocks.measures.testing import YEAR, indicator_make

    moment = now()
    return {
        "actor": viewer_with(*KEEPING), "key": indicator_make().item.edition.key, "year": YEAR, "kind": "result",
        "due_on": day_of(moment) + timedelta(days=20), "message": "お願いします。", "groups": {}, "now": moment,
    }  # fmt: skip


@action_scenario("measures.answer_save")
def _save() -> dict[str, Any]:
    asked = round_make()
    return {
        "actor": asked.clerk, "line_id": asked.line_id, "content": content_make(asked.indicator), "after": 0, "now": now()
    }  # fmt: skip


@action_scenario("measures.answer_send")
def _send() -> dict[str, Any]:
    asked = round_make()
    answer_save(
        actor=asked.clerk, line_id=asked.line_id, content=content_make(asked.indicator), after=0, now=now()
    )
    return {"actor": asked.clerk, "request_id": asked.request.pk, "revision": 0, "now": now()}


@action_scenario("measures.answer_return")
def _return() -> dict[str, Any]:
    asked = round_answered()
    return {
        "actor": asked.keeper, "request_id": asked.request.pk, "revision": 1, "reason": "値を確かめてください。", "now": now()
    }  # fmt: skip


@action_scenario("measures.answer_accept")
def _accept() -> dict[str, Any]:
    asked = round_answered()
    return {"actor": asked.keeper, "request_id": asked.request.pk, "revision": 1, "now": now()}


@action_scenario("measures.round_remind")
def _remind() -> dict[str, Any]:
    asked = round_make()
    return {"actor": asked.keeper, "round_id": asked.round.pk, "now": now()}


@action_scenario("measures.round_close")
def _close() -> dict[str, Any]:
    asked = round_make()
    return {"actor": asked.keeper, "round_id": asked.round.pk, "note": "回答なし", "now": now()}


BOTH, KEEPER = {OFFICER, CONTRIBUTOR}, {OFFICER}


@route_maker("measures:rounds")
def _rounds(office_id: int) -> dict[str, Any]:
    round_make(office_id=office_id)
    return {"kwargs": {}, "roles": BOTH}


@route_maker("measures:round_new")
def _round_new(office_id: int) -> dict[str, Any]:
    asked = round_make(office_id=office_id)
    return {"kwargs": {"key": asked.round.edition.key}, "roles": KEEPER, "scope": "all"}


@route_maker("measures:round")
def _round(office_id: int) -> dict[str, Any]:
    return {"kwargs": {"round_id": round_make(office_id=office_id).round.pk}, "roles": BOTH}


@route_maker("measures:request")
def _request(office_id: int) -> dict[str, Any]:
    asked = round_make(office_id=office_id)
    return {"kwargs": {"round_id": asked.round.pk, "request_id": asked.request.pk}, "roles": BOTH}


@route_maker("measures:line")
def _line(office_id: int) -> dict[str, Any]:
    return {"kwargs": {"line_id": round_make(office_id=office_id).line_id}, "roles": BOTH}


@route_maker("measures:request_sheet")
def _sheet(office_id: int) -> dict[str, Any]:
    return _request(office_id)


@route_maker("measures:request_upload")
def _upload(office_id: int) -> dict[str, Any]:
    return _request(office_id)


@route_maker("measures:request_send")
def _send_page(office_id: int) -> dict[str, Any]:
    return _request(office_id)


@route_maker("measures:request_return")
def _return_page(office_id: int) -> dict[str, Any]:
    return _request(office_id) | {"roles": KEEPER, "scope": "all"}


@route_maker("measures:request_accept")
def _accept_page(office_id: int) -> dict[str, Any]:
    return _return_page(office_id)


@route_maker("measures:round_remind")
def _remind_page(office_id: int) -> dict[str, Any]:
    return {"kwargs": {"round_id": round_make(office_id=office_id).round.pk}, "roles": KEEPER, "scope": "all"}


@route_maker("measures:round_close")
def _close_page(office_id: int) -> dict[str, Any]:
    return _remind_page(office_id)


def _item_kwargs(asked: Asked, **more: Any) -> dict[str, Any]:
    item = asked.indicator.item
    return {"kwargs": {"key": item.edition.key, "no": item.no, **more}, "roles": BOTH}


@route_maker("measures:text")
def _text_page(office_id: int) -> dict[str, Any]:
    return _item_kwargs(round_make(office_id=office_id), section="done")


@route_maker("measures:miss")
def _miss_page(office_id: int) -> dict[str, Any]:
    asked = round_make(office_id=office_id)
    return _item_kwargs(asked, indicator_id=asked.indicator.pk)


@route_maker("measures:publish")
def _publish_page(office_id: int) -> dict[str, Any]:
    asked = round_make(office_id=office_id)
    return {"kwargs": {"key": asked.indicator.item.edition.key}, "roles": KEEPER, "scope": "all"}


@route_maker("measures:check")
def _check_page(office_id: int) -> dict[str, Any]:
    from madoguchi.blocks.measures.testing import YEAR

    asked = round_make(office_id=office_id)
    for year in (YEAR - 1, YEAR):
        ResultText.objects.create(
            item=asked.indicator.item, year=year, section="next", sequence=1, text="改善する", entered_at=now(),
            entered_by="試験課",
        )  # fmt: skip
    return _item_kwargs(asked)


@route_maker("measures:progress")
def _progress_page(office_id: int) -> dict[str, Any]:
    from madoguchi.blocks.measures.testing import edition_make

    item = {"no": "1", "title": "項目", "offices": ["試験課"], "parts": [{"no": "(1)", "title": "内訳"}]}
    edition = edition_make(
        {"key": f"phases-{office_id}", "city": "試験市", "title": "計画", "first_year": 2024, "last_year": 2028,
         "phases": [{"key": "use", "label": "運用"}], "pillars": [{"no": "1", "title": "方針", "items": [item]}]},
        office_id=office_id,
    )  # fmt: skip
    return {"kwargs": {"key": edition.key, "no": "1"}, "roles": BOTH}


@action_scenario("measures.coordinator_set")
def _coordinate() -> dict[str, Any]:
    from madoguchi.blocks.measures.testing import indicator_make

    item = indicator_make().item
    actor = system_viewer(on=day_of(now()), duty="試験")
    return {"actor": actor, "item_id": item.pk, "office_name": "試験課", "now": now()}


@route_maker("measures:coordinator")
def _coordinator_page(office_id: int) -> dict[str, Any]:
    return _item_kwargs(round_make(office_id=office_id)) | {"roles": KEEPER, "scope": "all"}
