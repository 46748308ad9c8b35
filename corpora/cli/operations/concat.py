"""`corpora concat DATASET…`: concatenate datasets."""

from __future__ import annotations

from typing import Annotated

import typer

from corpora.cli.console import bars
from corpora.cli.shared import AsJson, ExecutorName, tell


def concat(
    datasets: Annotated[list[str], typer.Argument(metavar="DATASET...", help="Two or more, in order.")],
    name: Annotated[str, typer.Option(help="Name of the result.")],
    executor: ExecutorName = "serial",
    json: AsJson = False,
) -> None:
    """Concatenate datasets; files are linked rather than copied if possible."""
    from corpora.operations import concat

    with bars() as progress:
        made = concat(datasets, name=name, executor=executor, progress=progress)
    tell(made, as_json=json)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Make datasets")(concat)
