"""`trainer inspect`: what a model folder holds."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def command(
    model: Annotated[str, typer.Argument(help="A model folder, a run folder, or a hub id, ID@REVISION.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Say what a model folder holds: family, head, vocabulary, casing, size."""
    from trainer.models import inspect_model

    found = inspect_model(model)
    if as_json:
        typer.echo(json.dumps(found.to_json(), indent=2))
        return
    known = {
        True: "present",
        False: "missing: trainer pretrain --from adds one; --loss embedding needs none",
        None: "not looked for: the family is not known",
    }
    head = known[found.masked_lm_head]
    obstacle = f" (cannot be trained: {found.obstacle})" if found.obstacle else ""
    typer.echo(f"family          {found.family}{obstacle}")
    typer.echo(f"masked-LM head  {head}")
    typer.echo(f"vocabulary      {found.vocabulary:,} pieces, {found.casing}")
    typer.echo(f"layers          {found.layers or 'unknown number'} of {found.hidden or 'unknown width'}")
    typer.echo(f"parameters      {found.parameters:,} ({found.size_bytes / 2**20:,.1f} MB)")
