"""`corpora export DATASET FILE`, and `corpora toy-tasks FOLDER`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corpora.cli.shared import DatasetName
from corpora.cli.terminal import bars, say


def export(
    dataset: DatasetName,
    file: Annotated[Path, typer.Argument(help="Ends in .txt (a row a line), .jsonl or .parquet.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there.")] = False,
) -> None:
    """Write a dataset's rows into one file."""
    from corpora.exporting import export

    with bars() as progress:
        rows = export(dataset, file, overwrite=overwrite, progress=progress)
    say(f"{file}: {rows:,} rows")


def toy_tasks(
    folder: Annotated[Path, typer.Argument(help="Where the tasks go, in the layouts of GLUE and SQuAD.")],
    seed: Annotated[int, typer.Option(help="Seed of the grammar.", min=0)] = 42,
) -> None:
    """Write the toy grammar's labelled tasks: acceptability (CoLA), entailment (RTE), questions (SQuAD)."""
    from corpora.builtin.sources.toy import write_tasks
    from corpora.durable import storage_errors

    with storage_errors(folder):
        for path in write_tasks(folder, seed=seed):
            say(str(path))


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(rich_help_panel="Look at datasets")(export)
    app.command("toy-tasks", rich_help_panel="Make datasets")(toy_tasks)
