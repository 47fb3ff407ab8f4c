"""Received notices: the list, one notice, the two marks, and how far the recipients have come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from madoguchi.blocks.messages import actions, queries
from madoguchi.blocks.messages import presentation as show
from madoguchi.blocks.messages.body import body_html
from madoguchi.blocks.messages.deadlines import stage_on
from madoguchi.blocks.messages.models import Notice
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import Viewer

PAGE_ROWS = 50


def way(*steps: tuple[object, str]) -> list[tuple[object, str]]:
    """Give the breadcrumb of a page of notices."""
    return [(gettext("庁内のお知らせ"), reverse("messages:list")), *steps]


def notice_list(request: HttpRequest) -> HttpResponse:
    """List my notices: what waits, or everything with what waits first."""
    viewer = viewer_of(request)
    viewer.must(queries.READ)
    waiting = request.GET.get("show") != "all"
    rows = queries.notices_for(viewer=viewer, waiting=waiting)
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    count = page.paginator.count if waiting else queries.notices_waiting(viewer=viewer).count
    may_send = viewer.may(queries.SEND)
    return render(
        request, "messages/list.html",
        {
            "viewer": viewer, "page": page, "may_send": may_send,
            "table": show.received_table(list(page), on=viewer.on, waiting=waiting),
            "tabs": show.tabs_for(current="waiting" if waiting else "all", may_send=may_send, waiting=count),
        },
    )  # fmt: skip


def notice_page(request: HttpRequest, key: str) -> HttpResponse:
    """Show a notice. Looking changes nothing: the read mark is a small form that scripts send by themselves."""
    viewer = viewer_of(request)
    notice = notice_or_404(viewer, key)
    return render(request, "messages/notice.html", _notice_context(viewer, notice))


def notice_read(request: HttpRequest, key: str) -> HttpResponse:
    """Take the read mark."""
    return _mark(request, key, actions.notice_read, (actions.AlreadyRead,), "")


def notice_acknowledge(request: HttpRequest, key: str) -> HttpResponse:
    """Take the acknowledgement."""
    done = gettext("確認したことを記録しました。")
    return _mark(request, key, actions.notice_acknowledge, (actions.AlreadyAcknowledged,), done)


def progress(request: HttpRequest, key: str) -> HttpResponse:
    """Show who has read and acknowledged a notice, as far as the viewer may see it."""
    viewer = viewer_of(request)
    notice = notice_or_404(viewer, key)
    may_send = viewer.may(queries.SEND, office_id=notice.office_id)
    found = queries.notice_progress(viewer=viewer, notice=notice)
    if not may_send and not found.total:
        raise Http404
    office_id = _office_of(request)
    everyone = request.GET.get("show") == "all"
    rows = queries.recipients_of(viewer=viewer, notice=notice, office_id=office_id, still_open=not everyone)
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    lines = queries.recipient_lines(receipts=page, offices=found.names)
    caption = gettext("受け取った人") if everyone else gettext("まだの人")
    stands: Any = notice
    open_now = not stands.withdrawn and not stands.replaced_by
    return render(
        request, "messages/progress.html",
        {
            "viewer": viewer, "notice": notice, "progress": found, "page": page, "may_send": may_send,
            "withdrawal": queries.withdrawal_of(notice=notice) if stands.withdrawn else None, "open_now": open_now, "everyone": everyone,
            "office_id": office_id, "deadline": show.deadline_shown(notice, on=viewer.on, pressing=open_now),
            "may_remind": may_send and open_now and found.done < found.total
            and stage_on(notice.deadline_on, viewer.on) is not None,
            "offices": show.progress_table(found, notice=notice, path=request.path),
            "people": show.people_table(lines, notice=notice, caption=caption),
            "breadcrumb": way((gettext("送ったもの"), reverse("messages:sent")), (notice.title, ""))
            if may_send
            else way((notice.title, reverse("messages:notice", args=[key])), (gettext("確認状況"), "")),
        },
    )  # fmt: skip


def notice_or_404(viewer: Viewer, key: str) -> Notice:
    """Find a notice that the viewer may see; not theirs looks like not there."""
    notice = queries.notice_for(viewer=viewer, key=key)
    if notice is None:
        raise Http404
    return notice


def _notice_context(viewer: Viewer, notice: Any) -> dict[str, Any]:
    may_send = viewer.may(queries.SEND, office_id=notice.office_id)
    return {
        "viewer": viewer,
        "notice": notice,
        "body": body_html(notice.body),
        "facts": show.facts(notice, on=viewer.on, pressing=notice.addressed and notice.waits),
        "withdrawal": queries.withdrawal_of(notice=notice) if notice.withdrawn else None,
        "asks": notice.addressed and notice.waits,
        "may_see_progress": may_send or (notice.office_id is not None and viewer.may(queries.READ)),
        "stage": stage_on(notice.deadline_on, viewer.on) if notice.addressed and notice.waits else None,
        "breadcrumb": way((notice.title, "")),
    }


def _mark(
    request: HttpRequest,
    key: str,
    action: Callable[..., object],
    already: tuple[type[Refused], ...],
    done: str,
) -> HttpResponse:
    viewer = viewer_of(request)
    notice_or_404(viewer, key)
    here = reverse("messages:notice", args=[key])
    if request.method != "POST":
        # After a sign-in the browser comes back to this address by GET: show the notice, mark nothing.
        return redirect(here)
    try:
        action(actor=viewer, notice_key=key, now=now())
    except already:
        pass  # Pressed twice, or in two windows: the mark is there, which is what was wanted.
    except Refused as refused:
        messages.error(request, str(refused.message))
    else:
        if done:
            messages.success(request, done)
    if request.headers.get("HX-Request") == "true":
        return render(request, "messages/_marks.html", _notice_context(viewer, notice_or_404(viewer, key)))
    return redirect(here)


def _office_of(request: HttpRequest) -> int | None:
    asked = request.GET.get("office", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None
