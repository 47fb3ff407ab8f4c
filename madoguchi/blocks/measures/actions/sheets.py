"""Keeping a workbook that was read, applying it as its preview showed, and remembering how its columns are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from madoguchi.blocks.measures.actions.editions import edition_load, signature
from madoguchi.blocks.measures.actions.refusals import EntryChanged
from madoguchi.blocks.measures.document import document_newest
from madoguchi.blocks.measures.models import Edition, PlanImport, SheetMapping
from madoguchi.blocks.measures.spec import EditionSpec
from madoguchi.kernel.actions import Refused, action
from madoguchi.kernel.audit import audit_write
from madoguchi.kernel.rights import NotAllowed, Viewer

EDIT = "measures.edition_edit"


class ImportApplied(Refused):
    """The workbook was applied before."""

    message = _("この表は、もう取り込みました。直すときは、新しい表を読み込んでください。")


class PlanMoved(Refused):
    """The stored plan has changed since the workbook was compared with it."""

    message = _("表を読み込んだ後に、計画が変わりました。もう一度読み込んで、新しい違いを確かめてください。")


@action("measures.mapping_save", raises={"mapping_once": EntryChanged})
def mapping_save(
    *, actor: Viewer, name: str, fingerprint: str, body: Mapping[str, Any], now: datetime
) -> SheetMapping:
    """
    Remember how the columns of a sheet are read; one of the same headings is replaced.

    :param fingerprint: what the headings are known by (``sheets.importing.fingerprint_of``).
    :param body: the mapping as plain data (``sheets.mapping.MappingSpec``).
    :raises NotAllowed: the actor does not keep the plans of the whole city hall.
    :raises EntryChanged: somebody saved one of the same headings at the same moment.
    """
    actor.must_everywhere(EDIT)
    kept, _created = SheetMapping.objects.update_or_create(
        fingerprint=fingerprint,
        defaults={"name": name[:100], "body": dict(body), "saved_at": now, "saved_by": signature(actor)},
    )
    audit_write(actor, "measures.mapping_saved", kept.subject())
    return kept


@action("measures.workbook_keep")
def workbook_keep(
    *,
    actor: Viewer,
    spec: EditionSpec,
    warnings: Sequence[Mapping[str, str]],
    file_name: str,
    sha256: str,
    basis: str,
    mapping: Mapping[str, Any] | None,
    fingerprint: str,
    now: datetime,
) -> PlanImport:
    """
    Keep the plan that a workbook makes, for the preview and for applying it later. The stored plan stays.

    :param warnings: what to look at, as ``where``, ``what``, ``do``.
    :param basis: the hash of the stored text that it was compared with; "" for a new plan.
    :param mapping: the mapping that it was read by, with its ``fingerprint``; None for our template.
    :raises NotAllowed: the actor does not keep the plans of the whole city hall.
    """
    actor.must_everywhere(EDIT)
    kept = PlanImport.objects.create(
        uploaded_at=now, uploaded_by=signature(actor), file_name=file_name.replace("\0", "")[:200], sha256=sha256,
        edition_key=spec.key, body=spec.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        warnings=[dict(each) for each in warnings], mapping=dict(mapping) if mapping is not None else None,
        fingerprint=fingerprint, basis=basis,
    )  # fmt: skip
    audit_write(
        actor, "measures.workbook_kept", kept.subject(), detail={"sha256": sha256, "edition": spec.key}
    )
    return kept


@action("measures.workbook_apply")
def workbook_apply(*, actor: Viewer, import_id: int, now: datetime, reason: str = "") -> Edition:
    """
    Load the plan of a kept workbook exactly as its preview showed, all of it or nothing, and remember its mapping.

    :param reason: why a published edition is corrected.
    :raises NotAllowed: the actor does not keep the plans of the whole city hall, or there is no such workbook.
    :raises ImportApplied: it was applied before.
    :raises PlanMoved: the stored plan has changed since the workbook was compared with it.
    :raises SpecRefused, EditionFrozen, EntryChanged: as ``edition_load``; nothing is changed.
    """
    actor.must_everywhere(EDIT)
    kept = PlanImport.objects.filter(pk=import_id).first()
    if kept is None:
        raise NotAllowed(import_id)
    # The mark comes first: of two who press at once, one finds it taken.
    if not PlanImport.objects.filter(pk=import_id, applied_at=None).update(applied_at=now):
        raise ImportApplied
    before = Edition.objects.filter(key=kept.edition_key).first()
    newest = document_newest(before) if before is not None else None
    if kept.basis != (newest.sha256 if newest is not None else ""):
        raise PlanMoved
    edition = edition_load(
        actor=actor, spec=EditionSpec.model_validate(kept.body), reason=reason, now=now,
        translations=before.translations if before is not None else {},
    )  # fmt: skip
    if kept.mapping is not None and kept.fingerprint:
        mapping_save(
            actor=actor, name=str(kept.mapping.get("name", "")), fingerprint=kept.fingerprint, body=kept.mapping, now=now
        )  # fmt: skip
    audit_write(actor, "measures.workbook_applied", kept.subject(), detail={"edition": edition.key})
    return edition
