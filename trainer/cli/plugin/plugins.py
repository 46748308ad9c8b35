"""`trainer plugins`: list everything that can be chosen by name."""

from __future__ import annotations

from typing import Annotated

import typer


def command(
    kind: Annotated[
        str | None, typer.Argument(help="Only students, families, losses, tasks, probes or callbacks.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """List everything that can be chosen by name: kind, name, version, owner, options."""
    from corpora.cli.console import print_components
    from trainer.plugin import registry

    print_components(registry, kind, as_json=as_json)
