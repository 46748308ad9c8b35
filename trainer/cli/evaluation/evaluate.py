"""`trainer evaluate`: fine-tune a model on a benchmark's tasks and print its scores."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.table import Table
from rich.text import Text

from corpora import OptionError
from corpora.cli.console import remark, table_console
from trainer.cli.progress_bar import shown_progress

if TYPE_CHECKING:
    from trainer.evaluation import Column, Evaluation

Model = Annotated[Path, typer.Option(help="The model's folder, such as RUN/student.")]
Pooling = Annotated[
    Literal["mean", "cls", "max"] | None, typer.Option(help="With --cosine: how token vectors are pooled.")
]
TrainingPrecision = Annotated[
    Literal["bf16", "fp32"] | None,
    typer.Option(help="Of matrix products in training; the default is bf16 on a GPU and fp32 on a CPU."),
]
Cosine = Annotated[
    bool,
    typer.Option("--cosine", help="Score sentence pairs (STS-B) by the cosine of their vectors, without fine-tuning."),
]
Data = Annotated[Path, typer.Option(help="The folder with one folder per task, or with folders glue and squad.")]


def command(
    benchmark: Annotated[str, typer.Argument(help="glue, squad, a task's name, or a TOML file describing a task.")],
    model: Model,
    data: Data = Path(),
    tasks: Annotated[str, typer.Option(help="Only these tasks, such as CoLA,SST-2,RTE; all by default.")] = "",
    preset: Annotated[Literal["study", "robust"], typer.Option(help="How to fine-tune.")] = "study",
    seeds: Annotated[int | None, typer.Option(min=1, help="How many seeds; the preset's number by default.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results; the default is `evaluation` next to the model.")
    ] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Instead of the preset's.")] = None,
    grid: Annotated[
        bool, typer.Option("--grid", help="Try learning rates 2e-5, 3e-5 and 5e-5, and keep the best.")
    ] = False,
    epochs: Annotated[float | None, typer.Option(help="Instead of the preset's.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Instead of the preset's.")] = None,
    length: Annotated[int | None, typer.Option(min=8, help="Maximum tokens per sequence.")] = None,
    stride: Annotated[int | None, typer.Option(min=0, help="Tokens that windows of a long context share.")] = None,
    min_updates: Annotated[int | None, typer.Option(min=0, help="Add epochs up to this many updates.")] = None,
    train_rows: Annotated[int | None, typer.Option(min=1, help="Train on this many examples.")] = None,
    dev_rows: Annotated[int | None, typer.Option(min=1, help="Score on the first this many dev examples.")] = None,
    precision: TrainingPrecision = None,
    device: Annotated[str, typer.Option(help="cpu, cuda, or auto.")] = "auto",
    workers: Annotated[int, typer.Option(min=1, help="How many models to fine-tune at once.")] = 1,
    cosine: Cosine = False,
    pooling: Pooling = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
) -> None:
    """Fine-tune a model on a benchmark's tasks, once per seed, and score it on their dev sets."""
    names = [name.strip() for name in tasks.split(",") if name.strip()]
    changes = {
        "learning_rate": learning_rate, "epochs": epochs, "batch_size": batch_size, "length": length,
        "stride": stride, "min_updates": min_updates, "train_rows": train_rows, "dev_rows": dev_rows,
        "precision": precision,
    }  # fmt: skip
    if cosine:
        _check_cosine({**changes, "dev_rows": None, "grid": grid or None, "seeds": seeds})
        _by_cosine(
            benchmark, names, model, data, out=out, pooling=pooling, rows=dev_rows, device=device, as_json=as_json
        )
        return
    if pooling:
        raise OptionError("--pooling has no effect without --cosine; leave it out")
    if grid and learning_rate is not None:
        raise OptionError("--grid tries learning rates of its own; leave out --learning-rate")
    from trainer.evaluation import GRID
    from trainer.evaluation import evaluate as action

    with shown_progress() as progress:
        made = action(
            benchmark, model=model, data=data, tasks=names, preset=preset, seeds=seeds, out=out, changes=changes,
            learning_rates=GRID if grid else (), device=device, workers=workers, progress=progress,
        )  # fmt: skip
    if as_json:
        typer.echo(json.dumps(made.as_json(), indent=1, ensure_ascii=False))
    else:
        show(made)


def _check_cosine(given: Mapping[str, object]) -> None:
    """Check that no option of fine-tuning is given together with --cosine.

    Args:
        given: the values by option; None if not given.
    """
    idle = [f"--{name.replace('_', '-')}" for name, value in given.items() if value is not None]
    if idle:
        raise OptionError(f"--cosine trains nothing, so {' and '.join(idle)} would have no effect; leave it out")


def _by_cosine(
    benchmark: str,
    names: Sequence[str],
    model: Path,
    data: Path,
    *,
    out: Path | None,
    pooling: Literal["mean", "cls", "max"] | None,
    rows: int | None,
    device: str,
    as_json: bool,
) -> None:
    from trainer.evaluation import similarity, store_similarities, tasks_of

    found = [
        result
        for task in tasks_of(benchmark, names)
        for result in similarity(model, task, data, pooling=pooling, rows=rows, device=device)
    ]
    if out or model.exists():
        store_similarities(found, model, out)
    if as_json:
        typer.echo(json.dumps([result.to_json() for result in found], indent=1, ensure_ascii=False))
        return
    table = Table(
        "task", "metric", "cosine", "95 % interval", "pairs", title=f"{model.name}, {found[0].pooling} pooling"
    )
    for result in found:
        for metric, each in result.correlations.items():
            interval = f"{each.low:.1f} to {each.high:.1f}"
            table.add_row(result.task, metric, f"{each.value:.1f}", interval, f"{result.pairs:,}")
    table_console().print(table)


def show(made: Evaluation) -> None:
    """Print an evaluation as a table, with its GLUE scores and notes."""
    console = table_console()
    table = Table("task", "metric", "median", "range", "majority", "seeds", "dev", title=_title(made))
    for column in made.columns.values():
        for row in _rows(column):
            table.add_row(*row)
    console.print(table)
    for score in made.scores.values():
        if score["value"] is not None:
            console.print(Text.assemble("GLUE ", (f"{score['value']:.1f}", "bold"), f" ({score['name']})"))
    for name, reason in made.missing.items():
        remark("left out", f"{reason}; the scores do not include {name}")
    for column in made.columns.values():
        if column.warning:
            remark("warning", f"{column.title}: {column.warning}", colour="red")
        for note in column.notes:
            remark("note", f"{column.title}: {note}")


def _title(made: Evaluation) -> str:
    presets = sorted({column.preset for column in made.columns.values()})
    return f"{made.model['name']} on {made.benchmark}, preset {'; '.join(presets)}"


def _rows(column: Column) -> list[tuple[str | Text, ...]]:
    import statistics

    flag = f" collapsed: {len(column.collapsed)} of {len(column.seeds)}" if column.collapsed else ""
    return [
        (
            column.title,
            metric,
            f"{statistics.median(values):.1f}",
            f"{min(values):.1f} to {max(values):.1f}",
            Text.assemble(f"{column.majority[metric]:.1f}" if metric in column.majority else "", (flag, "red")),
            str(len(column.seeds)),
            f"{column.dev_rows:,}",
        )
        for metric, values in column.metrics.items()
    ]
