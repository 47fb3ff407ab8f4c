"""Who holds which right on a day: for the alarm, for the review, and for the list that an auditor reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from madoguchi.blocks.people.models import Holding, RoleGrant
from madoguchi.blocks.people.viewers import grants_with
from madoguchi.kernel.db.two_times import valid_on
from madoguchi.kernel.declarations import published_all, text_for
from madoguchi.kernel.rights import Viewer, rights


def posts_held_alone(viewer: Viewer) -> QuerySet[Holding, str]:
    """Give the keys of the posts that the viewer holds on the viewer's day and nobody else does."""
    held = Holding.objects.filter(valid_on(viewer.on), valid_on(viewer.on, "post__")).order_by()
    mine = held.filter(staff__key=viewer.key.removeprefix("staff:")).values("post_id")
    counted = held.filter(post__in=mine).values("post__key").annotate(n=Count("staff", distinct=True))
    return counted.filter(n=1).values_list("post__key", flat=True)


def holdings_with(right: str, on: date) -> QuerySet[Holding]:
    """Give who holds, on a day, a post that carries a right."""
    posts = RoleGrant.objects.filter(grants_with(right), valid_on(on)).values("post_id")
    held = Holding.objects.filter(valid_on(on), valid_on(on, "post__"), post__in=posts)
    return held.select_related("post", "staff").order_by("-post__rank", "post__key", "kind", "staff__key")


@dataclass(frozen=True, slots=True)
class RoleKnown:
    """A role as its service declares it; ``top`` is the highest class of data that its rights reach."""

    key: str
    service: str
    label: str
    top: str


def roles_known(language: str = "ja") -> dict[str, RoleKnown]:
    """Give the roles of all published services by ``service/role``, in their language."""
    order, found = RoleGrant.Class.values, {}
    for service in published_all("service"):
        name = str(text_for(service, "label", language))
        for role in service.document.get("roles") or ():
            key = f"{service.key}/{role['key']}"
            label = str(text_for(service, f"roles.{role['key']}.label", language))
            classes = [order.index(rights[right].data_class) for right in role["rights"] if right in rights]
            found[key] = RoleKnown(key, name, label, order[max(classes, default=0)])
    return found


@dataclass(frozen=True, slots=True)
class RightsLine:
    """One person with one role by one post, from a day and to a day that is not part of it."""

    staff_key: str
    staff_name: str
    office_id: int
    post_key: str
    post_title: str
    role: str
    scope: str
    upto: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class RightsAsked:
    """Which lines to list; empty parts ask for nothing. ``data_class`` is the class that is at least reached."""

    word: str = ""
    office_ids: frozenset[int] | None = None
    service: str = ""
    role: str = ""
    data_class: str = ""


def rights_on(asked: RightsAsked, *, on: date) -> QuerySet[Holding]:
    """Give, in the order of the list, every holding × grant of a day; ``rights_lines`` makes lines of them."""
    # One filter: what is asked of the grant is asked of the same grant.
    fits = valid_on(on) & valid_on(on, "post__") & valid_on(on, "post__grants__")
    if asked.office_ids is not None:
        fits &= Q(post__office_id__in=asked.office_ids)
    if asked.service:
        fits &= Q(post__grants__role__startswith=f"{asked.service}/")
    if asked.role:
        fits &= Q(post__grants__role=asked.role)
    if asked.data_class:
        order = RoleGrant.Class.values
        reach = order[order.index(asked.data_class) :]
        tops = [role.key for role in roles_known().values() if role.top in reach]
        fits &= Q(post__grants__upto__in=reach, post__grants__role__in=tops)
    if asked.word:
        fits &= Q(staff__key=asked.word) | Q(staff__name__contains=asked.word)
    rows = Holding.objects.filter(fits)
    return rows.order_by("staff__key", "post__key", "post__grants__role")


def rights_lines(rows: QuerySet[Holding]) -> Iterator[RightsLine]:
    """Read what ``rights_on`` gave; a line holds while person, post and grant all do."""
    found = rows.values(
        "staff__key", "staff__name", "post__office_id", "post__key", "post__title", "post__grants__role",
        "post__grants__scope", "post__grants__upto", "starts_on", "post__starts_on", "post__grants__starts_on",
        "ends_on", "post__ends_on", "post__grants__ends_on",
    )  # fmt: skip
    for row in found.iterator(chunk_size=2_000):
        ends = (row["ends_on"], row["post__ends_on"], row["post__grants__ends_on"])
        yield RightsLine(
            staff_key=row["staff__key"],
            staff_name=row["staff__name"],
            office_id=row["post__office_id"],
            post_key=row["post__key"],
            post_title=row["post__title"],
            role=row["post__grants__role"],
            scope=row["post__grants__scope"],
            upto=row["post__grants__upto"],
            starts_on=max(row["starts_on"], row["post__starts_on"], row["post__grants__starts_on"]),
            ends_on=min((end for end in ends if end is not None), default=None),
        )
