"""`trainer inspect`: describe a model folder."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def command(
    model: Annotated[str, typer.Argument(help="A model folder, a run folder, or a hub id, ID@REVISION.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Describe a model folder: family, head, vocabulary, casing, size."""
    from trainer.models import inspect_model

    found = inspect_model(model)
    if as_json:
        typer.echo(json.dumps(found.to_json(), indent=2))
        return
    known = {
        True: "present",
        False: "missing: add one with trainer pretrain --from; --loss embedding does not need it",
        None: "unknown: the family is not known",
    }
    head = known[found.masked_lm_head]
    obstacle = f" (cannot be trained: {found.obstacle})" if found.obstacle else ""
    typer.echo(f"family          {found.family}{obstacle}")
    typer.echo(f"masked-LM head  {head}")
    casing = "no readable tokenizer" if found.casing == "unknown" else found.casing
    typer.echo(f"vocabulary      {found.vocabulary:,} pieces, {casing}")
    typer.echo(f"layers          {found.layers or 'unknown'} (width {found.hidden or 'unknown'})")
    typer.echo(f"parameters      {found.parameters:,} ({found.size_bytes / 2**20:,.1f} MB)")
