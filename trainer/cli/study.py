"""`trainer study run|status|report`: a whole study from one recipe file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from trainer.planning import Step

app = typer.Typer(no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="The study's recipe file, such as recipes/study-mini.toml.")]


@app.command()
def run(
    file: File,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and its cost, and do nothing.")] = False,
) -> None:
    """Do all that the recipe asks for and that is not done yet, then write the report."""
    from trainer.cli.showing import Bar
    from trainer.planning import plan_study
    from trainer.studying import run_study

    if dry_run:
        _show(plan_study(file))
        return
    console = Console(stderr=True)
    path = run_study(file, tell=lambda line: console.print(line, highlight=False, soft_wrap=True), watch=[Bar()])
    typer.echo(f"wrote {path}")


@app.command()
def status(file: File) -> None:
    """What is done, what is not, and about how long the rest takes."""
    from trainer.planning import plan_study

    _show(plan_study(file))


@app.command()
def report(file: File) -> None:
    """Write the report of what is done: HTML, Markdown, CSV, LaTeX, and figures as PDF."""
    from trainer.studying import report_study

    typer.echo(f"wrote {report_study(file)}")


def _show(steps: Sequence[Step]) -> None:
    table = Table("step", "name", "state", "tokens", "time")
    for step in steps:
        counted = "" if step.tokens is None else f"{step.tokens:,}"
        table.add_row(step.kind, step.name, step.state, counted, _time(step.seconds))
    console = Console()
    console.print(table)
    left = [step for step in steps if step.state != "done"]
    training = [step for step in left if step.kind in ("teacher", "student")]
    tokens = sum(step.tokens or 0 for step in training)
    unknown = sum(step.tokens is None for step in training)
    more = f" and those of {unknown} runs whose datasets are not built yet" if unknown else ""
    known = [step.seconds for step in training if step.seconds is not None]
    cost = f"about {_time(sum(known))} of training" if known else "no finished run tells yet how fast this machine is"
    console.print(
        f"{len(steps) - len(left)} of {len(steps)} steps done; {tokens:,} tokens left to train on{more}, {cost}",
        highlight=False,
    )


def _time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds / 60:.1f} min"
