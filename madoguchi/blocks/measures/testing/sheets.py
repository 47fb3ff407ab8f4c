"""Workbooks of plans for tests: how to run their actions and open their pages."""

from __future__ import annotations

from typing import Any

from madoguchi.blocks.measures.models import PlanImport
from madoguchi.blocks.measures.testing import NOW, OFFICER, edition_spec, indicator_make
from madoguchi.kernel.rights import system_viewer
from madoguchi.kernel.testing import action_scenario, route_maker

KEEPER = system_viewer(on=NOW.date(), duty="試験")
MAPPING: dict[str, Any] = {
    "name": "試験の様式", "edition": {"key": "spec-mapped"}, "sheets": [{"columns": {"pillar": "方針", "title": "取組"}}],
}  # fmt: skip


def import_make(*, mapping: dict[str, Any] | None = None) -> PlanImport:
    """Make a workbook that was read and waits to be applied."""
    spec = edition_spec()
    return PlanImport.objects.create(
        uploaded_at=NOW, uploaded_by="試験課", file_name="計画.xlsx", sha256="0" * 64, edition_key=spec.key,
        body=spec.model_dump(mode="json", by_alias=True, exclude_defaults=True), mapping=mapping,
        fingerprint="1" * 64 if mapping else "",
        warnings=[{"where": "項目1", "what": "指標がありません。", "do": "指標を置いてください。"}],
    )  # fmt: skip


@action_scenario("measures.mapping_save")
def _mapping() -> dict[str, Any]:
    return {"actor": KEEPER, "name": "試験の様式", "fingerprint": "2" * 64, "body": MAPPING, "now": NOW}


@action_scenario("measures.workbook_keep")
def _keep() -> dict[str, Any]:
    return {
        "actor": KEEPER, "spec": edition_spec(), "warnings": [], "file_name": "計画.xlsx", "sha256": "0" * 64,
        "basis": "", "mapping": None, "fingerprint": "", "now": NOW,
    }  # fmt: skip


@action_scenario("measures.workbook_apply")
def _apply() -> dict[str, Any]:
    return {"actor": KEEPER, "import_id": import_make(mapping=MAPPING).pk, "now": NOW}


def _everywhere(**kwargs: Any) -> dict[str, Any]:
    return {"kwargs": kwargs, "roles": {OFFICER}, "scope": "all"}


@route_maker("measures:imports")
def _imports(office_id: int) -> dict[str, Any]:  # noqa: ARG001 - a page over the whole city hall
    return _everywhere()


@route_maker("measures:import_template")
def _template(office_id: int) -> dict[str, Any]:  # noqa: ARG001
    return _everywhere()


@route_maker("measures:import")
def _import(office_id: int) -> dict[str, Any]:  # noqa: ARG001
    return _everywhere(import_id=import_make().pk)


@route_maker("measures:import_apply")
def _import_apply(office_id: int) -> dict[str, Any]:  # noqa: ARG001
    return _everywhere(import_id=import_make().pk)


@route_maker("measures:lint")
def _lint(office_id: int) -> dict[str, Any]:
    return _everywhere(key=indicator_make(office_id=office_id).item.edition.key)
