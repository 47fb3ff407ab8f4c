"""
From an account to a viewer: which rights a person has today, from the posts held and the roles they carry.

Invariants (``tests/people/test_viewers.py``):

1. Rights follow the post: on the day a holding ends, its rights end; nobody has to remember to revoke.
2. A role with scope "own" reaches the post's office, the offices under it and those whose work it carries on.
3. A role or right that no published service declares gives nothing.
4. A grant gives no right over a class of data above its own (``upto``), whatever the role has.
5. Whoever may name a duty has the right to choose one, by that alone: no role gives it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.db.models import Q

from madoguchi.blocks.people.models import Holding, RoleGrant, User
from madoguchi.blocks.people.organisation import STAMP, Organisation, organisation
from madoguchi.blocks.people.parties.duties import CHOOSE, duties_of
from madoguchi.kernel.db.two_times import valid_on
from madoguchi.kernel.declarations import roles_published
from madoguchi.kernel.rights import Grant, Viewer, anonymous_viewer, rights
from madoguchi.kernel.stamps import Stamped


class _Viewers:
    """Viewers of this process, dropped whenever the organisation or the roles change."""

    def __init__(self) -> None:
        self._roles: object = None
        self._kept: Stamped[dict[tuple[int, date], Viewer]] = Stamped(STAMP, dict)

    def get(self, user: User, on: date) -> Viewer:
        known = organisation()
        roles = roles_published()
        if roles is not self._roles:
            self._kept.forget()
            self._roles = roles
        viewers = self._kept.get()
        viewer = viewers.get((user.pk, on))
        if viewer is None:
            viewer = viewers[user.pk, on] = _make(Q(staff__user=user), on, known, roles)
        return viewer

    def forget(self) -> None:
        self._kept.forget()


_viewers = _Viewers()


def viewer_for(*, user: User, on: date) -> Viewer:
    """Build (or find) the viewer of an account on a day."""
    return _viewers.get(user, on)


def viewers_forget() -> None:
    """Drop what this process remembers (tests that roll back)."""
    _viewers.forget()


def viewer_of_staff(*, staff_key: str, on: date) -> Viewer:
    """Build the viewer of a member of staff on a day, account or not; nobody without a post."""
    return _make(Q(staff__key=staff_key), on, organisation(), roles_published())


def right_within(right: str, upto: str) -> bool:
    """Say whether a right stays within a class of data; one that no block declares does not."""
    order = RoleGrant.Class.values
    return right in rights and order.index(rights[right].data_class) <= order.index(upto)


def grants_with(right: str) -> Q:
    """Give the predicate for the grants of roles that carry a right."""
    classes = [upto for upto in RoleGrant.Class.values if right_within(right, upto)]
    roles = [role for role, given in roles_published().items() if right in given]
    return Q(role__in=roles, upto__in=classes)


def _make(who: Q, on: date, known: Organisation, roles: dict[str, frozenset[str]]) -> Viewer:
    holdings = list(
        Holding.objects.filter(who, valid_on(on), valid_on(on, "post__"))
        .select_related("post", "staff")
        .order_by("kind", "-post__rank")
    )
    if not holdings:
        return anonymous_viewer(on=on)
    # Main post first: it names the person's office in records.
    main = next((holding for holding in holdings if holding.kind == Holding.Kind.MAIN), holdings[0])
    posts = {holding.post_id: holding.post for holding in holdings}
    day = known.day(on)
    grants: list[Grant] = []
    for given in RoleGrant.objects.filter(valid_on(on), post_id__in=posts):
        own = known.inherited(day.below(posts[given.post_id].office_id))
        offices = None if given.scope == RoleGrant.Scope.ALL else own
        service = given.role.split("/")[0]
        within = (right for right in roles.get(given.role, ()) if right_within(right, given.upto))
        grants += [Grant(right, offices, service) for right in sorted(within)]
    viewer = Viewer(
        kind="staff",
        key=f"staff:{main.staff.key}",
        on=on,
        name=main.staff.name,
        office=known.name(main.post.office_id, on),
        office_id=main.post.office_id,
        post=main.post.title,
        grants=tuple(grants),
        offices=known.inherited(day.below(main.post.office_id)),
    )
    return replace(viewer, grants=(*grants, Grant(CHOOSE))) if duties_of(viewer) else viewer
