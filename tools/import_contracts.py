"""The import-linter contract that is our own: a block has one door, its public rooms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


@dataclass(frozen=True, slots=True, order=True)
class Trespass:
    """One import that went through the wall."""

    importer: str
    imported: str
    lines: tuple[int, ...]
    advice: str


class OneDoor(Contract):
    """
    From outside a block, only its public rooms may be imported.

    Options: ``container`` (package that holds the blocks), ``rooms`` (open to everybody), ``test_rooms``
    (open to rooms of the same name only, and so to tests, which this contract does not read) and
    ``floor_rooms`` with ``floor`` (open to that floor only).
    """

    type_name = "one_door"

    container = fields.StringField()
    rooms = fields.SetField(subfield=fields.StringField())
    test_rooms = fields.SetField(subfield=fields.StringField())
    floor = fields.StringField()
    floor_rooms = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look at every direct import whose target lies inside a block."""
        output.verbose_print(verbose, f"Looking at the doors of {self.container}…")
        trespasses = [
            Trespass(importer, imported, self._lines(graph, importer, imported), advice)
            for imported in graph.modules
            if self._block_of(imported)
            for importer in graph.find_modules_that_directly_import(imported)
            if (advice := self._advice(importer, imported))
        ]
        return ContractCheck(kept=not trespasses, metadata={"trespasses": sorted(trespasses)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Say per import where it stands and what to do instead."""
        for trespass in cast(list[Trespass], check.metadata["trespasses"]):
            lines = ", ".join(f"l.{line}" for line in trespass.lines)
            output.print_error(f"- {trespass.importer} -> {trespass.imported} ({lines})", bold=False)
            output.print_error(f"  {trespass.advice}", bold=False)
        output.new_line()

    def _block_of(self, module: str) -> str:
        prefix = f"{self.container}."
        return module.removeprefix(prefix).split(".")[0] if module.startswith(prefix) else ""

    def _advice(self, importer: str, imported: str) -> str:
        """Return what to do instead; nothing when the import is allowed."""
        block = self._block_of(imported)
        inside = f"{self.container}.{block}"
        if f"{importer}.".startswith(f"{inside}."):
            return ""
        room = [*imported.split("."), ""][inside.count(".") + 1]
        if room in cast(set[str], self.rooms):
            return ""
        if room in cast(set[str], self.test_rooms):
            if room in importer.split("."):
                return ""
            return f"`{room}` is for tests: makers and fakes never run in the product."
        if room in cast(set[str], self.floor_rooms):
            if f"{importer}.".startswith(f"{self.floor}."):
                return ""
            return f"`{room}` is read by {self.floor} only."
        rooms = ", ".join(sorted(cast(set[str], self.rooms)))
        return f"Import one of the public rooms of {inside} ({rooms}), or ask for what you need there."

    @staticmethod
    def _lines(graph: ImportGraph, importer: str, imported: str) -> tuple[int, ...]:
        details = graph.get_import_details(importer=importer, imported=imported)
        return tuple(sorted(detail["line_number"] for detail in details))
