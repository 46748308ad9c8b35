"""`corpora tag DATASET TAG`: give a version a second name."""

from __future__ import annotations

from typing import Annotated

import typer

from corpora.cli.console import say, say_json
from corpora.cli.shared import AsJson, DatasetName


def tag(
    dataset: DatasetName,
    tag: Annotated[str, typer.Argument(help="A second name, such as v1.")],
    json: AsJson = False,
) -> None:
    """Give a version a tag, so that NAME@TAG opens it and gc keeps it."""
    from corpora.store import default_store

    tagged = default_store().tag(dataset, tag)
    if json:
        say_json({"tag": f"{tagged.name}@{tag}", "reference": tagged.reference})
    else:
        say(f"{tagged.name}@{tag} is {tagged.reference}")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Keep the store")(tag)
