"""`trainer finetune`: a fine-tuned model to keep, with a second distillation step if asked for."""

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
    preset: Annotated[Literal["study", "robust"], typer.Option(help="How to fine-tune.")] = "study",
    seed: Annotated[int, typer.Option(min=0, help="Decides order, dropout and the head's first weights.")] = 0,
    learning_rate: Annotated[float | None, typer.Option(help="Instead of the preset's.")] = None,
    epochs: Annotated[float | None, typer.Option(help="Instead of the preset's.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Instead of the preset's.")] = None,
    length: Annotated[int | None, typer.Option(min=8, help="Most tokens of a sequence.")] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda, or auto.")] = "auto",
) -> None:
    """Fine-tune a model on one task and keep it; with --teacher, a second step of distillation."""
    from trainer.evaluation import keep_finetuned

    changes = {"learning_rate": learning_rate, "epochs": epochs, "batch_size": batch_size, "length": length}
    with shown_progress() as progress:
        kept = keep_finetuned(
            task, model=model, data=data, out=out, teacher=teacher, preset=preset, seed=seed, changes=changes,
            device=device, progress=progress,
        )  # fmt: skip
    for column, metrics in kept.items():
        typer.echo(f"{column}: " + ", ".join(f"{name} {value:.1f}" for name, value in metrics.items()))
    typer.echo(f"wrote {out}")
