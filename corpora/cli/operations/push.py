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
        "--private", help="A private repository, a card without the command and local paths, no list of documents."
    ),
]
May = Annotated[
    bool, typer.Option("--i-may-redistribute", help="Upload although a recorded licence is unknown or forbids it.")
]


def push(dataset: DatasetName, repository: Repository, private: Private = False, may: May = False) -> None:
    """Upload a dataset to the hub, unless a recorded licence forbids redistribution."""
    from corpora.operations import push

    with bars() as progress:
        say(push(dataset, repository, private=private, may_redistribute=may, progress=progress))


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Look at datasets")(push)
