"""`corpora mix DATASET:SHARE… --name NAME`."""

from __future__ import annotations

from typing import Annotated

import typer

from corpora.cli.console import bars
from corpora.cli.shared import AsJson, ExecutorName, Seed, count, tell


def mix(
    shares: Annotated[
        list[str], typer.Argument(metavar="DATASET:SHARE...", help="Two or more; the shares add up to 1.")
    ],
    name: Annotated[str, typer.Option(help="Name of the result.")],
    rows: Annotated[
        int | None,
        typer.Option(parser=count, metavar="COUNT", help="The size of the result in rows, such as 1.5M."),
    ] = None,
    tokens: Annotated[
        int | None,
        typer.Option(parser=count, metavar="COUNT", help="Instead, the size in tokens, such as 40M."),
    ] = None,
    seed: Seed = 42,
    executor: ExecutorName = "serial",
    json: AsJson = False,
) -> None:
    """Mix datasets in exact shares, by concatenating a sample of each.

    Without --rows and --tokens, the result is as large as the shares allow.
    """
    from corpora.operations import mix, parse_shares

    wanted = parse_shares(shares)
    with bars() as progress:
        made = mix(wanted, name=name, rows=rows, tokens=tokens, seed=seed, executor=executor, progress=progress)
    tell(made, as_json=json)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Make datasets")(mix)
