"""`corpora plugins`: everything that can be chosen by name."""

from __future__ import annotations

from typing import Annotated

import typer

from corpora.cli.console import print_components
from corpora.cli.shared import AsJson, registry


def plugins(
    kind: Annotated[str | None, typer.Argument(help="Only these: sources, transforms, filters, …")] = None,
    json: AsJson = False,
) -> None:
    """List everything that can be chosen by name: kind, name, version, owner, options."""
    print_components(registry(), kind, as_json=json)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Plugins")(plugins)
