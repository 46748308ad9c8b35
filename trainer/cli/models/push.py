"""`trainer push RUN REPOSITORY`: upload a run's student to the hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    run: Annotated[Path, typer.Argument(help="The run folder.")],
    repository: Annotated[str, typer.Argument(help="OWNER/NAME on the hub; made if it is not there.")],
    private: Annotated[
        bool, typer.Option("--private", help="A private repository, and a run card without local paths.")
    ] = False,
    may: Annotated[
        bool, typer.Option("--i-may-redistribute", help="Upload although a recorded licence is unknown or forbids it.")
    ] = False,
) -> None:
    """Upload a run's student to the hub, unless what it was trained on may not be handed on."""
    from trainer.distillation import push

    typer.echo(push(run, repository, private=private, may_redistribute=may))
