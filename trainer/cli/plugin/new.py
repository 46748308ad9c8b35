"""`trainer new KIND NAME`: create a plugin as a complete distribution, ready to edit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    kind: Annotated[str, typer.Argument(help="loss, state-loss, task, probe, family, student or callback.")],
    name: Annotated[str, typer.Argument(help="The name that users will type: lower-case words joined by hyphens.")],
    folder: Annotated[Path, typer.Option("--dir", help="Where to create the plugin's folder.")] = Path(),
) -> None:
    """Create a plugin with code, pyproject, tests, README and CI file; its tests pass from the start."""
    from corpora import new_plugin
    from trainer.plugin import registry

    made = new_plugin(kind, name, folder, source=registry, package="trainer")
    for path in sorted(path for path in made.rglob("*") if path.is_file()):
        typer.echo(str(path))
    typer.echo(f"next: pip install -e '{made}[test]' && pytest {made}")
