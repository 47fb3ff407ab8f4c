"""
Records of registers, in two times, and what happens to them.

Invariants, held by the database on both stores (``tests/registers/test_constraints.py``) or by the one function that writes
(``tests/registers/test_history.py``, with hypothesis against a naive replay):

1. A record has at most one version on any day that is believed now; believed versions never share a day.
2. Nothing is overwritten: a version that is believed no more is withdrawn, so that "as it was on a day, as known at a
   moment" has the answer that it had then, for every day and every moment.
3. A record has at most one ``current`` version, the one that lists show: that of today. It is believed.
4. A number stands once in a register, for ever. Fields declared unique hold one value once among current versions.
5. A record that is retired has no version after that day, and holds no record that is not retired.
6. Two people who change one record at once: the second is told, and nothing of his is lost (``revision``).
7. Counts are those of the rows: they move in the transaction that moves the rows.
8. A split or merge names what came from what; what came is younger than what it came from.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from madoguchi.kernel.db.folded import FoldedField
from madoguchi.kernel.db.fulltext import FullText
from madoguchi.kernel.db.periods import NonOverlap
from madoguchi.kernel.subjects import Subject


class Record(models.Model):
    """One thing of a register. What is known of it stands in versions."""

    register = models.CharField(_("台帳"), max_length=80)
    number = models.CharField(_("番号"), max_length=80)
    office = models.ForeignKey(
        "people.Office", on_delete=models.PROTECT, verbose_name=_("持ち主の組織"), related_name="+"
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("属するもの")
    )  # fmt: skip
    holds = models.PositiveIntegerField(_("下にある記録の数"), default=0)
    retired_on = models.DateField(_("終わった日"), null=True, blank=True)
    retired_reason = models.CharField(_("終わった理由"), max_length=500, blank=True)
    revision = models.PositiveIntegerField(_("変更の回数"), default=1)
    entered_at = models.DateTimeField(_("記録した日時"))

    class Meta:
        verbose_name = _("台帳の記録")
        constraints = [
            models.UniqueConstraint(fields=["register", "number"], name="record_number_once"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="record_not_within_itself"),
            models.CheckConstraint(
                condition=Q(retired_on=None) | Q(holds=0), name="record_retired_holds_none"
            ),
            models.CheckConstraint(condition=~Q(number=""), name="record_has_number"),
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.number}"

    def subject(self, title: str = "") -> Subject:
        """The reference for audit rows and events."""
        page = reverse("registers:record", args=[self.register, self.number])
        return Subject(f"registers.{self.register}", self.number, title, page, self.office_id)


TEXT_SLOTS, NUMBER_SLOTS, UNIQUE_SLOTS = 16, 6, 4
"""How many fields of a register can be indexed as texts (codes, days, yes and no) and as numbers, and be unique."""


class Slots(models.Model):
    """
    Values of indexed fields, copied out of the payload into columns that all registers share (``slots.py``).

    ``t`` texts in one order on both databases, ``n`` whole numbers, ``u`` what must stand once, ``natural`` the natural key.
    """

    natural = FoldedField(max_length=200, null=True, blank=True)  # type: ignore[misc] # text or nothing

    class Meta:
        abstract = True


for _number in range(1, TEXT_SLOTS + 1):
    FoldedField(max_length=200, null=True, blank=True).contribute_to_class(Slots, f"t{_number}")  # type: ignore[misc] # as above
for _number in range(1, NUMBER_SLOTS + 1):
    models.BigIntegerField(null=True, blank=True).contribute_to_class(Slots, f"n{_number}")
for _number in range(1, UNIQUE_SLOTS + 1):
    models.CharField(max_length=200, null=True, blank=True).contribute_to_class(Slots, f"u{_number}")
SLOTS = tuple(field.name for field in Slots._meta.local_fields)


class Version(Slots):
    """
    What a record is in a period, as believed from a moment to a moment.

    ``register``, ``number`` and ``office`` repeat the record's, so that a list reads one table. ``search`` holds the words by
    which a current version is found, in pairs of letters (``kit.grams``); ``search_personal`` those and the words of personal
    fields, for whoever may see them, where the register has such fields.
    """

    class Kind(models.TextChoices):
        ADDED = "added", _("追加")
        CHANGED = "changed", _("変更")
        CORRECTED = "corrected", _("訂正")
        IMPORTED = "imported", _("取り込み")
        SPLIT = "split", _("分割")
        MERGED = "merge", _("統合")
        RETIRED = "retired", _("終了")
        REVIVED = "revived", _("終了の取り消し")
        CARRIED = "carried", _("期間の調整")

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="versions")
    register = models.CharField(_("台帳"), max_length=80)
    number = models.CharField(_("番号"), max_length=80)
    office = models.ForeignKey("people.Office", on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey(Record, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    starts_on = models.DateField(_("いつから"))
    ends_on = models.DateField(_("いつまで（翌日）"), null=True, blank=True)
    entered_at = models.DateTimeField(_("記録した日時"))
    withdrawn_at = models.DateTimeField(_("取り下げた日時"), null=True, blank=True)
    current = models.BooleanField(_("いまのもの"), default=False)
    kind = models.CharField(_("なぜ"), max_length=12, choices=Kind.choices)
    declared = models.PositiveIntegerField(_("台帳の版"))
    payload = models.JSONField(_("内容"))
    search = models.TextField(_("探すための語"), blank=True)
    search_personal = models.TextField(_("個人情報も含めて探すための語"), blank=True)
    entered_by = models.CharField(_("記録した人"), max_length=80)
    reason = models.CharField(_("理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("記録の版")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="version_period_forward"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("entered_at")), name="version_withdrawn_after"
            ),
            models.CheckConstraint(condition=Q(current=False) | Q(withdrawn_at=None), name="version_current_believed"),
            models.UniqueConstraint(fields=["record"], condition=Q(current=True), name="version_current_once"),
            *(
                models.UniqueConstraint(fields=["register", f"u{number}"], condition=Q(current=True), name=f"version_unique_{number}")
                for number in range(1, UNIQUE_SLOTS + 1)
            ),
            FullText(name="version_words", field="search"),
            FullText(name="version_words_personal", field="search_personal"),
            NonOverlap(
                name="version_one_on_a_day", keys=("record",), start="starts_on", end="ends_on",
                only_where={"withdrawn_at": None},
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["register", "number"], condition=Q(current=True), name="version_listed"),
            models.Index(
                fields=["register", "office", "number"], condition=Q(current=True), name="version_of_office"
            ),
            models.Index(fields=["parent"], condition=Q(current=True), name="version_within"),
            models.Index(
                fields=["starts_on"], condition=Q(current=False, withdrawn_at=None), name="version_coming"
            ),
            models.Index(fields=["ends_on"], condition=Q(current=True), name="version_ending"),
            *(
                models.Index(
                    fields=["register", name, "number"],
                    condition=Q(current=True, **{f"{name}__isnull": False}),
                    name=f"version_{name}",
                )
                for name in SLOTS
                if not name.startswith("u")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.starts_on}"

    def holds_on(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


class Descent(models.Model):
    """What a record came from: a split (分筆) has one source and several that came, a merge (合筆) several and one."""

    class Kind(models.TextChoices):
        SPLIT = "split", _("分割")
        MERGE = "merge", _("統合")

    kind = models.CharField(_("種類"), max_length=6, choices=Kind.choices)
    source = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="became")
    result = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="came_from")
    happened_on = models.DateField(_("いつ"))
    entered_at = models.DateTimeField(_("記録した日時"))

    class Meta:
        verbose_name = _("記録の系譜")
        constraints = [
            models.UniqueConstraint(fields=["source", "result"], name="descent_once"),
            models.CheckConstraint(condition=~Q(source=F("result")), name="descent_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.result_id}"


class Tally(models.Model):
    """
    How many current versions a register has: in all (``field`` ""), and by code of each field that is counted.

    ``office`` 0 stands for all offices.
    """

    register = models.CharField(max_length=80)
    field = models.CharField(max_length=40, blank=True)
    value = models.CharField(max_length=80, blank=True)
    office_key = models.IntegerField(default=0)
    count = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("台帳の件数")
        constraints = [
            models.UniqueConstraint(fields=["register", "field", "value", "office_key"], name="tally_once"),
            models.CheckConstraint(condition=Q(count__gte=0), name="tally_not_below_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.field}={self.value}: {self.count}"


class RegisterSlot(models.Model):
    """
    Into which column the values of a register's field are copied, so that lists are quick and unique values refuse.

    ``fields`` are keys with blanks between (several for what is unique together, "" for the natural key); ``filled_at`` is empty
    while records that were there before are still without it.
    """

    register = models.CharField(max_length=80)
    fields = models.CharField(max_length=500, blank=True)
    slot = models.CharField(max_length=8)
    filled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("台帳の索引")
        constraints = [models.UniqueConstraint(fields=["register", "slot"], name="register_slot_once")]

    def __str__(self) -> str:
        return f"{self.register} {self.slot}: {self.fields}"


class FileImport(models.Model):
    """
    A file that somebody brought: what it comes to, and whether it was applied. Its content goes when it is done with.

    ``fixes`` are texts that stand in place of cells, by row and heading; ``readings`` its rows as they were read, packed
    (``importing.readings``); ``digest`` is that of the outcome that was shown.
    """

    class State(models.TextChoices):
        STAGED = "staged", _("確認中")
        APPLIED = "applied", _("取り込み済み")
        DROPPED = "dropped", _("取りやめ")

    key = models.CharField(_("番号"), max_length=14, unique=True)
    register = models.CharField(_("台帳"), max_length=80)
    name = models.CharField(_("ファイル名"), max_length=200)
    sha256 = models.CharField(_("ファイルの要約"), max_length=64)
    content = models.BinaryField(_("内容"), null=True)
    readings = models.BinaryField(_("読んだ行"), null=True)
    sheet = models.CharField(_("シート"), max_length=100, blank=True)
    first_row = models.PositiveIntegerField(_("表の初めの行"), default=0)
    columns = models.JSONField(_("列の対応"), default=dict)
    repairs = models.JSONField(_("選んだ直し方"), default=list)
    fixes = models.JSONField(_("直したセル"), default=list)
    office = models.ForeignKey("people.Office", on_delete=models.PROTECT, related_name="+")
    holds_from = models.DateField(_("いつから"))
    state = models.CharField(_("状態"), max_length=8, choices=State.choices, default=State.STAGED)
    counts = models.JSONField(_("件数"), default=dict)
    digest = models.CharField(_("結果の要約"), max_length=64, blank=True)
    brought_by = models.CharField(_("持ち込んだ人"), max_length=80)
    brought_at = models.DateTimeField(_("持ち込んだ日時"))
    done_at = models.DateTimeField(_("終えた日時"), null=True, blank=True)

    class Meta:
        verbose_name = _("ファイルの取り込み")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="staged", done_at=None, content__isnull=False)
                | (~Q(state="staged") & Q(done_at__isnull=False, content=None, readings=None)),
                name="file_import_done_is_empty",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.register} {self.name}"

    def subject(self) -> Subject:
        """The reference for audit rows."""
        return Subject("registers.import", self.key, self.name[:200], "", self.office_id)


class ColumnMap(models.Model):
    """How the columns of a file that somebody brought become fields, remembered for the next file with these headings."""

    register = models.CharField(_("台帳"), max_length=80)
    headings = models.CharField(_("見出しの要約"), max_length=64)
    columns = models.JSONField(_("列の対応"))
    repairs = models.JSONField(_("選んだ直し方"), default=list)
    named_by = models.CharField(_("決めた人"), max_length=80)
    named_at = models.DateTimeField(_("決めた日時"))

    class Meta:
        verbose_name = _("取り込みの列の対応")
        constraints = [models.UniqueConstraint(fields=["register", "headings"], name="column_map_once")]

    def __str__(self) -> str:
        return f"{self.register} {self.headings[:8]}"


class ChangeRequest(models.Model):
    """
    A change that somebody asks for and another person agrees to or not; only then is it recorded.

    ``asked`` holds the keywords of the action that it asks for, apart from who and when.
    """

    class What(models.TextChoices):
        ADD = "record_add", _("追加")
        CHANGE = "record_change", _("変更")
        CORRECT = "record_correct", _("訂正")
        RETIRE = "record_retire", _("終了")
        REVIVE = "record_revive", _("終了の取り消し")

    class State(models.TextChoices):
        WAITING = "waiting", _("確認待ち")
        AGREED = "agreed", _("認めた")
        DECLINED = "declined", _("認めなかった")
        TAKEN_BACK = "taken_back", _("取り下げた")

    key = models.CharField(_("番号"), max_length=14, unique=True)
    register = models.CharField(_("台帳"), max_length=80)
    number = models.CharField(_("記録の番号"), max_length=80, blank=True)
    office = models.ForeignKey("people.Office", on_delete=models.PROTECT, related_name="+")
    what = models.CharField(_("何を"), max_length=20, choices=What.choices)
    asked = models.JSONField(_("内容"))
    reason = models.CharField(_("理由"), max_length=500)
    state = models.CharField(_("状態"), max_length=10, choices=State.choices, default=State.WAITING)
    asked_by = models.CharField(_("申し出た人"), max_length=80)
    asked_at = models.DateTimeField(_("申し出た日時"))
    decided_by = models.CharField(_("判断した人"), max_length=80, blank=True)
    decided_at = models.DateTimeField(_("判断した日時"), null=True, blank=True)
    note = models.CharField(_("判断の理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("変更の申し出")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None) | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="change_request_decided_once",
            ),
            # Whoever asks does not agree to it himself.
            models.CheckConstraint(
                condition=~Q(state__in=["agreed", "declined"]) | ~Q(decided_by=F("asked_by")),
                name="change_request_two_people",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["register", "state", "asked_at"], name="change_request_waiting")]

    def __str__(self) -> str:
        return f"{self.register} {self.number} {self.what}"

    def subject(self) -> Subject:
        """The reference for audit rows."""
        return Subject("registers.request", self.key, "", "", self.office_id)


class SavedList(models.Model):
    """A list that somebody put together and named: for himself, or (``office``) for his office."""

    key = models.CharField(_("番号"), max_length=14, unique=True)
    register = models.CharField(_("台帳"), max_length=80)
    name = models.CharField(_("名前"), max_length=60)
    query = models.CharField(_("条件"), max_length=2_000, blank=True)
    owner = models.CharField(_("作った人"), max_length=80)
    office = models.ForeignKey(
        "people.Office", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(_("作った日時"))

    class Meta:
        verbose_name = _("保存した一覧")
        constraints = [
            models.UniqueConstraint(fields=["register", "owner", "name"], name="saved_list_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class StockTake(models.Model):
    """A yearly round in which every office says of each of its records whether it is still so."""

    key = models.CharField(_("番号"), max_length=14, unique=True)
    register = models.CharField(_("台帳"), max_length=80)
    year = models.PositiveSmallIntegerField(_("年度"))
    as_of = models.DateField(_("基準日"))
    due_on = models.DateField(_("締切"))
    opened_by = models.CharField(_("始めた人"), max_length=80)
    opened_at = models.DateTimeField(_("始めた日時"))
    closed_at = models.DateTimeField(_("終えた日時"), null=True, blank=True)

    class Meta:
        verbose_name = _("棚卸し")
        constraints = [
            models.UniqueConstraint(fields=["register", "year"], name="stock_take_once_a_year"),
            models.CheckConstraint(condition=Q(due_on__gte=F("as_of")), name="stock_take_due_after"),
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.year}"

    def subject(self) -> Subject:
        """The reference for audit rows."""
        return Subject("registers.stocktake", self.key)


class StockTakeOffice(models.Model):
    """An office's part of a round: how many records it had to look at, and when somebody signed for it."""

    take = models.ForeignKey(StockTake, on_delete=models.PROTECT, related_name="offices")
    office = models.ForeignKey("people.Office", on_delete=models.PROTECT, related_name="+")
    records = models.PositiveIntegerField(_("件数"))
    signed_by = models.CharField(_("確かめた人"), max_length=80, blank=True)
    signed_at = models.DateTimeField(_("確かめた日時"), null=True, blank=True)
    note = models.CharField(_("ひとこと"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("棚卸しの課")
        constraints = [
            models.UniqueConstraint(fields=["take", "office"], name="stock_take_office_once"),
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_by="") | (Q(signed_at__isnull=False) & ~Q(signed_by="")),
                name="stock_take_signed_by_somebody",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.take_id} {self.office_id}"


class StockTakeLine(models.Model):
    """What was found of one record in a round."""

    class Found(models.TextChoices):
        # Not what a notice is that nobody has acknowledged.
        OPEN = "open", pgettext_lazy("stocktake", "未確認")
        SAME = "same", _("そのとおり")
        DIFFERENT = "different", _("内容が違う")
        MISSING = "missing", _("見つからない")

    part = models.ForeignKey(StockTakeOffice, on_delete=models.PROTECT, related_name="lines")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    found = models.CharField(_("結果"), max_length=10, choices=Found.choices, default=Found.OPEN)
    note = models.CharField(_("ひとこと"), max_length=300, blank=True)
    looked_by = models.CharField(_("見た人"), max_length=80, blank=True)
    looked_at = models.DateTimeField(_("見た日時"), null=True, blank=True)

    class Meta:
        verbose_name = _("棚卸しの一件")
        constraints = [
            models.UniqueConstraint(fields=["part", "record"], name="stock_take_line_once"),
            models.CheckConstraint(
                condition=Q(found="open", looked_at=None) | (~Q(found="open") & Q(looked_at__isnull=False)),
                name="stock_take_line_looked",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.record_id} {self.found}"
