"""The import contract that `lint-imports` checks beside the layers: rooms, and what the outside may see of them.

A room is a direct child of `corpora` or `trainer`, or a nested folder that the contract names; a nested room is above
the room around it, unless it is public. Inside a room, modules import each other. Across rooms they import from the
room's `__init__`, never from a module behind it. Built-ins, the trainer and plugins import public rooms only.
"""

from __future__ import annotations

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class RoomsContract(Contract):
    """An allow-list: whatever is not named here is refused, a new module included."""

    type_name = "rooms"

    packages = fields.ListField(subfield=fields.StringField())
    nested = fields.ListField(subfield=fields.StringField())
    public = fields.ListField(subfield=fields.StringField())
    outside = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find every import that enters a room by another door."""
        broken = [
            (importer, imported, reason)
            for importer in sorted(graph.modules)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if (reason := self._reason(importer, imported))
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line for each import that is refused."""
        broken: list[Any] = check.metadata["broken"]
        for importer, imported, reason in broken:
            output.print_error(f"{importer} imports {imported}: {reason}", bold=False)

    def _reason(self, importer: str, imported: str) -> str | None:
        if imported in self.packages or imported.partition(".")[0] not in self.packages:
            return None
        here, there = self._room_of(importer), self._room_of(imported)
        if here == there:
            return None
        if there.startswith(f"{here}.") and there not in self.public:
            return f"{there} is above {here}"
        if here in self.outside or here.partition(".")[0] != there.partition(".")[0]:
            allowed = there in self.public
            reason = f"only {', '.join(sorted(self.public))} are public"
        else:
            allowed, reason = True, ""
        if allowed and imported != there:
            return f"import the name from {there}, which says what the room offers"
        return None if allowed else reason

    def _room_of(self, module: str) -> str:
        """The room that a module is in: `corpora.store` for `corpora.store.blocks`."""
        nested = (room for room in self.nested if f"{module}.".startswith(f"{room}."))
        return next(nested, ".".join(module.split(".")[:2]))
