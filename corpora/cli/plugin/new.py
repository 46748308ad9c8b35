"""`corpora new KIND NAME`: create a plugin as a complete distribution, as a starting point."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corpora.cli.console import say
from corpora.cli.shared import registry

Name = Annotated[str, typer.Argument(help="What users will type to choose it: lower-case words joined by hyphens.")]
Folder = Annotated[Path, typer.Option("--dir", help="Where to create its folder.")]


def new(
    kind: Annotated[
        str,
        typer.Argument(
            help="transform, token-transform, score, selection, source, catalogue, filter, splitter, statistic, "
            "template or dataset."
        ),
    ],
    name: Name,
    folder: Folder = Path(),
) -> None:
    """Create a plugin with code, pyproject, tests, README and CI file; its tests pass from the start."""
    from corpora.plugin import new_plugin

    made = new_plugin(kind, name, folder, source=registry(), package="corpora")
    for path in sorted(path for path in made.rglob("*") if path.is_file()):
        say(str(path))
    say(f"next: pip install -e '{made}[test]' && pytest {made}")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Plugins")(new)
