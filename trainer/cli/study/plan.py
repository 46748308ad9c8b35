"""`trainer plan`: predict from short runs how much data and how many updates a student needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from corpora.cli.console import table_console
from corpora.errors import counted
from trainer.cli.component_options import with_options
from trainer.distillation import RunSettings

if TYPE_CHECKING:
    from trainer.experiments.planning import Plan, PreparedPlan


@with_options(RunSettings, leave=("held-out-every", "early-stop", "keep-best"))
def command(
    *,
    dataset: Annotated[str, typer.Option(help="NAME, NAME@TAG or NAME@FINGERPRINT.")],
    teacher: Annotated[list[str], typer.Option(help="A model folder or a hub id, ID@REVISION; repeatable.")],
    out: Annotated[Path, typer.Option(help="The plan's folder: short runs, plan.json, plan.html.")] = Path("plan"),
    preset: Annotated[str, typer.Option(help="study, sanh, fast, or a TOML file.")] = "study",
    target: Annotated[str | None, typer.Option(help="The value to reach, such as kl=0.3 or agreement=0.8.")] = None,
    runs: Annotated[int, typer.Option(help="Number of short runs, 6 to 28; more give narrower intervals.")] = 6,
    updates: Annotated[
        int | None, typer.Option(help="Updates of the longest short run; default: a sixteenth of the planned run's.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the short runs and their cost; train none.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    settings: dict[str, object],
) -> None:
    """Predict how a student gains from more data and more updates, from short runs on nested samples."""
    from trainer.cli.run_display import Bar
    from trainer.distillation import forecast
    from trainer.experiments.planning import as_json as to_json
    from trainer.experiments.planning import plan_distillation, prepare_plan, write_plan

    teachers: list[str | Path] = [*teacher]
    prepared = prepare_plan(
        dataset, teachers, out, runs=runs, updates=updates, target=target, preset=preset, options=settings
    )
    if dry_run:
        told = forecast(prepared.start.dataset, teachers, preset=preset, options=settings)
        _show_runs(prepared, told.tokens_per_second)
        return
    plan = plan_distillation(prepared, watch=[Bar()], tell=lambda line: typer.echo(line, err=True))
    page = write_plan(plan, out)
    if as_json:
        typer.echo(to_json(plan))
    else:
        _show(plan)
    typer.echo(f"wrote {page}", err=True)


def _show_runs(prepared: PreparedPlan, speed: float) -> None:
    table = Table("rows", "updates", "seed")
    for run in prepared.runs:
        table.add_row(f"{run.rows:,}", f"{run.updates:,}", "different" if run.repeat else "")
    console = table_console()
    console.print(table)
    console.print(
        f"{len(prepared.runs)} short runs, {prepared.tokens:,} tokens, about {prepared.tokens / speed / 60:,.1f} min "
        f"at {speed:,.0f} tokens/s; the planned run has {counted(prepared.start.updates, 'update')}",
    )


def _show(plan: Plan) -> None:
    from trainer.experiments.planning import plan_tables, sentences

    console = table_console()
    for each in plan_tables(plan):
        table = Table(*each.header, title=each.title)
        for row in each.rows:
            table.add_row(*row.cells)
        console.print(table)
    for sentence in sentences(plan):
        console.print(sentence, soft_wrap=True)
