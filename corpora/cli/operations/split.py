"""`corpora split DATASET`: split into a training part and a held-out part, by whole documents."""

from __future__ import annotations

from typing import Annotated

import typer

from corpora.cli.console import bars, say_json
from corpora.cli.shared import AsJson, DatasetName, ExecutorName, Seed, tell


def split(
    dataset: DatasetName,
    held_out: Annotated[float, typer.Option(help="Share of the documents to hold out, above 0 and below 1.")],
    seed: Seed = 42,
    executor: ExecutorName = "serial",
    json: AsJson = False,
) -> None:
    """Split a dataset by whole documents into NAME-train and NAME-held-out."""
    from corpora.operations import split
    from corpora.store import show

    with bars() as progress:
        made = split(dataset, held_out=held_out, seed=seed, executor=executor, progress=progress)
    if json:
        say_json([show(side) for side in made])
    else:
        for side in made:
            tell(side)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Make datasets")(split)
