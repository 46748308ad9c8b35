"""A run's display in a terminal: a progress bar, the latest losses, and one line at the end."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from corpora.errors import counted
from trainer import Callback, Outcome, Run
from trainer.errors import RunStopped

SECONDS_BETWEEN_LINES = 30


@dataclass(frozen=True)
class Bar(Callback):
    """Shows progress, losses, speed and time left."""

    name: ClassVar[str] = "bar"

    def on_start(self, run: Run) -> None:
        """Show the bar; if stderr is not a terminal, print a line every 30 seconds instead."""
        console = Console(stderr=True)
        run.kept["said"], run.kept["bar"] = time.monotonic(), None
        if console.is_terminal:
            columns = (
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                TextColumn("{task.completed}/{task.total}"),
            )
            progress = Progress(*columns, TextColumn("{task.fields[told]}", markup=False), console=console)
            run.kept["bar"] = progress, progress.add_task(run.card["kind"], total=run.card["plan"]["updates"], told="")
            progress.start()

    def on_step(self, run: Run, record: Mapping[str, Any]) -> None:
        """Advance the bar."""
        total = run.card["plan"]["updates"]
        if run.kept["bar"] is not None:
            progress, task = run.kept["bar"]
            progress.update(task, completed=record["update"], told=_told(record))
        elif time.monotonic() - run.kept["said"] > SECONDS_BETWEEN_LINES or record["update"] == total:
            typer.echo(f"{run.card['kind']}: {record['update']:,} of {total:,}, {_told(record)}", err=True)
            run.kept["said"] = time.monotonic()

    def on_end(self, run: Run, outcome: Mapping[str, Any]) -> None:
        """Remove the bar."""
        if run.kept["bar"] is not None:
            run.kept["bar"][0].stop()


def _told(record: Mapping[str, Any]) -> str:
    losses = " ".join(f"{name} {value:.3f}" for name, value in record["losses"].items())
    mfu = f", MFU {record['mfu']:.0%}" if record["mfu"] is not None else ""
    left = timedelta(seconds=round(record["left_seconds"]))
    return f"{losses}, {record['tokens_per_second']:,.0f} tokens/s{mfu}, {left} left"


def tell_end(outcome: Outcome, *, command: str) -> None:
    """Print how a run ended and exit with the matching code; only rank 0 does so.

    Args:
        outcome: of the run.
        command: the command to continue it with, `distill` or `pretrain`.

    Raises:
        RunStopped: the run was stopped by SIGINT or SIGTERM.
    """
    if int(os.environ.get("RANK", "0")) > 0:
        return
    for note in outcome.notes:
        typer.echo(f"note: {note}", err=True)
    if outcome.status == "finished":
        early = f" of {outcome.total:,} ({outcome.reason})" if outcome.reason else ""
        typer.echo(f"{counted(outcome.updates, 'update')} done{early}; the model is in {_shown(outcome.student)}")
        return
    stopped = (
        f"stopped after update {outcome.updates:,} of {outcome.total:,} ({outcome.reason}); "
        f"continue with: trainer {command} --resume --out {outcome.folder}"
    )
    if outcome.signal is not None and outcome.reason in ("SIGINT", "SIGTERM"):
        raise RunStopped(stopped, outcome.signal)
    typer.echo(stopped)


def _shown(path: Path | None) -> str:
    return "" if path is None else str(path)
