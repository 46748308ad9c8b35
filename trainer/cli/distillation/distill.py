"""`trainer distill`: train a student from a teacher and a transfer dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trainer.cli.component_options import with_options
from trainer.distillation import RunSettings


@with_options(RunSettings)
def command(
    *,
    dataset: Annotated[str | None, typer.Option(help="NAME, NAME@TAG or NAME@FINGERPRINT.")] = None,
    teacher: Annotated[
        list[str] | None, typer.Option(help="A model folder or a hub id, ID@REVISION; repeatable.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The run folder.")] = Path("run"),
    preset: Annotated[str | None, typer.Option(help="study (the default), sanh, fast, or a TOML file.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run in --out.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Delete the run in --out first.")] = False,
    break_lock: Annotated[
        bool, typer.Option("--break-lock", help="Take over --out from a dead process on another machine.")
    ] = False,
    stop_after: Annotated[str | None, typer.Option(help="Stop cleanly after a time, such as 2h.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and its cost; train nothing.")] = False,
    allow_pickle: Annotated[
        bool, typer.Option("--allow-pickle", help="Allow a teacher stored as a pickle, which can run code.")
    ] = False,
    settings: dict[str, object],
) -> None:
    """Train a student to follow a teacher on a registered dataset."""
    from trainer.cli.run_display import Bar, tell_end
    from trainer.distillation import distill as act
    from trainer.distillation import forecast

    teachers: list[str | Path] = [*(teacher or ())]
    if dry_run:
        told = forecast(dataset, teachers, preset=preset or "study", options=settings, allow_pickle=allow_pickle)
        typer.echo("\n".join(told.lines()))
        return
    outcome = act(
        dataset, teachers, out,
        preset=preset, options=settings, resume=resume, overwrite=overwrite, break_lock=break_lock,
        stop_after=stop_after, allow_pickle=allow_pickle, watch=[Bar()],
    )  # fmt: skip
    tell_end(outcome, command="distill")
