"""Files of the resident register: bringing one, seeing what is wrong with it, accepting and applying it."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from madoguchi.blocks.people.actions import feed_accept, feed_apply, feed_receive
from madoguchi.blocks.people.models import FeedDelivery
from madoguchi.blocks.people.register.extract import feed_layouts
from madoguchi.blocks.people.register.order import difference_next
from madoguchi.blocks.people.views.asking import page_of, posted
from madoguchi.blocks.people.views.oversight.shown import csv_answer, staff_names
from madoguchi.blocks.people.views.residents.asking import ACCEPT, BRING, done, residents_page, show
from madoguchi.blocks.people.views.residents.forms import AcceptForm, FeedForm
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.declarations import text_for
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import Viewer
from madoguchi.ui.components.table import Column, Table
from madoguchi.ui.formats import date_text, moment_text

FEEDS = "people:feeds"
MOST_SHOWN = 200
State, Extent = FeedDelivery.State, FeedDelivery.Extent
TONES = {State.REFUSED: "error", State.ALARM: "warning", State.CHECKED: "info", State.APPLIED: "success"}
# As kernel.layouts writes a problem: 2行目「氏名」: …
_PLACE = re.compile(r"(?P<line>[0-9]+)行目(?:「(?P<column>[^」]+)」)?: (?P<text>.+)", re.DOTALL)


@residents_page(BRING, ACCEPT, duty=False)
def feeds(request: HttpRequest) -> HttpResponse:
    """List the files, and take a new one from whoever may bring it."""
    viewer = viewer_of(request)
    form = None
    if viewer.may(BRING):
        first = {
            "extent": Extent.DIFFERENCE if _newest() else Extent.FULL,
            "as_of": viewer.on,
        }
        layouts = _layouts()
        form = FeedForm(*posted(request, files=True), layouts=layouts, wanted=_next(layouts), initial=first)
        brought: list[FeedDelivery] = []
        if done(
            request,
            form,
            lambda typed: brought.append(_receive(viewer, typed)),
            gettext("ファイルを検査しました。"),
        ):
            return redirect("people:feed", delivery_id=brought[0].pk)
    page = page_of(request, FeedDelivery.objects.order_by("-received_at", "-pk"))
    return show(
        request,
        "feeds",
        {
            "form": form,
            "page": page,
            "table": _table(list(page)),
            "breadcrumb": [(gettext("連携ファイル"), "")],
        },
        tab=FEEDS,
        status=422 if form is not None and form.errors else 200,
    )


@residents_page(BRING, ACCEPT, duty=False)
def feed(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show what was found in a file, and take the word of whoever makes sure that it is right."""
    viewer, delivery = viewer_of(request), _delivery(delivery_id)
    sent = request.method == "POST"
    if sent:
        viewer.must(ACCEPT)
    # Who sends the form of a file that waits no more is told so by the action.
    form = AcceptForm(*posted(request)) if sent or (_waits(delivery) and viewer.may(ACCEPT)) else None

    def accept(typed: dict[str, Any]) -> None:
        feed_accept(actor=viewer, delivery_id=delivery.pk, now=now(), **typed)

    if form is not None and done(
        request, form, accept, gettext("確認を記録しました。取り込んだ人が反映できます。")
    ):
        return redirect("people:feed", delivery_id=delivery.pk)
    return _page(request, delivery, form)


@require_POST
@residents_page(BRING, duty=False)
def feed_put(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Apply a checked file."""
    delivery = _delivery(delivery_id)
    try:
        feed_apply(actor=viewer_of(request), delivery_id=delivery.pk, now=now())
    except Refused as refused:
        return _page(request, _delivery(delivery_id), None, refused=str(refused.message))
    messages.success(request, gettext("反映しました。"))
    return redirect("people:feed", delivery_id=delivery.pk)


@residents_page(BRING, ACCEPT, duty=False)
def feed_problems(request: HttpRequest, delivery_id: int) -> HttpResponse:  # noqa: ARG001
    """Give what is wrong with a file as a list to send back with it."""
    delivery = _delivery(delivery_id)
    rows = [(line["line"], line["column"], line["text"]) for line in _problems(delivery)]
    name = gettext("連携ファイルの問題_%(id)d.csv") % {"id": delivery.pk}
    return csv_answer(name, ["行", "列", "問題"], rows)


def _page(
    request: HttpRequest, delivery: FeedDelivery, form: AcceptForm | None, *, refused: str = ""
) -> HttpResponse:
    viewer = viewer_of(request)
    people = staff_names({delivery.received_by, delivery.accepted_by} - {""})
    problems = _problems(delivery) if delivery.state == State.REFUSED else []
    ready = delivery.state in (State.CHECKED, State.ALARM) and not _waits(delivery)
    failed = bool(refused) or (form is not None and bool(form.errors))
    return show(
        request,
        "feed",
        {
            "delivery": delivery,
            "facts": _facts(delivery, people),
            "state": (delivery.get_state_display(), TONES[State(delivery.state)]),
            "refused": refused,
            "counts": delivery.counts,
            "moved": _moved(delivery.counts),
            "alarms": delivery.problems if delivery.state != State.REFUSED else [],
            "problem_count": len(problems),
            "problems": _problems_table(problems[:MOST_SHOWN]) if problems else None,
            "most": MOST_SHOWN,
            "form": form,
            "waits": _waits(delivery),
            "own": _waits(delivery) and delivery.received_by == viewer.key,
            "may_apply": ready and viewer.may(BRING),
            "breadcrumb": [(gettext("連携ファイル"), reverse(FEEDS)), (delivery.file_name, "")],
        },
        tab=FEEDS,
        status=422 if failed else 200,
    )


def _receive(viewer: Viewer, typed: dict[str, Any]) -> FeedDelivery:
    file = typed["file"]
    return feed_receive(
        actor=viewer, layout_key=typed["layout_key"], extent=typed["extent"], content=file.read(),
        file_name=str(file.name).replace("\0", ""), as_of=typed["as_of"], sequence=typed["sequence"], now=now(),
    )  # fmt: skip


def _delivery(delivery_id: int) -> FeedDelivery:
    delivery = FeedDelivery.objects.filter(pk=delivery_id).first()
    if delivery is None:
        raise Http404
    return delivery


def _waits(delivery: FeedDelivery) -> bool:
    return delivery.state == State.ALARM and not delivery.accepted_by


def _newest() -> bool:
    return FeedDelivery.objects.filter(state=State.APPLIED).exists()


def _next(layouts: dict[str, str]) -> str:
    """Say which number the next difference has, where there is one layout to speak of."""
    wanted = difference_next(next(iter(layouts))) if len(layouts) == 1 else None
    if wanted is None:
        return ""
    if wanted.exactly:
        return gettext("次の差分は通番%(number)dです。") % {"number": wanted.least}
    return gettext("次の差分は通番%(number)d以上です。") % {"number": wanted.least}


def _layouts() -> dict[str, str]:
    language = get_language() or "ja"
    return {one.key: str(text_for(one, "label", language)) for one in feed_layouts()}


def _problems(delivery: FeedDelivery) -> list[dict[str, str]]:
    """The problems taken apart into line, column and text; one of the whole file has neither."""
    found = []
    for problem in delivery.problems:
        place = _PLACE.fullmatch(str(problem))
        whole = {"line": "", "column": "", "text": str(problem)}
        found.append(
            whole if place is None else {name: text or "" for name, text in place.groupdict().items()}
        )
    return found


def _moved(counts: dict[str, int]) -> int:
    return sum(counts.get(name, 0) for name in ("new", "changed", "missing"))


def _sequence(delivery: FeedDelivery) -> tuple[str, str]:
    number = "–" if delivery.sequence is None else str(delivery.sequence)
    return gettext("含む差分の通番") if delivery.extent == Extent.FULL else gettext("通番"), number


def _facts(delivery: FeedDelivery, people: dict[str, str]) -> list[tuple[str, Any]]:
    facts = [
        (gettext("範囲"), delivery.get_extent_display()),
        (gettext("基準日"), date_text(delivery.as_of)),
        _sequence(delivery),
        (gettext("取り込んだ人"), people.get(delivery.received_by, delivery.received_by)),
        (gettext("取り込んだ日時"), moment_text(delivery.received_at)),
    ]
    if delivery.accepted_by:
        facts += [
            (gettext("確認した人"), people.get(delivery.accepted_by, delivery.accepted_by)),
            (gettext("確認した相手と内容"), delivery.accepted_reason),
        ]
    if delivery.applied_at:
        facts.append((gettext("反映した日時"), moment_text(delivery.applied_at)))
    return facts


def _problems_table(problems: list[dict[str, str]]) -> Table:
    return Table(
        [
            Column("line", gettext("行"), value=lambda row: row["line"] or "–"),
            Column("column", gettext("列"), value=lambda row: row["column"] or gettext("ファイル全体")),
            Column("text", gettext("問題"), head=True),
        ],
        problems, caption=gettext("見つかった問題"), caption_hidden=True, key="problems",
    )  # fmt: skip


def _table(rows: list[FeedDelivery]) -> Table:
    people = staff_names({row.received_by for row in rows})
    return Table(
        [
            Column("received_at", gettext("取り込んだ日時"), "moment"),
            Column("file_name", gettext("ファイル名"), head=True, link=lambda row: reverse("people:feed", args=[row.pk])),
            Column("extent", gettext("範囲"), value=_extent),
            Column("as_of", gettext("基準日"), "date"),
            Column("moved", gettext("変わる人"), "number",
                   value=lambda row: _moved(row.counts) if row.counts else ""),
            Column("state", gettext("状態"), "badge", value=_state),
            Column("received_by", gettext("取り込んだ人"), value=lambda row: people.get(row.received_by, row.received_by)),
        ],
        rows, caption=gettext("これまでの連携ファイル"), caption_hidden=True, key="feeds",
        empty_title=gettext("まだ取り込んでいません"),
    )  # fmt: skip


def _extent(row: FeedDelivery) -> str:
    extent = row.get_extent_display()
    if row.sequence is None or row.extent == Extent.FULL:
        return extent
    return gettext("%(extent)s 通番%(sequence)d") % {"extent": extent, "sequence": row.sequence}


def _state(row: FeedDelivery) -> tuple[str, str]:
    if row.state == State.ALARM and row.accepted_by:
        return gettext("確認済み（反映できます）"), "info"
    return row.get_state_display(), TONES[State(row.state)]
