"""
The organisation in time. The whole city hall moves every 1 April, so everything here has days.

Invariants, all held by the database on both stores (``tests/people/test_organisation_constraints.py``):

1. An office has at most one name and one place in the tree on any day.
2. A staff member has at most one main post on any day, and does not hold one post twice on a day.
3. A post for one person has at most one holder on any day (``sole``).
4. A post has at most one first, one second … deputy on any day, and is not its own deputy.
5. A period does not end before it starts; an office is neither its own parent nor its own successor.

Periods are half-open: ``ends_on`` is the first day on which it is no longer so.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.db.periods import NonOverlap
from madoguchi.kernel.subjects import Subject


class Dated(models.Model):
    """A row that holds from a day, and to a day that is not part of it."""

    starts_on = models.DateField(_("開始日"))
    ends_on = models.DateField(_("終了日の翌日"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="%(class)s_period_forward"
            )
        ]


class Office(Dated):
    """A part of the city hall (部, 課, 係 …) from its founding to its end; renaming does not end it."""

    key = models.CharField(_("組織キー"), max_length=60, unique=True)
    level = models.CharField(_("階層"), max_length=20, blank=True)
    order = models.IntegerField(_("並び順"), default=0)

    class Meta(Dated.Meta):
        verbose_name = _("組織")

    def __str__(self) -> str:
        return self.key

    def subject(self, title: str = "") -> Subject:
        """The reference for audit rows and events."""
        return Subject("people.office", self.key, title, f"/office/organisation/offices/{self.key}/", self.pk)


class OfficeName(Dated):
    """What an office is called in a period."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="names")
    name = models.CharField(_("名称"), max_length=100)

    class Meta(Dated.Meta):
        verbose_name = _("組織の名称")
        constraints = [
            *Dated.Meta.constraints,
            NonOverlap(name="office_one_name", keys=("office",), start="starts_on", end="ends_on"),
        ]

    def __str__(self) -> str:
        return self.name


class OfficePlace(Dated):
    """Under which office an office stands in a period."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="places")
    parent = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="child_places")

    class Meta(Dated.Meta):
        verbose_name = _("組織の位置")
        constraints = [
            *Dated.Meta.constraints,
            NonOverlap(name="office_one_place", keys=("office",), start="starts_on", end="ends_on"),
            models.CheckConstraint(condition=~Q(office=F("parent")), name="office_not_under_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.office_id} ⊂ {self.parent_id}"


class OfficeSuccession(models.Model):
    """Which office carries on the work of one that ended: one row when merged, several when split."""

    predecessor = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="inheritances")
    on = models.DateField(_("引継ぎの日"))

    class Meta:
        verbose_name = _("組織の引継ぎ")
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="succession_once"),
            models.CheckConstraint(condition=~Q(predecessor=F("successor")), name="succession_of_another"),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} → {self.successor_id}"


class Post(Dated):
    """A place in an office that persons hold: 課長 for one person, 職員 for many."""

    key = models.CharField(_("職キー"), max_length=80, unique=True)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="posts")
    title = models.CharField(_("職名"), max_length=100)
    rank = models.IntegerField(_("職位"), default=0, help_text=_("大きいほど上位"))
    single = models.BooleanField(_("一人の職"), default=True)

    class Meta(Dated.Meta):
        verbose_name = _("職")

    def __str__(self) -> str:
        return self.key

    def subject(self) -> Subject:
        """The reference for audit rows and events."""
        return Subject(
            "people.post", self.key, self.title, f"/office/organisation/posts/{self.key}/", self.office_id
        )


class StaffMember(models.Model):
    """A person who works for the city, by staff number; an account is optional."""

    key = models.CharField(_("職員番号"), max_length=60, unique=True)
    name = models.CharField(_("氏名"), max_length=100)
    kana = models.CharField(_("ふりがな"), max_length=100, blank=True)
    user = models.OneToOneField(
        "people.User", on_delete=models.PROTECT, null=True, blank=True, related_name="staff_member"
    )

    class Meta:
        verbose_name = _("職員")

    def __str__(self) -> str:
        return self.key

    def subject(self) -> Subject:
        """The reference for audit rows and events: the number, not the name."""
        return Subject("people.staff", self.key, page=f"/office/organisation/staff/{self.key}/")


class Holding(Dated):
    """Who holds a post in a period: as main post (本務), beside another (併任), or standing in (事務取扱)."""

    class Kind(models.TextChoices):
        MAIN = "main", _("本務")
        CONCURRENT = "concurrent", _("併任")
        ACTING = "acting", _("事務取扱")

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    staff = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="holdings")
    kind = models.CharField(_("区分"), max_length=10, choices=Kind.choices, default=Kind.MAIN)
    sole = models.BooleanField(_("一人の職を占める"), default=True)

    class Meta(Dated.Meta):
        verbose_name = _("職の保有")
        constraints = [
            *Dated.Meta.constraints,
            NonOverlap(
                name="staff_one_main_post", keys=("staff",), start="starts_on", end="ends_on",
                only_where={"kind": "main"},
            ),
            NonOverlap(
                name="post_one_holder", keys=("post",), start="starts_on", end="ends_on",
                only_where={"sole": True},
            ),
            NonOverlap(name="post_held_once", keys=("post", "staff"), start="starts_on", end="ends_on"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.staff_id} @ {self.post_id}"


class Deputy(Dated):
    """Which post decides in the name of another while its holder is away (代決), first, second …"""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="deputies")
    deputy = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="deputises")
    order = models.IntegerField(_("順位"), default=1)

    class Meta(Dated.Meta):
        verbose_name = _("代決者")
        constraints = [
            *Dated.Meta.constraints,
            NonOverlap(name="deputy_one_per_order", keys=("post", "order"), start="starts_on", end="ends_on"),
            models.CheckConstraint(condition=~Q(post=F("deputy")), name="deputy_is_another"),
            models.CheckConstraint(condition=Q(order__gte=1), name="deputy_order_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.deputy_id} for {self.post_id}"


class RoleGrant(Dated):
    """A role given to a post, so that it comes and goes with whoever holds the post."""

    class Scope(models.TextChoices):
        OWN = "own", _("所属と配下")
        ALL = "all", _("全庁")

    class Class(models.TextChoices):
        """``kernel.rights.DataClass``, from what everybody may read to what few may."""

        OPEN = "open", _("公開")
        INTERNAL = "internal", _("庁内")
        PERSONAL = "personal", _("個人情報")
        RESTRICTED = "restricted", _("取扱注意")

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(_("役割"), max_length=100, help_text=_("service/role の形"))
    scope = models.CharField(_("範囲"), max_length=5, choices=Scope.choices, default=Scope.OWN)
    upto = models.CharField(
        _("データの区分の上限"), max_length=10, choices=Class.choices, default=Class.RESTRICTED
    )

    class Meta(Dated.Meta):
        verbose_name = _("役割の付与")
        constraints = [
            *Dated.Meta.constraints,
            NonOverlap(name="grant_once", keys=("post", "role"), start="starts_on", end="ends_on"),
            models.CheckConstraint(
                condition=Q(upto__in=["open", "internal", "personal", "restricted"]), name="grant_class_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} @ {self.post_id}"
