"""The quarterly review: opening and closing it, and answering for one's offices on one screen."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_POST

from madoguchi.blocks.people.actions import oversight_export, review_answer, review_close, review_open
from madoguchi.blocks.people.models import AccessReview, AccessReviewItem, Holding, Post
from madoguchi.blocks.people.organisation import organisation
from madoguchi.blocks.people.oversight.forms import AnswerForm, ReviewOpenForm, quarter_text
from madoguchi.blocks.people.oversight.holders import posts_held_alone, roles_known
from madoguchi.blocks.people.types import Answered
from madoguchi.blocks.people.views.asking import page_of, posted
from madoguchi.blocks.people.views.oversight.shown import (
    ANSWER,
    KEEP,
    csv_answer,
    oversight_tabs,
    role_text,
    sees_reviews,
    staff_names,
)
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now, today
from madoguchi.kernel.db.two_times import valid_on
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import NotAllowed, Viewer
from madoguchi.ui.components.errors import error_summary
from madoguchi.ui.components.table import Column, Table


@dataclass(frozen=True, slots=True)
class Line:
    """One question as the page asks it; ``own`` where the reader may not answer, being alone on the post."""

    item: AccessReviewItem
    office: str
    post: str
    holders: str
    role: str
    form: AnswerForm
    own: bool


def reviews(request: HttpRequest) -> HttpResponse:
    """List the reviews, and open one."""
    viewer = viewer_of(request)
    _reads(viewer)
    may_keep = viewer.may_everywhere(KEEP)
    form = ReviewOpenForm(*posted(request), today=today()) if may_keep else None
    if request.method == "POST" and form is None:
        raise NotAllowed(f"{viewer.key}: {KEEP}")
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            made = review_open(actor=viewer, now=now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, gettext("点検を始めました。所属の長の最初の画面に出ます。"))
            return redirect("people:review", quarter=made.quarter)
    mine = _reach(viewer, "items__")
    counted = AccessReview.objects.annotate(
        asked=Count("items", filter=mine), open=Count("items", filter=mine & Q(items__answer=""))
    )
    page = page_of(request, counted.order_by("-quarter"))
    return render(
        request,
        "people/oversight/reviews.html",
        {
            "form": form,
            "page": page,
            "table": _reviews_table(list(page)),
            "tabs": oversight_tabs(viewer, "people:reviews"),
        },
        status=422 if form is not None and form.errors else 200,
    )


def review(request: HttpRequest, quarter: str) -> HttpResponse:
    """Show a review as far as the viewer answers for it or may see it, and take the answers."""
    viewer = viewer_of(request)
    _reads(viewer)
    found = _review(quarter)
    seen = found.items.filter(_reach(viewer))
    answers = found.closed_at is None and (viewer.may(ANSWER) or viewer.may_everywhere(KEEP))
    again = answers and "again" in request.GET
    asked = seen.filter(answer__in=["", "keep"] if again else [""])
    page = page_of(request, asked.order_by("office_id", "post", "role"))
    items = list(asked.filter(pk__in=_sent(request))) if request.method == "POST" else list(page)
    lines = _lines(
        viewer, sorted(items, key=lambda one: (one.office_id, one.post, one.role)), posted(request), again
    )
    problem = ""
    if request.method == "POST":
        if not answers:
            raise NotAllowed(f"{viewer.key}: review {quarter}")
        problem = _answer(request, viewer, quarter, lines)
        if not problem and not _faults(lines):
            return redirect(request.get_full_path())
    done = seen.exclude(answer="").select_related("grant").order_by("-answered_at", "post", "role")
    return render(
        request,
        "people/oversight/review.html",
        {
            "review": found,
            "title": quarter_text(quarter),
            "counts": seen.aggregate(
                every=Count("pk"),
                open=Count("pk", filter=Q(answer="")),
                keep=Count("pk", filter=Q(answer="keep")),
                end=Count("pk", filter=Q(answer="end")),
            ),
            "lines": lines,
            "errors": error_summary(*(line.form for line in lines)),
            "problem": problem,
            "answers": answers,
            "again": again,
            "page": page,
            "done": None if again else _done_table(list(done[:200])),
            "late": found.closed_at is None and found.due_on < today(),
            "may_close": viewer.may_everywhere(KEEP) and found.closed_at is None,
            "may_export": sees_reviews(viewer),
            "breadcrumb": _way((quarter_text(quarter), "")),
        },
        status=422 if problem or _faults(lines) else 200,
    )


def review_csv(request: HttpRequest, quarter: str) -> HttpResponse:
    """Give a whole review as a file: what was asked, who answered what, and what nobody answered."""
    viewer = viewer_of(request)
    if not sees_reviews(viewer):
        raise NotAllowed(f"{viewer.key}: review {quarter}")
    found = _review(quarter)
    items = list(found.items.order_by("post", "role"))
    names = organisation()
    people, roles = staff_names({item.answered_by for item in items}), roles_known()
    titles = dict(Post.objects.filter(key__in={item.post for item in items}).values_list("key", "title"))
    opened_on = found.opened_at.date()
    rows = [
        (
            quarter, names.name(item.office_id, opened_on), item.post, titles.get(item.post, ""), item.role,
            role_text(item.role, roles), item.get_scope_display(), item.get_upto_display(),
            item.get_answer_display() or gettext("答えがない"), item.reason, item.answered_at,
            people.get(item.answered_by, ""),
        )
        for item in items
    ]  # fmt: skip
    oversight_export(actor=viewer, subject=found.subject(), form="csv", count=len(rows), now=now())
    headings = [
        "四半期", "所属", "職キー", "職", "役割", "役割の名", "範囲", "データの区分の上限", "答え", "終える理由",
        "答えた日時", "答えた人",
    ]  # fmt: skip
    return csv_answer(gettext("権限の点検_%(quarter)s.csv") % {"quarter": quarter}, headings, rows)


@require_POST
def close(request: HttpRequest, quarter: str) -> HttpResponse:
    """Close a review."""
    viewer = viewer_of(request)
    viewer.must_everywhere(KEEP)
    _review(quarter)
    try:
        review_close(actor=viewer, quarter=quarter, now=now())
    except Refused as refused:
        messages.error(request, str(refused.message))
    else:
        messages.success(request, gettext("点検を締めました。"))
    return redirect("people:review", quarter=quarter)


def _reads(viewer: Viewer) -> None:
    if not sees_reviews(viewer):
        viewer.must(ANSWER)


def _reach(viewer: Viewer, prefix: str = "") -> Q:
    """The items that a viewer sees: all of them, or those of the offices to answer for."""
    if sees_reviews(viewer):
        return Q(**{f"{prefix}pk__isnull": False})
    return viewer.where(ANSWER, field=f"{prefix}office_id")


def _review(quarter: str) -> AccessReview:
    found = AccessReview.objects.filter(quarter=quarter).first()
    if found is None:
        raise Http404
    return found


def _sent(request: HttpRequest) -> list[int]:
    """The items that stood on the page that was sent, not those that would stand there now."""
    return [
        int(one) for one in request.POST.getlist("item") if one.isascii() and one.isdigit() and len(one) < 19
    ]


def _lines(viewer: Viewer, items: list[AccessReviewItem], sent: tuple[Any, ...], again: bool) -> list[Line]:
    on, known, roles = today(), organisation(), roles_known(get_language() or "ja")
    keys = {item.post for item in items}
    titles = dict(Post.objects.filter(key__in=keys).values_list("key", "title"))
    held: dict[str, list[str]] = defaultdict(list)
    for post, name in _holders(keys, on).values_list("post__key", "staff__name"):
        held[post].append(name)
    alone = set(posts_held_alone(viewer))
    lines = []
    for item in items:
        office, title = known.name(item.office_id, on), titles.get(item.post, item.post)
        role = role_text(item.role, roles)
        initial = {"answer": item.answer} if again else {}
        form = AnswerForm(*sent, prefix=f"i{item.pk}", initial=initial, title=f"{office} {title}: {role}")
        holders = gettext("、").join(held[item.post]) or gettext("だれもいません")
        lines.append(Line(item, office, title, holders, role, form, item.post in alone))
    return lines


def _holders(keys: set[str], on: date) -> QuerySet[Holding]:
    return Holding.objects.filter(valid_on(on), post__key__in=keys).order_by(
        "post__key", "kind", "staff__key"
    )


def _faults(lines: list[Line]) -> bool:
    return any(line.form.is_bound and line.form.errors for line in lines)


def _answer(request: HttpRequest, viewer: Viewer, quarter: str, lines: list[Line]) -> str:
    """Record what was chosen; with the button for the rest, what was not chosen goes on."""
    rest = "keep" if "rest" in request.POST else ""
    chosen = [line for line in lines if not line.own and line.form.is_valid()]
    if _faults(lines):
        return ""
    answers = [
        Answered(line.item.pk, answer, line.form.cleaned_data["reason"])
        for line in chosen
        if (answer := line.form.cleaned_data["answer"] or rest)
    ]
    if not answers:
        return gettext("まだ何も選んでいません。「続ける」か「終える」を選んでください。")
    try:
        review_answer(actor=viewer, quarter=quarter, answers=answers, now=now())
    except Refused as refused:
        return str(refused.message)
    said = ngettext("%(count)d件に答えました。", "%(count)d件に答えました。", len(answers))
    messages.success(request, said % {"count": len(answers)})
    return ""


def _reviews_table(rows: list[Any]) -> Table:
    def state(row: Any) -> tuple[str, str]:
        if row.closed_at:
            return gettext("締めました"), "success"
        return (
            (gettext("期限を過ぎました"), "warning")
            if row.due_on < today()
            else (gettext("答えを待っています"), "info")
        )

    return Table(
        [
            Column("quarter", gettext("四半期"), head=True, value=lambda row: quarter_text(row.quarter),
                   link=lambda row: reverse("people:review", args=[row.quarter])),
            Column("due_on", gettext("答える期限"), "date"),
            Column("asked", gettext("点検する権限"), "number"),
            Column("open", gettext("答えがない"), "number"),
            Column("state", gettext("状態"), "badge", value=state),
        ],
        rows, caption=gettext("これまでの点検"), key="reviews", empty_title=gettext("まだ点検をしていません"),
    )  # fmt: skip


def _done_table(items: list[AccessReviewItem]) -> Table:
    people, roles = staff_names({item.answered_by for item in items}), roles_known(get_language() or "ja")
    tones = {"keep": "success", "end": "warning"}
    known = organisation()
    return Table(
        [
            Column("office", gettext("組織"), value=lambda item: known.name(item.office_id, today())),
            Column("post", gettext("職キー")),
            Column("role", gettext("業務 / 役割"), head=True, value=lambda item: role_text(item.role, roles)),
            Column("answer", gettext("答え"), "badge",
                   value=lambda item: (item.get_answer_display(), tones[item.answer])),
            Column("reason", gettext("理由")),
            Column("answered_at", gettext("答えた日時"), "moment"),
            Column("answered_by", gettext("答えた人"), value=lambda item: people.get(item.answered_by, "")),
        ],
        items, caption=gettext("答えた権限"), key="done", empty_title=gettext("まだ答えがありません"),
    )  # fmt: skip


def _way(*steps: tuple[str, str]) -> list[tuple[str, str]]:
    return [(gettext("権限の点検"), reverse("people:reviews")), *steps]
