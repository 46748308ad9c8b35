"""`corpora path DATASET`: print the folder of a version."""

from __future__ import annotations

import typer

from corpora.cli.console import say, say_json
from corpora.cli.shared import AsJson, DatasetName


def path(dataset: DatasetName, json: AsJson = False) -> None:
    """Print a version's folder, which datasets.load_from_disk can open."""
    from corpora.store import default_store

    found = default_store().find(dataset)
    if json:
        say_json({"reference": found.reference, "path": str(found.path)})
    else:
        say(str(found.path))


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Look at datasets")(path)
