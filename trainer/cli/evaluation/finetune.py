"""`trainer finetune`: a fine-tuned model to keep, distilled from a teacher of the task if one is given."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from trainer.cli.progress_bar import shown_progress


def command(
    task: Annotated[str, typer.Argument(help="A task, such as CoLA or squad, or a TOML file describing one.")],
    model: Annotated[Path, typer.Option(help="The model's folder, such as RUN/student.")],
    out: Annotated[Path, typer.Option(help="The folder that gets the fine-tuned model.")],
    data: Annotated[Path, typer.Option(help="The folder that holds the task's files.")] = Path(),
    teacher: Annotated[
        Path | None, typer.Option(help="A model fine-tuned on this task, to learn from beside the labels.")
    ] = None,
    loss: Annotated[
        list[str] | None,
        typer.Option(help="A term on the teacher's outputs or states, NAME:key=value,…; repeatable."),
    ] = None,
    label_weight: Annotated[
        float | None, typer.Option(help="Of the loss on the labels beside a teacher; 0.5 by default.")
    ] = None,
    unlabelled: Annotated[
        Path | None, typer.Option(help="Inputs without labels, as text, CSV, TSV, JSONL or Parquet.")
    ] = None,
    preset: Annotated[Literal["study", "robust"], typer.Option(help="How to fine-tune.")] = "study",
    seed: Annotated[int, typer.Option(min=0, help="Decides order, dropout and the head's first weights.")] = 0,
    learning_rate: Annotated[float | None, typer.Option(help="Instead of the preset's.")] = None,
    epochs: Annotated[float | None, typer.Option(help="Instead of the preset's.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Instead of the preset's.")] = None,
    length: Annotated[int | None, typer.Option(min=8, help="Most tokens of a sequence.")] = None,
    stride: Annotated[int | None, typer.Option(min=0, help="Tokens that windows of a long context share.")] = None,
    train_rows: Annotated[
        int | None, typer.Option(min=0, help="Train on this many examples; 0 leaves the unlabelled ones.")
    ] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda, or auto.")] = "auto",
) -> None:
    """Fine-tune a model on one task and keep it; with --teacher, distil it on the task."""
    from trainer.evaluation import keep_finetuned

    changes = {
        "learning_rate": learning_rate, "epochs": epochs, "batch_size": batch_size, "length": length,
        "stride": stride, "train_rows": train_rows,
    }  # fmt: skip
    there = out.exists()
    with shown_progress() as progress:
        kept = keep_finetuned(
            task, model=model, data=data, out=out, teacher=teacher, losses=loss or (), label_weight=label_weight,
            unlabelled=unlabelled, preset=preset, seed=seed, changes=changes, device=device, progress=progress,
        )  # fmt: skip
    for column, metrics in kept.items():
        typer.echo(f"{column}: " + ", ".join(f"{name} {value:.1f}" for name, value in metrics.items()))
    typer.echo(f"found {out}, made from the same inputs" if there else f"wrote {out}")
