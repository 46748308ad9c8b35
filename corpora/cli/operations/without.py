"""`corpora transform without`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from corpora.cli.console import bars
from corpora.cli.shared import AsJson, DatasetName, ExecutorName, Name, tell


def without(
    dataset: DatasetName,
    of: Annotated[
        list[str],
        typer.Option(
            metavar="EVAL", help="A dataset, squad:DIR, glue:DIR, or a file: TXT, JSONL, JSON, CSV, TSV; repeatable."
        ),
    ],
    ngram: Annotated[int, typer.Option(help="Words or tokens per n-gram.", min=1)] = 13,
    by: Annotated[
        Literal["row", "document", "span"],
        typer.Option(help="Remove rows, whole documents, or only the shared words."),
    ] = "row",
    normalise: Annotated[
        str,
        typer.Option(
            help="Differences between words to ignore: case, punctuation, space, joined by commas.", show_default=False
        ),
    ] = "",
    name: Name = None,
    executor: ExecutorName = "serial",
    json: AsJson = False,
) -> None:
    """Remove text that shares n-grams with evaluation data.

    corpora show NAME --removed lists each removal with its n-gram.
    """
    from corpora.operations import without

    with bars() as progress:
        made = without(
            dataset, of=of, ngram=ngram, by=by, normalise=normalise, name=name, executor=executor, progress=progress
        )
    tell(made, as_json=json)
