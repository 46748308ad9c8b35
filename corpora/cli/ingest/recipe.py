"""`corpora build --recipe FILE`, and `corpora recipe DATASET`."""

from __future__ import annotations

from pathlib import Path

import typer

from corpora.cli.shared import DatasetName, tell
from corpora.console import bars, say, table


def build_recipe(file: Path, *, dry_run: bool, executor: str) -> None:
    """Make, or only plan, every dataset of a recipe file."""
    from corpora.recipe import build_datasets, plan_datasets, read_recipe

    recipe = read_recipe(file)
    if dry_run:
        rows = [[step.name, step.action, step.state, step.rows, step.tokens] for step in plan_datasets(recipe)]
        table(["dataset", "made by", "state", "rows", "tokens"], rows)
        return
    with bars() as progress:
        made = build_datasets(recipe, executor=executor, progress=progress)
    for dataset in made:
        tell(dataset)


def recipe(dataset: DatasetName) -> None:
    """Print the recipe that makes a version, from its first source on."""
    from corpora.recipe import recipe_text
    from corpora.store import default_store

    store = default_store()
    say(recipe_text(store, store.find(dataset)))


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Look at datasets")(recipe)
