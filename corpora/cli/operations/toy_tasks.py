"""`corpora toy-tasks FOLDER`: write labelled tasks made from the toy grammar."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corpora.cli.console import say, say_json
from corpora.cli.shared import AsJson


def toy_tasks(
    folder: Annotated[Path, typer.Argument(help="Where to write the tasks, in the layouts of GLUE and SQuAD.")],
    seed: Annotated[int, typer.Option(help="Seed of the grammar.", min=0)] = 42,
    json: AsJson = False,
) -> None:
    """Write the toy grammar's labelled tasks: acceptability (CoLA), entailment (RTE), questions (SQuAD)."""
    from corpora import write_tasks
    from corpora.store import storage_errors

    with storage_errors(folder):
        paths = [str(path) for path in write_tasks(folder, seed=seed)]
    if json:
        say_json(paths)
        return
    for path in paths:
        say(path)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("toy-tasks", rich_help_panel="Make datasets")(toy_tasks)
