"""`corpora report DATASET… --out FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corpora.cli.shared import AsJson
from corpora.cli.terminal import bars, say, say_json, table


def report(
    datasets: Annotated[list[str], typer.Argument(metavar="DATASET...", help="Side by side, in this order.")],
    out: Annotated[Path | None, typer.Option(help="Write one self-contained HTML page.")] = None,
    json: AsJson = False,
) -> None:
    """Compare datasets: the study's Tables 4, 5 and 8, figures, lineage, rows before and after."""
    from corpora.reporting import report_tables, write_report
    from corpora.store import default_store

    store = default_store()
    opened = [store.open(name) for name in datasets]
    if out is not None:
        with bars() as progress:
            write_report(opened, out, store=store, progress=progress)
    tables = report_tables(opened)
    if json:
        say_json([found.as_json() for found in tables])
        return
    for found in tables:
        say(f"\n{found.title}")
        table(found.headers, found.rows)
    if out is not None:
        say(f"\n{out}")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Look at datasets")(report)
