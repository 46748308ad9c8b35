"""`corpora report DATASET… --out FILE`: compare datasets side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corpora.cli.console import bars, say
from corpora.cli.shared import AsJson, ExecutorName, print_tables


def report(
    datasets: Annotated[
        list[str], typer.Argument(metavar="DATASET...", help="The datasets, in the order of the columns.")
    ],
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
        raise OptionError("--figures needs --out, because the figures are those of the page")
    store = default_store()
    opened = [open_dataset(name, store=store) for name in datasets]
    if out is not None:
        with bars() as progress:
            report(opened, out, figures=figures, executor=executor, store=store, progress=progress)
    print_tables(report_tables(opened), as_json=json)
    if out is not None and not json:
        say(f"\n{out}")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Look at datasets")(report)
