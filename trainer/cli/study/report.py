"""`trainer report`: show runs and their scores on one self-contained page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def command(
    runs: Annotated[
        list[Path], typer.Argument(help="Run folders, and folders of other evaluated models, such as a teacher.")
    ],
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("report.html"),
    preset: Annotated[
        Literal["sanh9", "glue8", "leaderboard"], typer.Option(help="Which GLUE score to show.")
    ] = "sanh9",
    measured: Annotated[Path | None, typer.Option(help="The file written by `trainer measure --out FILE`.")] = None,
    title: Annotated[str, typer.Option(help="The page's title.")] = "Distilling BERT: what the transfer dataset does",
) -> None:
    """Write one report of runs and their scores, next to the study's published figures."""
    from trainer.experiments.study import report as action

    path = action(runs, out, preset=preset, measured=measured, title=title)
    typer.echo(f"wrote {path} ({path.stat().st_size / 1000:,.0f} kB)")
