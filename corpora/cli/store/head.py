"""`corpora head DATASET`: print the first rows as text."""

from __future__ import annotations

import itertools
from typing import Annotated

import typer

from corpora.cli.console import bars, say, say_json
from corpora.cli.shared import AsJson, DatasetName


def head(
    dataset: DatasetName,
    rows: Annotated[int, typer.Option("--rows", "-n", help="How many rows.", min=1)] = 10,
    json: AsJson = False,
) -> None:
    """Print the first rows as text."""
    from corpora.operations import Work
    from corpora.store import texts

    with bars() as progress:
        found = Work.here(None, "serial", progress).open(dataset)
    first = list(itertools.islice(texts(found), rows))
    if json:
        say_json(first)
        return
    for row in first:
        say(row["text"])


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Look at datasets")(head)
