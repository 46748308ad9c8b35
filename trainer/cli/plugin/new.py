"""`trainer new KIND NAME`: a plugin as a complete distribution, to be changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    kind: Annotated[str, typer.Argument(help="loss, state-loss, task, probe, family, student or callback.")],
    name: Annotated[str, typer.Argument(help="What users will type to choose it: lower-case words joined by hyphens.")],
    folder: Annotated[Path, typer.Option("--dir", help="Where its folder is put.")] = Path(),
) -> None:
    """Begin a plugin: code, pyproject, tests, README and CI file; its tests pass at once."""
    from corpora import new_plugin
    from trainer.plugin import registry

    made = new_plugin(kind, name, folder, source=registry, package="trainer")
    for path in sorted(path for path in made.rglob("*") if path.is_file()):
        typer.echo(str(path))
    typer.echo(f"next: pip install -e '{made}[test]' && pytest {made}")
