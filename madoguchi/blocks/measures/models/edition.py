"""
A plan as a city published it.

Invariants (``tests/measures/test_constraints.py``, both databases):

1. A number names one item within an edition; a pillar's numbers are its own.
2. An office stands once at an item; a text section once per item, name and year.
3. A printed share stands once per grade and year, and differs from the computed one only with a reason.
4. A grade belongs to the edition of the item it judges (``actions.evaluation_enter``).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from madoguchi.kernel.subjects import Subject


class Edition(models.Model):
    """One edition of one city's plan. A city may hold other cities' plans to compare with."""

    key = models.CharField(_("計画キー"), max_length=60, unique=True)
    city = models.CharField(_("市"), max_length=60)
    title = models.CharField(_("計画の名称"), max_length=200)
    first_year = models.IntegerField(_("最初の年度"))
    last_year = models.IntegerField(_("最後の年度"))
    source = models.CharField(_("出典"), max_length=300, blank=True)
    translations = models.JSONField(_("訳"), default=dict, blank=True)

    class Meta:
        verbose_name = _("計画の版")
        constraints = [
            models.CheckConstraint(condition=Q(last_year__gte=F("first_year")), name="edition_years_forward")
        ]

    def __str__(self) -> str:
        return self.key

    def subject(self) -> Subject:
        """The reference for audit rows and events."""
        return Subject("measures.edition", self.key, self.title, f"/plan/{self.key}/")


class Grade(models.Model):
    """One grade of the city's own set. ``from_ratio`` is where our suggestion starts, not a rule of the city."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="grades")
    key = models.CharField(_("評価"), max_length=10)
    meaning = models.CharField(_("意味"), max_length=200)
    order = models.IntegerField(_("並び順"))
    from_ratio = models.DecimalField(_("提案の下限"), max_digits=6, decimal_places=3, null=True, blank=True)

    class Meta:
        verbose_name = _("評価の段階")
        constraints = [models.UniqueConstraint(fields=["edition", "key"], name="grade_once")]

    def __str__(self) -> str:
        return self.key


class Item(models.Model):
    """A node of the plan's tree: a pillar that groups, or an item that is carried out and judged."""

    class Level(models.TextChoices):
        PILLAR = "pillar", _("取組方針")
        ITEM = "item", _("取組項目")

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="items")
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )
    level = models.CharField(_("階層"), max_length=10, choices=Level.choices)
    no = models.CharField(_("番号"), max_length=20)
    title = models.CharField(_("名称"), max_length=300)
    order = models.IntegerField(_("並び順"))

    class Meta:
        verbose_name = _("取組項目")
        constraints = [
            models.UniqueConstraint(fields=["edition", "level", "no"], name="item_number_once"),
            models.CheckConstraint(condition=~Q(id=F("parent")), name="item_not_under_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.no} {self.title}"

    def subject(self) -> Subject:
        """The reference for audit rows and events; needs ``edition`` loaded."""
        key = f"{self.edition.key}/{self.no}"
        return Subject("measures.item", key, self.title, f"/plan/{key}/")


class ItemOffice(models.Model):
    """An office in charge, by its printed name; tied to an office of this city hall where there is one."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="offices")
    printed_name = models.CharField(_("担当部署"), max_length=100)
    office = models.ForeignKey(
        "people.Office", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    order = models.IntegerField(_("並び順"))

    class Meta:
        verbose_name = _("担当部署")
        constraints = [models.UniqueConstraint(fields=["item", "printed_name"], name="item_office_once")]

    def __str__(self) -> str:
        return self.printed_name


class ItemSection(models.Model):
    """A named text of an item (取組内容, 目標; per year 取組実績, 改善・拡充策)."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="sections")
    name = models.CharField(_("欄"), max_length=40)
    year = models.IntegerField(_("年度"), null=True, blank=True)
    text = models.TextField(_("文"))

    class Meta:
        verbose_name = _("文の欄")
        constraints = [
            models.UniqueConstraint(fields=["item", "name", "year"], name="section_once"),
            models.UniqueConstraint(
                fields=["item", "name"], name="section_once_without_year", condition=Q(year=None)
            ),
        ]

    def __str__(self) -> str:
        return self.name


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
