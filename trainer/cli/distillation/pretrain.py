"""`trainer pretrain`: train a masked-language model on a registered dataset, from scratch or from a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trainer.cli.component_options import with_options
from trainer.distillation import RunSettings, Shape, Start
from trainer.errors import OtherRecipe


@with_options(RunSettings, leave=("student", "teacher-weight"))
@with_options(Shape, name="shape")
def command(
    *,
    dataset: Annotated[str | None, typer.Option(help="NAME, NAME@TAG or NAME@FINGERPRINT.")] = None,
    out: Annotated[Path, typer.Option(help="The folder for the trained teacher.")] = Path("teacher"),
    start: Annotated[
        str | None,
        typer.Option("--from", help="Continue from this model (a folder or hub id) instead of random weights; a body "
                     "without a masked-LM head gets one.", metavar="MODEL"),
    ] = None,
    freeze_body: Annotated[
        int | None, typer.Option(help="With --from: train only the head for this many updates at the start.", min=0)
    ] = None,
    preset: Annotated[str | None, typer.Option(help="pretrain (the default), or a TOML file.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run in --out.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Delete the run in --out first.")] = False,
    break_lock: Annotated[
        bool, typer.Option("--break-lock", help="Take over --out from a dead process on another machine.")
    ] = False,
    stop_after: Annotated[str | None, typer.Option(help="Stop cleanly after a time, such as 2h.")] = None,
    shape: dict[str, object],
    settings: dict[str, object],
) -> None:  # fmt: skip
    """Pre-train a masked-language model on a registered dataset: a teacher, or a BERT adapted to your domain.

    By default, the model is a small BERT with the given shape and random weights. With --from, training continues from
    a model that you have: trainer pretrain --from ./all-MiniLM-L6-v2 --dataset novels --out teacher
    """
    from trainer.cli.run_display import Bar, tell_end
    from trainer.distillation import pretrain as act

    if freeze_body is not None and start is None and not resume:
        raise OtherRecipe("--freeze-body keeps the body of an existing model unchanged; give the model with --from")
    outcome = act(
        dataset, out,
        shape=Shape.from_options(shape) if shape or not (start or resume) else None,
        start=Start(start, freeze_body or 0) if start else None,
        preset=preset, options=settings, resume=resume, overwrite=overwrite,
        break_lock=break_lock, stop_after=stop_after, watch=[Bar()],
    )  # fmt: skip
    tell_end(outcome, command="pretrain")
