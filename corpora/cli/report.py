"""`corpora report DATASET… --out FILE`, and `corpora diff A B`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corpora.cli.shared import AsJson, ExecutorName
from corpora.cli.terminal import bars, say, say_json, table


def report(
    datasets: Annotated[list[str], typer.Argument(metavar="DATASET...", help="Side by side, in this order.")],
    out: Annotated[Path | None, typer.Option(help="Write one self-contained HTML page.")] = None,
    figures: Annotated[Path | None, typer.Option(help="Write the figures into this folder, as PNG and PDF.")] = None,
    executor: ExecutorName = "serial",
    json: AsJson = False,
) -> None:
    """Compare datasets: the study's Tables 4, 5 and 8, figures, lineage, rows before and after."""
    from corpora.errors import OptionError
    from corpora.reporting import report, report_tables
    from corpora.store import default_store

    if figures is not None and out is None:
        raise OptionError("--figures needs --out, the page that the figures belong to")
    store = default_store()
    opened = [store.open(name) for name in datasets]
    if out is not None:
        with bars() as progress:
            report(opened, out, figures=figures, executor=executor, store=store, progress=progress)
    tables = report_tables(opened)
    if json:
        say_json([found.as_json() for found in tables])
        return
    for found in tables:
        say(f"\n{found.title}")
        table(found.headers, found.all_rows)
    if out is not None:
        say(f"\n{out}")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(rich_help_panel="Look at datasets")(report)
