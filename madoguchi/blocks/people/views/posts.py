"""Posts: who holds them, who held them, who decides meanwhile, and which are empty."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext

from madoguchi.blocks.people import presentation as show
from madoguchi.blocks.people.changes import (
    deputy_add_rows,
    deputy_end_rows,
    grant_add_rows,
    grant_end_rows,
    holding_end_rows,
    holding_start_rows,
)
from madoguchi.blocks.people.forms import DeputyForm, EndForm, GrantForm, HoldingStartForm, PostDayForm
from madoguchi.blocks.people.models import Deputy, Holding, Post, RoleGrant
from madoguchi.blocks.people.organisation import holds, organisation
from madoguchi.blocks.people.oversight.holders import roles_known
from madoguchi.blocks.people.queries import vacant_posts
from madoguchi.blocks.people.views.asking import (
    EDIT,
    VIEW,
    change_page,
    day_asked,
    page_of,
    posted,
    section_tabs,
    way,
)
from madoguchi.kernel.clock import today
from madoguchi.kernel.db.two_times import valid_on
from madoguchi.kernel.pages import viewer_of


def post_page(request: HttpRequest, key: str) -> HttpResponse:
    """Show a post: its holders on a day and over time, its deputies, its roles."""
    viewer, post = viewer_of(request), _post(key)
    viewer.must(VIEW, office_id=post.office_id)
    on, form = day_asked(request, PostDayForm)
    known = organisation()
    every = post.holdings.select_related("staff").order_by("-starts_on", "kind", "staff__key")
    page = page_of(request, every)
    may_edit = viewer.may_everywhere(EDIT)
    deputies = list(post.deputies.select_related("deputy").order_by("order", "-starts_on"))
    office_name = known.name(post.office_id, on)
    return render(
        request,
        "people/post.html",
        {
            "form": form,
            "on": on,
            "post": post,
            "office_name": office_name,
            "facts": [
                (gettext("職キー"), post.key),
                (gettext("職位"), post.rank),
                (gettext("人数"), gettext("一人の職") if post.single else gettext("何人でも")),
                (gettext("期間"), show.period_text(post.starts_on, post.ends_on)),
            ],
            "alive": holds(post, on),
            "now": show.holders_table(
                list(every.filter(valid_on(on))[:200]),
                caption=gettext("この日に職にいた人"),
                key="now",
                hidden=True,
            ),
            "holders": show.holders_table(
                list(page), caption=gettext("職にいた人の移り変わり"), key="holders", ending=may_edit
            ),
            "page": page,
            "deputies": show.deputies_table(deputies, known, on, ending=may_edit),
            "grants": show.grants_table(list(post.grants.order_by("role", "-starts_on")), ending=may_edit),
            "may_edit": may_edit,
            "breadcrumb": way(
                (office_name, show.office_url(post.office.key, show.day_query(on, today()))), (post.title, "")
            ),
        },
        status=422 if form.errors else 200,
    )


def vacant(request: HttpRequest) -> HttpResponse:
    """List the posts that nobody holds on a day: what to check on 1 April."""
    viewer = viewer_of(request)
    viewer.must(VIEW)
    on, form = day_asked(request)
    page = page_of(request, vacant_posts(viewer=viewer, on=on))
    table = show.vacant_table(list(page), organisation().day(on), show.day_query(on, today()))
    return render(
        request,
        "people/vacant.html",
        {"form": form, "on": on, "table": table, "page": page, "tabs": section_tabs(viewer, "people:vacant")},
        status=422 if form.errors else 200,
    )


def holder_add(request: HttpRequest, key: str) -> HttpResponse:
    """Let somebody take up a post."""
    viewer_of(request).must_everywhere(EDIT)
    post = _post(key)
    return change_page(
        request,
        form=HoldingStartForm(*posted(request)),
        rows_of=lambda typed: holding_start_rows(post=post, **typed),
        title=gettext("%(post)sに人をつける") % {"post": _title(post)},
        back=show.post_url(key),
        breadcrumb=_way(post, gettext("人をつける")),
    )


def holding_end(request: HttpRequest, holding_id: int) -> HttpResponse:
    """Let somebody leave a post."""
    viewer_of(request).must_everywhere(EDIT)
    holding = Holding.objects.select_related("post__office", "staff").filter(pk=holding_id).first()
    if holding is None:
        raise Http404
    names = {"name": holding.staff.name, "post": _title(holding.post)}
    return change_page(
        request,
        form=EndForm(*posted(request)),
        rows_of=lambda typed: holding_end_rows(holding=holding, on=typed["on"]),
        title=gettext("%(name)sが%(post)sを外れる") % names,
        back=show.post_url(holding.post.key),
        breadcrumb=_way(holding.post, gettext("職を外れる")),
    )


def deputy_add(request: HttpRequest, key: str) -> HttpResponse:
    """Say which post decides while the holder is away."""
    viewer_of(request).must_everywhere(EDIT)
    post = _post(key)
    return change_page(
        request,
        form=DeputyForm(*posted(request), post=post, today=today()),
        rows_of=lambda typed: deputy_add_rows(post=post, **typed),
        title=gettext("%(post)sの代決者を決める") % {"post": _title(post)},
        back=show.post_url(key),
        breadcrumb=_way(post, gettext("代決者を決める")),
    )


def deputy_end(request: HttpRequest, deputy_id: int) -> HttpResponse:
    """Let a post no longer decide for another."""
    viewer_of(request).must_everywhere(EDIT)
    deputy = Deputy.objects.select_related("post__office", "deputy").filter(pk=deputy_id).first()
    if deputy is None:
        raise Http404
    names = {"deputy": _title(deputy.deputy), "post": _title(deputy.post)}
    return change_page(
        request,
        form=EndForm(*posted(request)),
        rows_of=lambda typed: deputy_end_rows(deputy=deputy, on=typed["on"]),
        title=gettext("%(deputy)sが%(post)sの代決をやめる") % names,
        back=show.post_url(deputy.post.key),
        breadcrumb=_way(deputy.post, gettext("代決をやめる")),
    )


def grant_add(request: HttpRequest, key: str) -> HttpResponse:
    """Give a post a role."""
    viewer_of(request).must_everywhere(EDIT)
    post = _post(key)
    roles = roles_known(get_language() or "ja").values()
    return change_page(
        request,
        form=GrantForm(
            *posted(request), roles=[(role.key, f"{role.service} / {role.label}") for role in roles]
        ),
        rows_of=lambda typed: grant_add_rows(post=post, **typed),
        title=gettext("%(post)sに役割を付ける") % {"post": _title(post)},
        back=show.post_url(key),
        breadcrumb=_way(post, gettext("役割を付ける")),
    )


def grant_end(request: HttpRequest, grant_id: int) -> HttpResponse:
    """Take a role from a post."""
    viewer_of(request).must_everywhere(EDIT)
    grant = RoleGrant.objects.select_related("post__office").filter(pk=grant_id).first()
    if grant is None:
        raise Http404
    return change_page(
        request,
        form=EndForm(*posted(request)),
        rows_of=lambda typed: grant_end_rows(grants=[grant], on=typed["on"]),
        title=gettext("%(post)sの役割を終える") % {"post": _title(grant.post)},
        back=show.post_url(grant.post.key),
        breadcrumb=_way(grant.post, gettext("役割を終える")),
    )


def _post(key: str) -> Post:
    post = Post.objects.select_related("office").filter(key=key).first()
    if post is None:
        raise Http404
    return post


def _title(post: Post) -> str:
    return f"{organisation().name(post.office_id, today())} {post.title}"


def _way(post: Post, last: str) -> list[tuple[str, str]]:
    name = organisation().name(post.office_id, today())
    return way((name, show.office_url(post.office.key)), (post.title, show.post_url(post.key)), (last, ""))
