"""What others may ask about offices, posts and holders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from madoguchi.blocks.people.models import Deputy, Holding, Post
from madoguchi.blocks.people.organisation import organisation
from madoguchi.blocks.people.oversight.holders import holdings_with
from madoguchi.blocks.people.types import Holder, OfficeOnDay, PostOnDay
from madoguchi.blocks.people.viewers import viewer_of_staff
from madoguchi.kernel.db.two_times import valid_on
from madoguchi.kernel.rights import Viewer


def offices_on(*, on: date) -> list[OfficeOnDay]:
    """Give the offices of a day in tree order. The organisation is public; no viewer is needed."""
    return organisation().day(on).in_order()


def office_on(*, key: str, on: date) -> OfficeOnDay | None:
    """Find an office by its key on a day."""
    return next((office for office in offices_on(on=on) if office.key == key), None)


def office_names(*, office_ids: Iterable[int], on: date) -> dict[int, str]:
    """Give the names that offices bear (or last bore) on a day."""
    known = organisation()
    return {office_id: known.name(office_id, on) for office_id in office_ids}


def office_find(*, name: str, on: date) -> OfficeOnDay | None:
    """Find the one office that a printed name means on a day; None when none or several fit."""
    found = organisation().day(on).by_name(name)
    return found[0] if len(found) == 1 else None


def offices_carrying(*, office_id: int, on: date) -> frozenset[int]:
    """Give the offices that carry an office's work on a day (itself, or its successors)."""
    return organisation().current(office_id, on)


def posts_on(*, on: date) -> list[PostOnDay]:
    """Give the posts of a day in tree order, highest rank first within an office. The organisation is public."""
    day = organisation().day(on)
    rank_of = {office.id: place for place, office in enumerate(day.in_order())}
    rows = Post.objects.filter(valid_on(on), office_id__in=rank_of).order_by("-rank", "key")
    posts = [
        PostOnDay(
            row.pk, row.key, row.title, row.office_id, day.offices[row.office_id].name, row.rank, row.single
        )
        for row in rows
    ]
    return sorted(posts, key=lambda post: rank_of[post.office_id])


def posts_held(*, viewer: Viewer) -> QuerySet[Holding, int]:
    """Give the ids of the posts that a viewer holds on the viewer's day, to be put into another query."""
    held = Holding.objects.filter(valid_on(viewer.on), valid_on(viewer.on, "post__"))
    if viewer.kind != "staff":
        held = held.none()
    return held.filter(staff__key=viewer.key.removeprefix("staff:")).values_list("post_id", flat=True)


def holders_on(*, post_key: str, on: date) -> list[Holder]:
    """Say who held a post on a day."""
    return _holders(Holding.objects.filter(valid_on(on), post__key=post_key))


def staff_of_office(*, office_id: int, on: date) -> list[Holder]:
    """Give everybody who holds a post of an office on a day, highest rank first."""
    return staff_of_offices(office_ids=[office_id], on=on)


def staff_of_offices(*, office_ids: Iterable[int], on: date) -> list[Holder]:
    """Give everybody who holds a post of one of these offices on a day, highest rank first."""
    held = Holding.objects.filter(valid_on(on), valid_on(on, "post__"))
    return _holders(held.filter(post__office_id__in=list(office_ids)))


def deputies_on(*, post_key: str, on: date) -> list[Holder]:
    """Give who may decide for a post on a day, first deputy first; a deputy post nobody holds is left out."""
    deputies = Deputy.objects.filter(valid_on(on), post__key=post_key).order_by("order")
    keys = list(deputies.values_list("deputy__key", flat=True))
    holders = _holders(Holding.objects.filter(valid_on(on), post__key__in=keys))
    return sorted(holders, key=lambda holder: keys.index(holder.post_key))


def staff_with_right(*, right: str, on: date) -> list[Holder]:
    """Give who holds a post that carries a right on a day, wherever it reaches, highest rank first."""
    return _holders(holdings_with(right, on))


def staff_viewer(*, staff_key: str, on: date) -> Viewer:
    """Give the viewer that a member of staff is on a day; an anonymous one without a post."""
    return viewer_of_staff(staff_key=staff_key, on=on)


def posts_without_holder(*, on: date) -> list[str]:
    """Name the posts for one person that nobody holds on a day (the list to check on 1 April)."""
    return list(_vacant(on).order_by("key").values_list("key", flat=True))


def vacant_posts(*, viewer: Viewer, on: date) -> QuerySet[Post]:
    """Give the posts for one person that nobody holds on a day, as far as the viewer may see them."""
    seen = viewer.where("people.organisation_view")
    return _vacant(on).filter(seen).select_related("office").order_by("office__key", "-rank", "key")


def _vacant(on: date) -> QuerySet[Post]:
    held = Holding.objects.filter(valid_on(on)).values("post_id")
    return Post.objects.filter(valid_on(on), single=True).exclude(pk__in=held)


def _holders(holdings: QuerySet[Holding]) -> list[Holder]:
    rows = holdings.select_related("post", "staff").order_by("-post__rank", "post__key", "kind", "staff__key")
    return [
        Holder(
            row.staff.key, row.staff.name, row.post.key, row.post.title, row.post.office_id, row.kind,
            row.post.rank, row.starts_on, row.ends_on,
        )
        for row in rows
    ]  # fmt: skip
