"""
The bodies that steer a plan (推進本部, 委員会, 部会, WG, one member per office): by post, never by person.

Invariants (``tests/measures/test_bodies.py``, both databases):

1. A post or an office sits in a body once at a time; who that is follows from who holds the post that day.
2. A body has at most one chair (長) on any day, and does not end before it begins.
3. A meeting's subjects are numbered without two of a number; a decision names its day.
4. A follow-up names the post that owes it and a day; done ones say when.

``revision`` counts the changes of a row: whoever saves says which one they saw, so that nobody overwrites another.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.db.periods import NonOverlap
from madoguchi.kernel.subjects import Subject


class Body(models.Model):
    """
    A body with its rules.

    ``per_office`` for one whose members are one per office; ``office_levels`` names the levels of offices (課, 局 …)
    that send one, an empty list means every level.
    """

    key = models.CharField(_("キー"), max_length=60, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    purpose = models.CharField(_("所掌"), max_length=500, blank=True)
    rules = models.CharField(_("設置の根拠"), max_length=200, blank=True)
    above = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="below")
    per_office = models.BooleanField(_("各部署から一人"), default=False)
    office_levels = models.JSONField(_("委員を出す組織の階層"), default=list, blank=True)
    order = models.IntegerField(_("並び順"), default=0)
    revision = models.PositiveIntegerField(default=1)
    starts_on = models.DateField(_("設置した日"))
    ends_on = models.DateField(_("廃止した日"), null=True, blank=True)

    class Meta:
        verbose_name = _("推進の会議体")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="body_days_forward"
            ),
            models.CheckConstraint(condition=~Q(id=F("above")), name="body_not_under_itself"),
        ]

    def __str__(self) -> str:
        return self.name

    def subject(self) -> Subject:
        """The reference for audit rows and events."""
        return Subject("measures.body", self.key, self.name, f"/office/plan-bodies/{self.key}/")


class Membership(models.Model):
    """A seat in a body, held by a post. ``office`` is whom the member speaks for in a body of one per office."""

    class Role(models.TextChoices):
        CHAIR = "chair", _("長")
        DEPUTY = "deputy", _("副")
        MEMBER = "member", _("委員")
        SECRETARY = "secretary", _("事務局")

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="members")
    post = models.ForeignKey("people.Post", on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey(
        "people.Office", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    role = models.CharField(_("役割"), max_length=10, choices=Role.choices, default=Role.MEMBER)
    starts_on = models.DateField(_("始まり"))
    ends_on = models.DateField(_("終わり"), null=True, blank=True)

    class Meta:
        verbose_name = _("委員")
        constraints = [
            NonOverlap(name="body_seat_once", keys=("body", "post"), start="starts_on", end="ends_on"),
            NonOverlap(name="body_office_once", keys=("body", "office"), start="starts_on", end="ends_on"),
            NonOverlap(
                name="body_one_chair", keys=("body",), start="starts_on", end="ends_on",
                only_where={"role": "chair"},
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="membership_days_forward"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.body_id}: {self.post_id}"


class Meeting(models.Model):
    """One sitting of a body."""

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="meetings")
    title = models.CharField(_("名称"), max_length=200)
    held_on = models.DateField(_("開催日"))
    place = models.CharField(_("場所"), max_length=200, blank=True)
    minutes = models.TextField(_("議事の要旨"), blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("会議")
        constraints = [models.UniqueConstraint(fields=["body", "held_on", "title"], name="meeting_once")]

    def __str__(self) -> str:
        return self.title

    def subject(self) -> Subject:
        """The reference for audit rows and events."""
        return Subject(
            "measures.meeting", str(self.pk), self.title, f"/office/plan-bodies/~meetings/{self.pk}/"
        )


class AgendaItem(models.Model):
    """
    A subject of a meeting: its paper, what was decided, and what is owed afterwards.

    ``report`` and ``report_year`` put the yearly results of an edition before the meeting.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="agenda")
    order = models.PositiveIntegerField(_("順番"))
    title = models.CharField(_("議題"), max_length=200)
    paper = models.TextField(_("資料"), blank=True)
    report = models.ForeignKey(
        "measures.Edition", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    report_year = models.IntegerField(_("結果を出す年度"), null=True, blank=True)
    decision = models.TextField(_("決まったこと"), blank=True)
    decided_on = models.DateField(_("決まった日"), null=True, blank=True)
    owed_by = models.ForeignKey(
        "people.Post", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    owed_what = models.CharField(_("その後にすること"), max_length=300, blank=True)
    owed_until = models.DateField(_("期限"), null=True, blank=True)
    done_on = models.DateField(_("終えた日"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("議題")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "order"], name="agenda_order_once"),
            models.CheckConstraint(
                condition=Q(decision="") | Q(decided_on__isnull=False), name="agenda_decision_has_day"
            ),
            models.CheckConstraint(
                condition=Q(report=None, report_year=None)
                | Q(report__isnull=False, report_year__isnull=False),
                name="agenda_report_has_year",
            ),
            models.CheckConstraint(
                condition=Q(owed_by=None, owed_what="", owed_until=None, done_on=None)
                | (Q(owed_by__isnull=False, owed_until__isnull=False) & ~Q(owed_what="")),
                name="agenda_owed_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.title
