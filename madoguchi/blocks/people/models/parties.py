"""
Who the city deals with: persons, households, organisations, and what is known of them, in two times.

A fact (a name, an address, a membership …) holds from a day to a day in the world (``starts_on``, ``ends_on``)
and is believed from a moment to a moment here (``entered_at``, ``withdrawn_at``). A change ends a fact and
begins another; a correction withdraws one and enters another. So "the household on 1 January, as it was known
in June" is a question with an answer.

Invariants, held by the database on both stores (``tests/people/test_party_constraints.py``):

1. Of the facts believed now, a party has at most one name of a use, one address of a kind, one residence, one
   protection of a source on any day, and one birth and death at all.
2. A person belongs to at most one household on any day; a household has at most one head (世帯主) on any day.
3. A number of a source system (宛名番号 …) names one party: equal numbers of two systems or two facilities
   are two numbers (F32).
4. A party that was merged stands under exactly one other, and one merge of it is open. Nothing of it is moved or
   deleted, so that taking the merge back restores what was before.
5. A period does not end before it starts; a fact is not withdrawn before it was entered.
6. No column can hold a My Number (12 digits whose check digit fits): every intake refuses it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.models.organisation import Dated
from madoguchi.kernel.db.folded import FoldedField
from madoguchi.kernel.db.periods import NonOverlap
from madoguchi.kernel.subjects import Subject


class Party(models.Model):
    """Somebody the city deals with. What is known of them stands in facts."""

    class Kind(models.TextChoices):
        PERSON = "person", _("個人")
        HOUSEHOLD = "household", _("世帯")
        ORGANISATION = "organisation", _("団体")

    key = models.CharField(_("番号"), max_length=14, unique=True)
    kind = models.CharField(_("種類"), max_length=12, choices=Kind.choices)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    form = models.CharField(_("団体の形"), max_length=40, blank=True, help_text=_("会社、自治会、医療機関 …"))
    corporate_number = models.CharField(_("法人番号"), max_length=13, blank=True)
    entered_at = models.DateTimeField(_("記録した日時"))

    class Meta:
        verbose_name = _("当事者")
        constraints = [
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="party_not_under_itself"),
            models.CheckConstraint(
                condition=Q(kind="organisation") | Q(form="", corporate_number=""),
                name="party_form_fits_kind",
            ),
            models.UniqueConstraint(
                fields=["corporate_number"],
                condition=~Q(corporate_number="") & Q(merged_into=None),
                name="party_corporate_number_once",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def subject(self) -> Subject:
        """The reference for audit rows and events: the number, never the name."""
        return Subject(f"people.{self.kind}", self.key)


class Source(models.TextChoices):
    """Where a fact came from."""

    REGISTER = "register", _("住民記録")
    CARD = "card", _("カード")
    TYPED = "typed", _("本人の入力")
    COUNTER = "counter", _("窓口")


class Fact(models.Model):
    """Something believed of a party, from a moment on and until it is withdrawn."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="%(class)ss")
    source = models.CharField(_("出どころ"), max_length=10, choices=Source.choices)
    delivery = models.ForeignKey("people.FeedDelivery", on_delete=models.PROTECT, null=True, blank=True)
    entered_at = models.DateTimeField(_("記録した日時"))
    withdrawn_at = models.DateTimeField(_("取り消した日時"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("entered_at")),
                name="%(class)s_belief_forward",
            )
        ]


class DatedFact(Dated, Fact):
    """A fact that holds from a day to a day."""

    class Meta:
        abstract = True
        constraints = [*Dated.Meta.constraints, *Fact.Meta.constraints]


def _one_on_a_day(name: str, *keys: str, **only_where: object) -> NonOverlap:
    return NonOverlap(
        name=name,
        keys=keys,
        start="starts_on",
        end="ends_on",
        only_where={"withdrawn_at": None, **only_where},
    )


class Birth(Fact):
    """When a person was born and died, as far as it is known (``kit.partial_dates``), and the registered sex."""

    class Sex(models.TextChoices):
        """Codes of ISO/IEC 5218; empty where the register holds none."""

        MALE = "1", _("男")
        FEMALE = "2", _("女")
        OTHER = "9", _("その他")

    born = models.CharField(_("生年月日"), max_length=10, blank=True)
    died = models.CharField(_("死亡日"), max_length=10, blank=True)
    sex = models.CharField(_("性別"), max_length=1, choices=Sex.choices, blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("出生と死亡")
        constraints = [
            *Fact.Meta.constraints,
            models.UniqueConstraint(fields=["party"], condition=Q(withdrawn_at=None), name="party_born_once"),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} * {self.born}"


class PartyName(DatedFact):
    """What a party is called, with its reading; the fields by which it is found are folded."""

    class Use(models.TextChoices):
        OFFICIAL = "official", _("氏名")
        FORMER = "former", _("旧氏")
        ALIAS = "alias", _("通称")
        LATIN = "latin", _("ローマ字")

    use = models.CharField(_("用途"), max_length=10, choices=Use.choices, default=Use.OFFICIAL)
    name = models.CharField(_("名"), max_length=200)
    kana = models.CharField(_("フリガナ"), max_length=200, blank=True)
    codes = models.CharField(_("行政事務標準文字"), max_length=2_000, blank=True)
    name_key = FoldedField(max_length=200)
    kana_key = FoldedField(max_length=200, blank=True)
    birth_year = models.SmallIntegerField(null=True, blank=True)

    class Meta(DatedFact.Meta):
        verbose_name = _("名")
        constraints = [*DatedFact.Meta.constraints, _one_on_a_day("party_one_name", "party", "use")]
        indexes = [
            models.Index(fields=["birth_year", "kana_key"], name="name_by_year_and_kana"),
            models.Index(fields=["kana_key"], name="name_by_kana"),
            models.Index(fields=["name_key"], name="name_by_characters"),
        ]

    def __str__(self) -> str:
        return f"{self.party_id}: {self.use}"


class PartyAddress(DatedFact):
    """Where a party is to be found: as written, and as far as it was understood (``places``)."""

    class Kind(models.TextChoices):
        REGISTERED = "registered", _("住民登録地")
        RESIDENCE = "residence", _("居所")
        MAILING = "mailing", _("送付先")
        SEAT = "seat", _("所在地")

    kind = models.CharField(_("種類"), max_length=10, choices=Kind.choices, default=Kind.REGISTERED)
    written = models.CharField(_("住所"), max_length=300)
    postcode = models.CharField(_("郵便番号"), max_length=7, blank=True)
    area = models.CharField(_("町字"), max_length=60, blank=True)
    level = models.CharField(_("一致の段階"), max_length=10, blank=True)
    quality = models.CharField(_("一致の質"), max_length=10, blank=True)
    address_key = FoldedField(max_length=300, blank=True)

    class Meta(DatedFact.Meta):
        verbose_name = _("住所")
        constraints = [*DatedFact.Meta.constraints, _one_on_a_day("party_one_address", "party", "kind")]
        indexes = [models.Index(fields=["address_key"], name="address_by_key")]

    def __str__(self) -> str:
        return f"{self.party_id}: {self.kind}"


class Residence(DatedFact):
    """That a person is a resident of the city, from a day to a day, and why it began and ended."""

    class Begin(models.TextChoices):
        BORN = "born", _("出生")
        MOVED_IN = "moved_in", _("転入")
        REGISTERED = "registered", _("職権記載")

    class End(models.TextChoices):
        DIED = "died", _("死亡")
        MOVED_OUT = "moved_out", _("転出")
        ABROAD = "abroad", _("国外転出")
        REMOVED = "removed", _("職権消除")

    began_by = models.CharField(_("住民となった事由"), max_length=12, choices=Begin.choices, blank=True)
    ended_by = models.CharField(_("住民でなくなった事由"), max_length=12, choices=End.choices, blank=True)

    class Meta(DatedFact.Meta):
        verbose_name = _("住民であった期間")
        constraints = [
            *DatedFact.Meta.constraints,
            _one_on_a_day("party_one_residence", "party"),
            models.CheckConstraint(
                condition=Q(ended_by="") | ~Q(ends_on=None), name="residence_ended_on_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id}: {self.starts_on}"


class Membership(DatedFact):
    """That a party (the member) belongs to another: a household, an association, a company."""

    class Kind(models.TextChoices):
        HOUSEHOLD = "household", _("世帯員")
        OFFICER = "officer", _("役員")
        MEMBER = "member", _("構成員")

    group = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="members")
    kind = models.CharField(_("種類"), max_length=10, choices=Kind.choices)
    head = models.BooleanField(_("世帯主・代表者"), default=False)
    relation = models.CharField(_("続柄・役職"), max_length=60, blank=True)

    class Meta(DatedFact.Meta):
        verbose_name = _("所属")
        constraints = [
            *DatedFact.Meta.constraints,
            _one_on_a_day("person_one_household", "party", kind="household"),
            _one_on_a_day("household_one_head", "group", kind="household", head=True),
            _one_on_a_day("member_once", "party", "group", kind="member"),
            _one_on_a_day("officer_once", "party", "group", kind="officer"),
            models.CheckConstraint(condition=~Q(party=F("group")), name="member_of_another"),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} ∈ {self.group_id}"


class Protection(DatedFact):
    """
    支援措置: nobody finds this person without the right to, from a day to a day.

    Why it was asked for is kept where it was decided, not here: whoever may see the person needs no reason. The
    register and the counter each say it for themselves: hidden is who is protected by either.
    """

    class Meta(DatedFact.Meta):
        verbose_name = _("支援措置")
        constraints = [*DatedFact.Meta.constraints, _one_on_a_day("party_protected_once", "party", "source")]

    def __str__(self) -> str:
        return f"{self.party_id}: {self.starts_on}"


class PartyNumber(models.Model):
    """
    The number by which a source system knows a party; ``system`` holds the facility too where each counts alone.

    ``digest`` is the fold of the last record that the system sent, so that an unchanged one costs nothing.
    """

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="numbers")
    system = models.CharField(_("番号の体系"), max_length=60)
    number = models.CharField(_("番号"), max_length=40)
    digest = models.CharField(max_length=32, blank=True)

    class Meta:
        verbose_name = _("他のシステムでの番号")
        constraints = [models.UniqueConstraint(fields=["system", "number"], name="number_once_per_system")]

    def __str__(self) -> str:
        return f"{self.system}:{self.number}"


class PartyMerge(models.Model):
    """That two parties were found to be one, and perhaps that this was taken back."""

    kept = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="merges_kept")
    gone = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="merges_gone")
    reason = models.CharField(_("理由"), max_length=500)
    merged_at = models.DateTimeField(_("まとめた日時"))
    merged_by = models.CharField(_("まとめた人"), max_length=80)
    undone_at = models.DateTimeField(_("戻した日時"), null=True, blank=True)
    undone_by = models.CharField(_("戻した人"), max_length=80, blank=True)
    undone_reason = models.CharField(_("戻した理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("名寄せ")
        constraints = [
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at=None), name="party_merged_once"),
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} → {self.kept_id}"


class SamePerson(models.Model):
    """Two persons who may be one, waiting for somebody to look; ``one`` has the lower id."""

    class Verdict(models.TextChoices):
        WAITING = "waiting", _("確認待ち")
        SAME = "same", _("同じ人")
        DIFFERENT = "different", _("別の人")

    one = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    score = models.SmallIntegerField(_("似ている度合い"))
    reasons = models.JSONField(_("似ているところ"))
    verdict = models.CharField(_("判断"), max_length=10, choices=Verdict.choices, default=Verdict.WAITING)
    found_at = models.DateTimeField(_("見つけた日時"))
    judged_at = models.DateTimeField(_("判断した日時"), null=True, blank=True)
    judged_by = models.CharField(_("判断した人"), max_length=80, blank=True)
    note = models.CharField(_("判断の理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("同じ人かもしれない二人")
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="pair_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="pair_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} = {self.other_id}?"
