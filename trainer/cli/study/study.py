"""`trainer study run|status|report|answers`: run a whole study from one recipe file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from corpora.cli.console import table_console
from corpora.errors import counted

if TYPE_CHECKING:
    from trainer.experiments.study import Step

app = typer.Typer(no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="The study's recipe file, such as recipes/study-mini.toml.")]


AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@app.command()
def run(
    file: File,
    executor: Annotated[str, typer.Option(help="How to make datasets: serial, or processes:workers=2.")] = "serial",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and its cost; run nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run every step of the recipe that is not done yet, then write the report."""
    from corpora.cli.console import bars
    from trainer.cli.progress_bar import shown_progress
    from trainer.cli.run_display import Bar
    from trainer.experiments.study import StudyCallbacks, plan_study, run_study

    if dry_run:
        show_steps(plan_study(file), as_json)
        return
    callbacks = StudyCallbacks(lambda line: typer.echo(line, err=True), bars, [Bar()], shown_progress)
    path = run_study(file, executor=executor, callbacks=callbacks)
    if as_json:
        typer.echo(json.dumps({"report": str(path)}))
        return
    _show_answers(file)
    typer.echo(f"wrote {path}")


@app.command()
def status(file: File, as_json: AsJson = False) -> None:
    """Show which steps are done, and about how long the others will take."""
    from trainer.experiments.study import plan_study

    show_steps(plan_study(file), as_json)


@app.command()
def report(file: File) -> None:
    """Write the report of the finished parts: HTML, Markdown, CSV, LaTeX, and figures as SVG and PDF."""
    from trainer.experiments.study import report_study

    path = report_study(file)
    _show_answers(file)
    typer.echo(f"wrote {path}")


@app.command()
def answers(file: File, as_json: AsJson = False) -> None:
    """Print the answers of the last report as sentences; with --json, every difference with its interval."""
    from trainer.experiments.study import study_answers

    if as_json:
        typer.echo(json.dumps([asdict(answer) for answer in study_answers(file)], indent=1, ensure_ascii=False))
        return
    _show_answers(file)


def _show_answers(file: Path) -> None:
    from trainer.experiments.study import study_answers

    for answer in study_answers(file):
        typer.echo(f"\n{answer.question}")
        for sentence in answer.sentences:
            typer.echo(f"  {sentence}")


def show_steps(steps: Sequence[Step], as_json: bool) -> None:
    """Print the steps as a table with a summary of what is left, or as JSON."""
    if as_json:
        typer.echo(json.dumps([asdict(step) for step in steps], indent=1, ensure_ascii=False))
        return
    table = Table("step", "name", "state", "tokens", "time")
    for step in steps:
        size = "" if step.tokens is None else f"{step.tokens:,}"
        table.add_row(step.kind, step.name, step.state, size, _time(step.seconds))
    console = table_console()
    console.print(table)
    left = [step for step in steps if step.state != "done"]
    if not left:
        console.print(f"all {counted(len(steps), 'step')} done")
        return
    training = [step for step in left if step.kind in ("teacher", "student")]
    tokens = sum(step.tokens or 0 for step in training)
    unknown = sum(step.tokens is None for step in training)
    more = f" (plus {counted(unknown, 'run')} whose datasets are not built yet)" if unknown else ""
    known = [step.seconds for step in training if step.seconds is not None]
    least = "at least" if unknown else "about"
    timed = any(step.seconds for step in training)
    cost = f"{least} {_time(sum(known))} of training" if timed else "time unknown until the first run has finished"
    console.print(
        f"{len(steps) - len(left)} of {counted(len(steps), 'step')} done; {tokens:,} tokens left to train on{more}, "
        f"{cost}",
    )


def _time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds / 60:.1f} min"
