"""`corpora export DATASET TARGET`: write rows to one file, or to a folder in the hub's layout."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from corpora.cli.console import bars, say, say_json
from corpora.cli.shared import AsJson, DatasetName
from corpora.errors import counted


def export(
    dataset: DatasetName,
    target: Annotated[
        Path,
        typer.Argument(
            help="A .txt (one row per line), .jsonl or .parquet file, the first two optionally with .gz, .bz2, .xz or "
            ".zst; for --layout hub an empty folder."
        ),
    ],
    layout: Annotated[
        Literal["file", "hub"],
        typer.Option(help="One file, or a folder in the hub's layout: Parquet files and a card."),
    ] = "file",
    private: Annotated[
        bool, typer.Option("--private", help="With --layout hub: omit the command, paths and the document list.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it exists.")] = False,
    json: AsJson = False,
) -> None:
    """Write a dataset's rows to one file, or to a folder that `datasets.load_dataset` opens."""
    from corpora.operations import export, export_hub

    with bars() as progress:
        if layout == "hub":
            rows = export_hub(dataset, target, private=private, progress=progress)
        else:
            rows = export(dataset, target, overwrite=overwrite, progress=progress)
    if json:
        say_json({"path": str(target), "rows": rows})
    else:
        say(f"{target}: {counted(rows, 'row')}")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Look at datasets")(export)
