"""`corpora report DATASET… --out FILE`, and `corpora diff A B`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

import typer

from corpora.cli.shared import AsJson, ExecutorName
from corpora.console import bars, say, say_json, table

if TYPE_CHECKING:
    from corpora.pages import Table


def report(
    datasets: Annotated[list[str], typer.Argument(metavar="DATASET...", help="Side by side, in this order.")],
    out: Annotated[Path | None, typer.Option(help="Write one self-contained HTML page.")] = None,
    figures: Annotated[Path | None, typer.Option(help="Write the figures into this folder, as PNG and PDF.")] = None,
    executor: ExecutorName = "serial",
    json: AsJson = False,
) -> None:
    """Compare datasets: the study's Tables 4, 5 and 8, figures, lineage, rows before and after."""
    from corpora.errors import OptionError
    from corpora.inspect import report, report_tables
    from corpora.operations import open_dataset
    from corpora.store import default_store

    if figures is not None and out is None:
        raise OptionError("--figures needs --out, the page that the figures belong to")
    store = default_store()
    opened = [open_dataset(name, store=store) for name in datasets]
    if out is not None:
        with bars() as progress:
            report(opened, out, figures=figures, executor=executor, store=store, progress=progress)
    _print(report_tables(opened), as_json=json)
    if out is not None and not json:
        say(f"\n{out}")


def diff(
    one: Annotated[str, typer.Argument(metavar="A", help="NAME, NAME@TAG or NAME@FINGERPRINT.")],
    other: Annotated[str, typer.Argument(metavar="B", help="Another one of the same kind.")],
    ngram: Annotated[int, typer.Option(help="Tokens, or words, of the n-grams that tell contamination.", min=1)] = 13,
    json: AsJson = False,
) -> None:
    """Tell two datasets apart: figures, what they share, types gained and lost, how far apart they are, settings."""
    from corpora.inspect import diff

    with bars() as progress:
        tables = diff(one, other, ngram=ngram, progress=progress)
    _print(tables, as_json=json)


def _print(tables: Sequence[Table], *, as_json: bool) -> None:
    if as_json:
        say_json([found.as_json() for found in tables])
        return
    for found in tables:
        say(f"\n{found.title}")
        table(found.headers, found.all_rows)
        if found.note:
            say(fill(found.note, width=100))


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(rich_help_panel="Look at datasets")(report)
    app.command(rich_help_panel="Look at datasets")(diff)
