"""`corpora build --recipe FILE`, and `corpora recipe DATASET`."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from pathlib import Path

import typer

from corpora.cli.shared import AsJson, DatasetName, tell
from corpora.console import bars, say, say_json, table


def build_recipe(file: Path, *, dry_run: bool, executor: str, as_json: bool) -> None:
    """Make, or only plan, every dataset of a recipe file."""
    from corpora.recipe import build_datasets, plan_datasets, read_recipe
    from corpora.store import show

    recipe = read_recipe(file)
    if dry_run:
        steps = plan_datasets(recipe)
        if as_json:
            say_json([asdict(step) for step in steps])
            return
        rows = [[step.name, step.action, step.state, step.rows, step.tokens] for step in steps]
        table(["dataset", "made by", "state", "rows", "tokens"], rows)
        return
    with bars() as progress:
        made = build_datasets(recipe, executor=executor, progress=progress)
    if as_json:
        say_json([show(dataset) for dataset in made])
        return
    for dataset in made:
        tell(dataset)


def recipe(dataset: DatasetName, json: AsJson = False) -> None:
    """Print the recipe that makes a version, from its first source on."""
    from corpora.recipe import recipe_text
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
