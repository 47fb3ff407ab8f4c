"""Collection rounds as the offices see them: asking, answering, sending back, taking over, closing."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from madoguchi.blocks.measures import presentation as show
from madoguchi.blocks.measures.actions import rounds as actions
from madoguchi.blocks.measures.actions.refusals import EntryChanged, FiguresDiffer, NotSettled
from madoguchi.blocks.measures.actions.rounds import ANSWER, KEEP
from madoguchi.blocks.measures.document import plan_of
from madoguchi.blocks.measures.lines import translated
from madoguchi.blocks.measures.models import Round, RoundRequest
from madoguchi.blocks.measures.queries import causes
from madoguchi.blocks.measures.rounds import queries as queries
from madoguchi.blocks.measures.rounds import show as rounds_show
from madoguchi.blocks.measures.rounds.forms import AnswerForm, CloseForm, ReturnForm, RoundForm, SheetForm
from madoguchi.blocks.people.queries import offices_on
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now, today
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import Viewer

Way = list[tuple[object, str]]


def round_list(request: HttpRequest) -> HttpResponse:
    """List the rounds that I keep or answer in."""
    viewer = viewer_of(request)
    viewer.must(ANSWER)
    rows = [queries.progress_of(found, on=today()) for found in queries.rounds_for(viewer=viewer)]
    return render(
        request, "measures/round_list.html",
        {"table": rounds_show.round_table(rows), "may_open": viewer.may_everywhere(KEEP),
         "editions": show.editions_frozen() if viewer.may_everywhere(KEEP) else []},
    )  # fmt: skip


def round_new(request: HttpRequest, key: str) -> HttpResponse:
    """Open a round for a plan."""
    viewer, edition = viewer_of(request), show.edition_or_404(key)
    viewer.must_everywhere(KEEP)
    years = [(str(year), show.year_name(year)) for year in range(edition.first_year, edition.last_year + 1)]
    form = RoundForm(
        request.POST or None, years=years, groups=queries.groups_printed(edition),
        offices=[(office.key, office.name) for office in offices_on(on=viewer.on)],
        initial={"kind": Round.Kind.RESULT},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            opened = actions.round_open(
                actor=viewer, key=key, year=typed["year"], kind=typed["kind"], due_on=typed["due_on"],
                message=typed["message"], groups=form.groups_chosen(), now=now(),
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, gettext("調査を依頼しました。依頼先の部署の画面に出ています。"))
            return redirect("measures:round", opened.pk)
    return render(
        request, "measures/round_new.html",
        {"form": form, "title": show.title(edition),
         "breadcrumb": [*way(), (gettext("調査を依頼する"), "")]},
        status=422 if form.errors else 200,
    )  # fmt: skip


def round_page(request: HttpRequest, round_id: int) -> HttpResponse:
    """Show how far a round is, office by office; a contributor sees the own offices."""
    viewer, found = _found(request, round_id)
    requests = queries.requests_for(viewer=viewer, found=found)
    keeps = viewer.may_everywhere(KEEP)
    if not keeps and len(requests) == 1:
        return redirect("measures:request", round_id, requests[0].pk)
    return _round_render(request, viewer, found, requests, CloseForm() if keeps else None)


def round_remind(request: HttpRequest, round_id: int) -> HttpResponse:
    """Remind the offices whose answer is out."""
    viewer, _round = _found(request, round_id)
    viewer.must_everywhere(KEEP)
    if request.method == "POST":
        try:
            names = actions.round_remind(actor=viewer, round_id=round_id, now=now())
        except Refused as refused:
            messages.error(request, str(refused.message))
        else:
            messages.success(request, gettext("%(count)d部署に催促しました。") % {"count": len(names)})
    return redirect("measures:round", round_id)


def round_close(request: HttpRequest, round_id: int) -> HttpResponse:
    """Close a round."""
    viewer, found = _found(request, round_id)
    viewer.must_everywhere(KEEP)
    if request.method != "POST":
        return redirect("measures:round", round_id)
    form = CloseForm(request.POST)
    if form.is_valid():
        try:
            actions.round_close(actor=viewer, round_id=round_id, note=form.cleaned_data["note"], now=now())
        except NotSettled as refused:
            form.add_error("note", f"{refused.message}（{'、'.join(refused.details['offices'])}）")
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, gettext("調査を締めました。"))
            return redirect("measures:round", round_id)
    requests = queries.requests_for(viewer=viewer, found=found)
    return _round_render(request, viewer, found, requests, form)


def _round_render(
    request: HttpRequest, viewer: Viewer, found: Round, requests: list[RoundRequest], form: CloseForm | None
) -> HttpResponse:
    return render(
        request, "measures/round.html",
        {
            "round": found, "title": rounds_show.round_title(found), "form": form,
            "table": rounds_show.request_table(requests), "progress": rounds_show.progress_facts(found, on=today()), "tiles": rounds_show.state_tiles(found, on=today()),
            "may_remind": viewer.may_everywhere(KEEP) and found.closed_at is None,
            "breadcrumb": [*way(), (rounds_show.round_title(found), "")],
        },
        status=422 if form is not None and form.errors else 200,
    )  # fmt: skip


def request_page(request: HttpRequest, round_id: int, request_id: int) -> HttpResponse:
    """Show what an office was asked and answered; the office sends, whoever collects sends back or takes over."""
    viewer, asked = request_found(request, round_id, request_id)
    return _request_render(request, viewer, asked, ReturnForm())


def request_send(request: HttpRequest, round_id: int, request_id: int) -> HttpResponse:
    """Send an office's answers."""
    viewer, asked = request_found(request, round_id, request_id)
    if request.method == "POST":
        try:
            actions.answer_send(actor=viewer, request_id=asked.pk, revision=_revision(request), now=now())
        except Refused as refused:
            messages.error(request, str(refused.message))
        else:
            messages.success(request, gettext("回答を送りました。確認が終わるまで、直すことはできません。"))
    return redirect("measures:request", round_id, request_id)


def request_return(request: HttpRequest, round_id: int, request_id: int) -> HttpResponse:
    """Send an office's answers back, with a reason."""
    viewer, asked = request_found(request, round_id, request_id)
    viewer.must_everywhere(KEEP)
    if request.method != "POST":
        return redirect("measures:request", round_id, request_id)
    form = ReturnForm(request.POST)
    if form.is_valid():
        try:
            actions.answer_return(
                actor=viewer, request_id=asked.pk, revision=_revision(request),
                reason=form.cleaned_data["reason"], now=now(),
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, gettext("差し戻しました。理由は相手の部署の画面に出ています。"))
            return redirect("measures:round", round_id)
    return _request_render(request, viewer, asked, form)


def request_accept(request: HttpRequest, round_id: int, request_id: int) -> HttpResponse:
    """Take an office's answers over into the year; where another office answered otherwise, ask which counts."""
    viewer, asked = request_found(request, round_id, request_id)
    viewer.must_everywhere(KEEP)
    if request.method == "POST":
        try:
            actions.answer_accept(
                actor=viewer, request_id=asked.pk, revision=_revision(request), now=now(),
                overrule=request.POST.get("overrule") == "yes",
            )  # fmt: skip
        except FiguresDiffer as refused:
            return _differ_page(request, asked, refused)
        except Refused as refused:
            messages.error(request, str(refused.message))
        else:
            messages.success(request, gettext("回答を取り込みました。実績値と年度の文になっています。"))
            return redirect("measures:round", round_id)
    return redirect("measures:request", round_id, request_id)


def _differ_page(request: HttpRequest, asked: RoundRequest, refused: FiguresDiffer) -> HttpResponse:
    return render(
        request, "measures/round_differ.html",
        {"asked": asked, "table": rounds_show.differ_table(refused.details["differ"]), "message": refused.message,
         "revision": asked.revision, "breadcrumb": [*way(asked), (gettext("値の違い"), "")]},
        status=409,
    )  # fmt: skip


def _request_render(
    request: HttpRequest, viewer: Viewer, asked: RoundRequest, form: ReturnForm
) -> HttpResponse:
    lines = queries.lines_shown(asked, on=today(), lang=show.language())
    is_open = asked.round.closed_at is None
    keeps = viewer.may_everywhere(KEEP) and is_open and asked.state == RoundRequest.State.ANSWERED
    writes = queries.may_answer(viewer=viewer, request=asked)
    return render(
        request, "measures/request.html",
        {
            "asked": asked, "round": asked.round, "title": rounds_show.round_title(asked.round), "form": form,
            "facts": rounds_show.request_facts(asked), "lines": rounds_show.line_cards(lines),
            "table": rounds_show.line_table(lines, may_write=writes), "may_write": writes, "may_settle": keeps,
            "sheet_form": SheetForm(), "may_send": writes and asked.state in queries.OWING,
            "unready": sum(1 for line in lines if line.missing),
            "breadcrumb": [*way(asked), (asked.office_name, "")],
        },
        status=422 if form.errors else 200,
    )  # fmt: skip


def line_page(request: HttpRequest, line_id: int) -> HttpResponse:
    """Answer for one item. What is typed is kept, complete or not."""
    viewer = viewer_of(request)
    line = queries.line_for(viewer=viewer, line_id=line_id)
    if line is None or not queries.may_answer(viewer=viewer, request=line.request):
        raise Http404
    found = queries.line_shown(line, on=today(), lang=show.language())
    edition, last = line.request.round.edition, found.last
    form = AnswerForm(
        request.POST or None, line=found.item, content=found.content, after=found.answer.sequence,
        sections=_sections(line.request.round), causes=causes(),
        phases=[
            (phase.key, translated(edition, f"phases.{phase.key}.label", phase.label, show.language()).value)
            for phase in plan_of(edition).phases
        ],
        improvement=last.sections.get("next", "") if last else "",
    )  # fmt: skip
    newer = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer_save(
                actor=viewer,
                line_id=line_id,
                content=form.content(),
                after=form.cleaned_data["after"],
                now=now(),
            )
        except EntryChanged as refused:
            form.add_error(None, refused.message)
            newer = rounds_show.content_facts(found)
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, gettext("%(no)s の回答を保存しました。") % {"no": line.item.no})
            return redirect("measures:request", line.request.round_id, line.request_id)
    return render(
        request, "measures/round_line.html",
        {
            "form": form, "line": found.item, "title": show.shown(found.item.title), "asked": line.request,
            "figures": rounds_show.figure_parts(form, found), "last": rounds_show.last_texts(found),
            "year": show.year_name(line.request.round.year), "newer": newer, "newest": found.answer.sequence,
            "history": rounds_show.answer_table(queries.answers_of(line)), "improvement": last.sections.get("next", "") if last else "",
            "breadcrumb": [*way(line.request), (line.request.office_name, _request_url(line.request)), (line.item.no, "")],
        },
        status=422 if form.errors else 200,
    )  # fmt: skip


def _sections(found: Round) -> list[tuple[str, str]]:
    return [
        (key, translated(found.edition, f"sections.{key}.label", label, show.language()).value)
        for key, label in queries.sections_asked(found)
    ]


def _found(request: HttpRequest, round_id: int) -> tuple[Viewer, Round]:
    viewer = viewer_of(request)
    found = queries.round_for(viewer=viewer, round_id=round_id)
    if found is None:
        raise Http404
    return viewer, found


def request_found(request: HttpRequest, round_id: int, request_id: int) -> tuple[Viewer, RoundRequest]:
    """Find a request that this viewer keeps or answers; another office's is not there."""
    viewer = viewer_of(request)
    asked = queries.request_for(viewer=viewer, round_id=round_id, request_id=request_id)
    if asked is None:
        raise Http404
    return viewer, asked


def _revision(request: HttpRequest) -> int:
    typed = str(request.POST.get("revision", ""))
    return int(typed[:9]) if typed.isascii() and typed.isdigit() else -1


def _request_url(asked: RoundRequest) -> str:
    return reverse("measures:request", args=[asked.round_id, asked.pk])


def way(asked: RoundRequest | None = None) -> Way:
    """Give the breadcrumb down to a round."""
    way: Way = [(gettext("調査"), reverse("measures:rounds"))]
    if asked is not None:
        way.append((rounds_show.round_title(asked.round), reverse("measures:round", args=[asked.round_id])))
    return way
