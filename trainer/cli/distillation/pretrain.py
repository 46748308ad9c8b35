"""`trainer pretrain`: a small BERT teacher from a registered dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from trainer.cli.component_options import with_options
from trainer.distillation import RunSettings, Shape


@with_options(RunSettings, leave=("student", "held-out"))
@with_options(Shape, name="shape")
def command(
    *,
    dataset: Annotated[str | None, typer.Option(help="NAME, NAME@TAG or NAME@FINGERPRINT.")] = None,
    out: Annotated[Path, typer.Option(help="The folder that becomes the teacher.")] = Path("teacher"),
    preset: Annotated[str | None, typer.Option(help="pretrain (the default), or a TOML file.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Delete a run that is in --out.")] = False,
    stop_after: Annotated[str | None, typer.Option(help="Stop in order after a time, such as 2h.")] = None,
    shape: dict[str, Any],
    settings: dict[str, Any],
) -> None:
    """Pre-train a small BERT teacher on a registered dataset."""
    from trainer.cli.run_display import Bar, tell_end
    from trainer.distillation import pretrain as act

    outcome = act(
        dataset, out,
        shape=Shape.from_options(shape), preset=preset, options=settings, resume=resume, overwrite=overwrite,
        stop_after=stop_after, watch=[Bar()],
    )  # fmt: skip
    tell_end(outcome, command="pretrain")
