"""`trainer export MODEL --format onnx`: write a model for other runtimes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def command(
    model: Annotated[str, typer.Argument(help="A run folder, a model folder, or a hub id, ID@REVISION.")],
    format: Annotated[Literal["onnx"], typer.Option("--format", help="The file format.")] = "onnx",
    int8: Annotated[bool, typer.Option("--int8", help="Also write a file with 8-bit weights, for CPUs.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the files; the default is `onnx` in the model's folder.")
    ] = None,
) -> None:
    """Write a model with its head as ONNX, checked against torch; needs the extra `onnx`."""
    from trainer.models import export_onnx

    for made in export_onnx(model, int8=int8, out=out):
        size = f"{made.size_bytes / 2**20:,.1f} MB"
        typer.echo(f"{made.path}: {size}, {', '.join(made.inputs)} to {', '.join(made.outputs)}")
        typer.echo(f"largest difference from torch: {made.difference:.1e}")
