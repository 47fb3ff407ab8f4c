"""
A plan as a city published it.

Invariants (``tests/measures/test_constraints.py``, both databases):

1. A document of an edition is never changed; a later one of a published edition says why it came.
2. A number names one item within an edition, and one part within its item; a pillar's numbers are its own.
3. An office stands once at an item or part.
4. A printed share stands once per grade and year, and differs from the computed one only with a reason.
5. A grade belongs to the edition of the item it judges (``actions.entries``).

The document is the truth of the plan's text; items, parts, offices and indicators are its rows, so that what is
entered can point at them and rights can be asked of them. They are written only together (``actions.editions``).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.db.triggers import NeverUpdated
from madoguchi.kernel.db.written_once import WrittenOnce
from madoguchi.kernel.subjects import Subject


class Edition(models.Model):
    """One edition of one city's plan. A city may hold other cities' plans to compare with."""

    class Kind(models.TextChoices):
        NEW = "new", _("策定")
        REVISED = "revised", _("改定")
        ROLLING = "rolling", _("毎年度の見直し")

    key = models.CharField(_("計画キー"), max_length=60, unique=True)
    city = models.CharField(_("市"), max_length=60)
    title = models.CharField(_("計画の名称"), max_length=200)
    kind = models.CharField(_("版の種類"), max_length=10, choices=Kind.choices, default=Kind.NEW)
    first_year = models.IntegerField(_("最初の年度"))
    last_year = models.IntegerField(_("最後の年度"))
    ends_early = models.IntegerField(_("次の版により終わった年度"), null=True, blank=True)
    replaces = models.CharField(_("前の版"), max_length=60, blank=True)
    source = models.CharField(_("出典"), max_length=300, blank=True)
    translations = models.JSONField(_("訳"), default=dict, blank=True)
    issued = models.CharField(_("公表された時期"), max_length=20, blank=True)
    frozen = models.BooleanField(_("公表済み"), default=False)

    class Meta:
        verbose_name = _("計画の版")
        constraints = [
            models.CheckConstraint(condition=Q(last_year__gte=F("first_year")), name="edition_years_forward"),
            models.CheckConstraint(
                condition=Q(ends_early=None)
                | Q(ends_early__gte=F("first_year"), ends_early__lt=F("last_year")),
                name="edition_ends_early_within",
            ),
            models.CheckConstraint(condition=~Q(replaces=F("key")), name="edition_not_after_itself"),
            models.CheckConstraint(
                condition=Q(frozen=False) | ~Q(issued=""), name="edition_frozen_was_issued"
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def subject(self) -> Subject:
        """The reference for audit rows and events."""
        return Subject("measures.edition", self.key, self.title, f"/plan/{self.key}/")


class EditionDocument(WrittenOnce):
    """The whole text of an edition: canonical JSON and its SHA-256. The newest version counts."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="documents")
    version = models.PositiveIntegerField(_("版"))
    body = models.TextField(_("内容"))
    sha256 = models.CharField(max_length=64)
    draft = models.BooleanField(_("公表の前"))
    reason = models.CharField(_("訂正の理由"), max_length=300, blank=True)
    entered_at = models.DateTimeField(_("記録した日時"))
    entered_by = models.CharField(_("記録した部署と職"), max_length=200)

    class Meta:
        verbose_name = _("計画の本文")
        constraints = [
            models.UniqueConstraint(fields=["edition", "version"], name="document_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="document_version_from_one"),
            models.CheckConstraint(
                condition=Q(draft=True) | Q(version=1) | ~Q(reason=""), name="document_corrected_with_reason"
            ),
            NeverUpdated(name="document_unchanged"),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id} v{self.version}"


class Grade(models.Model):
    """
    One grade of the city's own set. ``from_ratio`` is where our suggestion starts, not a rule of the city;
    a grade that is not ``assessable`` says that nothing can be judged.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="grades")
    key = models.CharField(_("評価"), max_length=10)
    meaning = models.CharField(_("意味"), max_length=200)
    order = models.IntegerField(_("並び順"))
    from_ratio = models.DecimalField(_("提案の下限"), max_digits=6, decimal_places=3, null=True, blank=True)
    assessable = models.BooleanField(_("評価できる"), default=True)

    class Meta:
        verbose_name = _("評価の段階")
        constraints = [
            models.UniqueConstraint(fields=["edition", "key"], name="grade_once"),
            models.CheckConstraint(
                condition=Q(assessable=True) | Q(from_ratio=None), name="grade_not_assessable_not_suggested"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Item(models.Model):
    """A node of the plan's tree: a pillar that groups, an item that is carried out and judged, a part of an item."""

    class Level(models.TextChoices):
        PILLAR = "pillar", _("取組方針")
        ITEM = "item", _("取組項目")
        PART = "part", _("取組の内訳")

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="items")
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )
    level = models.CharField(_("階層"), max_length=10, choices=Level.choices)
    no = models.CharField(_("番号"), max_length=60)
    title = models.CharField(_("名称"), max_length=300)
    order = models.IntegerField(_("並び順"))

    class Meta:
        verbose_name = _("取組項目")
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "level", "no"], name="item_number_once", condition=~Q(level="part")
            ),
            models.UniqueConstraint(
                fields=["parent", "no"], name="part_number_once", condition=Q(level="part")
            ),
            models.CheckConstraint(condition=~Q(id=F("parent")), name="item_not_under_itself"),
            models.CheckConstraint(
                condition=~Q(level="part") | Q(parent__isnull=False), name="part_within_item"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.no} {self.title}"

    def subject(self) -> Subject:
        """The reference for audit rows and events; needs ``edition`` loaded."""
        key = f"{self.edition.key}/{self.no}"
        return Subject("measures.item", key, self.title, f"/plan/{key}/")


class ItemOffice(models.Model):
    """
    An office in charge, by its printed name; tied to an office of this city hall where there is one.

    ``group`` is an open group (全部局), which a round expands. Who coordinates is the city's own choice.
    """

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="offices")
    printed_name = models.CharField(_("担当部署"), max_length=100)
    office = models.ForeignKey(
        "people.Office", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    group = models.BooleanField(_("範囲の広い書き方"), default=False)
    coordinates = models.BooleanField(_("取りまとめ"), default=False)
    order = models.IntegerField(_("並び順"))

    class Meta:
        verbose_name = _("担当部署")
        constraints = [
            models.UniqueConstraint(fields=["item", "printed_name"], name="item_office_once"),
            models.UniqueConstraint(
                fields=["item"], name="item_coordinated_once", condition=Q(coordinates=True)
            ),
            models.CheckConstraint(condition=Q(group=False) | Q(office=None), name="group_is_no_office"),
        ]

    def __str__(self) -> str:
        return self.printed_name


class YearTotal(models.Model):
    """What the city printed for a grade in a year: its share, and why it differs from the computed one."""

    grade = models.ForeignKey(Grade, on_delete=models.CASCADE, related_name="totals")
    year = models.IntegerField(_("年度"))
    count = models.IntegerField(_("項目数"))
    percent_rounded = models.IntegerField(_("四捨五入した割合"))
    percent_printed = models.IntegerField(_("公表した割合"))
    reason = models.CharField(_("調整の理由"), max_length=300, blank=True)
    provisional = models.BooleanField(_("見込み"), default=False)

    class Meta:
        verbose_name = _("公表した集計")
        constraints = [
            models.UniqueConstraint(fields=["grade", "year"], name="total_once"),
            models.CheckConstraint(condition=Q(count__gte=0), name="total_not_negative"),
            models.CheckConstraint(
                condition=Q(percent_rounded=F("percent_printed")) | ~Q(reason=""),
                name="total_adjusted_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.grade_id}: {self.count}"


class YearPublication(models.Model):
    """The results of a year given to the public. The newest counts; ``as_of`` of a provisional one is its day."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="publications")
    year = models.IntegerField(_("年度"))
    sequence = models.PositiveIntegerField(_("何回目の公表か"))
    provisional = models.BooleanField(_("見込み"), default=False)
    as_of = models.DateField(_("時点"), null=True, blank=True)
    published_at = models.DateTimeField(_("公表した日時"))
    published_by = models.CharField(_("公表した部署と職"), max_length=200)

    class Meta:
        verbose_name = _("年度の結果の公表")
        constraints = [
            models.UniqueConstraint(fields=["edition", "year", "sequence"], name="publication_once"),
            models.CheckConstraint(
                condition=Q(provisional=False) | Q(as_of__isnull=False),
                name="publication_provisional_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}"
