"""`trainer score`: score a file of predictions by a benchmark's own rule."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def score() -> None:
    """Score a file of predictions by a benchmark's own rule."""


@app.command()
def squad(
    predictions: Annotated[Path, typer.Argument(help="JSON: one object from question id to answer text.")],
    dev: Annotated[Path, typer.Argument(help="SQuAD v1.1's JSON, such as dev-v1.1.json.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Exact match and F1 by SQuAD v1.1's rule, to the last digit."""
    from trainer.evaluation import score_squad

    made = score_squad(predictions, dev)
    if as_json:
        typer.echo(json.dumps(asdict(made)))
        return
    typer.echo(f"exact match {made.exact_match!r}\nF1 {made.f1!r}")
    typer.echo(f"{made.questions:,} questions, {made.unanswered:,} without a prediction, which count as 0")
    if made.unknown:
        typer.echo(f"{made.unknown:,} predictions are for questions that {dev} does not hold")
