"""Options that say how much of a dataset to take."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from corpora.cli.shared import count

Rate = Annotated[float | None, typer.Option(help="Share of the rows to take, above 0 and up to 1.", show_default=False)]
Rows = Annotated[
    int | None,
    typer.Option(parser=count, metavar="COUNT", help="Instead, the number of rows to take, such as 5000 or 1.5M."),
]
Tokens = Annotated[
    int | None,
    typer.Option(parser=count, metavar="COUNT", help="Instead, the maximum number of tokens to take, such as 40M."),
]
By = Annotated[Literal["row", "document"], typer.Option(help="Take single rows, or whole documents.")]
