"""`trainer probe`: measure what models know without fine-tuning them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from corpora.cli.console import remark, table_console
from trainer.cli.progress_bar import shown_progress

if TYPE_CHECKING:
    from trainer.evaluation.probes import ProbeReport
    from trainer.plugin import Estimate

LONG = 20
"""Splits with more strata than this are left out of the table."""


def command(
    models: Annotated[
        list[str], typer.Argument(help="Model or run folders, hub ids, or start:RUN for a student before training.")
    ],
    teacher: Annotated[str | None, typer.Option(help="The teacher's folder; required for fidelity.")] = None,
    pairs: Annotated[
        Path | None, typer.Option(help="Minimal pairs: a JSONL file (may be gzipped), or a folder of them.")
    ] = None,
    pairs_per_paradigm: Annotated[
        int | None, typer.Option(min=1, help="Use only this many pairs of each paradigm.")
    ] = None,
    held_out: Annotated[str | None, typer.Option(help="Fidelity: a dataset that no model was trained on.")] = None,
    rows: Annotated[int | None, typer.Option(min=1, help="Fidelity: how many rows to use; 2,000 by default.")] = None,
    probe: Annotated[list[str] | None, typer.Option(help="Another probe, NAME:key=value,…; repeatable.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results; the default is `probes` next to each model.")
    ] = None,
    page: Annotated[Path | None, typer.Option(help="Also write the results as one HTML page.")] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda, or auto.")] = "auto",
    precision: Annotated[str, typer.Option(help="Precision of matrix products: fp32, bf16, fp16 or auto.")] = "fp32",
    details: Annotated[bool, typer.Option("--details", help="Also show splits with more than 20 rows.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
) -> None:
    """Measure what models know without fine-tuning them: minimal pairs, and fidelity by kind of token."""
    from trainer.evaluation.probes import chosen_probes, write_page
    from trainer.evaluation.probes import probe as action

    wanted = chosen_probes(
        pairs=pairs, pairs_per_paradigm=pairs_per_paradigm, held_out=held_out, rows=rows, others=probe or ()
    )
    with shown_progress() as progress:
        made = action(
            models, wanted, teacher=teacher, out=out, device=device, precision=precision, progress=progress
        )  # fmt: skip
    if page is not None:
        write_page(made, page)
    if as_json:
        typer.echo(json.dumps([one.as_json() for one in made], indent=1, ensure_ascii=False))
    else:
        show(made, details=details)
    if page is not None:
        typer.echo(f"wrote {page}", err=True)


def show(made: Sequence[ProbeReport], *, details: bool) -> None:
    """Print a table for each probe and metric, with one column per model, followed by the notes.

    Args:
        made: the results of each model, with the same probes in the same order.
        details: whether to show splits with more than 20 strata.
    """
    console = table_console()
    for number, result in enumerate(made[0].results):
        results = [one.results[number] for one in made]
        for metric, about in result.metrics.items():
            table = Table("", result.counted, *(one.model for one in made), title=f"{about.title} ({about.unit})")
            for split in dict.fromkeys(stratum.split for stratum in result.strata):
                mine = [stratum for stratum in result.strata if stratum.split == split]
                if len(mine) > LONG and not details:
                    continue
                if split != "all":
                    table.add_section()
                    table.add_row(Text(split, "bold"))
                for stratum in mine:
                    found = [one.same(stratum) for one in results]
                    table.add_row(stratum.name, f"{stratum.count:,}", *(_cell(s.estimates[metric]) for s in found))
            console.print(table)
        for note in dict.fromkeys(note for one in results for note in one.notes):
            remark("note", f"{result.probe}: {note}")
    seconds = sum(one.seconds for probed in made for one in probed.results)
    console.print(f"95 % intervals; measured in {seconds:,.1f} s, stored in {made[0].folder}", soft_wrap=True)


def _cell(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.2f}\N{EN DASH}{estimate.high:.2f})"
