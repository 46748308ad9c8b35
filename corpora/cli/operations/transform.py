"""`corpora transform NAME DATASET`, and its short forms `sample` and `split`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import typer

from corpora.cli.ingest.build import registry
from corpora.cli.operations.distinct import distinct
from corpora.cli.operations.without import without
from corpora.cli.shared import AsJson, DatasetName, ExecutorName, Name, Seed, count, tell
from corpora.console import bars, component_group, say, say_json

Rate = Annotated[float | None, typer.Option(help="Share of the rows to take, above 0 and up to 1.", show_default=False)]
Rows = Annotated[
    int | None,
    typer.Option(parser=count, metavar="COUNT", help="Number of rows to take instead, such as 5000 or 1.5M."),
]
Tokens = Annotated[
    int | None,
    typer.Option(parser=count, metavar="COUNT", help="Number of tokens to take instead, at most, such as 40M."),
]
By = Annotated[Literal["row", "document"], typer.Option(help="Take single rows, or whole documents.")]


def rewrite(
    component: Any,
    dataset: DatasetName,
    then: Annotated[list[str] | None, typer.Option(help="A further transform, NAME:key=value; repeatable.")] = None,
    preview: Annotated[int, typer.Option(help="Show this many rows before and after, and build nothing.", min=0)] = 0,
    seed: Seed = 42,
    name: Name = None,
    executor: ExecutorName = "serial",
    json: AsJson = False,
) -> None:
    """Rewrite the rows of a dataset."""
    from corpora.operations import preview as preview_rows
    from corpora.operations import transform

    if preview:
        pairs = preview_rows(dataset, component, then=then or (), rows=preview, seed=seed)
        if json:
            say_json([{"before": before, "after": after} for before, after in pairs])
        else:
            say("\n".join(f"- {before}\n+ {after}\n" for before, after in pairs))
        return
    with bars() as progress:
        made = transform(
            dataset, component, then=then or (), seed=seed, name=name, executor=executor, progress=progress
        )
    tell(made, as_json=json)


def take(
    component: Any,
    dataset: DatasetName,
    rate: Rate = None,
    rows: Rows = None,
    tokens: Tokens = None,
    by: By = "row",
    seed: Seed = 42,
    name: Name = None,
    executor: ExecutorName = "serial",
    json: AsJson = False,
) -> None:
    """Take the first rows of a dataset in a selection's order."""
    from corpora.operations import transform

    amount: dict[str, Any] = {"rate": rate, "rows": rows, "tokens": tokens, "by": by}
    with bars() as progress:
        made = transform(dataset, component, **amount, seed=seed, name=name, executor=executor, progress=progress)
    tell(made, as_json=json)


def action_for(cls: type[Any]) -> Callable[..., None]:
    """Selections take an amount; all others rewrite."""
    from corpora.plugin import Selection

    return take if issubclass(cls, Selection) else rewrite


def sample(
    dataset: DatasetName,
    rate: Rate = None,
    rows: Rows = None,
    tokens: Tokens = None,
    by: By = "row",
    seed: Seed = 42,
    name: Name = None,
    executor: ExecutorName = "serial",
    json: AsJson = False,
) -> None:
    """Take rows at random, without replacement, exactly as many as asked for.

    Samples of one dataset and seed are nested: the 1 % lies inside the 10 %.
    """
    take(
        "sample",
        dataset,
        rate=rate,
        rows=rows,
        tokens=tokens,
        by=by,
        seed=seed,
        name=name,
        executor=executor,
        json=json,
    )


def split(
    dataset: DatasetName,
    held_out: Annotated[float, typer.Option(help="Share of the documents to set apart, above 0 and below 1.")],
    seed: Seed = 42,
    executor: ExecutorName = "serial",
    json: AsJson = False,
) -> None:
    """Set whole documents apart, as NAME-train and NAME-held-out."""
    from corpora.operations import split
    from corpora.store import show

    with bars() as progress:
        made = split(dataset, held_out=held_out, seed=seed, executor=executor, progress=progress)
    if json:
        say_json([show(side) for side in made])
    else:
        for side in made:
            tell(side)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(cls=component_group(registry, "transforms", action_for), no_args_is_help=True)
    group.command()(distinct)
    group.command()(without)
    app.add_typer(
        group,
        name="transform",
        help="Rewrite a dataset's rows, or select some of them.",
        rich_help_panel="Make datasets",
    )
    app.command(rich_help_panel="Make datasets")(sample)
    app.command(rich_help_panel="Make datasets")(split)
