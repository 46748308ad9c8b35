"""`trainer finetune`: fine-tune a model and save it; with a fine-tuned teacher, distil it on the task."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from trainer.cli.evaluation.evaluate import TrainingPrecision
from trainer.cli.progress_bar import shown_progress


def command(
    task: Annotated[str, typer.Argument(help="A task, such as CoLA or squad, or a TOML file describing one.")],
    model: Annotated[Path, typer.Option(help="The model's folder, such as RUN/student.")],
    out: Annotated[Path, typer.Option(help="The folder for the fine-tuned model.")],
    data: Annotated[Path, typer.Option(help="The folder with the task's files.")] = Path(),
    teacher: Annotated[
        Path | None, typer.Option(help="A model fine-tuned on this task, to learn from in addition to the labels.")
    ] = None,
    loss: Annotated[
        list[str] | None,
        typer.Option(help="A loss term on the teacher's outputs or states, NAME:key=value,…; repeatable."),
    ] = None,
    label_weight: Annotated[
        float | None, typer.Option(help="With --teacher: the weight of the loss on the labels; 0.5 by default.")
    ] = None,
    unlabelled: Annotated[
        Path | None, typer.Option(help="A file of inputs without labels: text, CSV, TSV, JSONL or Parquet.")
    ] = None,
    preset: Annotated[Literal["study", "robust"], typer.Option(help="How to fine-tune.")] = "study",
    seed: Annotated[int, typer.Option(min=0, help="Decides the order, dropout and the head's initial weights.")] = 0,
    learning_rate: Annotated[float | None, typer.Option(help="Instead of the preset's.")] = None,
    epochs: Annotated[float | None, typer.Option(help="Instead of the preset's.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Instead of the preset's.")] = None,
    length: Annotated[int | None, typer.Option(min=8, help="Maximum tokens per sequence.")] = None,
    stride: Annotated[
        int | None, typer.Option(min=0, help="Tokens shared by neighbouring windows of a long context.")
    ] = None,
    train_rows: Annotated[
        int | None, typer.Option(min=0, help="Train on this many examples; 0 uses only the unlabelled ones.")
    ] = None,
    precision: TrainingPrecision = None,
    device: Annotated[str, typer.Option(help="cpu, cuda, or auto.")] = "auto",
) -> None:
    """Fine-tune a model on one task and save it; with --teacher, distil it on the task."""
    from trainer.evaluation import keep_finetuned

    changes = {
        "learning_rate": learning_rate, "epochs": epochs, "batch_size": batch_size, "length": length,
        "stride": stride, "train_rows": train_rows, "precision": precision,
    }  # fmt: skip
    there = out.exists()
    with shown_progress() as progress:
        kept = keep_finetuned(
            task, model=model, data=data, out=out, teacher=teacher, losses=loss or (), label_weight=label_weight,
            unlabelled=unlabelled, preset=preset, seed=seed, changes=changes, device=device, progress=progress,
        )  # fmt: skip
    for column, metrics in kept.metrics.items():
        typer.echo(f"{column}: " + ", ".join(f"{name} {value:.1f}" for name, value in metrics.items()))
    for kind, lines in (("warning", kept.warnings), ("note", kept.notes)):
        for line in lines:
            typer.echo(f"{kind}: {line}", err=True)
    typer.echo(f"{out} already exists, made from the same inputs" if there else f"wrote {out}")
