"""`corpora transform distinct`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from corpora.cli.console import bars
from corpora.cli.shared import AsJson, DatasetName, ExecutorName, Name, tell


def distinct(
    dataset: DatasetName,
    by: Annotated[Literal["row", "document"], typer.Option(help="Compare single rows, or whole documents.")] = "row",
    normalise: Annotated[
        str, typer.Option(help="Differences to ignore: case, punctuation, space, joined by commas.", show_default=False)
    ] = "",
    name: Name = None,
    executor: ExecutorName = "serial",
    json: AsJson = False,
) -> None:
    """Keep only the first copy of each row or document.

    The result is exact. corpora show NAME --removed lists the rows with the most copies.
    """
    from corpora.operations import distinct

    with bars() as progress:
        made = distinct(dataset, by=by, normalise=normalise, name=name, executor=executor, progress=progress)
    tell(made, as_json=json)
