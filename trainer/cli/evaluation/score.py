"""`trainer score`: score a file of predictions by a benchmark's own rule."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from corpora.errors import counted

app = typer.Typer(no_args_is_help=True)


@app.callback()
def score() -> None:
    """Score a file of predictions by a benchmark's own rule."""


@app.command()
def squad(
    predictions: Annotated[Path, typer.Argument(help="A JSON object that maps question ids to answer texts.")],
    dev: Annotated[Path, typer.Argument(help="SQuAD v1.1's JSON file, such as dev-v1.1.json.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Print exact match and F1 by SQuAD v1.1's rule, to the last digit."""
    from trainer.evaluation import score_squad

    made = score_squad(predictions, dev)
    if as_json:
        typer.echo(json.dumps(asdict(made)))
        return
    typer.echo(f"exact match {made.exact_match!r}\nF1 {made.f1!r}")
    typer.echo(f"{counted(made.questions, 'question')}, {made.unanswered:,} without a prediction (counted as 0)")
    if made.unknown:
        typer.echo(f"{counted(made.unknown, 'prediction')} without a question in {dev}, not counted")
