"""The meetings of bodies: agenda, papers, decisions, what is owed, and everything as one PDF."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from madoguchi.blocks.measures import presentation as show
from madoguchi.blocks.measures.actions import bodies, meetings
from madoguchi.blocks.measures.bodies import queries as queries
from madoguchi.blocks.measures.bodies import show as bodies_show
from madoguchi.blocks.measures.bodies.forms import (
    AgendaForm,
    DecisionForm,
    DoneForm,
    MeetingForm,
    MinutesForm,
)
from madoguchi.blocks.measures.bodies.views import (
    body_or_404,
    form_page,
    keeper_of,
    post_choices,
    revision_of,
    staff_of,
    way,
)
from madoguchi.blocks.measures.models import AgendaItem, Meeting
from madoguchi.blocks.measures.outputs.pack import meeting_pack, pack_name
from madoguchi.blocks.measures.queries import editions
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now, today
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.fiscal import fiscal_year_of
from madoguchi.ui.formats import date_text


def meeting_page(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Show a meeting with its agenda, papers, decisions and what is owed."""
    viewer, meeting = _readable(request, meeting_id)
    on = viewer.on
    subjects = bodies_show.subjects(meeting, on=on)
    earlier = [
        row for row in queries.follow_ups_open(body=meeting.body, on=on) if row.item.meeting_id != meeting.pk
    ]
    keeps = viewer.may_everywhere(bodies.KEEP)
    return render(
        request, "measures/meeting.html",
        {
            "meeting": meeting, "title": show.japanese(meeting.title), "body": meeting.body,
            "facts": _facts(meeting), "subjects": subjects, "may_keep": keeps, "past": meeting.held_on <= on,
            "mine": {row.item.pk for row in queries.follow_ups_of(viewer=viewer)},
            "earlier": bodies_show.follow_ups_table(
                earlier, caption=gettext("前の会議から残っている対応事項"), mine=False, finishing=keeps
            ) if earlier else None,
            "breadcrumb": way((meeting.body.name, reverse("measures:body", args=[meeting.body.key])),
                              (meeting.title, "")),
        },
    )  # fmt: skip


def meeting_pdf(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Give everything that lies before a meeting as one PDF."""
    _viewer, meeting = _readable(request, meeting_id)
    answer = HttpResponse(meeting_pack(meeting, on=today()), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{pack_name(meeting)}"'
    return answer


def meeting_new(request: HttpRequest, key: str) -> HttpResponse:
    """Plan a meeting."""
    viewer, body = keeper_of(request), body_or_404(key)
    here = reverse("measures:body", args=[key])
    return form_page(
        request, MeetingForm(request.POST or None),
        lambda typed: meetings.meeting_plan(actor=viewer, key=key, now=now(), **typed),
        title=gettext("会議を予定する"), back=here,
        done=lambda made: (gettext("会議を予定しました。次に議題を足してください。"), _url(made.pk)),
        breadcrumb=way((body.name, here), (gettext("会議を予定する"), "")),
    )  # fmt: skip


def meeting_edit(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Change a meeting's title, day or place."""
    viewer, meeting = keeper_of(request), _meeting(meeting_id)
    known = {"title": meeting.title, "held_on": meeting.held_on, "place": meeting.place}
    return form_page(
        request, MeetingForm(request.POST or None, initial=known),
        lambda typed: meetings.meeting_plan(
            actor=viewer, meeting_id=meeting_id, revision=revision_of(request), now=now(), **typed
        ),
        title=gettext("会議を変更する"), back=_url(meeting_id), revision=lambda: _meeting(meeting_id).revision,
        stored=lambda: [(gettext("会議の名称"), _meeting(meeting_id).title), *_facts(_meeting(meeting_id))],
        done=lambda _made: (gettext("会議を変更しました。"), _url(meeting_id)),
        breadcrumb=_way(meeting, gettext("変更")),
    )  # fmt: skip


def minutes_page(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Write the minutes."""
    viewer, meeting = keeper_of(request), _meeting(meeting_id)
    return form_page(
        request, MinutesForm(request.POST or None, initial={"minutes": meeting.minutes}),
        lambda typed: meetings.minutes_save(
            actor=viewer, meeting_id=meeting_id, revision=revision_of(request), now=now(), **typed
        ),
        title=gettext("議事の要旨を書く"), back=_url(meeting_id), revision=lambda: _meeting(meeting_id).revision,
        stored=lambda: [(gettext("議事の要旨"), _lines(_meeting(meeting_id).minutes))],
        done=lambda _made: (gettext("議事の要旨を記録しました。"), _url(meeting_id)),
        breadcrumb=_way(meeting, gettext("議事の要旨")),
    )  # fmt: skip


def agenda_new(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Put a subject on the agenda."""
    viewer, meeting = keeper_of(request), _meeting(meeting_id)
    return form_page(
        request, AgendaForm(request.POST or None, reports=_reports(None)),
        lambda typed: meetings.agenda_save(actor=viewer, meeting_id=meeting_id, now=now(), **_paper(typed)),
        title=gettext("議題を足す"), back=_url(meeting_id),
        done=lambda made: (gettext("議題を足しました。"), _url(meeting_id, made)),
        breadcrumb=_way(meeting, gettext("議題を足す")),
    )  # fmt: skip


def agenda_edit(request: HttpRequest, item_id: int) -> HttpResponse:
    """Change a subject and its papers."""
    viewer, item = keeper_of(request), _item(item_id)
    known = {"title": item.title, "paper": item.paper, "report": _report_key(item)}
    return form_page(
        request, AgendaForm(request.POST or None, initial=known, reports=_reports(item)),
        lambda typed: meetings.agenda_save(
            actor=viewer, meeting_id=item.meeting_id, item_id=item_id, revision=revision_of(request), now=now(),
            **_paper(typed),
        ),
        title=gettext("議題を変更する"), back=_url(item.meeting_id, item), revision=lambda: _item(item_id).revision,
        stored=lambda: [(gettext("議題"), _item(item_id).title), (gettext("資料"), _lines(_item(item_id).paper))],
        done=lambda _made: (gettext("議題を変更しました。"), _url(item.meeting_id, item)),
        breadcrumb=_way(item.meeting, gettext("議題を変更する")),
    )  # fmt: skip


@require_POST
def agenda_move(request: HttpRequest, item_id: int) -> HttpResponse:
    """Move a subject up or down."""
    viewer, item = keeper_of(request), _item(item_id)
    to = item.order + (-1 if request.POST.get("do") == "up" else 1)
    try:
        meetings.agenda_move(actor=viewer, item_id=item_id, to=to, now=now())
    except Refused as refused:
        messages.error(request, str(refused.message))
    return redirect(_url(item.meeting_id, item))


def decision_page(request: HttpRequest, item_id: int) -> HttpResponse:
    """Write down what was decided, and what is left to do."""
    viewer, item = keeper_of(request), _item(item_id)
    known = {
        "decision": item.decision, "decided_on": item.decided_on or min(item.meeting.held_on, viewer.on),
        "owed_by": item.owed_by.key if item.owed_by else "", "owed_what": item.owed_what,
        "owed_until": item.owed_until,
    }  # fmt: skip
    besides = (item.owed_by.key, item.owed_by.title) if item.owed_by else None
    form = DecisionForm(request.POST or None, initial=known, posts=post_choices(viewer.on, besides=besides))
    return form_page(
        request, form,
        lambda typed: meetings.decision_record(
            actor=viewer, item_id=item_id, revision=revision_of(request), now=now(), **typed
        ),
        title=gettext("決まったことを記録する"), back=_url(item.meeting_id, item), lead=item.title,
        revision=lambda: _item(item_id).revision,
        stored=lambda: [
            (gettext("決まったこと"), _lines(_item(item_id).decision)), (gettext("対応事項"), _item(item_id).owed_what),
        ],
        done=lambda _made: (gettext("決まったことを記録しました。"), _url(item.meeting_id, item)),
        breadcrumb=_way(item.meeting, gettext("決まったこと")),
    )  # fmt: skip


def follow_up_page(request: HttpRequest, item_id: int) -> HttpResponse:
    """Say that something owed is done; whoever owes it may, and sees no more of the meeting than that."""
    viewer = staff_of(request)
    owed = queries.follow_up_for(viewer=viewer, item_id=item_id)
    if owed is None:
        raise Http404
    item = owed.item
    readable = queries.meeting_for(viewer=viewer, meeting_id=item.meeting_id) is not None
    back = _url(item.meeting_id, item) if readable else reverse("measures:bodies")
    assert item.owed_until is not None
    lead = gettext("%(what)s（%(post)s、期限 %(day)s）") % {
        "what": item.owed_what, "post": owed.post_name, "day": date_text(item.owed_until),
    }  # fmt: skip
    return form_page(
        request, DoneForm(request.POST or None, initial={"on": viewer.on}),
        lambda typed: meetings.follow_up_done(actor=viewer, item_id=item_id, now=now(), **typed),
        title=gettext("対応を終えたと報告する"), back=back, lead=lead,
        done=lambda _made: (gettext("対応を終えたと記録しました。"), back),
        breadcrumb=way((gettext("対応事項"), "")),
    )  # fmt: skip


def _readable(request: HttpRequest, meeting_id: int) -> tuple[Viewer, Meeting]:
    viewer = staff_of(request)
    meeting = queries.meeting_for(viewer=viewer, meeting_id=meeting_id)
    if meeting is None:
        raise Http404
    return viewer, meeting


def _meeting(meeting_id: int) -> Meeting:
    meeting = Meeting.objects.select_related("body").filter(pk=meeting_id).first()
    if meeting is None:
        raise Http404
    return meeting


def _item(item_id: int) -> AgendaItem:
    rows = AgendaItem.objects.select_related("meeting__body", "report", "owed_by")
    item = rows.filter(pk=item_id).first()
    if item is None:
        raise Http404
    return item


def _url(meeting_id: int, item: AgendaItem | None = None) -> str:
    return reverse("measures:meeting", args=[meeting_id]) + (f"#item-{item.pk}" if item else "")


def _way(meeting: Meeting, last: str) -> list[tuple[object, str]]:
    body = (meeting.body.name, reverse("measures:body", args=[meeting.body.key]))
    return way(body, (meeting.title, _url(meeting.pk)), (last, ""))


def _facts(meeting: Meeting) -> list[tuple[object, object]]:
    place = show.japanese(meeting.place) if meeting.place else gettext("決まっていません")
    return [
        (gettext("会議体"), show.japanese(meeting.body.name)),
        (gettext("開催日"), date_text(meeting.held_on)),
        (gettext("場所"), place),
    ]


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def _reports(item: AgendaItem | None) -> list[tuple[str, Any]]:
    """Give the years of every plan that have begun, by plan; the one that the subject has stays in the list."""
    this_year = fiscal_year_of(today()).year
    groups: list[tuple[str, Any]] = []
    for row in editions():
        edition = row["edition"]
        years = range(min(edition.last_year, this_year), edition.first_year - 1, -1)
        shown = [(f"{edition.key}:{year}", f"{show.title(edition)} {show.year_name(year)}") for year in years]
        if shown:
            groups.append((show.title(edition), shown))
    kept = _report_key(item) if item else ""
    if (
        kept
        and item
        and item.report
        and not any(key == kept for _name, shown in groups for key, _label in shown)
    ):
        groups.append((kept, f"{show.title(item.report)} {show.year_name(item.report_year or 0)}"))
    return groups


def _report_key(item: AgendaItem) -> str:
    return f"{item.report.key}:{item.report_year}" if item.report else ""


def _paper(typed: dict[str, Any]) -> dict[str, Any]:
    key, _mark, year = typed["report"].rpartition(":")
    return {
        "title": typed["title"], "paper": typed["paper"], "report_key": key, "report_year": int(year) if year else None,
    }  # fmt: skip
