"""What people holds of what a person did here, and of what was done with his record."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.access.log import lines_of_access
from madoguchi.blocks.people.held.facts import coded
from madoguchi.blocks.people.held.registry import HeldAsk, HeldRow, held_declare
from madoguchi.blocks.people.mandates.standing import names_told, root_of
from madoguchi.blocks.people.models import (
    Assurance,
    Consent,
    Mandate,
    Means,
    ResidentAccount,
    ResidentSession,
)
from madoguchi.kernel.audit import audit_types
from madoguchi.kernel.models import AuditRow, AuditSubject

_PARTY_KINDS = ("people.person", "people.organisation")


def _mandates(ask: HeldAsk) -> Iterator[HeldRow]:
    rows = list(
        Mandate.objects.filter(Q(grantor__in=ask.parties) | Q(delegate__in=ask.parties))
        .select_related("grantor", "delegate")
        .order_by("offered_at", "pk")
    )
    names = names_told({root_of(p) for row in rows for p in (row.grantor, row.delegate) if p}, ask.on)
    for row in rows:
        yield {
            "number": row.key,
            "kind": coded(row.kind, Mandate.Kind),
            "basis": coded(row.basis, Mandate.Basis),
            "grantor": names.get(root_of(row.grantor), ""),
            "delegate": names.get(root_of(row.delegate), "") if row.delegate else "",
            "services": list(row.services),
            "papers": row.papers,
            "starts_on": row.starts_on,
            "ends_on": row.ends_on,
            "offered_at": row.offered_at,
            "accepted_at": row.accepted_at,
            "revoked_at": row.revoked_at,
        }


def _consents(ask: HeldAsk) -> Iterator[HeldRow]:
    rows = Consent.objects.filter(party__in=ask.parties).select_related("mandate").order_by("pk")
    for row in rows:
        yield {
            "consent": row.consent,
            "version": row.version,
            "sha256": row.sha256,
            "language": row.language,
            "answer": coded(row.answer, Consent.Answer),
            "answered_at": row.answered_at,
            "mandate": row.mandate.key if row.mandate else "",
        }


def _accounts(ask: HeldAsk) -> list[ResidentAccount]:
    known = Q(party__in=ask.parties) | Q(key=ask.account_key)
    return list(ResidentAccount.objects.filter(known).order_by("pk"))


def _account_rows(ask: HeldAsk) -> Iterator[HeldRow]:
    for row in _accounts(ask):
        ways = row.notify_by.get("ways", {})
        yield {
            "number": row.key,
            "opened_by": coded(row.opened_by, ResidentAccount.Opened),
            "opened_at": row.opened_at,
            "closed_at": row.closed_at,
            "language": row.language,
            "mail": str(row.notify_by.get("mail", "")),
            "ways": [f"{purpose}: {', '.join(some)}" for purpose, some in sorted(ways.items())],
        }


def _means(ask: HeldAsk) -> Iterator[HeldRow]:
    for row in Means.objects.filter(account__in=_accounts(ask)).order_by("pk"):
        yield {
            "kind": coded(row.kind, Means.Kind),
            # Whoever has the file must not find in it what opens the account.
            "address": row.subject if row.kind == Means.Kind.MAIL else "",
            "issuer": row.issuer,
            "label": row.label,
            "added_at": row.added_at,
            "used_at": row.used_at,
            "ended_at": row.ended_at,
        }


def _sessions(ask: HeldAsk) -> Iterator[HeldRow]:
    rows = ResidentSession.objects.filter(account__in=_accounts(ask)).select_related("means")
    for row in rows.order_by("began_at", "pk"):
        yield {
            "means": coded(row.means.kind, Means.Kind),
            "assurance": str(Assurance(row.assurance).label),
            "began_at": row.began_at,
            "seen_at": row.seen_at,
            "ended_at": row.ended_at,
            "device": row.device,
            "claims": [f"{name}: {value}" for name, value in sorted(row.claims.items())],
        }


def _access(ask: HeldAsk) -> Iterator[HeldRow]:
    read = AuditSubject.objects.filter(kind="people.person", key__in=ask.keys)
    rows = list(AuditRow.objects.filter(pk__in=read.values("row")).order_by("at", "pk"))
    for line in lines_of_access(rows, language=ask.language, on=ask.on):
        yield {
            "at": line.at,
            "what": _sentence(line.event),
            "who": line.who,
            "office": line.office,
            "post": line.post,
            "by": line.by,
            "duty": line.duty,
            "basis": line.basis,
            "data": list(line.data),
        }


def _audit(ask: HeldAsk) -> Iterator[HeldRow]:
    own = [account.key for account in _accounts(ask)]
    about = Q(subject_kind__in=_PARTY_KINDS, subject_key__in=ask.keys) | Q(
        subject_kind="people.resident_account", subject_key__in=own
    )
    for row in AuditRow.objects.filter(about).order_by("at", "pk"):
        yield {
            "at": row.at,
            "what": _sentence(row.event),
            "who": row.actor_kind,
            "office": row.actor_office,
            "post": row.actor_post,
            "duty": row.duty,
        }


def _sentence(event: str) -> str:
    return str(audit_types[event].sentence) if event in audit_types else event


held_declare(
    "people.mandates", label=_("代わりに手続きする人"), gather=_mandates, order=9,
    fields={"number": _("番号"), "kind": _("種類"), "basis": _("根拠"), "grantor": _("本人"), "delegate": _("代わりの人"),
            "services": _("できること"), "papers": _("確かめた書類"), "starts_on": _("いつから"),
            "ends_on": _("終わった日の翌日"), "offered_at": _("申し出た日時"), "accepted_at": _("受けた日時"),
            "revoked_at": _("取り消した日時")},
)  # fmt: skip
held_declare(
    "people.consents", label=_("同意の記録"), gather=_consents, order=10,
    fields={"consent": _("目的"), "version": _("版"), "sha256": _("文面の要約"), "language": _("ことば"),
            "answer": _("答え"), "answered_at": _("答えた日時"), "mandate": _("代わりに答えたときの番号")},
)  # fmt: skip
held_declare(
    "people.accounts", label=_("アカウント"), gather=_account_rows, order=11,
    fields={"number": _("番号"), "opened_by": _("開き方"), "opened_at": _("開いた日時"), "closed_at": _("閉じた日時"),
            "language": _("ことば"), "mail": _("メールアドレス"), "ways": _("お知らせの受け取り方")},
)  # fmt: skip
held_declare(
    "people.means", label=_("サインインの手段"), gather=_means, order=12,
    fields={"kind": _("種類"), "address": _("メールアドレス"), "issuer": _("発行者"), "label": _("名前"),
            "added_at": _("加えた日時"), "used_at": _("最後に使った日時"), "ended_at": _("外した日時")},
)  # fmt: skip
held_declare(
    "people.sessions", label=_("住民のサインイン"), gather=_sessions, order=13,
    fields={"means": _("種類"), "assurance": _("確かさ"), "began_at": _("始めた日時"), "seen_at": _("最後に使った日時"),
            "ended_at": _("終わった日時"), "device": _("機器"), "claims": _("カードから読んだ内容")},
)  # fmt: skip
held_declare(
    "people.access", label=_("だれが見たか"), gather=_access, order=14,
    fields={"at": _("日時"), "what": _("できごと"), "who": _("見た人の種類"), "office": _("所属"), "post": _("職"),
            "by": _("代わりの人"), "duty": _("用務"), "basis": _("根拠"), "data": _("見た内容")},
)  # fmt: skip
held_declare(
    "people.audit", label=_("あなたの記録について残した監査記録"), gather=_audit, order=15,
    fields={"at": _("日時"), "what": _("できごと"), "who": _("行った人の種類"), "office": _("所属"), "post": _("職"),
            "duty": _("用務")},
)  # fmt: skip
