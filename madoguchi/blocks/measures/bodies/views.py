"""The bodies that steer a plan: their tree, their members on a day, and how keepers change both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from madoguchi.blocks.measures import presentation as show
from madoguchi.blocks.measures.actions import bodies as actions
from madoguchi.blocks.measures.actions.refusals import EntryChanged
from madoguchi.blocks.measures.bodies import queries as queries
from madoguchi.blocks.measures.bodies import show as bodies_show
from madoguchi.blocks.measures.bodies.forms import (
    BodyEndForm,
    BodyForm,
    LeaveForm,
    MemberForm,
    MembersDayForm,
)
from madoguchi.blocks.measures.models import Body, Membership
from madoguchi.blocks.people.queries import offices_on, posts_on
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now, today
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import NotAllowed, Viewer

Way = list[tuple[object, str]]
KEEP = actions.KEEP


def body_list(request: HttpRequest) -> HttpResponse:
    """Show the tree of bodies, what my posts owe, and my next meetings."""
    viewer = staff_of(request)
    on = viewer.on
    owed = queries.follow_ups_of(viewer=viewer)
    coming = list(queries.meetings_coming(viewer=viewer, on=on)[:10])
    over = list(queries.bodies_over(on=on))
    return render(
        request, "measures/bodies.html",
        {
            "table": bodies_show.bodies_table(queries.bodies_on(viewer=viewer, on=on)), "on": on,
            "owed": bodies_show.follow_ups_table(owed, caption=gettext("わたしの対応事項"), mine=True, finishing=False)
            if owed else None,
            "coming": bodies_show.meetings_table(coming, caption=gettext("次の会議"), key="coming", with_body=True)
            if coming else None,
            "over": bodies_show.bodies_over_table(over) if over else None,
            "may_keep": viewer.may_everywhere(KEEP),
        },
    )  # fmt: skip


def body_page(request: HttpRequest, key: str) -> HttpResponse:
    """Show a body: its members on a day, the offices that send none, and its meetings to those who may read them."""
    viewer, body = staff_of(request), body_or_404(key)
    form = MembersDayForm(request.GET) if request.GET.get("on") else MembersDayForm(initial={"on": viewer.on})
    asked = form.cleaned_data["on"] if form.is_bound and form.is_valid() else None
    on = asked or viewer.on
    keeps = viewer.may_everywhere(KEEP)
    context: dict[str, Any] = {
        "body": body, "name": show.japanese(body.name), "on": on, "form": form, "may_keep": keeps,
        "over": body.ends_on is not None and body.ends_on <= viewer.on, "facts": _facts(body),
        "members": bodies_show.members_table(
            queries.members_on(body=body, on=on), per_office=body.per_office, leaving=keeps
        ),
        "breadcrumb": way((body.name, "")),
    }  # fmt: skip
    if body.per_office:
        # The day on which the whole city hall moves, or the first day of a body that is younger.
        day = asked or max(queries.first_of_april(viewer.on), body.starts_on)
        lacking = queries.offices_without_member(body=body, on=day)
        context |= {"without_on": day, "without": bodies_show.without_table(lacking), "lacking": len(lacking)}
    if queries.bodies_read_by(viewer=viewer).filter(pk=body.pk).exists():
        context |= _meetings_part(viewer, body, keeps)
    return render(request, "measures/body.html", context, status=422 if form.errors else 200)


def _meetings_part(viewer: Viewer, body: Body, keeps: bool) -> dict[str, Any]:
    meetings = queries.meetings_for(viewer=viewer).filter(body=body)
    coming = queries.meetings_coming(viewer=viewer, on=viewer.on).filter(body=body)
    owed = queries.follow_ups_open(body=body, on=viewer.on)
    return {
        "coming": bodies_show.meetings_table(coming, caption=gettext("これからの会議"), key="coming"),
        "past": bodies_show.meetings_table(
            meetings.filter(held_on__lt=viewer.on)[:50], caption=gettext("これまでの会議"), key="past"
        ),
        "owed": bodies_show.follow_ups_table(owed, caption=gettext("残っている対応事項"), mine=False, finishing=keeps),
    }  # fmt: skip


def body_new(request: HttpRequest) -> HttpResponse:
    """Set up a body."""
    viewer = keeper_of(request)
    form = BodyForm(request.POST or None, new=True, initial={"starts_on": today()}, **_body_choices(None))
    return form_page(
        request, form,
        lambda typed: actions.body_save(actor=viewer, now=now(), **typed),
        title=gettext("会議体をつくる"), back=reverse("measures:bodies"),
        done=lambda saved: (gettext("会議体をつくりました。"), reverse("measures:body", args=[saved.key])),
        breadcrumb=way((gettext("会議体をつくる"), "")),
    )  # fmt: skip


def body_edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change what is recorded of a body."""
    viewer, body = keeper_of(request), body_or_404(key)
    known = {
        "name": body.name, "purpose": body.purpose, "rules": body.rules, "order": body.order,
        "above": body.above.key if body.above else "", "starts_on": body.starts_on, "per_office": body.per_office,
        "office_levels": body.office_levels,
    }  # fmt: skip
    form = BodyForm(request.POST or None, new=False, initial=known, **_body_choices(body))
    here = reverse("measures:body", args=[key])
    return form_page(
        request, form,
        lambda typed: actions.body_save(actor=viewer, key=key, revision=revision_of(request), now=now(), **typed),
        title=gettext("会議体を変更する"), back=here, revision=lambda: body_or_404(key).revision,
        stored=lambda: _facts(body_or_404(key)),
        done=lambda _saved: (gettext("会議体を変更しました。"), here),
        breadcrumb=way((body.name, here), (gettext("変更"), "")),
    )  # fmt: skip


def body_end(request: HttpRequest, key: str) -> HttpResponse:
    """End a body."""
    viewer, body = keeper_of(request), body_or_404(key)
    here = reverse("measures:body", args=[key])
    return form_page(
        request, BodyEndForm(request.POST or None),
        lambda typed: actions.body_end(actor=viewer, key=key, now=now(), **typed),
        title=gettext("会議体を廃止する"), back=here, danger=True,
        lead=gettext("委員は、同じ日に全員外れます。これまでの会議の記録は残ります。"),
        done=lambda _saved: (gettext("会議体の廃止を記録しました。"), here),
        breadcrumb=way((body.name, here), (gettext("廃止"), "")),
    )  # fmt: skip


def member_add(request: HttpRequest, key: str) -> HttpResponse:
    """Give a post a seat."""
    viewer, body = keeper_of(request), body_or_404(key)
    here = reverse("measures:body", args=[key])
    offices = [(office.key, office.name) for office in offices_on(on=viewer.on)] if body.per_office else None
    initial = {"starts_on": max(viewer.on, body.starts_on)}
    form = MemberForm(request.POST or None, posts=post_choices(viewer.on), offices=offices, initial=initial)
    return form_page(
        request, form,
        lambda typed: actions.member_seat(actor=viewer, key=key, now=now(), **typed),
        title=gettext("委員を足す"), back=here,
        done=lambda _seat: (gettext("委員を足しました。"), here),
        breadcrumb=way((body.name, here), (gettext("委員を足す"), "")),
    )  # fmt: skip


def member_leave(request: HttpRequest, member_id: int) -> HttpResponse:
    """End a seat."""
    viewer = keeper_of(request)
    seat = Membership.objects.select_related("body").filter(pk=member_id).first()
    if seat is None:
        raise Http404
    here = reverse("measures:body", args=[seat.body.key])
    whose = queries.post_names([seat.post_id], on=viewer.on).get(seat.post_id, "")
    return form_page(
        request, LeaveForm(request.POST or None),
        lambda typed: actions.member_leave(actor=viewer, member_id=member_id, now=now(), **typed),
        title=gettext("委員を外す"), back=here,
        lead=f"{seat.body.name} {whose} {bodies_show.period_text(seat.starts_on, seat.ends_on)}",
        done=lambda _seat: (gettext("委員を外しました。"), here),
        breadcrumb=way((seat.body.name, here), (gettext("委員を外す"), "")),
    )  # fmt: skip


# What the pages of meetings share


def staff_of(request: HttpRequest) -> Viewer:
    """Give the viewer of a page that is open to all staff, and to nobody else."""
    viewer = viewer_of(request)
    if viewer.kind != "staff":
        raise NotAllowed(viewer.kind)
    return viewer


def keeper_of(request: HttpRequest) -> Viewer:
    """Give the viewer of a page for those who keep the bodies."""
    viewer = viewer_of(request)
    viewer.must_everywhere(KEEP)
    return viewer


def body_or_404(key: str) -> Body:
    """Find a body."""
    body = Body.objects.select_related("above").filter(key=key).first()
    if body is None:
        raise Http404
    return body


def way(*steps: tuple[object, str]) -> Way:
    """Give the breadcrumb below the list of bodies."""
    return [
        (gettext("ホーム"), reverse("office:home")),
        (gettext("推進体制"), reverse("measures:bodies")),
        *steps,
    ]


def revision_of(request: HttpRequest) -> int:
    """Read which state of a row the page showed; what is no number fits none."""
    sent = request.POST.get("revision", "")
    return int(sent) if sent.isascii() and sent.isdigit() and 0 < len(sent) < 10 else -1


def post_choices(on: date, *, besides: tuple[str, str] | None = None) -> list[tuple[str, Any]]:
    """Give the posts of one person, by office. ``besides``: key and name of one that no longer stands."""
    groups: dict[str, list[tuple[str, str]]] = {}
    known = set()
    for post in posts_on(on=on):
        if post.single:
            known.add(post.key)
            groups.setdefault(post.office_name, []).append((post.key, f"{post.office_name} {post.title}"))
    choices: list[tuple[str, Any]] = list(groups.items())
    return [besides, *choices] if besides and besides[0] not in known else choices


def form_page(
    request: HttpRequest,
    form: forms.Form,
    act: Callable[[dict[str, Any]], Any],
    *,
    title: str,
    back: str,
    done: Callable[[Any], tuple[str, str]],
    breadcrumb: Sequence[tuple[object, str]],
    lead: str = "",
    danger: bool = False,
    revision: Callable[[], int] | None = None,
    stored: Callable[[], Sequence[tuple[object, object]]] | None = None,
) -> HttpResponse:
    """
    Ask for something and do it: one page for every single change.

    Where somebody else was faster, what is recorded now stands beside what was typed, and saving again means it.

    :param done: from what the action gave to the words and the page that follow.
    :param revision: asks for the state of the row as it is now.
    :param stored: asks for what is recorded now, for the page after a conflict.
    """
    conflict: Sequence[tuple[object, object]] | None = None
    shown = request.POST.get("revision", "") if revision and request.method == "POST" else ""
    if request.method == "POST" and form.is_valid():
        try:
            made = act(form.cleaned_data)
        except EntryChanged as refused:
            form.add_error(None, refused.message)
            conflict, shown = (stored() if stored else None), ""
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            text, to = done(made)
            messages.success(request, text)
            return redirect(to)
    return render(
        request, "measures/body_form.html",
        {
            "form": form, "title": title, "back": back, "lead": lead, "danger": danger, "breadcrumb": breadcrumb,
            "conflict": conflict, "revision": shown or (revision() if revision else ""),
        },
        status=422 if form.errors else 200,
    )  # fmt: skip


def _body_choices(body: Body | None) -> dict[str, Any]:
    there = queries.holds_on(today()) | Q(pk=body.above_id if body else None)
    rows = Body.objects.filter(there).order_by("order", "key")
    kept = body.office_levels if body else []
    levels = dict.fromkeys([*(office.level for office in offices_on(on=today()) if office.level), *kept])
    return {
        "above": [(row.key, row.name) for row in rows if body is None or row.pk != body.pk],
        "levels": list(levels),
    }


def _facts(body: Body) -> list[tuple[object, object]]:
    facts: list[tuple[object, object]] = [
        (gettext("所掌"), show.japanese(body.purpose) if body.purpose else "")
    ]
    if body.rules:
        facts.append((gettext("設置の根拠"), show.japanese(body.rules)))
    if body.above:
        facts.append((gettext("上の会議体"), show.japanese(body.above.name)))
    if body.per_office:
        levels = "・".join(body.office_levels)
        facts.append((gettext("委員の出し方"), _per_office_text(levels)))
    facts.append((gettext("期間"), bodies_show.period_text(body.starts_on, body.ends_on)))
    return facts


def _per_office_text(levels: str) -> str:
    if not levels:
        return gettext("部署から一人ずつ")
    return gettext("部署から一人ずつ（%(levels)s）") % {"levels": levels}
