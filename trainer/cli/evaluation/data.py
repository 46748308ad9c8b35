"""`trainer data`: download public benchmarks from the hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    benchmarks: Annotated[list[str], typer.Argument(help="glue, squad, or both.")],
    to: Annotated[Path, typer.Option(help="Where to put the files, in one folder per benchmark.")],
    revision: Annotated[str | None, typer.Option(help="A commit on the hub; the newest by default.")] = None,
) -> None:
    """Download the train and dev files of public benchmarks from the hub."""
    from trainer.evaluation import fetch

    for benchmark in benchmarks:
        got = fetch(benchmark, to, revision=revision)
        typer.echo(f"{got.benchmark}: {got.repository}@{got.commit} in {got.folder}")
