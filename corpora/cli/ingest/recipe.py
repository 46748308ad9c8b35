"""`corpora recipe DATASET`: the recipe that makes a version."""

from __future__ import annotations

import tomllib

import typer

from corpora.cli.console import say, say_json
from corpora.cli.shared import AsJson, DatasetName


def recipe(dataset: DatasetName, json: AsJson = False) -> None:
    """Print the recipe that makes a version from its sources."""
    from corpora.ingest import recipe_text
    from corpora.store import default_store

    store = default_store()
    text = recipe_text(store, store.find(dataset))
    if json:
        say_json(tomllib.loads(text))
    else:
        say(text)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Look at datasets")(recipe)
