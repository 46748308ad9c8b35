"""`trainer measure`: parameters, size and inference time of models side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from trainer.cli.progress_bar import shown_progress

if TYPE_CHECKING:
    from trainer.evaluation import Measurements


def command(
    models: Annotated[list[str], typer.Argument(help="Model or run folders; the others are compared with the first.")],
    data: Annotated[
        Path | None, typer.Option(help="A folder with GLUE's STS-B, whose dev set is timed; made-up ids by default.")
    ] = None,
    rows: Annotated[int | None, typer.Option(min=1, help="Time the first so many sentences only.")] = None,
    passes: Annotated[int, typer.Option(min=1, help="How often all sentences are run.")] = 3,
    out: Annotated[Path | None, typer.Option(help="Write the results into this JSON file as well.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
) -> None:
    """Parameters, size and inference time (CPU, one thread, batch 1) of models side by side."""
    from trainer.evaluation import measure as action

    with shown_progress() as progress:
        made = action(models, data=data, rows=rows, passes=passes, out=out, progress=progress)
    if as_json:
        typer.echo(json.dumps(made.as_json(), indent=1))
    else:
        _show(made)


def _show(made: Measurements) -> None:
    console = Console()
    table = Table("model", "parameters", "MB", "on disk", "seconds", "median ms", "p95 ms", title=_title(made))
    for model in made.models:
        ratios = made.ratios(model)
        table.add_row(
            model.name,
            f"{model.parameters / 1e6:.2f} M ({ratios['parameters']:.2f}x)",
            f"{model.weights_bytes / 2**20:.1f} ({ratios['size']:.2f}x)",
            f"{model.disk_bytes / 2**20:.1f}",
            f"{model.inference_seconds:.2f} ({ratios['speed']:.2f}x)",
            f"{1000 * model.median_seconds:.2f}",
            f"{1000 * model.p95_seconds:.2f}",
        )
    console.print(table)
    processor = made.machine["processor"]
    console.print(f"{processor}, one thread, torch {made.machine['torch']}", highlight=False, soft_wrap=True)


def _title(made: Measurements) -> str:
    return f"{made.rows:,} sentences ({made.inputs}), batch 1, one CPU thread, median of {made.passes} passes"
