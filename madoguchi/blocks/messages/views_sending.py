"""Writing and sending: drafts, preview, what was sent, correcting, withdrawing, reminding."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from madoguchi.blocks.messages import actions, queries
from madoguchi.blocks.messages import presentation as show
from madoguchi.blocks.messages.body import body_html
from madoguchi.blocks.messages.forms import NoticeForm, WithdrawForm, typed_from_post
from madoguchi.blocks.messages.models import Draft, Notice
from madoguchi.blocks.messages.recipients import recipients_on
from madoguchi.blocks.messages.types import Ask, AudienceKind, NoticeTyped, Urgency
from madoguchi.blocks.messages.views import PAGE_ROWS, way
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import Viewer
from madoguchi.ui.formats import date_text


def compose(request: HttpRequest) -> HttpResponse:
    """Write a new notice in the name of the viewer's own office."""
    viewer = viewer_of(request)
    viewer.must(queries.SEND, office_id=viewer.office_id or 0)
    if request.method == "POST":
        return _draft_take(request, viewer, None)
    return _form_page(request, viewer, None, NoticeForm.showing(NoticeTyped(), on=viewer.on))


def draft(request: HttpRequest, key: str) -> HttpResponse:
    """Go on with a draft."""
    viewer = viewer_of(request)
    found = queries.draft_for(viewer=viewer, key=key)
    if request.method == "POST" and found is not None:
        return _draft_take(request, viewer, found)
    if request.method == "POST" and viewer.may(queries.SEND, office_id=viewer.office_id or 0):
        return _draft_gone(request, viewer, key)
    if found is None:
        return _sent_meanwhile(viewer, key)
    return _form_page(request, viewer, found, NoticeForm.showing(found.content(), on=viewer.on))


def draft_preview(request: HttpRequest, key: str) -> HttpResponse:
    """Show a draft as its recipients will see it, and whom it reaches; a POST sends exactly that."""
    viewer = viewer_of(request)
    found = queries.draft_for(viewer=viewer, key=key)
    if found is None:
        return _sent_meanwhile(viewer, key)
    form = NoticeForm.of(found.content(), on=viewer.on)
    if not form.is_valid():
        return _form_page(request, viewer, found, form)
    if request.method == "POST":
        revision = str(request.POST.get("revision", ""))
        try:
            if not (revision.isascii() and revision.isdigit()):
                raise actions.DraftMoved
            notice = actions.notice_send(actor=viewer, draft_key=key, revision=int(revision[:9]), now=now())
        except Refused as refused:
            messages.error(request, str(refused.message))
        else:
            messages.success(request, gettext("お知らせを送りました。"))
            return redirect("messages:progress", notice.key)
    return _preview_page(request, viewer, found, form)


def draft_discard(request: HttpRequest, key: str) -> HttpResponse:
    """Throw a draft away."""
    viewer = viewer_of(request)
    if queries.draft_for(viewer=viewer, key=key) is None:
        raise Http404
    if request.method != "POST":
        return redirect("messages:draft", key)
    try:
        actions.notice_draft_discard(actor=viewer, draft_key=key, now=now())
    except Refused as refused:
        messages.error(request, str(refused.message))
    else:
        messages.success(request, gettext("下書きを捨てました。"))
    return redirect("messages:sent")


def sent_list(request: HttpRequest) -> HttpResponse:
    """List what my offices have sent, and their drafts."""
    viewer = viewer_of(request)
    viewer.must(queries.SEND)
    page = Paginator(queries.notices_sent_for(viewer=viewer), PAGE_ROWS).get_page(request.GET.get("page"))
    drafts = list(queries.drafts_for(viewer=viewer)[:PAGE_ROWS])
    waiting = queries.notices_waiting(viewer=viewer).count if viewer.may(queries.READ) else 0
    return render(
        request, "messages/sent.html",
        {
            "viewer": viewer, "page": page, "table": show.sent_table(queries.sent_counted(notices=page), on=viewer.on),
            "drafts": show.draft_table(drafts) if drafts else None,
            "tabs": show.tabs_for(current="sent", may_send=True, waiting=waiting),
        },
    )  # fmt: skip


def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Take a sent notice back, with a reason."""
    viewer = viewer_of(request)
    notice = _sent_or_404(viewer, key)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.notice_withdraw(
                actor=viewer, notice_key=key, reason=form.cleaned_data["reason"], now=now()
            )
        except Refused as refused:
            form.add_error("reason" if refused.details.get("field") else None, str(refused.message))
        else:
            messages.success(request, gettext("お知らせを取り消しました。記録は残っています。"))
            return redirect("messages:progress", key)
    return render(
        request, "messages/withdraw.html",
        {
            "viewer": viewer, "notice": notice, "form": form,
            "breadcrumb": way((notice.title, reverse("messages:progress", args=[key])), (gettext("取消し"), "")),
        },
        status=422 if form.errors else 200,
    )  # fmt: skip


def correct(request: HttpRequest, key: str) -> HttpResponse:
    """Begin a correction, or go on with the one under way."""
    viewer = viewer_of(request)
    _sent_or_404(viewer, key)
    if request.method != "POST":
        return redirect("messages:progress", key)
    try:
        begun = actions.notice_correct(actor=viewer, notice_key=key, now=now())
    except actions.CorrectionUnderWay as under_way:
        messages.info(request, str(under_way.message))
        if under_way.details.get("draft_key"):
            return redirect("messages:draft", under_way.details["draft_key"])
        return redirect("messages:sent")
    except Refused as refused:
        messages.error(request, str(refused.message))
        return redirect("messages:progress", key)
    return redirect("messages:draft", begun.key)


def remind(request: HttpRequest, key: str) -> HttpResponse:
    """Remind whoever has not answered."""
    viewer = viewer_of(request)
    _sent_or_404(viewer, key)
    if request.method == "POST":
        try:
            reminders = actions.notice_remind(actor=viewer, notice_key=key, now=now())
        except Refused as refused:
            messages.info(request, str(refused.message))
        else:
            messages.success(
                request, gettext("%(count)d人に期限を知らせました。") % {"count": len(reminders)}
            )
    return redirect("messages:progress", key)


def _draft_take(request: HttpRequest, viewer: Viewer, found: Draft | None) -> HttpResponse:
    """Save what was typed, whatever it is; then stay, or go to the preview when it may be sent."""
    typed = typed_from_post(request.POST)
    form = NoticeForm.of(typed, on=viewer.on)
    try:
        if found is not None and str(request.POST.get("revision", "")) != str(found.revision):
            raise actions.DraftMoved
        if found is None or found.content() != typed:
            found = actions.notice_draft_save(
                actor=viewer,
                typed=typed,
                now=now(),
                draft_key=found.key if found else None,
                revision=found.revision if found else None,
            )
    except Refused as refused:
        form.add_error(refused.details.get("field"), str(refused.message))
        return _form_page(request, viewer, found, form)
    if request.POST.get("do") != "preview":
        messages.success(request, gettext("下書きを保存しました。"))
        return redirect("messages:draft", found.key)
    if form.is_valid():
        return redirect("messages:draft_preview", found.key)
    return _form_page(request, viewer, found, form)


def _draft_gone(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Answer a POST to a draft that is not there, or not theirs: both look the same, and the text stays."""
    form = NoticeForm.of(typed_from_post(request.POST), on=viewer.on)
    form.add_error(None, str(actions.DraftMoved.message))
    sent = queries.notice_sent_by(viewer=viewer, key=key) is not None
    return _form_page(request, viewer, None, form, status=422 if sent else 404)


def _form_page(
    request: HttpRequest, viewer: Viewer, found: Draft | None, form: BaseForm, *, status: int = 422
) -> HttpResponse:
    here = reverse("messages:draft", args=[found.key]) if found else reverse("messages:compose")
    corrects = found.corrects if found else None
    title = gettext("お知らせの訂正") if corrects else gettext("お知らせを書く")
    return render(
        request, "messages/compose.html",
        {
            "viewer": viewer, "form": form, "draft": found, "action": here, "corrects": corrects, "title": title,
            "breadcrumb": way((gettext("送ったもの"), reverse("messages:sent")), (title, "")),
        },
        status=status if form.errors else 200,
    )  # fmt: skip


def _preview_page(request: HttpRequest, viewer: Viewer, found: Draft, form: NoticeForm) -> HttpResponse:
    values = form.cleaned_data
    everybody = values["audience"] == AudienceKind.EVERYBODY.value
    reached = recipients_on(
        everybody=everybody, office_keys=values["offices"], with_under=values["with_under"], on=viewer.on
    )
    deadline = values["deadline"]
    back = reverse("messages:draft", args=[found.key])
    rows = [
        (gettext("緊急度"), Urgency(values["urgency"]).label, f"{back}#id_urgency_0"),
        (gettext("受け取った人がすること"), Ask(values["ask"]).label, f"{back}#id_ask_0"),
        (gettext("期限"), date_text(deadline) if deadline else gettext("期限なし"), f"{back}#id_deadline"),
        (gettext("あて先"), AudienceKind(values["audience"]).label if everybody else [
            gettext("%(office)s（%(count)d人）") % {"office": office.name, "count": count}
            for office, count in reached.per_office()
        ], f"{back}#id_audience_0"),
        (gettext("差出人"), " ".join(part for part in (viewer.office, viewer.post, viewer.name) if part)),
    ]  # fmt: skip
    return render(
        request, "messages/preview.html",
        {
            "viewer": viewer, "draft": found, "title": values["title"], "body": body_html(values["body"]),
            "rows": rows, "count": len(reached.holders), "back": back, "corrects": found.corrects,
            "breadcrumb": way((gettext("お知らせを書く"), back), (gettext("送る前の確認"), "")),
        },
    )  # fmt: skip


def _sent_or_404(viewer: Viewer, key: str) -> Notice:
    notice = queries.notice_sent_by(viewer=viewer, key=key)
    if notice is None:
        raise Http404
    return notice


def _sent_meanwhile(viewer: Viewer, key: str) -> HttpResponse:
    """A draft keeps its key when it is sent: an old link, or a second press of the button, finds the notice."""
    _sent_or_404(viewer, key)
    return redirect("messages:progress", key)
