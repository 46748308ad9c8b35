"""`trainer measure`: compare models by parameters, size and inference time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from corpora.cli.console import table_console
from corpora.errors import counted
from trainer.cli.progress_bar import shown_progress

if TYPE_CHECKING:
    from trainer.evaluation import Measurement, Measurements


def command(
    models: Annotated[
        list[str], typer.Argument(help="Model or run folders, or ONNX files; all are compared with the first.")
    ],
    data: Annotated[
        Path | None, typer.Option(help="A folder with GLUE's STS-B: time its dev set; the default is random ids.")
    ] = None,
    rows: Annotated[int | None, typer.Option(min=1, help="Time only this many sentences, the first ones.")] = None,
    passes: Annotated[int, typer.Option(min=1, help="How many times to run all sentences.")] = 3,
    texts: Annotated[
        Path | None, typer.Option(help="A file with one text per line: compare ONNX files with float32 on it.")
    ] = None,
    task: Annotated[
        str | None, typer.Option(help="The task that the models are fine-tuned on: score ONNX files against float32.")
    ] = None,
    task_data: Annotated[Path, typer.Option(help="The folder with the task's files.")] = Path(),
    out: Annotated[Path | None, typer.Option(help="Also write the results to this JSON file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
) -> None:
    """Compare models by parameters, size and inference time (CPU, one thread, batch 1)."""
    from trainer.evaluation import measure as action

    with shown_progress() as progress:
        made = action(
            models, data=data, rows=rows, passes=passes, texts=texts, task=task, task_data=task_data, out=out,
            progress=progress,
        )  # fmt: skip
    if as_json:
        typer.echo(json.dumps(made.as_json(), indent=1))
    else:
        _show(made)


def _show(made: Measurements) -> None:
    console = table_console()
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
    for model in made.models:
        _show_losses(console, model)
    processor = made.machine["processor"]
    console.print(f"{processor}, one thread, torch {made.machine['torch']}", soft_wrap=True)


def _show_losses(console: Console, model: Measurement) -> None:
    """Print how far an ONNX file is from its model in float32."""
    if found := model.divergence:
        what = "KL from float32" if found.kind == "kl" else "1 - cosine with float32"
        console.print(f"{model.name}: {what} {found.value:.2e}, on {counted(found.texts, 'text')}")
    for score in model.scores:
        console.print(
            f"{model.name}: {score.column} {score.metric} {score.exported:.1f}, float32 {score.float32:.1f} "
            f"({score.exported - score.float32:+.1f})",
        )


def _title(made: Measurements) -> str:
    passes = counted(made.passes, "pass", "passes")
    return f"{counted(made.rows, 'sentence')} ({made.inputs}), batch 1, one CPU thread, median of {passes}"
