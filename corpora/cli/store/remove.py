"""`corpora remove DATASET`: delete one version."""

from __future__ import annotations

from typing import Annotated

import typer

from corpora.cli.console import say, say_json
from corpora.cli.shared import AsJson, DatasetName, plain_path


def remove(
    dataset: DatasetName,
    force: Annotated[bool, typer.Option("--force", help="Remove it even if other versions were made from it.")] = False,
    json: AsJson = False,
) -> None:
    """Delete one version."""
    from corpora.store import default_store

    removed = default_store().remove(dataset, force=force)
    if json:
        say_json({"removed": str(removed)})
    else:
        say(f"removed {plain_path(removed)}")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Keep the store")(remove)
