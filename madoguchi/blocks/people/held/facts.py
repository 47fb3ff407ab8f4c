"""What people holds of a person himself: names, births, addresses, residences, memberships, numbers, protection."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.held.registry import Coded, HeldAsk, HeldRow, Value, held_declare
from madoguchi.blocks.people.mandates.standing import root_of
from madoguchi.blocks.people.models import (
    Birth,
    DocumentSignature,
    Membership,
    Party,
    PartyAddress,
    PartyName,
    PartyNumber,
    Protection,
    Residence,
    Source,
)
from madoguchi.blocks.people.models.parties import DatedFact, Fact
from madoguchi.blocks.people.parties.naming import names_on

_BELIEF = {
    "source": _("出どころ"),
    "entered_at": _("記録した日時"),
    "withdrawn_at": _("取り消した日時"),
}
_DATED = {"starts_on": _("いつから"), "ends_on": _("終わった日の翌日")}


def _belief(row: Fact) -> dict[str, Value]:
    return {
        "source": coded(row.source, Source),
        "entered_at": row.entered_at,
        "withdrawn_at": row.withdrawn_at,
    }


def _dated(row: DatedFact) -> dict[str, Value]:
    return {"starts_on": row.starts_on, "ends_on": row.ends_on, **_belief(row)}


def coded(code: str, choices: type) -> Coded | str:
    """Give a code with its label; "" stays empty."""
    return Coded(code, choices(code).label) if code else ""


def _names(ask: HeldAsk) -> Iterator[HeldRow]:
    for row in PartyName.objects.filter(party__in=ask.parties).order_by("starts_on", "pk"):
        use = coded(row.use, PartyName.Use)
        yield {"use": use, "name": row.name, "kana": row.kana, "codes": row.codes, **_dated(row)}


def _births(ask: HeldAsk) -> Iterator[HeldRow]:
    for row in Birth.objects.filter(party__in=ask.parties).order_by("pk"):
        yield {"born": row.born, "died": row.died, "sex": coded(row.sex, Birth.Sex), **_belief(row)}


def _addresses(ask: HeldAsk) -> Iterator[HeldRow]:
    for row in PartyAddress.objects.filter(party__in=ask.parties).order_by("starts_on", "pk"):
        yield {
            "kind": coded(row.kind, PartyAddress.Kind),
            "written": row.written,
            "postcode": row.postcode,
            "area": row.area,
            **_dated(row),
        }


def _residences(ask: HeldAsk) -> Iterator[HeldRow]:
    for row in Residence.objects.filter(party__in=ask.parties).order_by("starts_on", "pk"):
        yield {
            "began_by": coded(row.began_by, Residence.Begin),
            "ended_by": coded(row.ended_by, Residence.End),
            **_dated(row),
        }


def _memberships(ask: HeldAsk) -> Iterator[HeldRow]:
    rows = list(
        Membership.objects.filter(party__in=ask.parties).select_related("group").order_by("starts_on", "pk")
    )
    groups = {root_of(row.group) for row in rows if row.group.kind == Party.Kind.ORGANISATION}
    names = names_on(groups, ask.on)
    for row in rows:
        # Of a household only how the person stands in it: who else lives there is their own.
        yield {
            "kind": coded(row.kind, Membership.Kind),
            "group": names.get(root_of(row.group), ""),
            "relation": row.relation,
            "head": row.head,
            **_dated(row),
        }


def _numbers(ask: HeldAsk) -> Iterator[HeldRow]:
    for key in ask.keys:
        yield {"system": "madoguchi", "number": key}
    for row in PartyNumber.objects.filter(party__in=ask.parties).order_by("system", "number"):
        yield {"system": row.system, "number": row.number}


def _protections(ask: HeldAsk) -> Iterator[HeldRow]:
    for row in Protection.objects.filter(party__in=ask.parties).order_by("starts_on", "pk"):
        yield _dated(row)


def _signatures(ask: HeldAsk) -> Iterator[HeldRow]:
    for row in DocumentSignature.objects.filter(party__in=ask.parties).order_by("pk"):
        yield {
            "document_sha256": row.document_sha256,
            "signed_at": row.signed_at,
            "checked_at": row.checked_at,
            "verdict": coded(row.verdict, DocumentSignature.Verdict),
        }


held_declare(
    "people.names", label=_("名前"), gather=_names, order=1,
    fields={"use": _("用途"), "name": _("名"), "kana": _("フリガナ"), "codes": _("行政事務標準文字"), **_DATED, **_BELIEF},
)  # fmt: skip
held_declare(
    "people.births", label=_("出生と死亡"), gather=_births, order=2,
    fields={"born": _("生年月日"), "died": _("死亡日"), "sex": _("性別"), **_BELIEF},
)  # fmt: skip
held_declare(
    "people.addresses", label=_("住所"), gather=_addresses, order=3,
    fields={"kind": _("種類"), "written": _("住所"), "postcode": _("郵便番号"), "area": _("町字"), **_DATED, **_BELIEF},
)  # fmt: skip
held_declare(
    "people.residences", label=_("住民であった期間"), gather=_residences, order=4,
    fields={"began_by": _("住民となった事由"), "ended_by": _("住民でなくなった事由"), **_DATED, **_BELIEF},
)  # fmt: skip
held_declare(
    "people.memberships", label=_("世帯と団体での立場"), gather=_memberships, order=5,
    fields={"kind": _("種類"), "group": _("団体の名"), "relation": _("続柄・役職"), "head": _("世帯主・代表者"), **_DATED, **_BELIEF},
)  # fmt: skip
held_declare(
    "people.numbers", label=_("あなたを表す番号"), gather=_numbers, order=6,
    fields={"system": _("番号の体系"), "number": _("番号")},
)  # fmt: skip
held_declare(
    "people.protections", label=_("支援措置"), gather=_protections, order=7, fields={**_DATED, **_BELIEF}
)
held_declare(
    "people.signatures", label=_("電子署名"), gather=_signatures, order=8,
    fields={"document_sha256": _("署名した文書"), "signed_at": _("署名した日時"), "checked_at": _("確かめた日時"), "verdict": _("結果")},
)  # fmt: skip
