"""What a resident changes and reads of his own: where post goes, how the city writes, in which language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.people.actions.identity import account_of
from madoguchi.blocks.people.actions.parties import PeriodTaken, TypedRefused
from madoguchi.blocks.people.models import Assurance, Party, PartyAddress, ResidentAccount, Source
from madoguchi.blocks.people.notices import WAYS, notice_purposes
from madoguchi.blocks.people.parties.facts import address_values, edit_write, spans_of, with_all
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_read, audit_write
from madoguchi.kernel.rights import NotAllowed, Record, Viewer
from madoguchi.kit.check_characters import my_number_find
from madoguchi.kit.timelines import Edit, Span, span_begin, span_end

LONGEST_ADDRESS: Final = 300


class MailRefused(Refused):
    """The address cannot be one, or is missing where mail was chosen."""

    message = _("メールアドレスを確かめてください。例：hanako@example.jp")


@action("people.own_address_put", raises={"party_one_address": PeriodTaken})
def own_address_put(*, actor: Viewer, address: str, postcode: str = "", now: datetime) -> None:
    """
    Say where one's post is to go from today on, if not to where one is registered; "" takes that back.

    :raises NotAllowed: nobody certain enough, or a mandate that does not reach everything.
    :raises TypedRefused: the address is too long, or a My Number stands in it.
    """
    record = _record(actor)
    address = address.strip()
    if my_number_find(address) or my_number_find(postcode):
        raise TypedRefused(
            _("マイナンバー（12桁の番号）は保存できません。番号を消してから保存してください。")
        )
    if len(address) > LONGEST_ADDRESS:
        raise TypedRefused(_("住所が長すぎます。300文字までにしてください。"))
    party = Party.objects.get(pk=record.party_id)
    kind = PartyAddress.Kind.MAILING
    spans = spans_of(PartyAddress, party, kind=kind)
    if address:
        values = address_values(written=address, on=actor.on, postcode=postcode)
        edit: Edit = span_begin(spans, Span(actor.on, None, with_all(PartyAddress, {**values, "kind": kind})))
    else:
        edit = span_end(spans, actor.on)
    edit_write(PartyAddress, party, edit, source=Source.TYPED, now=now)
    detail = {"what": "address", "kind": kind, "mandate": record.mandate, "ended": not address}
    audit_write(actor, "people.party_changed", party.subject(), detail=detail)


@action("people.notices_choose")
def notices_choose(
    *,
    actor: Viewer,
    mail: str,
    ways: Mapping[str, Sequence[str]],
    now: datetime,  # noqa: ARG001
) -> None:
    """
    Say by which ways the city tells one what, and to which e-mail address.

    :param ways: by code of the codelist ``people.notice_purposes``, some of portal, mail, letter.
    :raises NotAllowed: it is not the actor's account, or a purpose or way is not known.
    :raises MailRefused: the address cannot be one, or mail was chosen without one.
    """
    account = account_of(actor, actor.key.removeprefix("resident:"))
    purposes = {purpose.code for purpose in notice_purposes(actor.on)}
    chosen = {code: sorted(set(some)) for code, some in ways.items()}
    if not set(chosen) <= purposes or any(not set(some) <= set(WAYS) for some in chosen.values()):
        raise NotAllowed(f"{actor.key}: notices {sorted(chosen)}")
    mail = mail.strip()
    if not _mail_fits(mail) or (not mail and any("mail" in some for some in chosen.values())):
        raise MailRefused
    ResidentAccount.objects.filter(pk=account.pk).update(notify_by={"mail": mail, "ways": chosen})
    detail = {"ways": chosen, "mail": bool(mail)}
    audit_write(actor, "people.notices_chosen", account.subject(), detail=detail)


@action("people.language_choose")
def language_choose(*, actor: Viewer, language: str, now: datetime) -> None:  # noqa: ARG001
    """
    Say in which language the city writes to one.

    :raises NotAllowed: it is not the actor's account, or the house does not speak that language.
    """
    account = account_of(actor, actor.key.removeprefix("resident:"))
    if language not in dict(settings.LANGUAGES):
        raise NotAllowed(f"language {language}")
    ResidentAccount.objects.filter(pk=account.pk).update(language=language)
    audit_write(actor, "people.language_chosen", account.subject(), detail={"language": language})


@action("people.own_record_read")
def own_record_read(
    *,
    actor: Viewer,
    page: str,
    data: Sequence[str],
    service: str = "",
    now: datetime,  # noqa: ARG001
) -> None:
    """
    Write down that the open record was looked at by its owner, or by who acts for him, before it is shown.

    :param page: which page: profile, access_log, consents.
    :param data: the classes of data that it shows.
    :param service: the one service that the page is about; left out, it is about everything.
    :raises NotAllowed: nobody certain enough, or a mandate that does not reach so far.
    """
    record = _record(actor, service)
    subject = Party.objects.get(pk=record.party_id).subject()
    audit_read(
        actor, "people.own_record_read", subject, data=data, read=[subject], page=page, mandate=record.mandate
    )


@action("people.held_export")
def held_export(*, actor: Viewer, sha256: str, parts: Mapping[str, int], now: datetime) -> None:  # noqa: ARG001
    """
    Write down that somebody took out everything that is held about him, before he gets it.

    :param sha256: of the file that he gets.
    :param parts: how many entries of what it holds.
    :raises NotAllowed: nobody certain enough, or another's record is open.
    """
    record = _record(actor)
    if record.mandate:
        raise NotAllowed(f"{actor.key}: export under {record.mandate}")
    subject = Party.objects.get(pk=record.party_id).subject()
    audit_read(
        actor,
        "people.held_exported",
        subject,
        data=["everything"],
        read=[subject],
        sha256=sha256,
        parts=dict(parts),
    )


def _record(actor: Viewer, service: str = "") -> Record:
    record = actor.record
    certain = actor.kind == "resident" and actor.assurance >= Assurance.CARD
    if not certain or record is None or not record.reaches(service):
        raise NotAllowed(f"{actor.kind} {actor.key}: open record")
    return record


def _mail_fits(mail: str) -> bool:
    if not mail:
        return True
    try:
        validate_email(mail)
    except ValidationError:
        return False
    return not my_number_find(mail)
