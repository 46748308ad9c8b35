"""`trainer search`: find the mix of datasets from which a student learns most."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from trainer.cli.study.study import AsJson, show_steps


def command(
    file: Annotated[Path, typer.Argument(help="The search's recipe file, such as recipes/search-demo.toml.")],
    executor: Annotated[str, typer.Option(help="How to make datasets: serial, or processes:workers=2.")] = "serial",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and its cost; run nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Train proxies on mixes of the parts, propose the best mix, and verify it against simple ones."""
    from corpora.cli.console import bars
    from trainer.cli.progress_bar import shown_progress
    from trainer.cli.run_display import Bar
    from trainer.experiments.search import plan_search, run_search
    from trainer.experiments.study import StudyCallbacks

    if dry_run:
        show_steps(plan_search(file), as_json)
        return
    callbacks = StudyCallbacks(lambda line: typer.echo(line, err=True), bars, [Bar()], shown_progress)
    result = run_search(file, executor=executor, callbacks=callbacks)
    if as_json:
        typer.echo(json.dumps(result.as_json(), indent=1, ensure_ascii=False))
        return
    for sentence in result.sentences:
        typer.echo(sentence)
    typer.echo(f"wrote {result.page}")
