"""
Acting for others, and what people agreed to.

Invariants, held by the database on both stores (``tests/people/mandates``, ``tests/people/consents``):

1. Nobody acts for somebody without a mandate that holds on the day, was accepted and not revoked.
2. Of one kind, a person has at most one mandate over another on any day; nobody acts for himself.
3. A mandate names the services that it reaches; an empty list reaches none, ``*`` reaches all.
4. An answer about consent is a row that is never changed; the newest one counts, and names the very text.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.models.identity import ResidentAccount
from madoguchi.blocks.people.models.organisation import Dated
from madoguchi.blocks.people.models.parties import Party
from madoguchi.kernel.db.periods import NonOverlap
from madoguchi.kernel.db.triggers import NeverUpdated
from madoguchi.kernel.subjects import Subject


class Mandate(Dated):
    """That one party may act for another in some services, from a day to a day."""

    class Kind(models.TextChoices):
        PARENT = "parent", _("親権者")
        GUARDIAN = "guardian", _("成年後見人など")
        CARER = "carer", _("介護・支援をする人")
        TAX_ACCOUNTANT = "tax_accountant", _("税理士など")
        OFFICER = "officer", _("団体の役員")

    class Basis(models.TextChoices):
        OWN_WORD = "own_word", _("本人の委任")
        REGISTER = "register", _("住民記録の続柄")
        PAPERS = "papers", _("窓口で確かめた書類")

    key = models.CharField(_("番号"), max_length=14, unique=True)
    kind = models.CharField(_("種類"), max_length=20, choices=Kind.choices)
    basis = models.CharField(_("根拠"), max_length=10, choices=Basis.choices)
    grantor = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="mandates_given")
    delegate = models.ForeignKey(
        Party, on_delete=models.PROTECT, null=True, blank=True, related_name="mandates_held"
    )
    services = models.JSONField(_("できること"), default=list)
    papers = models.CharField(_("確かめた書類"), max_length=200, blank=True)
    code = models.CharField(max_length=64, blank=True, help_text=_("受けるときの合言葉の要約"))
    code_tries = models.SmallIntegerField(default=0)
    offered_at = models.DateTimeField(_("申し出た日時"))
    accepted_at = models.DateTimeField(_("受けた日時"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("取り消した日時"), null=True, blank=True)
    revoked_by = models.CharField(_("取り消した人"), max_length=80, blank=True)

    class Meta(Dated.Meta):
        verbose_name = _("代わりに手続きする人")
        constraints = [
            *Dated.Meta.constraints,
            NonOverlap(
                name="mandate_once", keys=("grantor", "delegate", "kind"), start="starts_on", end="ends_on",
                only_where={"revoked_at": None},
            ),
            models.CheckConstraint(
                condition=Q(delegate=None) | ~Q(delegate=F("grantor")), name="mandate_for_another"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | ~Q(delegate=None), name="mandate_accepted_by_somebody"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.key

    def subject(self) -> Subject:
        """The reference for audit rows and events."""
        return Subject("people.mandate", self.key)

    def reaches(self, service: str) -> bool:
        """Whether it holds in a service."""
        return "*" in self.services or service in self.services


class Consent(models.Model):
    """An answer of a party to one version of a declared ``consent``; the newest row counts."""

    class Answer(models.TextChoices):
        GIVEN = "given", _("同意した")
        REFUSED = "refused", _("同意しなかった")
        WITHDRAWN = "withdrawn", _("取り消した")

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="consents")
    consent = models.CharField(_("目的"), max_length=80)
    version = models.IntegerField(_("版"))
    sha256 = models.CharField(_("文面の要約"), max_length=64)
    language = models.CharField(_("ことば"), max_length=10)
    answer = models.CharField(_("答え"), max_length=10, choices=Answer.choices)
    answered_at = models.DateTimeField(_("答えた日時"))
    account = models.ForeignKey(ResidentAccount, on_delete=models.PROTECT, related_name="+")
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("同意の記録")
        constraints = [NeverUpdated(name="consent_written_once")]
        indexes = [models.Index(fields=["party", "consent", "id"], name="consent_by_party")]

    def __str__(self) -> str:
        return f"{self.party_id} {self.consent}: {self.answer}"
