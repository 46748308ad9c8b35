"""`corpora export DATASET TARGET`: rows in one file, or a folder as on the hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from corpora.cli.console import bars, say, say_json
from corpora.cli.shared import AsJson, DatasetName


def export(
    dataset: DatasetName,
    target: Annotated[
        Path,
        typer.Argument(
            help="A file in .txt (one row per line), .jsonl or .parquet, the first two also as .gz, .bz2, .xz or .zst; "
            "for --layout hub an empty folder."
        ),
    ],
    layout: Annotated[
        Literal["file", "hub"],
        typer.Option(help="One file, or a folder as the hub has it: Parquet files, card."),
    ] = "file",
    private: Annotated[
        bool, typer.Option("--private", help="For hub: no command and no paths in the card, no list of documents.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it exists.")] = False,
    json: AsJson = False,
) -> None:
    """Write a dataset's rows into one file, or into a folder that `datasets.load_dataset` opens."""
    from corpora.operations import export, export_hub

    with bars() as progress:
        if layout == "hub":
            rows = export_hub(dataset, target, private=private, progress=progress)
        else:
            rows = export(dataset, target, overwrite=overwrite, progress=progress)
    if json:
        say_json({"path": str(target), "rows": rows})
    else:
        say(f"{target}: {rows:,} rows")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Look at datasets")(export)
