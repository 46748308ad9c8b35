"""`trainer plugins`: every component that can be chosen."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table


def command(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """List every component that can be chosen: kind, name, version, owner, options."""
    rows = _rows()
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    table = Table("kind", "name", "version", "owner", "options")
    for row in rows:
        table.add_row(row["kind"], row["name"], str(row["version"]), row["owner"], " ".join(row["options"]))
    Console().print(table)


def _rows() -> list[dict[str, Any]]:
    from corpora.component import options_of
    from corpora.plugins import owner
    from trainer.registry import registry

    return [
        {
            "kind": kind.removesuffix("es") if kind == "losses" else kind.removesuffix("s"),
            "name": name,
            "version": cls.version,
            "owner": owner(cls),
            "options": [opt.name for opt in options_of(cls)],
        }
        for kind in registry.kinds
        for name, cls in registry.offered(kind).items()
    ]
