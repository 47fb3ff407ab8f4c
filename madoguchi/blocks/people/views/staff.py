"""Persons: the list, one person's posts over time, and the account."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import F, Prefetch, Q, Value
from django.db.models.functions import Replace
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from madoguchi.blocks.people import presentation as show
from madoguchi.blocks.people.actions import account_close, account_open, account_reopen
from madoguchi.blocks.people.forms import PasswordForm, StaffSearchForm
from madoguchi.blocks.people.models import Holding, StaffMember
from madoguchi.blocks.people.organisation import organisation
from madoguchi.blocks.people.views.asking import (
    ACCOUNTS,
    VIEW,
    page_of,
    posted,
    section_tabs,
    way,
)
from madoguchi.kernel.actions import Refused
from madoguchi.kernel.clock import now, today
from madoguchi.kernel.db.two_times import valid_on
from madoguchi.kernel.pages import viewer_of
from madoguchi.kernel.rights import Viewer
from madoguchi.kit.kana import hiragana
from madoguchi.kit.width import ascii_to_half, kana_to_full
from madoguchi.ui.components.table import Column, Table


def staff_list(request: HttpRequest) -> HttpResponse:
    """List and find persons, with the posts they hold today."""
    viewer = viewer_of(request)
    viewer.must(VIEW)
    form = StaffSearchForm(request.GET)
    word = form.cleaned_data["q"] if form.is_valid() else ""
    held = Holding.objects.filter(valid_on(today())).select_related("post").order_by("kind", "-post__rank")
    rows = _staff_for(viewer).filter(_found(word)).prefetch_related(Prefetch("holdings", held, "held_today"))
    page = page_of(request, rows.order_by("key"))
    known = organisation()

    def posts(person: Any) -> str:
        names = [f"{known.name(h.post.office_id, today())} {h.post.title}" for h in person.held_today]
        return gettext("、").join(names)

    table = Table(
        [
            Column("key", gettext("職員番号")),
            Column("name", gettext("氏名"), head=True, link=lambda person: show.person_url(person.key)),
            Column("kana", gettext("ふりがな")),
            Column("posts", gettext("いまの職"), value=posts),
        ],
        list(page),
        caption=gettext("職員の一覧"),
        caption_hidden=True,
        key="staff",
        empty_title=gettext("当てはまる職員はいません"),
    )
    return render(
        request,
        "people/staff.html",
        {"form": form, "table": table, "page": page, "tabs": section_tabs(viewer, "people:staff")},
    )


def person(request: HttpRequest, key: str) -> HttpResponse:
    """Show a person's posts over time and the state of the account."""
    viewer = viewer_of(request)
    viewer.must(VIEW)
    found = _staff_for(viewer).select_related("user").filter(key=key).first()
    if found is None:
        raise Http404
    page = page_of(request, found.holdings.select_related("post").order_by("-starts_on", "kind"))
    return render(
        request,
        "people/person.html",
        {
            "person": found,
            "facts": [
                (gettext("職員番号"), found.key),
                (gettext("氏名"), found.name),
                (gettext("ふりがな"), found.kana or "–"),
                (gettext("アカウント"), _account_state(found)),
            ],
            "career": show.career_table(list(page), organisation()),
            "page": page,
            "account": found.user,
            "may_accounts": viewer.may_everywhere(ACCOUNTS),
            "breadcrumb": way((gettext("職員"), reverse("people:staff")), (found.name, "")),
        },
    )


def open_account(request: HttpRequest, key: str) -> HttpResponse:
    """Open a person's account with a first password."""
    return _password_page(
        request,
        key,
        account_open,
        title=gettext("%(name)sのアカウントを開く"),
        label=gettext("アカウントを開く"),
        done=gettext("アカウントを開きました。パスワードは、本人に直接伝えてください。"),
        has_account=False,
    )


def reopen_account(request: HttpRequest, key: str) -> HttpResponse:
    """Give a person's account a new password."""
    return _password_page(
        request,
        key,
        account_reopen,
        title=gettext("%(name)sに新しいパスワードを付ける"),
        label=gettext("新しいパスワードを付ける"),
        done=gettext("新しいパスワードを付けました。本人に直接伝えてください。"),
        has_account=True,
    )


def close_account(request: HttpRequest, key: str) -> HttpResponse:
    """Bar a person's account, after one more question."""
    viewer_of(request).must_everywhere(ACCOUNTS)
    found = _person(key)
    if found.user is None or not found.user.is_active:
        raise Http404
    refused = ""
    if request.method == "POST":
        try:
            account_close(actor=viewer_of(request), staff_key=found.key, now=now())
        except Refused as no:
            refused = str(no.message)
        else:
            messages.success(request, gettext("アカウントを止めました。この人はもうサインインできません。"))
            return redirect(show.person_url(key))
    return render(
        request,
        "people/account_close.html",
        {
            "person": found,
            "refused": refused,
            "breadcrumb": way((found.name, show.person_url(key)), (gettext("アカウントを止める"), "")),
        },
        status=422 if refused else 200,
    )


def _password_page(
    request: HttpRequest, key: str, act: Any, *, title: str, label: str, done: str, has_account: bool
) -> HttpResponse:
    viewer_of(request).must_everywhere(ACCOUNTS)
    found = _person(key)
    if (found.user is not None) is not has_account:
        raise Http404
    form = PasswordForm(*posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            act(
                actor=viewer_of(request),
                staff_key=found.key,
                password=form.cleaned_data["password"],
                now=now(),
            )
        except ValidationError as weak:
            form.add_error("password", weak)
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, done)
            return redirect(show.person_url(key))
    return render(
        request,
        "people/password.html",
        {
            "form": form,
            "person": found,
            "title": title % {"name": found.name},
            "label": label,
            "breadcrumb": way((found.name, show.person_url(key)), (label, "")),
        },
        status=422 if form.errors else 200,
    )


def _staff_for(viewer: Viewer) -> Any:
    """The persons whom a viewer may see: those who hold or held a post in the viewer's reach."""
    rows = StaffMember.objects.all()
    if viewer.may_everywhere(VIEW):
        return rows
    seen = Holding.objects.filter(viewer.where(VIEW, field="post__office_id")).values("staff_id")
    return rows.filter(pk__in=seen)


def _found(word: str) -> Q:
    """Find by number, name (blanks do not matter) or reading (hiragana or katakana)."""
    plain = ascii_to_half(kana_to_full(word)).replace(" ", "")
    if not plain:
        return Q()
    bare = StaffMember.objects.annotate(
        bare_name=Replace(Replace(F("name"), Value(" "), Value("")), Value("\u3000"), Value("")),
        bare_kana=Replace(Replace(F("kana"), Value(" "), Value("")), Value("\u3000"), Value("")),
    )
    hits = bare.filter(
        Q(key__startswith=plain) | Q(bare_name__contains=plain) | Q(bare_kana__contains=hiragana(plain))
    )
    return Q(pk__in=hits.values("pk"))


def _person(key: str) -> StaffMember:
    found = StaffMember.objects.select_related("user").filter(key=key).first()
    if found is None:
        raise Http404
    return found


def _account_state(person: StaffMember) -> str:
    if person.user is None:
        return gettext("ありません")
    return gettext("使えます") if person.user.is_active else gettext("止めています")
