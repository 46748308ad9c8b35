"""`trainer push RUN REPOSITORY`: upload a run's student to the hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    run: Annotated[Path, typer.Argument(help="The run folder.")],
    repository: Annotated[str, typer.Argument(help="OWNER/NAME on the hub; created if it does not exist.")],
    private: Annotated[
        bool, typer.Option("--private", help="Use a private repository, and remove local paths from the run card.")
    ] = False,
    may: Annotated[
        bool, typer.Option("--i-may-redistribute", help="Upload even if a recorded licence is unknown or forbids it.")
    ] = False,
    base_model: Annotated[
        list[str] | None, typer.Option(help="The hub id of the teacher, if it was read from a folder; repeatable.")
    ] = None,
    licence: Annotated[
        str, typer.Option("--license", help="The student's licence, such as apache-2.0; the teacher's by default.")
    ] = "",
    language: Annotated[
        list[str] | None, typer.Option(help="A language of the student, such as en; repeatable.")
    ] = None,
) -> None:
    """Upload a run's student to the hub, with its scores, unless its training texts may not be redistributed."""
    from trainer.distillation import CardOverrides, push, student_of
    from trainer.evaluation import stored_scores

    stated = CardOverrides(tuple(base_model or ()), licence, tuple(language or ()))
    scores = stored_scores(student_of(run))
    typer.echo(push(run, repository, private=private, may_redistribute=may, scores=scores, stated=stated))
