"""`corpora push DATASET REPOSITORY`: upload a dataset to the hub."""

from __future__ import annotations

from typing import Annotated

import typer

from corpora.cli.console import bars, say
from corpora.cli.shared import DatasetName

Repository = Annotated[str, typer.Argument(help="OWNER/NAME on the hub; created if it does not exist.")]
Private = Annotated[
    bool,
    typer.Option(
        "--private", help="Make the repository private, and omit the command, local paths and the document list."
    ),
]
May = Annotated[
    bool, typer.Option("--i-may-redistribute", help="Upload even if a recorded licence is unknown or forbids it.")
]


def push(dataset: DatasetName, repository: Repository, private: Private = False, may: May = False) -> None:
    """Upload a dataset to the hub, if its recorded licences allow redistribution."""
    from corpora.operations import push

    with bars() as progress:
        say(push(dataset, repository, private=private, may_redistribute=may, progress=progress))


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Look at datasets")(push)
