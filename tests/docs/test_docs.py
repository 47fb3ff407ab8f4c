"""What the documentation says is there, and what is registered is documented."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from madoguchi.kernel.actions import actions
from madoguchi.kernel.audit import audit_types
from madoguchi.kernel.declarations import kinds
from madoguchi.kernel.health import health_checks
from madoguchi.kernel.outbox import event_kinds, handlers
from madoguchi.kernel.rights import rights
from madoguchi.kernel.sources import sources
from madoguchi.kit.registry import Registry
from madoguchi.kit.yaml12 import yaml_load
from tests.docs.reading import REFERENCE, ROOT, anchors, documents, fences, prose, section, tables

pytestmark = [pytest.mark.lint, pytest.mark.once]

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"(?:^|[\s/(「])madoguchi (?!makemigrations)(?P<name>[a-z][a-z_-]*)")
MAKE = re.compile(r"(?:^|[\s&;])make (?:[A-Z]+=\S+ )*(?P<name>[a-z][a-z-]*)")
REGISTRIES: dict[str, Registry] = {
    "Rights": rights,
    "Audit types": audit_types,
    "Event kinds": event_kinds,
    "Handlers": handlers,
    "Sources": sources,
    "Actions": actions,
    "Kinds of declarations": kinds,
    "Health checks": health_checks,
}


def by_name(document: Path) -> str:
    return str(document.relative_to(ROOT))


every_document = pytest.mark.parametrize("document", documents(), ids=by_name)


def house_commands() -> set[str]:
    owners = {name: str(getattr(owner, "name", owner)) for name, owner in get_commands().items()}
    return {name for name, owner in owners.items() if owner.startswith("madoguchi.")}


def code_of(document: Path) -> list[str]:
    """Give all code of a document: blocks but those of a file's content, and what stands in backquotes."""
    text = prose(document)
    indented = re.findall(r"^    \S.*$", text, re.MULTILINE)
    blocks = [fence.body for fence in fences(document) if fence.lang in {"", "text", "sh", "bash"}]
    return [*CODE.findall(text), *indented, *blocks]


@every_document
def test_links_lead_somewhere(document):
    for target in LINK.findall(prose(document)):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _sign, anchor = target.partition("#")
        to = (document.parent / path).resolve() if path else document
        assert to.exists(), f"{by_name(document)}: {target} is not there"
        assert to.is_relative_to(ROOT), f"{by_name(document)}: {target} leads out of the project"
        if anchor and to.suffix == ".md":
            assert anchor in anchors(to), f"{by_name(document)}: no heading for {target}"


@every_document
def test_named_commands_and_targets_exist(document):
    targets = set(
        re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    for code in code_of(document):
        for found in COMMAND.finditer(code):
            # People write hyphens; a command is a module.
            known = found["name"].replace("-", "_") in house_commands() | {"help"}
            assert known, f"{by_name(document)}: {code.strip()!r}"
        for found in MAKE.finditer(code):
            assert found["name"] in targets, f"{by_name(document)}: {code.strip()!r}"


def test_every_command_is_in_the_reference():
    told = section(REFERENCE.read_text(encoding="utf-8"), "Commands")
    lacking = {name for name in house_commands() if f"`{name}" not in told.replace("-", "_")}
    assert not lacking, f"add to docs/reference.md, Commands: {sorted(lacking)}"


@pytest.mark.parametrize("heading", REGISTRIES)
def test_what_is_registered_is_in_the_reference(heading):
    text = section(REFERENCE.read_text(encoding="utf-8"), heading)
    told = {row[0].strip("`") for table in tables(text) for row in table}
    known = {name for name in REGISTRIES[heading] if not name.startswith("test")}
    assert not known - told, f"add to docs/reference.md, {heading}: {sorted(known - told)}"
    assert not told - known, f"take out of docs/reference.md, {heading}: {sorted(told - known)}"


@every_document
def test_blocks_of_code_parse(document):
    for fence in fences(document):
        where = f"{by_name(document)}:{fence.line}"
        assert fence.lang, f"{where}: say what language the block is in"
        try:
            if fence.lang == "yaml":
                yaml_load(fence.body)
            elif fence.lang == "json":
                json.loads(fence.body)
            elif fence.lang == "python":
                ast.parse(fence.body)
        except Exception as error:
            pytest.fail(f"{where}: {error}")


@pytest.mark.parametrize("path", sorted((ROOT / "docs").rglob("*.yaml")), ids=by_name)
def test_yaml_files_of_the_docs_parse(path):
    yaml_load(path.read_text(encoding="utf-8"))


def test_every_decision_is_listed():
    folder = ROOT / "docs" / "adr"
    listed = set(LINK.findall((folder / "README.md").read_text(encoding="utf-8")))
    lacking = {path.name for path in folder.glob("[0-9]*.md")} - listed
    assert not lacking, f"add a row to docs/adr/README.md for: {sorted(lacking)}"


def test_every_decision_has_its_three_parts():
    for path in (ROOT / "docs" / "adr").glob("00[03]*.md"):
        headings = re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert headings[:3] == ["Context", "Choice", "Consequences"], path.name
