"""`corpora diff A B`: how two datasets differ."""

from __future__ import annotations

from typing import Annotated

import typer

from corpora.cli.console import bars
from corpora.cli.shared import AsJson, print_tables


def diff(
    one: Annotated[str, typer.Argument(metavar="A", help="NAME, NAME@TAG or NAME@FINGERPRINT.")],
    other: Annotated[str, typer.Argument(metavar="B", help="Another dataset of the same kind.")],
    ngram: Annotated[int, typer.Option(help="Tokens or words per n-gram when measuring contamination.", min=1)] = 13,
    json: AsJson = False,
) -> None:
    """Compare two datasets: figures, shared rows and n-grams, types gained and lost, distances, settings."""
    from corpora.inspect import diff

    with bars() as progress:
        tables = diff(one, other, ngram=ngram, progress=progress)
    print_tables(tables, as_json=json)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Look at datasets")(diff)
