"""`corpora sample DATASET`: take rows at random, short for `corpora transform sample`."""

from __future__ import annotations

import typer

from corpora.cli.operations.amounts import By, Rate, Rows, Tokens
from corpora.cli.operations.transform import take
from corpora.cli.shared import AsJson, DatasetName, ExecutorName, Name, Seed


def sample(
    dataset: DatasetName,
    rate: Rate = None,
    rows: Rows = None,
    tokens: Tokens = None,
    by: By = "row",
    seed: Seed = 42,
    name: Name = None,
    executor: ExecutorName = "serial",
    json: AsJson = False,
) -> None:
    """Take exactly the requested number of rows at random, without replacement.

    Samples of the same dataset with the same seed are nested: the 10 % sample contains the 1 % sample.
    """
    take(
        "sample",
        dataset,
        rate=rate,
        rows=rows,
        tokens=tokens,
        by=by,
        seed=seed,
        name=name,
        executor=executor,
        json=json,
    )


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Make datasets")(sample)
